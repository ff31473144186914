"""Connectors made otherwise than most, and rightly all the same: the kit holds for them, or says clearly why not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
from core.tests.testing.odd import failing
from core.tests.testing.roster.importer import Branch, Importer
from core.tests.testing.roster.template import Template
from core.tests.testing.roster.tree import Tree
from core.tests.testing.sound import SoundSuite, connector, module

from dss import hookimpl
from dss.actions import Action, Result
from dss.branches import DataStoreBranch
from dss.capabilities import Capability, Finding
from dss.errors import NotProvided
from dss.importers import DefaultImporter, Given
from dss.testing import Record, SourceSuite, System, Wire
from dss.tree import DataStoreTree

READ = frozenset({Capability.READ})


class ReadTree(Tree):
    """A roster that is only read."""

    capabilities = READ
    rehearsal = DataStoreTree.rehearsal
    spare_value = DataStoreTree.spare_value
    sources = DataStoreTree.sources


class ReadImporter(Importer):
    """Reads a branch, and can do nothing else."""

    readin_items = DefaultImporter.readin_items
    readin_changes = DefaultImporter.readin_changes
    find_holders = DefaultImporter.find_holders
    trace = DefaultImporter.trace  # type: ignore[assignment]


def reading(tree: type[Tree] = ReadTree, importer: type[Importer] = ReadImporter) -> Any:
    """A connector that only reads."""
    made = connector(tree=tree, importer=importer)
    made.dss_register_trees()[0].__template__ = None
    return made


class ReadSuite(SourceSuite):
    """Only read, and of its branches only one is looked at, which refers to another."""

    connector = reading()
    branches = ("groups",)
    read_calls = ("rows",)


def test_a_source_needs_nothing_but_reading(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No template, no look-up of its own: all that is asked of a source holds."""
    failed = failing(ReadSuite, tmp_path, caplog)

    assert not failed


class Yielding(ReadImporter):
    """`readin_branch` is a generator."""

    def readin_branch(self, branch: Branch) -> Iterator[Any]:
        self.known(branch)
        for row in self.found(branch, "origin = 'ours'", ()):
            yield dict(zip(self.fields(branch), row, strict=True))


READING = (
    "test_reading_gives_what_is_there",
    "test_records_are_mappings_or_rows",
    "test_keys_are_unique_and_normal",
    "test_one_tree_can_be_read_again",
    "test_an_empty_system_has_no_records",
    "test_a_branch_it_does_not_have_is_not_provided",
    "test_records_read_by_key_are_those_of_a_full_read",
    "test_many_keys_are_read_at_once",
    "test_a_read_that_breaks_is_an_error",
    "test_a_reading_that_fails_tells_no_values",
    "test_what_is_declared_is_there",
    "test_what_is_there_is_declared",
)
"""What depends on how an importer gives its records."""


class YieldingSuite(ReadSuite):
    connector = reading(importer=Yielding)


def test_an_importer_may_be_a_generator(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What it raises comes at the first record only, and is caught all the same."""
    failed = failing(YieldingSuite, tmp_path, caplog, only=READING)

    assert not failed


class Making(ReadImporter):
    """Calls `branch.make` itself."""

    def readin_branch(self, branch: Branch) -> Given:
        for record in Yielding.readin_branch(self, branch):  # type: ignore[arg-type]
            branch.make(**{name: value for name, value in record.items() if not name.startswith("_")})
        return None


class MakingSuite(ReadSuite):
    connector = reading(importer=Making)


def test_an_importer_may_make_the_items_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It reads as any other; what it gives by key it has to give itself."""
    failed = failing(MakingSuite, tmp_path, caplog, only=READING)

    assert {name.partition("[")[0] for name in failed} == {
        "test_records_read_by_key_are_those_of_a_full_read"
    }
    assert all("`readin_items`" in said for said in failed.values())


def hooked(tree: DataStoreTree, branch: Branch) -> Any:
    """Reads for a tree that has no importer."""
    return Yielding(tree).readin_branch(branch)


@hookimpl
def dss_readin_branch(tree: DataStoreTree, branch: Branch) -> Any:
    """What a plugin answers."""
    return hooked(tree, branch)


class HookSuite(ReadSuite):
    connector = reading()


HookSuite.connector.dss_register_trees()[0].__importer__ = None
HookSuite.connector.dss_readin_branch = dss_readin_branch


def test_a_connector_may_read_by_a_hook(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A tree without importer is read by its connector's hook, and has nothing that reads by key."""
    failed = failing(HookSuite, tmp_path, caplog, only=READING)

    assert not failed


class DeclaresLookUp(ReadTree):
    capabilities = READ | {Capability.LOOKUP}


class HookWithLookUpSuite(ReadSuite):
    connector = reading(tree=DeclaresLookUp)


HookWithLookUpSuite.connector.dss_register_trees()[0].__importer__ = None
HookWithLookUpSuite.connector.dss_readin_branch = dss_readin_branch


def test_what_needs_an_importer_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A hook reads whole branches only; who declares more hears what is missing."""
    failed = failing(HookWithLookUpSuite, tmp_path, caplog, only=READING)

    assert {name.partition("[")[0] for name in failed} == {
        "test_what_is_declared_is_there",
        "test_many_keys_are_read_at_once",
        "test_records_read_by_key_are_those_of_a_full_read",
    }
    assert all("importer" in said and "NoneType" not in said for said in failed.values())


# -- writing by a hook ---------------------------------------------------------------------------------------------


@hookimpl
def dss_handle_actions(tree: DataStoreTree, actions: Sequence[Action]) -> list[Result]:
    """Answers a whole batch, by way of the handlers."""
    return list(reversed(list(tree.template.handle(actions))))


class HandlingSuite(SoundSuite):
    connector = connector()
    branches = ("seats",)


HandlingSuite.connector.dss_handle_actions = dss_handle_actions


class AllInOne(Template):
    """Takes every action in one method."""

    def handle(self, actions: Sequence[Action]) -> Iterator[Result]:
        yield from super().handle(actions)


class AllInOneSuite(SoundSuite):
    connector = connector(template=AllInOne)
    branches = ("groups",)


WRITTEN = (
    "test_what_is_declared_is_there",
    "test_what_is_there_is_declared",
    "test_new_records_are_written",
    "test_updates_are_written",
    "test_a_dry_run_writes_nothing",
    "test_one_bad_record_takes_no_other_down",
    "test_a_transaction_that_fails_leaves_nothing",
)


@pytest.mark.parametrize("kind", [HandlingSuite, AllInOneSuite])
def test_a_connector_may_handle_batches_itself(
    kind: type[SoundSuite], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By a hook, or by a template that takes all actions in one method."""
    failed = failing(kind, tmp_path, caplog, only=WRITTEN)

    assert not failed


# -- models without annotations, and a tree without a client -------------------------------------------------------


class Slips(DataStoreBranch):
    """Slips of paper, whose items take any attribute."""

    __branchname__ = "slips"


class Drawer(System):
    """Slips of paper in a table."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "slips.db"
        self._do("CREATE TABLE slips (number TEXT PRIMARY KEY, text TEXT)")

    def _do(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")
            return connection.execute(statement, values).fetchall()

    def options(self) -> Mapping[str, Any]:
        """None: the drawer stands where the configuration is."""
        return {}

    def seed(self, branch: str, records: Sequence[Record]) -> None:
        """Put slips there."""
        for one in records:
            self._do("INSERT OR REPLACE INTO slips VALUES (?, ?)", [one["idnumber"], one.get("text")])

    def read_back(self, branch: str) -> Iterable[Record]:
        """All slips."""
        return [{"idnumber": one, "text": text} for one, text in self.dump()]

    def dump(self) -> list[tuple[Any, ...]]:
        """All slips."""
        return self._do("SELECT * FROM slips ORDER BY 1")


class SlipImporter(DefaultImporter):
    """Opens the drawer by itself, each time."""

    def readin_branch(self, branch: Branch) -> Given:
        if branch.__branchname__ != "slips":
            raise NotProvided("slips only")
        return self.slips()

    def slips(self) -> Iterator[dict[str, Any]]:
        """Slip by slip."""
        with closing(sqlite3.connect(self.tree.config_folder / "slips.db")) as connection:
            for number, text in read(connection):
                yield {"idnumber": number, "text": text}


def read(connection: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """What every reading of a drawer goes through."""
    yield from connection.execute("SELECT * FROM slips").fetchall()


class SlipTree(DataStoreTree):
    """A drawer: no client, no options, no template."""

    __importer__ = SlipImporter
    capabilities = READ
    kinds: ClassVar[Sequence[type[DataStoreBranch]]] = (Slips,)

    def _declared_branches(self) -> list[type[DataStoreBranch]]:
        return list(self.kinds)

    def identity(self) -> str:
        return str(self.config_folder)

    def check(self) -> Iterable[Finding]:
        return [Finding("ok", "is there")]


class SlipSuite(SourceSuite):
    """The author says what a slip is, since no model does."""

    connector = module(dss_register_trees=[SlipTree], dss_register_branches=[Slips])
    many = 200

    def record(self, branch: str, number: int) -> dict[str, Any]:
        """A slip."""
        return {"idnumber": f"slip-{number}", "text": f"text {number}"}


def test_a_tree_may_have_no_client(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its readings cannot be broken, so the kit says where to let the wire in; all else holds."""
    failed = failing(SlipSuite, tmp_path, caplog, Drawer)

    assert failed.keys() == {"test_a_read_that_breaks_is_an_error[slips]"}
    assert "has no client" in failed["test_a_read_that_breaks_is_an_error[slips]"]


class SlipSuiteWithTap(SlipSuite):
    """The author lets the wire in where the importer reads."""

    def tap(self, client: Any, wire: Wire) -> None:
        """Stand in the place of the one function that reads."""
        assert client is None
        wire.is_tapped = True

        def watched(connection: sqlite3.Connection) -> Any:
            wire.after(wire.before("read", writes=False))
            return wire.items(plain(connection))

        globals()["read"] = watched


plain = read


def test_a_tree_without_client_may_be_tapped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """`tap` is called with None."""
    try:
        failed = failing(SlipSuiteWithTap, tmp_path, caplog, Drawer, only=READING)
    finally:
        globals()["read"] = plain

    assert not failed


class Forgotten(SlipSuiteWithTap):
    """Its author has given no samples."""

    def record(self, branch: str, number: int) -> dict[str, Any]:
        """What the kit makes of a model that says nothing."""
        return SourceSuite.record(self, branch, number)


def test_a_model_that_says_nothing_has_bare_samples(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An idnumber and no more: the checks hold, and the one at one look tells that nothing was tried."""
    failed = failing(Forgotten, tmp_path, caplog, Drawer, only=READING)

    assert failed.keys() == {"test_reading_gives_what_is_there[slips]"}
    assert "`record`" in failed["test_reading_gives_what_is_there[slips]"]
