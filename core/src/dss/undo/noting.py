"""What an undo has taken back, written down, so that the next run does not simply do it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import attrs

from dss.actions import Action, Kind, Outcome
from dss.alike import value_of
from dss.errors import PlanError
from dss.guard.undone import source_digest
from dss.journal import Entry, Journal, RunRow
from dss.lines import WAITS, Lines
from dss.memory import Undone
from dss.undo.sections import sync_of

if TYPE_CHECKING:
    from dss.stages import Sync

ENABLED = "enabled"
_DONE = (Outcome.DONE, Outcome.ALREADY)
_OPPOSITE = {Kind.ADD: Kind.REMOVE, Kind.REMOVE: Kind.ADD}

Record = tuple[str, str]
_Value = tuple[str, str, str]
"""A branch, an idnumber and an attribute."""


@attrs.define
class _TakenBack:
    """What an undo has done in one target.

    Attributes:
        changed: by record, the attributes that were put back.
        ended: records that were made, and let go again.
        returned: records that were ended, and made or taken in again.
        values: fingerprints of what was put in and taken out again.
    """

    changed: dict[Record, set[str]] = attrs.field(factory=dict)
    ended: set[Record] = attrs.field(factory=set)
    returned: set[Record] = attrs.field(factory=set)
    values: set[str] = attrs.field(factory=set)

    @classmethod
    def read(cls, entries: Iterable[Entry], lines: Lines) -> _TakenBack:
        """Gather it from an undo's entries."""
        found = cls()
        exchanges = _Exchanges(lines)
        for entry in entries:
            exchanges.add(entry)
            if entry.outcome not in _DONE:
                continue
            record = (entry.branch, entry.idnumber)
            if entry.kind is Kind.UPDATE:
                found.changed.setdefault(record, set()).add(entry.attribute or "")
            elif entry.kind is Kind.OLD:
                found.ended.add(record)
            elif entry.kind is Kind.NEW:
                found.returned.add(record)
            else:
                found.values.add(entry.fingerprint)
        for branch, idnumber, name in exchanges.half_done():
            found.changed.get((branch, idnumber), set()).discard(name)
        return found

    @property
    def is_nothing(self) -> bool:
        return not (self.changed or self.ended or self.returned or self.values)


class _Exchanges:
    """Unique values that change hands, one after the other, over a spare value where they form a circle.

    One that was cut short is not undone: held where it stands, it would leave somebody with the spare value.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._waits: dict[_Value, set[_Value]] = {}
        self._done: set[_Value] = set()
        self._not_done: set[_Value] = set()

    def add(self, entry: Entry) -> None:
        """Put in what may be a part of one."""
        if entry.kind is not Kind.UPDATE:
            return
        value = (entry.branch, entry.idnumber, entry.attribute or "")
        (self._done if entry.outcome in _DONE else self._not_done).add(value)
        action = _loaded(entry, self._lines) if WAITS in entry.line else None
        for first in () if action is None else action.after:
            self._waits.setdefault(value, set()).add((first.branch, first.idnumber, first.attribute or ""))

    def half_done(self) -> set[_Value]:
        """What has changed in those of which a record has made its first step and not its last."""
        found: set[_Value] = set()
        todo = self._done & self._not_done
        while todo:
            value = todo.pop()
            found.add(value)
            todo |= self._waits.get(value, set()) - found
        return found


def note_undone(journal: Journal, run: int, syncs: Sequence[Sync]) -> None:
    """Write down everything that a next run would find again because an undo has taken it back.

    May be called as often as wanted: when the undo ends, and when one that died has been looked at.

    Args:
        journal: knows both runs.
        run: the undo.
        syncs: of the configuration as it is now.
    """
    row = journal.run(run)
    undone = None if row is None or row.of is None else journal.run(row.of)
    if row is None or undone is None:
        return
    for place, there in enumerate(row.syncs):
        sync = sync_of(there, syncs)
        if sync is None:
            continue
        lines = Lines(sync.left, sync.right)
        taken_back = _TakenBack.read(journal.entries(run, place), lines)
        if taken_back.is_nothing:
            continue
        found: dict[str, Undone] = {}
        back: list[Entry] = []
        for entry in _done(journal, undone, there.target):
            again = dict(_found_again(entry, taken_back, lines))
            if again:
                back.append(entry)
            found.update((fingerprint, Undone(run, source)) for fingerprint, source in again.items())
        journal.undone.add(there.target, found)
        if undone.of is not None:
            _forget(journal, undone, there.target, _TakenBack.read(back, lines), lines)


def _forget(journal: Journal, undo: RunRow, target: str, redone: _TakenBack, lines: Lines) -> None:
    """What an undo took back has been done again by undoing it, and is no longer undone."""
    first = None if undo.of is None else journal.run(undo.of)
    noted = {one for one, undone in journal.undone.of(target).items() if undone.run == undo.number}
    if first is not None and noted and not redone.is_nothing:
        found = (
            fingerprint
            for entry in _done(journal, first, target)
            for fingerprint, _ in _found_again(entry, redone, lines)
        )
        journal.undone.drop(target, noted.intersection(found))


def _done(journal: Journal, row: RunRow, target: str) -> Iterator[Entry]:
    """What a run has done in one target."""
    for place, there in enumerate(row.syncs):
        if there.target == target:
            yield from journal.entries(row.number, place, outcome=Outcome.DONE)


def _found_again(entry: Entry, taken_back: _TakenBack, lines: Lines) -> Iterator[tuple[str, str]]:
    """What the next run would do, by fingerprint, with what the source said where that decides."""
    record = (entry.branch, entry.idnumber)
    changed = taken_back.changed.get(record, set())
    if entry.kind is Kind.NEW and record in taken_back.ended:
        left = _left_of(entry, lines)
        source = "" if left is None else source_digest(left)
        yield entry.fingerprint, source
        # where nothing is deleted, it is there and disabled
        yield _update(record, ENABLED, True), source
    elif entry.kind is Kind.NEW and changed:
        left = _left_of(entry, lines)
        yield from ((_update(record, name, value_of(left, name)), "") for name in sorted(changed))
    elif entry.kind is Kind.OLD:
        if record in taken_back.returned or ENABLED in changed:
            yield entry.fingerprint, ""
    elif record in taken_back.ended or (entry.kind is Kind.UPDATE and entry.attribute in changed):
        yield entry.fingerprint, ""
    elif entry.kind in _OPPOSITE and taken_back.values:
        action = _loaded(entry, lines)
        if action is not None:
            opposite = attrs.evolve(action, kind=_OPPOSITE[entry.kind])
            if opposite.fingerprint in taken_back.values:
                yield entry.fingerprint, ""


def _update(record: Record, attribute: str, wanted: object) -> str:
    return Action(Kind.UPDATE, *record, attribute=attribute, wanted=wanted).fingerprint


def _left_of(entry: Entry, lines: Lines) -> object:
    action = _loaded(entry, lines)
    return None if action is None else action.left


def _loaded(entry: Entry, lines: Lines) -> Action | None:
    try:
        return lines.load(entry.line)
    except PlanError:
        return None
