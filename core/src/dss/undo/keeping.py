"""What is not let go keeps what belongs to it: nothing is taken back by half."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from dss.actions import Action, Kind
from dss.guard.needed import references_of, would_be_gone

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch

Record = tuple[str, str]
"""A branch and an idnumber."""


class Keeping:
    """What of an undo must not be done, since a record that was made or taken over stays.

    A pupil who stays keeps her seats, her guardians and the cohorts that she is in; a seat keeps its class, and that
    its course. People who are let go lose their seats all the same.

    Args:
        branches: those of the target that are compared, by name.
        staying: the records, by branch and idnumber.
    """

    def __init__(self, branches: Mapping[str, type[DataStoreBranch]], staying: Iterable[Record]) -> None:
        self._branches = branches
        self._references = {name: branch.references() for name, branch in branches.items()}
        self._staying = frozenset(staying)

    def instead(self, actions: Collection[Action]) -> dict[tuple[str, ...], Action]:
        """By the key of each action that must not be done, an error that says why.

        Args:
            actions: all of the undo; gone through twice.
        """
        olds = {(one.branch, one.idnumber): would_be_gone(one) for one in actions if one.kind is Kind.OLD}
        found: dict[tuple[str, ...], Action] = {}
        todo = list(self._staying)
        for action in actions:
            other = self._belongs_to(action, olds)
            if other is not None:
                found[action.key] = _error(action, f"belongs to {other[0]} `{other[1]}`, which stays")
                todo.append((action.branch, action.idnumber))
        while todo:
            name, idnumber = todo.pop()
            keeps_people = (name, idnumber) in self._staying and self._branches[name].people
            for needed in self._referred_to((name, idnumber)):
                old = Action(Kind.OLD, *needed)
                if needed in olds and old.key not in found and (olds[needed] or keeps_people):
                    found[old.key] = _error(old, f"is what {name} `{idnumber}` refers to, which stays")
                    todo.append(needed)
        return found

    def _belongs_to(self, action: Action, olds: Collection[Record]) -> Record | None:
        """The record that stays to which what an action takes away belongs.

        Args:
            action: any.
            olds: the records that are let go.
        """
        if action.kind is Kind.REMOVE:
            kinds = self._references[action.branch].get(action.attribute or "", ())
            to = [(kind, action.value) for kind in kinds]
        elif action.kind is Kind.OLD:
            single = [one for _, one in references_of(self._references[action.branch], action.right)]
            if any(one in olds and self._branches[one[0]].people for one in single):
                # of somebody who is let go
                return None
            to = self._referred_to((action.branch, action.idnumber))
        else:
            return None
        return next((one for one in to if one in self._staying), None)

    def _referred_to(self, record: Record) -> list[Record]:
        item = self._branches[record[0]].get(record[1])
        return [one for _, one in references_of(self._references[record[0]], item, several=True)]


def _error(action: Action, reason: str) -> Action:
    return Action(Kind.ERROR, action.branch, action.idnumber, attribute=action.attribute, error=reason)
