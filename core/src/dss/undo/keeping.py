"""What is not let go keeps what belongs to it: nothing is taken back by half."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import attrs

from dss.actions import Action, Kind
from dss.guard.needed import references_of, would_be_gone
from dss.undo.records import Record, error_on, record_of

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch


@attrs.frozen
class _End:
    """How an undo would end a record: lets it go, or disables what the run has enabled again.

    Attributes:
        attribute: that is changed; None where it is let go.
        is_gone: it would be out of reach.
    """

    attribute: str | None
    is_gone: bool


class Keeping:
    """What of an undo must not be done, since a record that was made or taken over stays.

    A pupil who stays keeps her seats, her guardians and the cohorts that she is in; so do the guardians who stay for
    her sake, in their turn. A seat keeps its class, and that its course. People who are let go lose their seats all the
    same, and a pupil does not stay because her guardian does.

    Args:
        branches: those of the target that are compared, by name.
        staying: the records, by branch and idnumber.
    """

    def __init__(self, branches: Mapping[str, type[DataStoreBranch]], staying: Iterable[Record]) -> None:
        self._branches = branches
        self._references = {name: branch.references() for name, branch in branches.items()}
        # people who are kept join them
        self._staying = set(staying)
        self._ends: dict[Record, _End] = {}
        self._kept: dict[Record, Action] = {}
        self._todo: list[Record] = []

    def instead(self, actions: Collection[Action]) -> dict[tuple[str, ...], Action]:
        """By the key of each action that must not be done, an error that says why; a record has one for all of it.

        Args:
            actions: all of the undo; gone through again until nothing more is found.
        """
        self._ends = {record_of(one): end for one in actions if (end := _end_of(one)) is not None}
        self._todo = list(self._staying)
        found: dict[tuple[str, ...], Action] = {}
        keep_values: set[Record] = set()
        while self._todo:
            self._keep_what_they_refer_to()
            for action in actions:
                record = record_of(action)
                other = None if action.key in found else self._belongs_to(action)
                reason = "" if other is None else f"belongs to {other[0]} `{other[1]}`, which stays"
                if reason and action.kind is not Kind.REMOVE:
                    self._keep(record, reason)
                elif reason:
                    found[action.key] = error_on(action, reason)
                    self._todo += {record} - keep_values
                    keep_values.add(record)
                if record in self._kept and (self._ends[record].attribute is None or _end_of(action)):
                    found[action.key] = self._kept[record]
        return found

    def _keep(self, record: Record, reason: str) -> None:
        if record in self._kept:
            return
        self._kept[record] = Action(Kind.ERROR, *record, attribute=self._ends[record].attribute, error=reason)
        self._todo.append(record)
        if self._is_person(record):
            self._staying.add(record)

    def _keep_what_they_refer_to(self) -> None:
        while self._todo:
            record = name, idnumber = self._todo.pop()
            keeps_people = record in self._staying and self._is_person(record)
            for needed in self._referred_to(record):
                end = self._ends.get(needed)
                if end is not None and (end.is_gone or keeps_people):
                    self._keep(needed, f"is what {name} `{idnumber}` refers to, which stays")

    def _belongs_to(self, action: Action) -> Record | None:
        """The record that stays to which what an action takes away belongs."""
        references = self._references[action.branch]
        if action.kind is Kind.REMOVE:
            to = [(kind, action.value) for kind in references.get(action.attribute or "", ())]
        elif _end_of(action) is None or self._branches[action.branch].people:
            return None
        else:
            item = self._branches[action.branch].get(action.idnumber)
            people = [one for _, one in references_of(references, item) if self._is_person(one)]
            if any(map(self._is_let_go, people)) and not self._staying.intersection(people):
                return None
            to = self._referred_to(record_of(action))
        return next((one for one in to if one in self._staying), None)

    def _is_let_go(self, record: Record) -> bool:
        return record in self._ends and record not in self._kept

    def _is_person(self, record: Record) -> bool:
        return record[0] in self._branches and self._branches[record[0]].people

    def _referred_to(self, record: Record) -> list[Record]:
        item = self._branches[record[0]].get(record[1])
        return [one for _, one in references_of(self._references[record[0]], item, several=True)]


def _end_of(action: Action) -> _End | None:
    if action.kind is Kind.OLD:
        return _End(None, would_be_gone(action))
    if action.kind is Kind.UPDATE and action.removal:
        return _End(action.attribute, is_gone=False)
    return None
