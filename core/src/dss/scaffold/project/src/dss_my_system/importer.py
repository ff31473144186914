"""Reads the branches: makes records in the branches' words of what the client gives in the system's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from dss.branches import DataStoreBranch
from dss.errors import NotProvided
from dss.importers import DefaultImporter, Origin, Scope

from dss_my_system.client import KINDS


class MySystemImporter(DefaultImporter):
    """Reads people and groups.

    A record that cannot be trusted is set aside by `branch.freeze(idnumber, reason)`, and nothing happens to
    it; one that may be anybody's is told by `branch.report(problem)`, and nothing of the branch is removed.
    """

    def readin_branch(self, branch: type[DataStoreBranch]) -> Iterable[dict[str, Any]]:
        """All records of a branch, handed over as they come."""
        return map(_record, self.tree.client.records(_kind(branch)))

    def readin_items(
        self, branch: type[DataStoreBranch], idnumbers: Collection[str], scope: Scope = Scope.OURS
    ) -> Iterable[dict[str, Any]]:
        """Some records, by key; just before it is written, each is read again.

        `Scope.ALL` asks for records of the whole system, also those that are not ours. Here all are.
        """
        return map(_record, self.tree.client.find(_kind(branch), idnumbers))

    def trace(self, branch: type[DataStoreBranch], idnumber: str) -> Iterable[Origin]:
        """For `dss-run explain`: where each value of one record came from."""
        for record in self.tree.client.find(_kind(branch), [idnumber]):
            for name, value in record.items():
                place = f"{branch.__branchname__}/{idnumber}, field {name}"
                yield Origin("" if name == "id" else name, value, place)


def _kind(branch: type[DataStoreBranch]) -> str:
    """What the system calls the branch."""
    if branch.__branchname__ not in KINDS:
        raise NotProvided(f"My System has no `{branch.__branchname__}`")
    return branch.__branchname__


def _record(found: dict[str, Any]) -> dict[str, Any]:
    """A record in the branches' words.

    Here the system's id is the idnumber. Where it gives ids of its own, give them as `dss.importers.NATIVE`
    here, answer `action.done(native=made["id"])` in the handlers of `new`, and in all others ask
    `self.tree.people.native(idnumber)` for them.
    """
    record = {**found, "idnumber": found["id"]}
    del record["id"]
    if record.get("members") is not None:
        record["members"] = frozenset(record["members"])
    return record
