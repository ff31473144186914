"""The plan: the actions of one compare, settled with the target and put in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import attrs

from dss.actions import Action, Kind
from dss.adoption import look_up
from dss.compare import one_sided
from dss.errors import ConnectorError
from dss.pairs import Pair, ready_pairs
from dss.unique import arrange

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
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
        found = _checked(hooks.compare(left_branch, right_branch), {right.__name__ for _, right in pairs})
        fresh = look_up(right_branch, [action for action in found if action.kind is Kind.NEW])
        actions += [*fresh, *(action for action in found if action.kind is not Kind.NEW)]
    rights = [right_branch for _, right_branch in pairs]
    actions = _without_orphans(rights, arrange(rights, actions))
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


def _checked(actions: Iterable[Action], names: Collection[str]) -> list[Action]:
    """What a comparison gave, which a plugin or a model's own `__sub__` may have made."""
    found = []
    for action in actions:
        if not isinstance(action, Action):
            raise ConnectorError(f"`dss_compare` gave {action!r:.80}; wanted `Action`s")
        if action.branch not in names:
            raise ConnectorError(
                f"an action is of branch {action.branch!r}, which is not compared ({', '.join(sorted(names))}):"
                f" {action.message}"
            )
        found.append(action)
    return found


def _without_orphans(rights: Sequence[type[DataStoreBranch]], actions: Sequence[Action]) -> list[Action]:
    """Leave out the single values of a record that will not be made: its own error says all."""
    by_name = {right.__name__: right for right in rights}
    refused = {
        (action.branch, action.idnumber)
        for action in actions
        if action.kind is Kind.ERROR and action.idnumber not in by_name[action.branch]
    }
    return [
        action
        for action in actions
        if action.kind is not Kind.ADD or (action.branch, action.idnumber) not in refused
    ]


def ordered(actions: Sequence[Action], order: dict[str, int]) -> list[Action]:
    """Sort: what frees a unique value, then new, then update, add and remove, then old with the branches in reverse.

    Any order of input gives the same order.
    """
    depths = _depths(actions)

    def place(action: Action) -> tuple[object, ...]:
        branch = order[action.branch]
        rest = (
            action.idnumber,
            action.attribute or "",
            action.kind,
            "" if action.value is None else repr(action.value),
        )
        if action.kind is Kind.OLD:
            return (3, 0, -branch, *rest)
        # what others wait for, or an update that waits itself, goes before anything new takes the value it frees
        if id(action) in depths:
            return (0, depths[id(action)], branch, *rest)
        return (1 if action.kind is Kind.NEW else 2, 0, branch, *rest)

    return sorted(actions, key=place)


def _depths(actions: Sequence[Action]) -> dict[int, int]:
    """For what is bound together by `after`, and is not plainly new: how many must come before each."""
    waiting: dict[int, list[Action]] = {}
    for action in actions:
        for first in action.after:
            waiting.setdefault(id(first), []).append(action)
    if not waiting:
        return {}
    # an adoption that frees a value goes before what takes it; anything else that is new comes after all of these
    bound = {
        id(action): action
        for action in actions
        if id(action) in waiting or (action.after and action.kind is Kind.UPDATE)
    }
    depths = dict.fromkeys(bound, 0)
    missing = {key: sum(id(first) in bound for first in action.after) for key, action in bound.items()}
    level = [action for key, action in bound.items() if not missing[key]]
    while level:
        first = level.pop()
        for action in waiting.get(id(first), ()):
            key = id(action)
            if key in bound:
                depths[key] = max(depths[key], depths[id(first)] + 1)
                missing[key] -= 1
                if not missing[key]:
                    level.append(action)
    return depths


def _notes(pairs: Sequence[Pair]) -> list[str]:
    notes = []
    for left, right in pairs:
        for branch in (left, right):
            notes += [f"{branch.path()}: {note}" for note in branch.contents().notes]
        for name, branch in (("source", left), ("target", right)):
            if absent := branch.unsaid():
                notes.append(
                    f"{branch.path()}: the {name} has no column for {', '.join(absent)}; not compared"
                )
        if unused := left.contents().unused:
            model = left.klass.__qualname__
            notes.append(f"{left.path()}: `{model}` has no place for {', '.join(unused)}; left out")
        for alone, side, names in zip(("left", "right"), (left, right), one_sided(left, right), strict=True):
            if names:
                notes.append(f"{side.path()}: only the {alone} has {', '.join(names)}; not compared")
        for name, flow in right.flow.items():
            if flow == "ignore":
                notes.append(f"{right.path()}: {name} is ignored, as configured")
    return notes
