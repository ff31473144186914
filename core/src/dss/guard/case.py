"""One plan as the guard's rules look at it, with what is allowed and what earlier runs say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import attrs

from dss.actions import Action, Kind
from dss.attributes import ENABLED, value_of
from dss.branches import DataStoreBranch
from dss.holding import Because, Hold
from dss.memory import Memory, Undone
from dss.plan import Plan
from dss.policies import Limit, Policies

Key = tuple[str, ...]
Record = tuple[str, str]
"""A branch and an idnumber."""
Branch = type[DataStoreBranch]


def record_of(action: Action) -> Record:
    """Which record an action is about."""
    return action.branch, action.idnumber


def is_removal(action: Action) -> bool:
    """Whether an action takes something away, also when the plugin that made it does not say so."""
    return action.removal or action.kind in (Kind.OLD, Kind.REMOVE)


def is_return(action: Action) -> bool:
    """Whether a record that had been ended is enabled again."""
    return action.kind is Kind.UPDATE and action.attribute == ENABLED and action.wanted is True


def scope_of(action: Action) -> str:
    """What a removal's budget is for: the branch, or a multi-valued attribute of it."""
    return f"{action.branch}.{action.attribute}" if action.kind is Kind.REMOVE else action.branch


def by_scope(removals: Iterable[Action]) -> dict[str, list[Action]]:
    """Removals by their scope."""
    found: dict[str, list[Action]] = {}
    for action in removals:
        found.setdefault(scope_of(action), []).append(action)
    return found


def by_branch(actions: Iterable[Action]) -> dict[str, list[Action]]:
    """Actions by their branch."""
    found: dict[str, list[Action]] = {}
    for action in actions:
        found.setdefault(action.branch, []).append(action)
    return found


class Case:
    """What the rules look at, and the holds that they have found.

    The plan is gone through once, and only what may have to be held or is rare is kept: of a million new records
    nothing but their number.

    Args:
        plan: the plan.
        policies: what is allowed.
        memory: what earlier runs say.

    Attributes:
        removals: in the plan's order.
        olds: those of them that end a record, by record.
        waiting: actions that wait for another.
        moves: changes of what a record refers to.
        undone: actions that an earlier run undid.
        fresh: how many records are new, by branch.
        changed: how many of the records that both sides have change, by branch and attribute; of several values in one
            attribute, how many values come or go.
        holds: what has been found so far.
        held: the hold in which an action is, by the action's key.
        freed: holds of a stored plan of which something has been approved since.
    """

    def __init__(self, plan: Plan, policies: Policies, memory: Memory) -> None:
        self.plan, self.policies, self.memory = plan, policies, memory
        self.rights: dict[str, Branch] = {right.__name__: right for _, right in plan.pairs}
        self.lefts: dict[str, Branch] = {right.__name__: left for left, right in plan.pairs}
        self.references = {name: right.references() for name, right in self.rights.items()}
        self.removals: list[Action] = []
        self.olds: dict[Record, Action] = {}
        self.waiting: list[Action] = []
        self.moves: list[Action] = []
        self.undone: list[tuple[Action, Undone]] = []
        self.fresh: Counter[str] = Counter()
        self.changed: Counter[Record] = Counter()
        self.holds: list[Hold] = []
        self.held: dict[Key, Hold] = {}
        self.freed: list[Hold] = []
        self._look_through()

    def _look_through(self) -> None:
        counted: dict[Record, str] = {}
        remembered = bool(self.memory.readings)
        for action in self.plan.actions:
            if action.after:
                self.waiting.append(action)
            if is_removal(action):
                self.removals.append(action)
                if action.kind is Kind.OLD:
                    self.olds[record_of(action)] = action
            elif action.kind is Kind.NEW:
                self.fresh[action.branch] += 1
            if action.kind is Kind.UPDATE and action.attribute in self.references[action.branch]:
                self.moves.append(action)
            if remembered and action.attribute is not None:
                self._count_change(action, (action.branch, action.attribute), counted)
            if self.memory.undone and (found := self.memory.undone.get(action.fingerprint)) is not None:
                self.undone.append((action, found))

    def _count_change(self, action: Action, place: Record, counted: dict[Record, str]) -> None:
        is_value = action.kind in (Kind.ADD, Kind.REMOVE)
        if action.kind is Kind.ADD and not action.was:
            # a cohort made a moment before a crash, say: where there was nothing, nothing is spoilt
            return
        # the changes of one record stand together
        if is_value or counted.get(place) != action.idnumber:
            counted[place] = action.idnumber
            self.changed[place] += action.idnumber in self.rights[action.branch]

    # -- what there is ---------------------------------------------------------------------------------------------

    def branch(self, name: str) -> Branch | None:
        """A branch of the right tree, whether it is compared or not."""
        found: Branch | None = vars(self.plan.right).get(name)
        return found

    def is_there(self, record: Record) -> bool:
        """Whether the right has a record, and not as one that has been ended."""
        branch = self.branch(record[0])
        item = None if branch is None else branch.get(record[1])
        return item is not None and value_of(item, "enabled") is not False

    def reference_values(self, action: Action) -> Iterator[tuple[tuple[str, ...], str]]:
        """The single idnumbers that a removal refers to, with the branches in which that may be."""
        references = self.references[action.branch]
        if action.kind is Kind.REMOVE:
            found = {action.attribute or "": action.value}
        else:
            item = action.right if action.right is not None else action.left
            found = {attribute: value_of(item, attribute) for attribute in references}
        for attribute, value in found.items():
            if isinstance(value, str) and attribute in references:
                yield references[attribute], value

    def refers_to(self, action: Action) -> Iterator[Record]:
        """The records that a removal may refer to."""
        for kinds, value in self.reference_values(action):
            yield from ((kind, value) for kind in kinds)

    # -- what is held ----------------------------------------------------------------------------------------------

    def hold(
        self,
        because: Because,
        actions: Iterable[Action],
        reason: Callable[[int], str],
        *,
        scope: str,
        quiet: bool | None = None,
        budget: Limit | None = None,
        parent: str = "",
        of: int | None = None,
    ) -> None:
        """Hold those of the actions that no other hold has, and that have not been approved where that is enough.

        Args:
            because: the kind of reason.
            actions: all that it concerns.
            reason: the sentence, for so many actions.
            scope: as in `Hold`.
            quiet: default is what the reason says.
            budget: as in `Hold`.
            parent: as in `Hold`.
            of: as in `Hold`.
        """
        mine = [
            action
            for action in actions
            if action.key not in self.held and not (because.can_be_approved and self.is_approved(action))
        ]
        if mine:
            silent = because.is_quiet if quiet is None else quiet
            self._add(Hold(scope, reason(len(mine)), mine, because, silent, budget, parent, of))

    def take_over(self, hold: Hold) -> None:
        """Add a hold that was found before, without what has been approved since, or carried out."""
        waiting = [one for one in hold.actions if not self.is_done(one)]
        left = waiting
        if hold.because.can_be_approved:
            left = [one for one in waiting if not self.is_approved(one)]
        if approved := len(waiting) - len(left):
            self.freed.append(hold)
        if len(left) < len(hold.actions):
            done = len(hold.actions) - len(waiting)
            counts = ((done, "done"), (approved, "approved by now"))
            found = [
                f"{count} of them {'is' if count == 1 else 'are'} {what}" for count, what in counts if count
            ]
            waits = "waits" if len(left) == 1 else "wait"
            reason = f"{'; '.join([hold.reason, *found])}, {len(left)} still {waits}"
            hold = attrs.evolve(hold, reason=reason, actions=left)
        if left:
            self._add(hold)

    def _add(self, hold: Hold) -> None:
        self.holds.append(hold)
        self.held.update((action.key, hold) for action in hold.actions)

    def is_approved(self, action: Action) -> bool:
        """Whether a person has said that this change is meant."""
        return bool(self.memory.approved) and action.fingerprint in self.memory.approved

    def is_done(self, action: Action) -> bool:
        """Whether the right has by now what an action of a stored plan wants, and had it not when that was made."""
        item = self.rights[action.branch].get(action.idnumber)
        match action.kind:
            case Kind.NEW:
                return item is not None
            case Kind.ADD:
                return item is not None and action.value in (value_of(item, action.attribute or "") or ())
            case Kind.OLD:
                was_enabled = value_of(action.right, "enabled") is not False
                return item is None or (was_enabled and value_of(item, "enabled") is False)
            case Kind.REMOVE:
                return item is None or action.value not in (value_of(item, action.attribute or "") or ())
            case _:
                return item is not None and value_of(item, action.attribute or "") == action.wanted

    def because(self, action: Action) -> Because | None:
        """Why an action is held; None when it is not."""
        hold = self.held.get(action.key)
        return None if hold is None else hold.because
