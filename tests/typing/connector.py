"""A connector in one module, as an author writes it who lets mypy be strict: everything that one may provide.

It is checked twice: with the settings of this workspace, and by itself as a stranger's project (`test_connector.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import attrs

from dss import (
    Action,
    Base,
    DataStoreBranch,
    DataStoreTree,
    DefaultImporter,
    DefaultTemplate,
    Result,
    Undo,
    handler,
    hookimpl,
    key,
    marks,
    school,
)
from dss.capabilities import Capability, Finding
from dss.errors import NotProvided, ReadError, TemporaryError
from dss.importers import Changes, Given, Holder, Origin, Record, Rows, Scope
from dss.recording import Recording, in_place_of_client
from dss.rehearsal import Rehearsal
from dss.report import Report
from dss.runner import Run
from dss.secrets import Secret, SecretUrl
from dss.sources import Source
from dss.store import NATIVE

SHELVES: dict[str, dict[str, dict[str, Any]]] = {"readers": {}, "loans": {}}


class Client:
    """The library's own interface; this one keeps everything in memory."""

    def all(self, kind: str) -> Iterator[dict[str, Any]]:
        yield from SHELVES[kind].values()

    def one(self, kind: str, number: str) -> dict[str, Any] | None:
        return SHELVES[kind].get(number)

    def put(self, kind: str, number: str, record: Mapping[str, Any]) -> None:
        SHELVES[kind][number] = {**SHELVES[kind].get(number, {}), "id": number, **record}

    def close(self) -> None: ...


class DryClient:
    """What stands in the client's place in a dry run."""

    def __init__(self, real: Client, rehearsal: Rehearsal) -> None:
        self._real = real
        self._recording = Recording(rehearsal, real.one)

    def all(self, kind: str) -> Iterator[dict[str, Any]]:
        return self._recording.list(kind, self._real.all(kind))

    def one(self, kind: str, number: str) -> dict[str, Any] | None:
        return self._recording.get(kind, number)

    def put(self, kind: str, number: str, record: Mapping[str, Any]) -> None:
        if self._recording.update(kind, number, record, f"PATCH /{kind}/{{id}}") is None:
            self._recording.create(kind, {"id": number, **record}, f"POST /{kind}")


@attrs.define(eq=False)
class Reader(school.Student):
    """A model of the school's vocabulary with a field more."""

    card: str | None = attrs.field(default=None, metadata=marks(unique="cards"))


class Loan(Base):
    """A model of any attributes."""

    book: str
    reader: str


class LibraryBranches(DataStoreBranch):
    """Base of the branches; says which tree they belong to."""

    tree: ClassVar[LibraryTree]

    @classmethod
    def refusal(cls, attribute: str, value: object) -> str | None:
        return "too long" if attribute == "card" and len(str(value)) > cls.tree.options.card_length else None

    @classmethod
    def protection(cls, idnumber: str) -> str | None:
        return "the librarian" if idnumber == "0" else None


class Readers(school.Students, LibraryBranches):
    """A branch of the school's vocabulary with a model of our own."""

    klass = Reader
    capabilities = frozenset({Capability.READ, Capability.CREATE, Capability.UPDATE})

    def will_make_new(cls, idnumber: str) -> None: ...

    def did_make_new(cls, item: Reader) -> None:
        item.enabled = True if item.enabled is None else item.enabled


class Loans(LibraryBranches):
    """A branch of our own."""

    __branchname__ = "loans"
    klass = Loan
    refers_to: ClassVar[school.References] = {"reader": ("students",)}
    key_of = ("book", "reader")
    attributes = ("book", "reader")
    flow: ClassVar[Mapping[str, str]] = {"book": "create_only"}
    parent = "reader"


class LibraryImporter(DefaultImporter):
    """Reads one branch as `Rows`, the other as a generator."""

    tree: LibraryTree
    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {"loans": ("students",)}

    def readin_branch(self, branch: type[DataStoreBranch]) -> Given:
        if branch.__branchname__ == "students":
            return Rows(("idnumber", "card", NATIVE), self._readers())
        if branch.__branchname__ == "loans":
            return self._loans()
        raise NotProvided(f"the library has no `{branch.__branchname__}`")

    def _readers(self) -> Iterator[tuple[Any, ...]]:
        for record in self.tree.client.all("readers"):
            yield record["id"], record["card"], record["id"]

    def _loans(self) -> Iterator[Record]:
        for record in self.tree.client.all("loans"):
            if "book" not in record:
                raise ReadError("a loan without a book")
            yield {"idnumber": key(record["book"], record["reader"]), **record}

    def readin_items(
        self, branch: type[DataStoreBranch], idnumbers: Collection[str], scope: Scope = Scope.OURS
    ) -> Iterable[Record]:
        return super().readin_items(branch, idnumbers, scope) if scope is Scope.OURS else ()

    def readin_changes(self, branch: type[DataStoreBranch], since: str | None) -> Changes | None:
        return None if since is None else Changes((), since)

    def trace(self, branch: type[DataStoreBranch], idnumber: str) -> Iterator[Origin]:
        yield Origin("card", "A7", "column card")

    def find_holders(
        self, branch: type[DataStoreBranch], attribute: str, values: Collection[Any]
    ) -> Iterator[Holder]:
        yield from (Holder(one["card"], one["id"]) for one in self.tree.client.all("readers"))


class LibraryTemplate(DefaultTemplate):
    """Handlers for one action, for one record, and for many."""

    tree: LibraryTree

    def new_students(self, action: Action) -> Result:
        reader: Reader = action.right
        self.tree.client.put("readers", action.idnumber, {"card": reader.card})
        return action.done(native=action.idnumber)

    @handler(undo=Undo.PARTLY)
    def update_students_card(self, action: Action) -> None:
        if self.tree.client.one("readers", action.idnumber) is None:
            raise TemporaryError("somebody else has it open")
        self.tree.client.put("readers", action.idnumber, {"card": action.wanted})

    @handler(per="record", undo=Undo.NOT)
    def update_students(self, actions: list[Action]) -> Iterator[Result]:
        yield from (action.dropped("only cards are kept here") for action in actions)

    @handler(bulk=100)
    def new_loans(self, actions: Sequence[Action]) -> list[Result]:
        for action in actions:
            loan: Loan = action.right
            self.tree.client.put("loans", action.idnumber, {"book": loan.book, "reader": loan.reader})
        return [action.done() for action in actions]


class LibraryTree(DataStoreTree):
    """The library; its importer is declared, so that a subclass may have one of another kind."""

    __branches__ = LibraryBranches
    __importer__: ClassVar[str | type[DefaultImporter] | None] = LibraryImporter
    __template__ = LibraryTemplate

    capabilities = frozenset({Capability.READ, Capability.CREATE, Capability.DRY_RUN})

    @attrs.frozen
    class Options(DataStoreTree.Options):
        """What can be configured."""

        url: SecretUrl = attrs.field(default=SecretUrl("memory:"), metadata={"help": "where it is"})
        token: Secret | None = attrs.field(default=None, metadata={"help": "what opens it"})
        card_length: int = attrs.field(default=8, metadata={"help": "of a card's number", "fill_in": True})

    options: Options
    students: type[Readers]
    loans: type[Loans]

    def open_client(self) -> Client:
        return Client()

    @property
    def client(self) -> Client:
        """The connection, by its type."""
        client: Client = super().client
        return client

    def check(self) -> Iterator[Finding]:
        yield Finding("ok", f"{len(SHELVES['readers'])} readers")

    def identity(self) -> str:
        return f"library {self.options.url}"

    def sources(self) -> list[Source]:
        return [Source("readers", digest=str(len(SHELVES["readers"])))]

    @contextmanager
    def rehearsal(self) -> Iterator[Rehearsal]:
        with in_place_of_client(self, DryClient) as rehearsal:
            yield rehearsal

    @contextmanager
    def batch(self) -> Iterator[None]:
        yield

    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str:
        return f"x{idnumber}"

    def after_run(self) -> list[str]:
        return []


@hookimpl
def dss_register_trees() -> list[type[DataStoreTree]]:
    """The tree `LibraryTree`."""
    return [LibraryTree]


@hookimpl
def dss_register_branches() -> Sequence[type[DataStoreBranch]]:
    """Readers, then loans."""
    return [Readers, Loans]


@hookimpl
def dss_register_models() -> list[type]:
    """The models of both branches."""
    return [Reader, Loan]


@hookimpl
def dss_register_templates() -> tuple[type[LibraryTemplate], ...]:
    """The one template."""
    return (LibraryTemplate,)


@hookimpl(tryfirst=True)
def dss_readin_branch(tree: DataStoreTree, branch: type[DataStoreBranch]) -> Given:
    """Leave every branch to the importer."""
    return None


@hookimpl
def dss_compare(left: type[DataStoreBranch], right: type[DataStoreBranch]) -> Iterable[Action] | None:
    """Leave it to the core."""
    return None


@hookimpl
def dss_handle_actions(actions: Sequence[Action]) -> Iterable[Result] | None:
    """Leave it to the template, not caring for whose tree."""
    return None


@hookimpl(trylast=True)
def dss_sync(left: DataStoreTree, right: DataStoreTree) -> Report | None:
    """Leave it to the core."""
    return None


@hookimpl
def dss_report(run: Run) -> None:
    """Note what a run ended with."""
    SHELVES["reports"] = {"last": {"code": int(run.exit_code())}}
