"""Several syncs in one run: which may be planned together, and what plugins are told in the end."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dss import hookimpl
from dss.errors import StateError
from dss.exit_codes import ExitCode
from dss.registry import Registry
from dss.runner import Run

_numbers = itertools.count()

TREES = """
from dss import DataStoreBranch, DataStoreTree, DefaultImporter, DefaultTemplate
from dss import school

class Branches(DataStoreBranch): pass
class Students(school.Students, Branches): pass

DATA = {"sis": ["1", "2"], "office": ["1", "3"], "twin": ["1", "3"], "moodle": ["1", "3"], "ldap": []}


class Importer(DefaultImporter):
    def readin_branch(self, branch):
        return [{"idnumber": one, "enabled": True} for one in DATA[self.tree.name]]


class Template(DefaultTemplate):
    def new(self, action):
        DATA[self.tree.name].append(action.idnumber)

    def old(self, action):
        DATA[self.tree.name].remove(action.idnumber)


class Tree(DataStoreTree):
    __branches__ = Branches
    __importer__ = Importer
    __template__ = Template
"""

Make = Callable[..., Run]
Claim = Callable[[Any], None]


class Remembering:
    """A plugin that remembers the runs it is told of."""

    def __init__(self) -> None:
        self.runs: list[Any] = []

    @hookimpl
    def dss_report(self, run: Any) -> None:
        """Remember it."""
        self.runs.append(run)


class Failing:
    """A plugin that cannot tell anybody."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    @hookimpl
    def dss_report(self, run: Any) -> None:
        """Fail."""
        raise self.error


@pytest.fixture(name="make")
def _make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Build the run of these syncs, given as pairs of tree names; `plugins` are asked for every tree."""

    def make(*syncs: tuple[str, str], **plugins: object) -> Run:
        module = f"stages_{next(_numbers)}"
        (tmp_path / f"{module}.py").write_text(TREES, encoding="utf-8")
        names = dict.fromkeys(itertools.chain.from_iterable(syncs))
        text = "".join(
            f'[trees.{name}]\ntree = "{module}/Tree"\nplugins = {[*plugins]}\n' for name in names
        ) + "".join(f'[[sync]]\nleft = "{left}"\nright = "{right}"\n' for left, right in syncs)
        (tmp_path / "dss.toml").write_text(text, encoding="utf-8")
        registry = Registry()
        for name, plugin in plugins.items():
            registry.register(name, plugin)
        return Run(tmp_path / "dss.toml", registry)

    monkeypatch.setattr(sys, "path", list(sys.path))
    return make


@pytest.mark.parametrize(
    ("syncs", "expected"),
    [
        ([("sis", "moodle"), ("sis", "ldap")], [["sync[0]", "sync[1]"]]),
        ([("sis", "moodle"), ("moodle", "ldap")], [["sync[0]"], ["sync[1]"]]),
        ([("sis", "moodle"), ("office", "moodle")], [["sync[0]"], ["sync[1]"]]),
        # what is read first and changed later is read as it was meant
        ([("sis", "moodle"), ("office", "sis")], [["sync[0]", "sync[1]"]]),
        (
            [("sis", "moodle"), ("sis", "office"), ("moodle", "ldap"), ("office", "ldap")],
            [["sync[0]", "sync[1]"], ["sync[2]"], ["sync[3]"]],
        ),
    ],
)
def test_what_reads_a_changed_tree_belongs_to_a_later_stage(
    make: Make, syncs: list[tuple[str, str]], expected: list[list[str]]
) -> None:
    """The order of the configuration stays; a stage ends where a sync reads what that stage changes."""
    with make(*syncs) as run:
        found = [[sync.name for sync in stage] for stage in run.stages()]

    assert found == expected


@pytest.mark.parametrize("second", [("moodle", "ldap"), ("office", "moodle")])
def test_a_plan_that_will_not_hold_is_not_carried_out(
    make: Make, second: tuple[str, str], claim: Claim
) -> None:
    """It says so in its notes; to apply it is refused before anything is written, and later too."""
    with make(("sis", "moodle"), second) as run:
        claim(run)
        run.plan()
        first, later = run.syncs

        assert first.plan is not None
        assert later.plan is not None
        assert first.plan.notes == []
        assert later.plan.notes[-1].startswith("sync[0] changes `moodle` before sync[1] comes")
        with pytest.raises(StateError, match=r"sync\[1\] was planned before sync\[0\] changes `moodle`"):
            run.apply()
        assert first.report is None
        run.apply(syncs=[first])
        with pytest.raises(StateError, match="stage by stage"):
            run.apply(syncs=[later])
        run.plan(syncs=[later])
        run.apply(syncs=[later])
        assert run.exit_code() is ExitCode.IN_STEP


def test_a_chain_is_in_step_after_one_run(make: Make, claim: Claim) -> None:
    """Each stage is planned from what the one before has left."""
    with make(("sis", "moodle"), ("moodle", "ldap")) as run:
        claim(run)
        for stage in run.stages():
            run.plan(syncs=stage)
            run.apply(syncs=stage)

        assert [one.idnumber for one in run.syncs[1].right.students] == ["1", "2"]
        assert [sync.plan.notes for sync in run.syncs if sync.plan] == [[], []]
        assert run.exit_code() is ExitCode.IN_STEP


def test_where_the_first_has_nothing_to_do_the_plan_of_the_second_holds(make: Make, claim: Claim) -> None:
    """Then nothing is said, and all may be applied at once."""
    with make(("twin", "moodle"), ("moodle", "ldap")) as run:
        run.plan()
        run.apply()

        assert [sync.plan.notes for sync in run.syncs if sync.plan] == [[], []]
        assert [one.idnumber for one in run.syncs[1].right.students] == ["1", "3"]
        assert run.exit_code() is ExitCode.IN_STEP


def test_plugins_are_told_once_of_a_run(make: Make) -> None:
    """However many syncs and trees use them, when the last sync has been applied."""
    plugin = Remembering()
    with make(("sis", "moodle"), ("moodle", "ldap"), ("sis", "office"), remembering=plugin) as run:
        told = []
        for stage in run.stages():
            run.plan(syncs=stage)
            run.apply(syncs=stage)
            told.append(len(plugin.runs))
        run.finish()

        assert told == [0, 1]
        assert plugin.runs == [run]


@pytest.mark.parametrize("error", [OSError("no mail server"), SystemExit(7)])
def test_a_plugin_that_fails_at_the_report_is_a_warning(
    make: Make, caplog: pytest.LogCaptureFixture, claim: Claim, error: BaseException
) -> None:
    """The others are told, and neither reports nor exit code are lost."""
    one, two = Remembering(), Remembering()
    with make(("sis", "moodle"), one=one, failing=Failing(error), two=two) as run:
        claim(run)
        run.plan()
        run.apply()

        assert one.runs == two.runs == [run]
        assert run.exit_code() is ExitCode.IN_STEP
        assert run.syncs[0].report is not None
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage().startswith("plugin `failing` failed in `dss_report`: ")
