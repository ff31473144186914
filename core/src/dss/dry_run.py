"""A dry run: the real handlers carry a plan out, the target takes all of it back, and the tree is as it was before."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any

import attrs

from dss.actions import Action, Kind
from dss.apply import apply
from dss.rehearsal import Rehearsal
from dss.report import Report
from dss.store import Store

if TYPE_CHECKING:
    from dss.breaker import Fuse
    from dss.drift import Drift
    from dss.registry import Hooks
    from dss.tree import DataStoreTree


def rehearse(
    right: DataStoreTree,
    actions: Iterable[Action],
    *,
    hooks: Hooks | None = None,
    held: Collection[tuple[str, ...]] = (),
    told: Callable[[int], object] | None = None,
    drift: Drift | None = None,
    fuse: Fuse | None = None,
) -> tuple[Report, Rehearsal]:
    """Carry out actions that stand in a plan's order; nothing of it stays, neither in the target nor in the tree.

    Nothing is recorded either: what has not happened can neither be resumed nor undone. What handlers do beside
    the tree's own client (a mail, a file) is not held back; nor are attributes of theirs set back.

    Args:
        right: the target.
        actions: in the order of the plan.
        hooks: as for `dss.apply.apply`, as is all that follows.
        held: keys of actions that must be left undone; a mapping gives the reasons.
        told: is called after every batch with the number of actions it held.
        drift: reads again, just before each batch, what is about to be touched; None trusts the plan.
        fuse: stops the run when too much fails.

    Returns:
        what became of the actions, its remarks being what would be left to do by hand, and what would have been sent.

    Raises:
        ConfigError: this target cannot be rehearsed on.
        TemporaryError: the target was busy; nothing was tried.
    """
    kept = _Kept(right)
    # the target's locks are held no longer than its handlers take
    with kept.afterwards(), right.rehearsal() as rehearsal:
        report = apply(
            right, kept.watched(actions), hooks=hooks, held=held, told=told, drift=drift, fuse=fuse
        )
    return report, rehearsal


class _Kept:
    """A tree's branches as they are, to be set back.

    The branches' dictionaries are exchanged for copies. Items that a run changes in place are copied when the first
    change to them comes by, and set back in place: the plan, and whoever else holds them, has these very objects.
    """

    def __init__(self, tree: DataStoreTree) -> None:
        self._tree = tree
        self._items: dict[int, _Held] = {}
        self._made: dict[tuple[str, str], Any] = {}

    @contextmanager
    def afterwards(self) -> Iterator[None]:
        """Set everything back at the end, however it comes."""
        stores = {branch: branch.contents() for branch in self._tree.branches}
        for branch, store in stores.items():
            branch._store = _copied(store)
        try:
            yield
        finally:
            for branch, store in stores.items():
                branch._store = store
            for held in self._items.values():
                held.restore()

    def watched(self, actions: Iterable[Action]) -> Iterator[Action]:
        """The actions, each having been looked at before it can change anything."""
        branches = {branch.__name__: branch for branch in self._tree.branches}
        for action in actions:
            place = action.branch, action.idnumber
            if action.kind is Kind.NEW:
                self._made[place] = action.right
            else:
                branch = branches.get(action.branch)
                self._keep(action.right)
                self._keep(self._made.get(place))
                self._keep(None if branch is None else branch.get(action.idnumber))
            yield action

    def _keep(self, item: Any) -> None:
        if item is not None and id(item) not in self._items:
            self._items[id(item)] = _Held(item)


def _copied(store: Store) -> Store:
    """A store of the same items, that can change without the other one."""
    twin = copy.copy(store)
    for field in attrs.fields(Store):
        value = getattr(store, field.name)
        if isinstance(value, dict | list | set):
            setattr(twin, field.name, value.copy())
    return twin


class _Held:
    """One object with the values that it holds now, whatever its class does when they are set."""

    def __init__(self, item: Any) -> None:
        self._item = item
        self._dict = dict(vars(item)) if hasattr(item, "__dict__") else None
        self._slots = [(slot, _value(slot, item)) for slot in _slots(type(item))]

    def restore(self) -> None:
        """Let the object hold these values again, and no others."""
        if self._dict is not None:
            vars(self._item).clear()
            vars(self._item).update(self._dict)
        for slot, value in self._slots:
            if value is not _NOTHING:
                slot.__set__(self._item, value)
            elif _value(slot, self._item) is not _NOTHING:
                slot.__delete__(self._item)


_NOTHING = object()


def _value(slot: MemberDescriptorType, item: Any) -> Any:
    try:
        return slot.__get__(item)
    except AttributeError:
        return _NOTHING


def _slots(klass: type) -> tuple[MemberDescriptorType, ...]:
    return tuple(
        slot
        for base in klass.__mro__
        for slot in vars(base).values()
        if isinstance(slot, MemberDescriptorType)
    )
