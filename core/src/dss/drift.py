"""Drift: what has changed in the target since the plan was made, judged action by action just before writing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dss.actions import Action, Kind, Outcome, Result
from dss.adoption import described
from dss.alike import held_values, same, unchanged, unlike_in, value_of
from dss.attributes import is_multi
from dss.importers import Scope, opened, steps_of
from dss.store import NATIVE, State, Store

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree

Foreign = Mapping[str, Sequence[Mapping[str, Any]]]
"""What the target has under some keys, in our scope or not: its records by idnumber."""

Earlier = Callable[[str, str], Iterable[Action]]
"""What was done, by branch and idnumber."""


class Drift:
    """Reads what is about to be touched again, in bulk, and tells what is not as the plan has it.

    What the run itself writes is no drift: whoever has two roles has one account, which shows it in both branches.

    Args:
        right: the target.
        earlier: what this run did to a record of a branch before a crash; None when there was none.
    """

    def __init__(self, right: DataStoreTree, earlier: Earlier | None = None) -> None:
        self.right, self._earlier = right, earlier
        self._written: dict[str, dict[str, Any]] = {}

    def judge(self, actions: Sequence[Action]) -> list[Result]:
        """Answer the actions that must not be carried out: those already done, and those the target has drifted from.

        To be called inside the bracket that also encloses the writes. A branch that is derived, or whose tree has no
        importer, cannot be read again; its actions stand.

        Args:
            actions: of one or several branches; of a chain that changes one attribute twice, one link at a time.
        """
        importer = self.right.importer
        if importer is None:
            return []
        found: list[Result] = []
        by_branch: dict[str, list[Action]] = {}
        for action in actions:
            by_branch.setdefault(action.branch, []).append(action)
        for name, some in by_branch.items():
            if name in vars(self.right) and not self.right.is_derived(name):
                found += self._judged(getattr(self.right, name), some)
        return found

    def _judged(self, branch: type[DataStoreBranch], actions: Sequence[Action]) -> Iterable[Result]:
        now = self._ours(branch, dict.fromkeys(action.idnumber for action in actions))
        fresh = [
            action.idnumber
            for action in actions
            if action.kind is Kind.NEW and action.joins is None and action.idnumber not in now.items
        ]
        left = self._nowhere_else(
            branch,
            [
                action.idnumber
                for action in actions
                if action.kind is Kind.OLD and action.idnumber not in now.items
            ],
        )
        foreign = self._anywhere(branch, [*fresh, *left])
        # what an importer sets aside while it reads is set aside in the branch itself
        frozen = {**branch.contents().frozen, **now.frozen}
        for action in actions:
            result = _frozen(action, frozen)
            if result is None and action.kind is Kind.OLD:
                result = _judge_old(action, now, foreign, self._ours_in)
            elif result is None:
                result = _JUDGES[action.kind](action, now, foreign)
            if result is not None:
                yield result
            if (result is None or result.outcome is Outcome.ALREADY) and self._other_roles(action):
                self._written.setdefault(action.idnumber, {}).update(_values_of(action))

    def _ours_in(self, action: Action) -> Mapping[str, Any]:
        """What this run has given an account for the sake of its other roles."""
        found: dict[str, Any] = {}
        if self._earlier is not None:
            for name in self._other_roles(action):
                for one in self._earlier(name, action.idnumber):
                    found.update(_values_of(one))
        return {**found, **self._written.get(action.idnumber, {})}

    def _other_roles(self, action: Action) -> list[str]:
        """The other branches in which there is the person whom an action is about."""
        people = [branch for branch in self.right.branches if branch.people]
        if all(branch.__name__ != action.branch for branch in people):
            return []
        return [
            other.__name__
            for other in people
            if other.__name__ != action.branch and action.idnumber in other.contents().items
        ]

    def _nowhere_else(self, branch: type[DataStoreBranch], idnumbers: Sequence[str]) -> list[str]:
        """Of these, those that no other branch of the target has a record of: somebody may have had two roles."""
        for other in self.right.branches:
            name = other.__name__
            if not idnumbers or other is branch:
                continue
            there: Collection[str] = other.contents().items
            if other.state() is State.UNREAD and other.people and not self.right.is_derived(name):
                # after a crash nothing has been read yet
                there = self._ours(other, idnumbers).items
            idnumbers = [one for one in idnumbers if one not in there]
        return list(idnumbers)

    def _ours(self, branch: type[DataStoreBranch], idnumbers: Iterable[str]) -> Store:
        importer = self.right.importer
        assert importer is not None
        with opened(importer.readin_items(branch, list(idnumbers), Scope.OURS)) as records:
            return branch.taken(records or (), steps_of(importer))

    def _anywhere(self, branch: type[DataStoreBranch], idnumbers: Sequence[str]) -> Foreign:
        importer = self.right.importer
        assert importer is not None
        found: dict[str, list[Mapping[str, Any]]] = {}
        if idnumbers:
            with opened(importer.readin_items(branch, idnumbers, Scope.ALL)) as records:
                for record in records or ():
                    found.setdefault(record["idnumber"], []).append(record)
        return found


def _frozen(action: Action, frozen: Mapping[str, str]) -> Result | None:
    reason = frozen.get(action.idnumber)
    return None if reason is None else action.drifted(f"is set aside in the target: {reason}")


def _judge_new(action: Action, now: Store, foreign: Foreign) -> Result | None:
    item = now.items.get(action.idnumber)
    if item is not None:
        native = now.native.get(action.idnumber)
        # of what is taken over, a flow may have left some values as they were
        is_ours = action.joins is not None or (action.adopts is not None and native == action.adopts.native)
        if is_ours or not unlike_in(item, held_values(action.right), only_said=True):
            return action.already(native)
        return action.drifted("the target has it by now, with other values; the next plan compares them")
    others = foreign.get(action.idnumber, ())
    if action.adopts is None:
        if others:
            return action.drifted(f"the target has this idnumber by now, in {described(others[0])}")
        return None
    own = [record for record in others if record.get(NATIVE) == action.adopts.native]
    if not own:
        return action.drifted(f"record {action.adopts.native}, which was to be taken over, is gone")
    unlike = [name for name, was in action.adopts.was.items() if not unchanged(own[0].get(name), was)]
    if unlike:
        name = unlike[0]
        return action.drifted(_told(name, action.adopts.was[name], own[0].get(name)))
    return None


def _judge_update(action: Action, now: Store, foreign: Foreign) -> Result | None:
    item, name = now.items.get(action.idnumber), action.attribute or ""
    if item is None:
        return action.drifted("is not in the target any more")
    found = value_of(item, name)
    # whoever was to step aside for the moment may be where they were going
    if same(found, action.wanted) or (action.value is not None and same(found, action.value)):
        return action.already()
    if unchanged(found, action.was):
        return None
    return action.drifted(f"{_told(name, action.was, found)}, wanted {action.wanted!r}")


def _judge_value(action: Action, now: Store, foreign: Foreign) -> Result | None:
    item = now.items.get(action.idnumber)
    if item is None:
        if action.kind is Kind.REMOVE:
            return action.already()
        return action.drifted("is not in the target any more")
    found = value_of(item, action.attribute or "")
    there = is_multi(found) and action.value in found
    return action.already() if there is (action.kind is Kind.ADD) else None


def _values_of(action: Action) -> dict[str, Any]:
    if action.kind is Kind.NEW:
        return held_values(action.right)
    return {action.attribute or "": action.wanted} if action.kind is Kind.UPDATE else {}


def _judge_old(
    action: Action, now: Store, foreign: Foreign, ours_in: Callable[[Action], Mapping[str, Any]]
) -> Result | None:
    item = now.items.get(action.idnumber)
    if item is None:
        others = [one for one in foreign.get(action.idnumber, ()) if one.get("enabled") is True]
        if others and action.adopts is None:
            return action.drifted(f"is not in our scope any more, and active, in {described(others[0])}")
        return action.already()
    if action.adopts is None and value_of(item, "enabled") is False:
        return action.already()
    unlike = unlike_in(item, held_values(action.right))
    if unlike:
        ours = ours_in(action)
        unlike = [name for name in unlike if name not in ours or not same(value_of(item, name), ours[name])]
    if unlike:
        name = unlike[0]
        return action.drifted(_told(name, value_of(action.right, name), value_of(item, name)))
    return None


_JUDGES = {
    Kind.NEW: _judge_new,
    Kind.UPDATE: _judge_update,
    Kind.ADD: _judge_value,
    Kind.REMOVE: _judge_value,
}


def _told(name: str, was: Any, now: Any) -> str:
    return f"`{name}` was {was!r} when this was planned, is {now!r} now"
