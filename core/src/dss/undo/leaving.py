"""Whoever is given back leaves nothing of ours behind: out of our scope, nobody would ever take it away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from dss.actions import Action, Kind
from dss.alike import value_of
from dss.attributes import ENABLED
from dss.guard.needed import references_of, would_be_gone
from dss.undo.records import error_on, record_of

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch


def not_given_back(
    branches: Mapping[str, type[DataStoreBranch]], actions: Collection[Action]
) -> Iterator[Action]:
    """An error on every record that an undo would give back, and that something refers to which the undo leaves.

    Args:
        branches: those of the target that are compared, by name.
        actions: all of the undo; gone through twice.
    """
    releases = {record_of(one): one for one in actions if one.kind is Kind.OLD and one.adopts is not None}
    if not releases:
        return
    gone = {record_of(one) for one in actions if one.kind is Kind.OLD or would_be_gone(one)}
    out = {(*record_of(one), one.value) for one in actions if one.kind is Kind.REMOVE}
    for name, branch in branches.items():
        references = branch.references()
        for idnumber, item in branch.contents().items.items() if references else ():
            if (name, idnumber) in gone or value_of(item, ENABLED) is False:
                continue
            for _, one in references_of(references, item, several=True):
                if one in releases and (name, idnumber, one[1]) not in out:
                    yield error_on(
                        releases.pop(one),
                        f"{name} `{idnumber}` is ours and refers to it: it is not given back without that",
                    )
