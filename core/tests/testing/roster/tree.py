"""The connector's tree, its branches and their models; it declares all that can be declared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ClassVar

import attrs
from core.tests.testing.roster.client import Client
from core.tests.testing.roster.system import COLUMNS

from dss.branches import DataStoreBranch
from dss.capabilities import Capability, Finding
from dss.models import Overridable
from dss.rehearsal import Rehearsal
from dss.school import Person
from dss.secrets import Secret
from dss.sources import Source
from dss.tree import DataStoreTree

ALL = frozenset(Capability)


@attrs.define(eq=False)
class Group(Overridable):
    """A group, and who is in it."""

    idnumber: str
    name: str | None = None
    members: frozenset[str] | None = None


@attrs.define(eq=False)
class Seat(Overridable):
    """Somebody's seat in a group."""

    idnumber: str
    group: str | None = None
    person: str | None = None
    role: str | None = None


class People(DataStoreBranch):
    """People."""

    __branchname__ = "people"
    klass = Person
    people = True


class Groups(DataStoreBranch):
    """Groups."""

    __branchname__ = "groups"
    klass = Group
    refers_to: ClassVar[dict[str, str]] = {"members": "people"}


class Seats(DataStoreBranch):
    """Seats, known by whose they are."""

    __branchname__ = "seats"
    klass = Seat
    refers_to: ClassVar[dict[str, str]] = {"group": "groups", "person": "people"}
    key_of = ("group", "person")
    parent = "group"
    witnesses = (("group", "person"),)


@attrs.frozen(kw_only=True)
class Options(DataStoreTree.Options):
    """Which roster."""

    path: Path = attrs.field(converter=Path, metadata={"help": "The roster's file."})
    password: Secret = attrs.field(metadata={"help": "What opens it."})


class Tree(DataStoreTree):
    """One roster."""

    __importer__ = "core.tests.testing.roster.importer/Importer"
    __template__ = "core.tests.testing.roster.template/Template"

    Options: ClassVar[type[DataStoreTree.Options]] = Options
    capabilities: ClassVar[frozenset[Capability]] = ALL
    kinds: ClassVar[Sequence[type[DataStoreBranch]]] = (People, Groups, Seats)
    opens: ClassVar[type[Client]] = Client

    def _declared_branches(self) -> list[type[DataStoreBranch]]:
        return list(self.kinds)

    def open_client(self) -> Client:
        """Open the roster."""
        return self.opens(self.options.path, self.options.password.reveal())

    def identity(self) -> str:
        """Which roster this is."""
        return f"roster {self.options.path}"

    def check(self) -> Iterable[Finding]:
        """Whether it can be reached."""
        ((count,),) = self.client.rows("SELECT count(*) FROM people")
        yield Finding("ok", f"{count} people")

    def sources(self) -> Iterable[Source]:
        """The roster, known by all that stands in it."""
        digest = hashlib.sha256()
        for table in (*COLUMNS, "members"):
            for row in self.client.rows(f"SELECT * FROM {table} ORDER BY 1, 2"):
                digest.update(repr(row).encode())
        return [Source("roster", digest.hexdigest())]

    def batch(self) -> AbstractContextManager[object]:
        """One transaction."""
        client: Client = self.client
        return client.batch()

    def rehearsal(self) -> AbstractContextManager[Rehearsal]:
        """One transaction around a dry run."""
        client: Client = self.client
        return client.rehearsing()

    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        """A username that nobody has."""
        return f"spare {idnumber}"
