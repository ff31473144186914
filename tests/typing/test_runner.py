"""A run, as somebody calls it from a program of their own instead of by `dss-run`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import assert_type

import pytest

from dss import Action, DataStoreBranch, DataStoreTree, DefaultImporter, DefaultTemplate
from dss.capabilities import Finding
from dss.config import Config, load_config
from dss.errors import DssError
from dss.exit_codes import ExitCode
from dss.holding import Hold
from dss.importers import Record
from dss.plan import Plan
from dss.registry import Registry
from dss.report import Report
from dss.runner import Run
from dss.stages import Ready, Sync

CONFIG = """
[trees.school]
tree = "tests.typing.test_runner/School"

[trees.target]
tree = "tests.typing.test_runner/Target"

[[sync]]
left = "school"
right = "target"
"""


class Branches(DataStoreBranch):
    pass


class Students(Branches):
    __branchname__ = "students"


class School(DataStoreTree):
    __branches__ = Branches

    class __importer__(DefaultImporter):
        def readin_branch(self, branch: type[DataStoreBranch]) -> list[Record]:
            return [{"idnumber": "1"}] if self.tree.name == "school" else []


class Target(School):
    class __template__(DefaultTemplate):
        def new(self, action: Action) -> None: ...


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    """The configuration's file."""
    path = tmp_path / "dss.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def tell(sentence: str) -> None:
    """A user's function that is told of each step."""


def count(sync: Sync, actions: int) -> int:
    """A user's function that is told of each batch; what it returns is nobody's concern."""
    return actions


def test_a_run_says_what_each_step_gives(file: Path) -> None:
    """Checked, planned and applied, with all that can be asked between."""
    with Run(file) as run:
        assert_type(run, Run)
        assert_type(run.config, Config)
        assert_type(run.registry, Registry)
        assert_type(run.trees(), Iterator[DataStoreTree])
        assert_type(run.stages(), list[list[Sync]])
        assert_type(run.check(), Iterator[tuple[str, Finding]])
        assert_type(run.plan(told=tell), list[Sync])
        assert_type(run.missing_handlers(), list[str])
        assert run.exit_code() is ExitCode.CHANGES
        (sync,) = run.syncs
        assert_type(sync.plan, Plan | None)
        assert_type(sync.holds, list[Hold])
        assert_type(sync.ready, Ready)
        assert_type(sync.report, Report | None)
        assert [assert_type(action, Action).idnumber for action in sync.ready] == ["1"]
        assert_type(run.approve(list(sync.ready)), None)
        assert_type(run.apply(count), list[Sync])
        assert_type(run.is_stopped, bool)
        assert_type(run.exit_code(), ExitCode)
        assert sync.report is not None
        assert str(sync.report) == "1 done"


def test_a_run_is_made_of_a_configuration_and_asked_by_keyword(file: Path) -> None:
    """What is no configuration is refused; the functions that are told take what they are told."""
    config = load_config(file)

    assert_type(config, Config)
    with pytest.raises(TypeError):
        Run({"sync": []})  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Run()  # type: ignore[call-arg]
    with Run(config) as run:
        with pytest.raises(TypeError):
            run.plan(told=count)  # type: ignore[arg-type]
        with pytest.raises(DssError):
            run.plan(["pupils"])
        run.apply(tell, syncs=())  # type: ignore[arg-type]
