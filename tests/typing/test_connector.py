"""The connector of `connector.py`: mypy takes it as a project of its own, and it does what its types say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import assert_type

import pytest
from tests.typing import connector
from tests.typing.connector import Client, LibraryTree, Loans, Reader, Readers

from dss import DataStoreBranch, DefaultImporter
from dss.dry_run import rehearse
from dss.importers import Record
from dss.registry import Registry
from dss.rehearsal import Rehearsal
from dss.report import Report
from dss.runner import Run

CONFIG = """
[trees.library]
connector = "library"
card_length = 4

[trees.desk]
tree = "tests.typing.test_connector/Desk"

[[sync]]
left = "desk"
right = "library"
"""


class DeskImporter(DefaultImporter):
    """Reads one reader and one loan."""

    def readin_branch(self, branch: type[DataStoreBranch]) -> list[Record]:
        if branch.__name__ == "students":
            return [{"idnumber": "1", "card": "A7"}]
        return [{"idnumber": "Emma|1", "book": "Emma", "reader": "1"}]


class Desk(LibraryTree):
    """The same branches, read from somewhere else."""

    __importer__ = DeskImporter


@pytest.fixture(autouse=True)
def _empty_shelves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with an empty library."""
    monkeypatch.setattr(connector, "SHELVES", {"readers": {}, "loans": {}})


@pytest.fixture(name="desk")
def _desk() -> Desk:
    """What the library needs."""
    return +Desk(name="desk")


@pytest.mark.slow
def test_a_strict_project_of_its_own_has_no_trouble(tmp_path: Path) -> None:
    """An author whose mypy is strict needs no ignore: `py.typed` is found, and decorators leave types alone."""
    shutil.copy(Path(connector.__file__), tmp_path / "connector.py")
    strict = ["--strict", "--extra-checks", "--warn-unreachable", "--config-file=", "--cache-dir=cache"]

    done = subprocess.run(
        [sys.executable, "-m", "mypy", *strict, "connector.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("Success: no issues found in 1 source file\n", "")


def test_its_own_types_reach_its_handlers(desk: Desk) -> None:
    """Options, client and branches of the author's tree are known by the types that it declares."""
    reader: Reader = desk.students["1"]

    assert_type(desk.client, Client)
    assert_type(desk.options, LibraryTree.Options)
    assert_type(desk.options.card_length, int)
    assert_type(desk.students, type[Readers])
    assert_type(desk.loans.tree, LibraryTree)
    assert_type(desk.spare_value("students", "card", "1"), str)
    with desk.batch() as nothing:
        assert_type(nothing, None)
    with pytest.raises(AttributeError):
        desk.options.card_lenght  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        desk.client.drop("readers")  # type: ignore[attr-defined]

    assert (reader.card, reader.enabled) == ("A7", True)


def test_it_writes_and_reads_again(desk: Desk) -> None:
    """What is carried out on the library is there when it is read again."""
    library = +LibraryTree(name="library")

    report = desk >> library
    again = +LibraryTree(name="again")

    assert str(report) == "2 done"
    assert (list(again.students.keys()), list(again.loans.keys())) == (["1"], ["Emma|1"])
    assert (Loans.klass, again.loans["Emma|1"].book) == (connector.Loan, "Emma")


def test_a_dry_run_of_it_writes_nothing(desk: Desk) -> None:
    """The real handlers speak to the client that stands in."""
    library = +LibraryTree(name="library")

    report, rehearsal = rehearse(library, list(desk - library))

    assert_type(report, Report)
    assert_type(rehearsal, Rehearsal)
    assert [call.text for call in rehearsal.calls] == [
        "POST /readers: id, card",
        "POST /loans: id, book, reader",
    ]
    assert connector.SHELVES == {"readers": {}, "loans": {}}


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Iterator[Run]:
    """A run of a configuration that names the connector."""
    registry = Registry()
    registry.register("library", connector)
    (tmp_path / "dss.toml").write_text(CONFIG, encoding="utf-8")
    with Run(tmp_path / "dss.toml", registry) as run:
        yield run


def test_it_can_be_configured(run: Run) -> None:
    """A registered plugin is a connector; its options come from the file, its hooks are called."""
    run.plan()
    run.apply()

    assert run.syncs[0].right.options.card_length == 4
    assert connector.SHELVES["reports"] == {"last": {"code": 0}}
