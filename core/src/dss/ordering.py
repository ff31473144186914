"""The order in which actions are carried out, whatever order they were found in."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from dss.actions import Action, Kind
from dss.pairs import Pair
from dss.spool import Spool

Order = Mapping[str, int]
"""The branches' places."""


class Actions:
    """The actions of a plan, in order, to be gone through as often as wanted; on disk when there are very many.

    What frees a unique value comes first, then what is new, then update, add and remove, then what is old with the
    branches in reverse.

    Args:
        pairs: the branches compared, in order.
        limit: actions kept in memory; default is that of `Spool`.
    """

    def __init__(self, pairs: Sequence[Pair], limit: int | None = None) -> None:
        self._order = {right.__name__: place for place, (_, right) in enumerate(pairs)}
        self._bound: list[Action] = []
        self._rest = spooled(pairs, lambda action: place_of(action, self._order), limit)
        self._rules: list[Callable[[Action], object]] = []
        self._left_out = 0

    def add(self, action: Action) -> None:
        """Put in an action that no other waits for."""
        self._rest.append(action)

    def arrange(self, actions: Iterable[Action]) -> None:
        """Put in actions some of which wait for others of them."""
        actions = list(actions)
        depths = depths_of(actions)
        for action in actions:
            if action.key not in depths:
                self.add(action)
        self._bound = sorted(
            (action for action in actions if action.key in depths),
            key=lambda action: (depths[action.key], *place_of(action, self._order)),
        )

    def leave_out(self, rule: Callable[[Action], object]) -> None:
        """Leave out the actions for which a rule holds; goes through all of them once."""
        self._rules.append(rule)
        self._left_out = sum(map(self._is_left_out, itertools.chain(self._bound, self._rest)))

    def leave_out_values_of(self, refused: Collection[tuple[str, str]]) -> None:
        """Leave out the single values of records that will not be made: the record's own error says all."""
        if refused:
            records = frozenset(refused)
            self.leave_out(
                lambda action: action.kind is Kind.ADD and (action.branch, action.idnumber) in records
            )

    def __contains__(self, action: object) -> bool:
        return any(action is one for one in self)

    def __len__(self) -> int:
        return len(self._bound) + len(self._rest) - self._left_out

    def __iter__(self) -> Iterator[Action]:
        found: Iterable[Action] = itertools.chain(self._bound, self._rest)
        if self._left_out:
            found = itertools.filterfalse(self._is_left_out, found)
        for place, action in enumerate(found):
            action.place = place
            yield action

    def _is_left_out(self, action: Action) -> bool:
        return any(rule(action) for rule in self._rules)


def spooled(
    pairs: Sequence[Pair], place: Callable[[Action], Any] = lambda action: 0, limit: int | None = None
) -> Spool[Action]:
    """A spool of actions, which on disk leave out what lies in the branches anyhow; by default, in the order put in."""
    branches = {right.__name__: (left, right) for left, right in pairs}

    def unpack(packed: tuple[Any, ...]) -> Action:
        action = Action(*packed)
        left, right = branches[action.branch]
        action.left = left.get(action.idnumber) if action.kind is not Kind.OLD else None
        if action.kind is not Kind.NEW:
            action.right = right.get(action.idnumber)
        return action

    return Spool(place, _pack, unpack, limit)


_FIELDS = [field.name for field in attrs.fields(Action) if field.init]


def _pack(action: Action) -> tuple[Any, ...]:
    stripped = {"left": None, "right": action.right if action.kind is Kind.NEW else None}
    stripped["after"] = tuple(attrs.evolve(first, left=None, right=None, after=()) for first in action.after)
    return tuple(stripped[name] if name in stripped else getattr(action, name) for name in _FIELDS)


def ordered(actions: Sequence[Action], order: Order) -> list[Action]:
    """Sort actions in memory; any order of input gives the same order."""
    depths = depths_of(actions)
    return sorted(
        actions,
        key=lambda action: (
            (0, depths[action.key], *place_of(action, order))
            if action.key in depths
            else (1, 0, *place_of(action, order))
        ),
    )


def place_of(action: Action, order: Order) -> tuple[Any, ...]:
    """Where an action stands among those that do not wait for one another."""
    branch = order[action.branch]
    rest = (
        action.idnumber,
        action.attribute or "",
        action.kind,
        "" if action.value is None else repr(action.value),
    )
    if action.kind is Kind.OLD:
        return (2, -branch, *rest)
    return (0 if action.kind is Kind.NEW else 1, branch, *rest)


def depths_of(actions: Sequence[Action]) -> dict[tuple[str, ...], int]:
    """For what is bound together by `after`, and is not plainly new: how many must come before each."""
    waiting: dict[tuple[str, ...], list[Action]] = {}
    for action in actions:
        for first in action.after:
            waiting.setdefault(first.key, []).append(action)
    if not waiting:
        return {}
    # an adoption that frees a value goes before what takes it; anything else that is new comes after all of these
    bound = {
        action.key: action
        for action in actions
        if action.key in waiting or (action.after and action.kind is Kind.UPDATE)
    }
    depths = dict.fromkeys(bound, 0)
    missing = {key: sum(first.key in bound for first in action.after) for key, action in bound.items()}
    level = [action for key, action in bound.items() if not missing[key]]
    while level:
        first = level.pop()
        for action in waiting.get(first.key, ()):
            key = action.key
            if key in bound:
                depths[key] = max(depths[key], depths[first.key] + 1)
                missing[key] -= 1
                if not missing[key]:
                    level.append(action)
    return depths
