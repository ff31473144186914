"""What there is to show of one sync: of one that has just been planned, and of one in a plan file, alike.

Neither keeps a list of the changes: whoever shows them goes through them, as often as needed.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from dss.actions import Action, Adoption, Kind
from dss.filing import sync_head
from dss.lines import Lines
from dss.one_line import from_line
from dss.planfile import HoldHead, PlanFile, SyncHead, Tally, label_of
from dss.planfile.tally import Counting, label, total
from dss.planfile.writing import numbers_of
from dss.serializing import is_marked, load_anything

if TYPE_CHECKING:
    from dss.planfile import Foot
    from dss.stages import Sync


@attrs.frozen
class Passing:
    """A change as it passes by, looked at no closer than needed to know where it belongs.

    Attributes:
        branch: its branch.
        label: its kind, as it is counted.
        held: the numbers of its holds.
        source: what `View.change` makes the change of.
    """

    branch: str
    label: str
    held: tuple[int, ...]
    source: Any


@attrs.frozen
class Change:
    """A change as it is shown.

    Attributes:
        action: the change.
        fingerprint: what it is known by.
        undo: how far it can be undone; blank for wholly.
    """

    action: Action
    fingerprint: str
    undo: str = ""


class View(Protocol):
    """One sync."""

    @property
    def head(self) -> SyncHead:
        """Trees, branches, notes."""

    @property
    def tally(self) -> Tally:
        """How many changes there are."""

    @property
    def holds(self) -> Sequence[HoldHead]:
        """In the order of their numbers."""

    @property
    def errors(self) -> Mapping[str, int]:
        """How many records need attention, by branch."""

    @property
    def numbers(self) -> tuple[int, int, int]:
        """How many changes are ready, how many are held, how many records need attention."""

    def passing(self) -> Iterator[Passing]:
        """All changes, in order."""

    def change(self, passing: Passing) -> Change:
        """One of them, as it is shown."""

    def held(self) -> Iterator[tuple[int, Change]]:
        """What is held, each with the number of its hold."""

    def wrong(self) -> Iterator[Action]:
        """What needs attention."""


class SyncView:
    """A sync that has been planned.

    Args:
        sync: the sync.
        tally: where it has been counted already.
    """

    def __init__(self, sync: Sync, tally: Tally | None = None) -> None:
        assert sync.plan is not None
        self._sync, self._plan = sync, sync.plan
        self._lines = Lines(sync.left, sync.right)
        self.holds = [HoldHead.of(hold) for hold in sync.holds]
        if tally is not None:
            self.tally = tally

    @functools.cached_property
    def head(self) -> SyncHead:
        """Trees, branches, notes."""
        return sync_head(self._sync)

    @functools.cached_property
    def tally(self) -> Tally:
        """Counted when it is wanted, in one go."""
        ready, held, quiet, partly, never = (Counting() for _ in range(5))
        undo = {"partly": partly, "not": never}
        for one in self.passing():
            if one.held:
                is_quiet = all(self.holds[number].quiet for number in one.held)
                (quiet if is_quiet else held).add(one.branch, one.label)
                continue
            ready.add(one.branch, one.label)
            counting = undo.get(self._lines.undo_of(one.source))
            if counting is not None:
                counting.add(one.branch, one.label)
        return Tally(ready.counts(), held.counts(), quiet.counts(), partly.counts(), never.counts())

    @functools.cached_property
    def errors(self) -> Mapping[str, int]:
        """How many records need attention, by branch."""
        return Counter(error.branch for error in self._plan.errors)

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Without going through all changes."""
        held = sum(len(hold.actions) for hold in self._sync.holds if not hold.quiet)
        return len(self._sync.ready), held, len(self._plan.errors)

    def passing(self) -> Iterator[Passing]:
        """All changes, in order."""
        numbers = {key: tuple(held) for key, held in numbers_of(self._sync.holds).items()}
        for action in self._plan.actions:
            yield Passing(
                action.branch, label_of(action), numbers.get(action.key, ()) if numbers else (), action
            )

    def change(self, passing: Passing) -> Change:
        """One of them, as it is shown."""
        return self._change(passing.source)

    def held(self) -> Iterator[tuple[int, Change]]:
        """What is held, each with the number of its hold."""
        for number, hold in enumerate(self._sync.holds):
            for action in hold.actions:
                yield number, self._change(action)

    def wrong(self) -> Iterator[Action]:
        """What needs attention."""
        return iter(self._plan.errors)

    def _change(self, action: Action) -> Change:
        undo = self._lines.undo_of(action)
        return Change(action, action.fingerprint, "" if undo == "wholly" else undo.value)


class FileView:
    """A sync of a plan file, shown without trees, connectors or configuration.

    Args:
        file: the plan.
        place: which of its syncs.
        foot: its last line.
    """

    def __init__(self, file: PlanFile, place: int, foot: Foot) -> None:
        self._file, self._place = file, place
        self.head = file.head.syncs[place]
        self.tally = foot.counts[place]
        self.holds = foot.holds[place]
        self.errors = foot.errors[place]
        self._shapes = {branch.name: branch.shapes for branch in self.head.branches}

    @property
    def numbers(self) -> tuple[int, int, int]:
        """As they were counted when it was written."""
        return total(self.tally.ready), total(self.tally.held), sum(self.errors.values())

    def passing(self) -> Iterator[Passing]:
        """All changes, in order."""
        for line, held in self._file.lines(self._place):
            raw = from_line(line)
            counted = label(raw["kind"], takes_over=raw.get("adopts") is not None)
            yield Passing(raw["branch"], counted, held, raw)

    def change(self, passing: Passing) -> Change:
        """One of them, as it is shown."""
        return self._change(passing.source)

    def held(self) -> Iterator[tuple[int, Change]]:
        """What is held, each with the number of its hold."""
        for line, held in self._file.lines(self._place) if self.holds else ():
            for number in held:
                yield number, self._change(from_line(line))

    def wrong(self) -> Iterator[Action]:
        """What needs attention."""
        return self._file.errors(self._place)

    def _change(self, raw: Mapping[str, Any]) -> Change:
        shapes = self._shapes.get(raw["branch"], {})
        kind, attribute = Kind(raw["kind"]), raw.get("attribute")
        was, wanted, left = raw["was"], raw["wanted"], raw.get("left")
        item: Shown | None = None
        if kind is Kind.NEW:
            item, wanted = _record(wanted, shapes), None
            left = None if left is None else {**(raw["wanted"] or {}), **left}
        elif kind is Kind.OLD:
            item, was = _record(was, shapes), None
        else:
            was, wanted = _value(was, attribute, shapes), _value(wanted, attribute, shapes)
        if raw.get("name"):
            left = {**(left or {}), "name": raw["name"]}
        adopts = raw.get("adopts")
        action = Action(
            kind,
            raw["branch"],
            raw["idnumber"],
            _record(left, shapes),
            item,
            attribute,
            _unmarked(raw.get("value")),
            was,
            wanted,
            native=_unmarked(raw.get("native")),
            adopts=None if adopts is None else _adoption(adopts, shapes),
            joins=raw.get("joins"),
            removal=raw.get("removal", False),
            place=raw.get("place", -1),
            message=raw.get("message"),
        )
        return Change(action, raw.get("fingerprint", ""), raw.get("undo", ""))


class Shown:
    """A record of a plan file, without its model."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        vars(self).update(values)


Shapes = Mapping[str, str]


def _record(raw: Mapping[str, Any] | None, shapes: Shapes) -> Shown | None:
    return None if raw is None else Shown({name: _value(one, name, shapes) for name, one in raw.items()})


def _adoption(raw: Mapping[str, Any], shapes: Shapes) -> Adoption:
    return Adoption(
        _unmarked(raw["native"]), {name: _value(one, name, shapes) for name, one in raw["was"].items()}
    )


def _value(raw: Any, attribute: str | None, shapes: Shapes) -> Any:
    """A value with the type that its annotation told when it was written."""
    shape = shapes.get(attribute or "")
    if raw is not None and shape and not is_marked(raw):
        raw = {shape: raw}
    return _unmarked(raw)


def _unmarked(raw: Any) -> Any:
    try:
        return load_anything(raw)
    except Exception:  # what a newer core, or a model's own class, has written is shown as it stands there
        return raw


def view_of(shown: Sync | View) -> View:
    """The view of a sync that has been planned; a view is one already."""
    return shown if hasattr(shown, "passing") else SyncView(shown)  # type: ignore[return-value]
