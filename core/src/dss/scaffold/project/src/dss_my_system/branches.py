"""The tree, and its branches in the order in which their records have to be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from dss.branches import DataStoreBranch
from dss.errors import DssError
from dss.recording import in_place_of_client
from dss.rehearsal import Rehearsal
from dss.tree import Capability, DataStoreTree, Finding

from dss_my_system import config, models
from dss_my_system.client import KINDS, Client, RecordingClient


class MySystemBranches(DataStoreBranch):
    """Base of the branches; without a name of its own it is none."""


class People(MySystemBranches):
    """Accounts."""

    __branchname__ = "people"
    klass = models.Person
    people = True


class Groups(MySystemBranches):
    """Groups and who is in them."""

    __branchname__ = "groups"
    klass = models.Group
    refers_to: ClassVar[dict[str, str]] = {"members": "people"}


class MySystemTree(DataStoreTree):
    """One My System."""

    __branches__ = MySystemBranches
    __importer__ = "dss_my_system.importer/MySystemImporter"
    __template__ = "dss_my_system.templates/MySystemTemplate"

    Options: ClassVar[type[DataStoreTree.Options]] = config.Options

    # What is not declared is taken not to work. Your system may do less, or more: see the README.
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {
            Capability.READ,
            Capability.LOOKUP,
            Capability.BLANKS,
            Capability.TRACE,
            Capability.CREATE,
            Capability.UPDATE,
            Capability.DISABLE,
            Capability.END,
            Capability.MULTI_VALUES,
            Capability.SWAP,
            Capability.DRY_RUN,
            Capability.UNDO,
        }
    )

    def open_client(self) -> Client:
        """Connect; called once, at the first use of `self.client`."""
        return Client(self.config_folder / self.options.path)

    def identity(self) -> str:
        """Which system this is, without secrets."""
        return f"my_system {(self.config_folder / self.options.path).resolve()}"

    def check(self) -> Iterable[Finding]:
        """For `dss-run check`: whether the system can be reached, and does what is asked."""
        return list(self._findings())

    def _findings(self) -> Iterator[Finding]:
        for kind in KINDS:
            try:
                count = sum(1 for _ in self.client.records(kind))
            except DssError as error:
                yield Finding("error", str(error))
                return
            yield Finding("ok", f"{count} {kind}")

    def rehearsal(self) -> AbstractContextManager[Rehearsal]:
        """For `dss-run apply --dry-run`: a client that sends nothing stands in the place of the real one."""
        return in_place_of_client(self, RecordingClient)

    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        """A username that nobody has, for the moment in which two people exchange theirs."""
        return f"spare-{branch}-{idnumber}" if attribute == "username" else None
