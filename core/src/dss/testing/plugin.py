"""The plugin by which pytest knows the kit; it is loaded in every run of pytest, and so imports nothing of dss."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

MARKERS = (
    "dss_basic: a check of the basic set of dss.testing, which every connector has to pass",
    "dss_needs(*capabilities): a check of dss.testing for what a connector declares",
    "dss_needs_any(*capabilities): the same, where one of them is enough",
)

OF_NO_USE = "of no use: "
"""How the reason begins for which a check is skipped that a branch has nothing for; the capability comes next."""

CHECK = "dss_check"
"""What a report says of the check it is about; it goes with it from one process of tests to another."""


class Verdict:
    """What became of the checks of one connector."""

    def __init__(self) -> None:
        self.passed = {True: 0, False: 0}
        self.failed = 0
        self.undeclared: set[str] = set()
        self.idle: dict[str, set[str]] = {}
        self.untried: dict[str, str] = {}

    def sentence(self, name: str) -> str:
        """The whole in one line."""
        if self.failed:
            return f"{name}: {self.failed} of {self.failed + sum(self.passed.values())} checks failed"
        return f"{name}: {self.passed[True]} checks of the basic set hold, and {self.passed[False]} of what it declares"

    def add(self, report: pytest.TestReport, *, basic: bool, undeclared: list[str]) -> None:
        """Take what became of one more check."""
        if report.failed:
            self.failed += 1
        elif report.passed:
            self.passed[basic] += 1
        elif undeclared:
            self.undeclared.update(undeclared)
        elif isinstance(report.longrepr, tuple):
            check, reason = report.nodeid.rpartition("::")[2], report.longrepr[2].removeprefix("Skipped: ")
            if reason.startswith(OF_NO_USE):
                capability = reason.removeprefix(OF_NO_USE).partition(": ")[0]
                self.idle.setdefault(capability, set()).add(check.rpartition("[")[2].rstrip("]"))
            else:
                self.untried[check] = reason


class Verdicts:
    """What became of the checks of all connectors, in whatever process they were made."""

    def __init__(self) -> None:
        self.by_name: dict[str, Verdict] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what became of a check."""
        if (check := getattr(report, CHECK, None)) is not None:
            name, basic, undeclared = check
            self.by_name.setdefault(name, Verdict()).add(report, basic=basic, undeclared=undeclared)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say of each connector how far it has come: the basic set, what it declares, and what was not tried."""
        if not self.by_name:
            return
        terminalreporter.section("conformance (dss.testing)")
        for name, verdict in self.by_name.items():
            terminalreporter.line(verdict.sentence(name), **{"red" if verdict.failed else "green": True})
            if verdict.undeclared:
                terminalreporter.line(f"  not declared: {', '.join(sorted(verdict.undeclared))}")
            for capability, branches in sorted(verdict.idle.items()):
                terminalreporter.line(f"  of no use: {capability} for {', '.join(sorted(branches))}")
            for check, reason in verdict.untried.items():
                terminalreporter.line(f"  not tried: {check}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    """Make the kit's markers known."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    config.pluginmanager.register(Verdicts(), "dss-verdicts")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show of a check that failed what it says, and not the kit's own code."""
    report = yield
    error = call.excinfo.value if call.excinfo is not None else None
    if "NotConforming" in [kind.__name__ for kind in type(error).__mro__] and not item.config.getoption(
        "fulltrace"
    ):
        report.longrepr = str(error)
    elif report.failed and isinstance(error, Exception) and _marks(item):
        _advise(report, item, error)
    if (report.when == "call" or report.outcome != "passed") and (marks := _marks(item)):
        suite: Any = getattr(item, "cls", None)
        name = getattr(suite.connector, "__name__", suite.connector) or suite.__name__
        needed = {one for mark in marks.values() for one in mark.args}
        declared = _declared(suite)
        if declared is None and report.skipped:
            return report
        undeclared = sorted(map(str, needed - (declared or set()))) if report.skipped else []
        setattr(report, CHECK, [str(name), "dss_basic" in marks, undeclared])
    return report


def _advise(report: pytest.TestReport, item: pytest.Item, error: Exception) -> None:
    """Say below an error that no check has foreseen what to change."""
    from dss.testing.unforeseen import advice

    if (missing := getattr(error, "argname", None)) is not None:
        report.longrepr = (
            f"fixture `{missing}` not found\n  To change: put `@pytest.fixture` above `{missing}`; if you have written"
            " no such fixture, see whether its name is spelt right (`pytest --fixtures` lists them)"
        )
        return
    add: Any = getattr(report.longrepr, "addsection", None)
    if add is not None:
        add("dss.testing", f"  To change: {advice(error, getattr(item, 'cls', None))}")


def _declared(suite: Any) -> frozenset[Any] | None:
    """What is declared; None where no connector is found, of which a check of its own tells why."""
    try:
        declared: frozenset[Any] = suite.declared().all()
    except Exception:
        return None
    return declared


def _marks(item: pytest.Item) -> dict[str, pytest.Mark]:
    return {
        mark.name: mark
        for mark in item.iter_markers()
        if mark.name in ("dss_basic", "dss_needs", "dss_needs_any")
    }
