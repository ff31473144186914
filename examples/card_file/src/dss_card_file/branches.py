"""The tree of one card file, and its branches in the order in which their records have to be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ClassVar

from dss.branches import DataStoreBranch
from dss.errors import DssError
from dss.rehearsal import Rehearsal
from dss.tree import Capability, DataStoreTree, Finding
from dss_card_file import config, models
from dss_card_file.client import TABLES, Client

ALL = frozenset(Capability) - {Capability.SOURCES}
"""All but one: it is a living database, of which nobody could tell that it is an old one."""


class CardFileBranches(DataStoreBranch):
    """Base of the branches; without a name of its own it is none."""


class Readers(CardFileBranches):
    """Who may borrow books."""

    __branchname__ = "readers"
    klass = models.Reader
    people = True


class Groups(CardFileBranches):
    """Groups, and who of our readers is in them."""

    __branchname__ = "groups"
    klass = models.Group
    refers_to: ClassVar[dict[str, str]] = {"members": "readers"}


class Books(CardFileBranches):
    """Books that the school owns; a book in the file is the same one when its title agrees too."""

    __branchname__ = "books"
    klass = models.Book
    witnesses = (("title",),)


class Loans(CardFileBranches):
    """Which reader has which book; the library program writes down no changes of these."""

    __branchname__ = "loans"
    klass = models.Loan
    refers_to: ClassVar[dict[str, str]] = {"reader": "readers", "book": "books"}
    key_of = ("reader", "book")
    parent = "reader"
    witnesses = (("reader", "book"),)
    capabilities = ALL - {Capability.DELTA}


class CardFileTree(DataStoreTree):
    """One card file."""

    __branches__ = CardFileBranches
    __importer__ = "dss_card_file.importer/CardFileImporter"
    __template__ = "dss_card_file.templates/CardFileTemplate"

    Options: ClassVar[type[DataStoreTree.Options]] = config.Options
    capabilities: ClassVar[frozenset[Capability]] = ALL

    @property
    def path(self) -> Path:
        """The database; a relative path counts from the folder of the configuration."""
        return Path(self.config_folder, self.options.path).resolve()

    def open_client(self) -> Client:
        """Open the database; called once, at the first use of `self.client`."""
        return Client(self.path)

    def identity(self) -> str:
        """Which card file this is."""
        return f"card_file {self.path}"

    def check(self) -> Iterable[Finding]:
        """For `dss-run check`: whether the tables are there, and can be written."""
        return list(self._findings())

    def _findings(self) -> Iterator[Finding]:
        try:
            for branch, table in TABLES.items():
                query = f"SELECT count(*) FROM {table.name} WHERE origin = ?"
                ((count,),) = self.client.rows(query, [self.options.origin])
                yield Finding("ok", f"{count} {branch} of ours")
        except DssError as error:
            yield Finding("error", str(error))
            return
        try:
            with self.client.rehearsing():
                yield Finding("ok", "can be written")
        except DssError as error:
            yield Finding("warning", f"can only be read: {error}")

    def batch(self) -> AbstractContextManager[object]:
        """One transaction."""
        client: Client = self.client
        return client.batch()

    def rehearsal(self) -> AbstractContextManager[Rehearsal]:
        """One transaction around a dry run, taken back at its end."""
        client: Client = self.client
        return client.rehearsing()

    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        """A username that nobody has, for the moment in which two readers exchange theirs."""
        return f"spare-{branch}-{idnumber}" if attribute == "username" else None
