"""Importers in each of the forms that an author may give them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, ClassVar, Self, assert_type

import pytest

from dss import Base, DataStoreBranch, DataStoreTree, DefaultImporter, Rows
from dss.errors import ConfigError, NotProvided
from dss.importers import (
    NATIVE,
    REFUSED,
    Changes,
    Given,
    Holder,
    Origin,
    Record,
    Records,
    Scope,
    opened,
    reads,
)

Branch = type[DataStoreBranch]


class Branches(DataStoreBranch):
    pass


class Students(Branches):
    __branchname__ = "students"


class Tree(DataStoreTree):
    __branches__ = Branches
    prefix = "s"
    students: type[Students]


class Yielding(DefaultImporter):
    """A generator of mappings; names its own tree, so that its attributes are known."""

    tree: Tree
    reads: ClassVar[dict[str, tuple[str, ...]]] = {"students": ()}

    def readin_branch(self, branch: Branch) -> Iterator[Record]:
        yield {"idnumber": f"{self.tree.prefix}1"}


class Positional(DefaultImporter):
    def readin_branch(self, branch: Branch) -> Rows:
        return Rows(("idnumber", "name"), [("s1", "Ada")])


class Opening(DefaultImporter):
    """Enters something around the whole tree, and something else around each branch."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @contextmanager
    def readin_branch(self, branch: Branch) -> Iterator[Rows]:
        yield Rows(["idnumber"], iter([("s1",)]))


class Making(DefaultImporter):
    def readin_branch(self, branch: Branch) -> None:
        branch.make("s1")


class Either(DefaultImporter):
    """Everything else that an importer may define, with the steps that a record passes."""

    def readin_branch(self, branch: Branch) -> Given:
        if branch.__name__ != "students":
            raise NotProvided("only students")
        return [{"idnumber": "s1", "name": "Ada"}, {"idnumber": "s2", "name": "Ben"}]

    def readin_items(
        self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS
    ) -> Iterator[dict[str, Any]]:
        for idnumber in idnumbers:
            yield {"idnumber": idnumber, NATIVE: 7, REFUSED: "a guest" if scope is Scope.ALL else None}

    def readin_changes(self, branch: Branch, since: str | None) -> Changes:
        return Changes({"s1"}, mark="7")

    def trace(self, branch: Branch, idnumber: str) -> Iterator[Origin]:
        yield Origin("name", "Ada", "line 1", taken=True)

    def find_holders(self, branch: Branch, attribute: str, values: Collection[object]) -> list[Holder]:
        return [Holder("ada", 5, idnumber="s1")]

    def filter_out(self, *, name: str, **record: Any) -> bool:
        return name == "Ben"

    def preprocess(self, record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "name": record["name"].upper()}

    def resolve_duplicate(self, old: Base, record: dict[str, Any]) -> Base:
        return old


@pytest.mark.parametrize("importer", [Yielding, Positional, Opening, Making, Either])
def test_every_form_of_an_importer_reads(importer: type[DefaultImporter]) -> None:
    """A generator, `Rows`, a context manager, `make` and a list of mappings come to the same branch."""
    tree = +type("Read", (Tree,), {"__importer__": importer})()

    assert list(tree.students.keys()) == ["s1"]


def test_an_importer_answers_what_it_says() -> None:
    """The base class says what each question gives; a subclass may say it more exactly."""
    tree = Tree()
    base, own, students = DefaultImporter(tree), Either(tree), tree.students

    assert_type(base.tree, DataStoreTree)
    assert_type(Yielding(tree).tree, Tree)
    assert_type(base.readin_items(students, ["s1"]), Records)
    assert_type(base.readin_changes(students, None), Changes | None)
    assert_type(own.readin_changes(students, None), Changes)
    assert_type(base.trace(students, "s1"), Iterable[Origin])
    assert_type(base.find_holders(students, "username", ["ada"]), Iterable[Holder])
    with pytest.raises(NotProvided):
        assert_type(base.readin_branch(students), Given)
    with opened(own.readin_branch(students)) as records:
        assert_type(records, Records | None)

    assert [one.value for one in own.trace(students, "s1")] == ["Ada"]


def test_an_importer_of_another_shape_is_refused() -> None:
    """Plain tuples without `Rows`, an awaitable, and fewer arguments are no importer's."""

    class Tuples(DefaultImporter):
        def readin_branch(self, branch: Branch) -> list[tuple[str, ...]]:  # type: ignore[override]
            return [("s1",)]

    class Awaited(DefaultImporter):
        async def readin_branch(self, branch: Branch) -> list[Record]:  # type: ignore[override]
            return []

    class Forgetful(DefaultImporter):
        def readin_items(self, branch: Branch) -> list[Record]:  # type: ignore[override]
            return []

    assert not issubclass(Tuples, Awaited | Forgetful)


def test_rows_are_tuples_with_names() -> None:
    """`Rows` gives mappings; lists in the place of tuples, and names that are no texts, are refused."""
    rows = Rows(("idnumber", "name"), [("s1", "Ada")])

    assert_type(rows.fields, tuple[str, ...])
    assert_type(rows.named(("s1", "Ada")), dict[str, Any])
    assert [assert_type(row, dict[str, Any]) for row in rows] == [{"idnumber": "s1", "name": "Ada"}]
    Rows(["idnumber"], [["s1"]])  # type: ignore[list-item]
    with pytest.raises(ConfigError):
        Rows([1, 2], [])  # type: ignore[list-item]


def test_reads_names_branches_by_text() -> None:
    """`@reads` takes names, not classes."""
    with pytest.raises(TypeError):
        reads(*3)  # type: ignore[misc]
    reads(Students)  # type: ignore[arg-type]
