"""The plan: the actions of one compare, settled with the target and put in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from dss.actions import Action, Kind
from dss.adoption import look_up
from dss.compare import one_sided
from dss.pairs import Pair, ready_pairs
from dss.unique import arrange

if TYPE_CHECKING:
    from dss.tree import DataStoreTree


@attrs.define
class Plan:
    """What one sync would do.

    Attributes:
        left: the tree that says what is needed.
        right: the tree that is changed.
        pairs: the branches compared, in order.
        actions: what can be carried out, in the order in which it must be.
        errors: what cannot, each with what is wrong and what to do.
        notes: what people should know of the reading, without consequence.
    """

    left: DataStoreTree
    right: DataStoreTree
    pairs: list[Pair]
    actions: list[Action]
    errors: list[Action]
    notes: list[str]

    def counts(self) -> Counter[tuple[str, Kind]]:
        """How many actions there are by branch and kind, errors included."""
        return Counter((action.branch, action.kind) for action in [*self.actions, *self.errors])


def make_plan(left: DataStoreTree, right: DataStoreTree, names: Sequence[str] | None = None) -> Plan:
    """Compare two trees that have been read, settle what is new with the target, and sort.

    Args:
        names: the branches, in the order in which new records are made; None is all that both trees have.
    """
    pairs = ready_pairs(left, right, names)
    hooks = right.hooks.joined(left.hooks)
    actions: list[Action] = []
    for left_branch, right_branch in pairs:
        found = list(hooks.compare(left_branch, right_branch))
        fresh = look_up(right_branch, [action for action in found if action.kind is Kind.NEW])
        actions += [*fresh, *(action for action in found if action.kind is not Kind.NEW)]
    actions = arrange([right_branch for _, right_branch in pairs], actions)
    order = {right_branch.__name__: place for place, (_, right_branch) in enumerate(pairs)}
    errors = [action for action in actions if action.kind is Kind.ERROR]
    return Plan(
        left,
        right,
        pairs,
        ordered([action for action in actions if action.kind is not Kind.ERROR], order),
        sorted(
            errors,
            key=lambda action: (
                order[action.branch],
                action.idnumber,
                action.attribute or "",
                action.error or "",
            ),
        ),
        _notes(pairs),
    )


def ordered(actions: Sequence[Action], order: dict[str, int]) -> list[Action]:
    """Sort: what frees a unique value, then new, then update, add and remove, then old with the branches in reverse.

    Any order of input gives the same order.
    """
    depths = _depths(actions)

    def place(action: Action) -> tuple[object, ...]:
        branch = order[action.branch]
        rest = (action.idnumber, action.attribute or "", action.kind, str(action.value or ""))
        depth = depths.get(id(action), 0)
        if action.kind is Kind.NEW:
            return (1, 0, branch, *rest)
        if action.kind is Kind.OLD:
            return (3, 0, -branch, *rest)
        # an update that others wait for, or that waits itself, goes before anything new takes the value it frees
        return (0, depth, branch, *rest) if id(action) in depths else (2, 0, branch, *rest)

    return sorted(actions, key=place)


def _depths(actions: Sequence[Action]) -> dict[int, int]:
    """For updates bound together by `after`: how many must come before each."""
    depths: dict[int, int] = {}

    def depth(action: Action) -> int:
        if id(action) not in depths:
            depths[id(action)] = max((depth(first) + 1 for first in action.after), default=0)
        return depths[id(action)]

    for action in actions:
        if action.after:
            for first in action.after:
                depth(first)
            if action.kind is Kind.UPDATE:
                depth(action)
    return depths


def _notes(pairs: Sequence[Pair]) -> list[str]:
    notes = []
    for left, right in pairs:
        for branch in (left, right):
            notes += [f"{branch.path()}: {note}" for note in branch.contents().notes]
        absent = left.unsaid()
        if absent:
            notes.append(f"{left.path()}: the source has no column for {', '.join(absent)}; not compared")
        for alone, side, names in zip(("left", "right"), (left, right), one_sided(left, right), strict=True):
            if names:
                notes.append(f"{side.path()}: only the {alone} has {', '.join(names)}; not compared")
        for name, flow in right.flow.items():
            if flow == "ignore":
                notes.append(f"{right.path()}: {name} is ignored, as configured")
    return notes
