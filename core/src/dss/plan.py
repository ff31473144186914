"""The plan: the actions of one compare, settled with the target and put in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import attrs

from dss.actions import Action, Kind
from dss.adoption import look_up
from dss.collector import paused_collector
from dss.compare import one_sided
from dss.errors import ConnectorError
from dss.ordering import Actions, spooled
from dss.pairs import Pair, ready_pairs
from dss.store import State
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
    actions: Collection[Action]
    errors: list[Action]
    notes: list[str]

    def counts(self) -> Counter[tuple[str, Kind]]:
        """How many actions there are by branch and kind, errors included."""
        return Counter((action.branch, action.kind) for action in chain(self.actions, self.errors))


@paused_collector()
def make_plan(left: DataStoreTree, right: DataStoreTree, names: Sequence[str] | None = None) -> Plan:
    """Compare two trees that have been read, settle what is new with the target, and sort.

    Args:
        names: the branches, in the order in which new records are made; None is all that both trees have.
    """
    pairs = ready_pairs(left, right, names)
    hooks = right.hooks.joined(left.hooks)
    rights = {right_branch.__name__: right_branch for _, right_branch in pairs}
    unique = {name: branch.circles() for name, branch in rights.items()}
    actions, errors = Actions(pairs), list[Action]()
    taking: list[Action] = []
    for left_branch, right_branch in pairs:
        found = _checked(hooks.compare(left_branch, right_branch), rights)
        for action in _looked_up((left_branch, right_branch), found):
            if action.kind is Kind.ERROR:
                errors.append(action)
            elif action.attribute in unique[action.branch] or (
                action.kind is Kind.NEW and unique[action.branch]
            ):
                taking.append(action)
            else:
                actions.add(action)
    arranged = arrange(list(rights.values()), taking)
    actions.arrange(action for action in arranged if action.kind is not Kind.ERROR)
    errors += [action for action in arranged if action.kind is Kind.ERROR]
    actions.leave_out_values_of(
        {
            (action.branch, action.idnumber)
            for action in errors
            if action.idnumber not in rights[action.branch]
        }
    )
    order = {name: place for place, name in enumerate(rights)}
    errors.sort(
        key=lambda action: (order[action.branch], action.idnumber, action.attribute or "", action.error or "")
    )
    return Plan(left, right, pairs, actions, errors, [*_notes(pairs), *_left_out(left, right, names)])


def _looked_up(pair: Pair, actions: Iterable[Action]) -> Iterator[Action]:
    """The actions, those that are new last, when the target has been asked for all of them at once."""
    fresh = spooled([pair])
    for action in actions:
        if action.kind is Kind.NEW:
            fresh.append(action)
        else:
            yield action
    yield from look_up(pair[1], fresh)


def _checked(actions: Iterable[Action], names: Collection[str]) -> Iterator[Action]:
    """What a comparison gave, which a plugin or a model's own `__sub__` may have made."""
    for action in actions:
        if not isinstance(action, Action):
            raise ConnectorError(f"`dss_compare` gave {action!r:.80}; wanted `Action`s")
        if action.branch not in names:
            raise ConnectorError(
                f"an action is of branch {action.branch!r}, which is not compared ({', '.join(sorted(names))}):"
                f" {action.message}"
            )
        yield action


def _left_out(left: DataStoreTree, right: DataStoreTree, names: Sequence[str] | None) -> list[str]:
    """Branches that were wanted and that an importer does not provide, with its reason."""
    return [
        f"{branch.path()}: left out: {'; '.join(branch.contents().notes) or 'not provided'}"
        for tree in (left, right)
        for branch in tree.branches
        if branch.state() is State.NOT_PROVIDED and (names is None or branch.__name__ in names)
    ]


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
