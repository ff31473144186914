"""The plugin by which pytest knows the kit; it is loaded in every run of pytest, and so imports nothing of dss."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

MARKERS = (
    "dss_basic: a check of the basic set of dss.testing, which every connector has to pass",
    "dss_needs(*capabilities): a check of dss.testing for what a connector declares",
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the kit's markers known."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show of a check that failed what it says, and not the kit's own code."""
    report = yield
    error = call.excinfo.value if call.excinfo is not None else None
    if type(error).__name__ == "NotConforming" and not item.config.getoption("fulltrace"):
        report.longrepr = str(error)
    return report
