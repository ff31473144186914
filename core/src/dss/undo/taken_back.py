"""What has been taken back of a run, and what of that a next run would find again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile

import attrs

from dss.actions import Action, Kind, Outcome
from dss.alike import value_of
from dss.attributes import ENABLED
from dss.guard.undone import source_digest
from dss.journal import Entry, Journal, RunRow
from dss.lines import WAITS, Lines
from dss.undo.records import Record, action_of, record_of

_DONE = (Outcome.DONE, Outcome.ALREADY)
_OPPOSITE = {Kind.ADD: Kind.REMOVE, Kind.REMOVE: Kind.ADD, Kind.NEW: Kind.OLD, Kind.OLD: Kind.NEW}

_Value = tuple[str, str, str]
"""A branch, an idnumber and an attribute."""


@attrs.define
class TakenBack:
    """What an undo has done in one target, or has found back as it was before.

    Attributes:
        changed: by record, the attributes that were put back.
        ended: records that were made, and let go again.
        returned: records that were ended, and made or taken in again.
        values: fingerprints of what takes out again what was put in, and the other way round.
    """

    changed: dict[Record, set[str]] = attrs.field(factory=dict)
    ended: set[Record] = attrs.field(factory=set)
    returned: set[Record] = attrs.field(factory=set)
    values: set[str] = attrs.field(factory=set)

    @classmethod
    def read(cls, entries: Iterable[Entry], lines: Lines) -> TakenBack:
        """Gather it from an undo's entries."""
        found = cls()
        exchanges = _Exchanges(lines)
        for entry in entries:
            exchanges.add(entry)
            if entry.outcome in _DONE:
                found.add(entry)
        for branch, idnumber, name in exchanges.half_done():
            found.changed.get((branch, idnumber), set()).discard(name)
        return found

    def add(self, one: Entry | Action) -> None:
        """Something was taken back, by this."""
        if one.kind is Kind.UPDATE:
            self.changed.setdefault(record_of(one), set()).add(one.attribute or "")
        elif one.kind is Kind.OLD:
            self.ended.add(record_of(one))
        elif one.kind is Kind.NEW:
            self.returned.add(record_of(one))
        else:
            self.values.add(one.fingerprint)

    def found_back(self, done: Action) -> None:
        """What a run has done needs no undoing any more: somebody else has been quicker."""
        self.add(_opposite(done))

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing that a next run could find again."""
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
        action = action_of(entry, self._lines) if WAITS in entry.line else None
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


def last_seen(journal: Journal, row: RunRow, target: str, before: int | None = None) -> dict[Record, Entry]:
    """Entries of later runs that tell what the source said of a record at last, as far as they have met it.

    Args:
        journal: where they stand.
        row: the run.
        target: which system.
        before: the number of the run that took it back; None is a run to come.
    """
    found: dict[Record, Entry] = {}
    for later in takewhile(lambda one: one.number > row.number, journal.runs()):
        if later.of is None and not later.expired and (before is None or later.number < before):
            for place, there in enumerate(later.syncs):
                for entry in journal.entries(later.number, place) if there.target == target else ():
                    if entry.kind in (Kind.NEW, Kind.UPDATE):
                        # the last run comes first
                        found.setdefault(record_of(entry), entry)
    return found


def found_again(
    entry: Entry, taken_back: TakenBack, lines: Lines, seen: Mapping[Record, Entry]
) -> Iterator[tuple[str, str]]:
    """What the next run would do, by fingerprint, with what the source said where that decides.

    Args:
        entry: of what the run that was undone has done.
        taken_back: what is as it was before that.
        lines: what makes actions of the journal's lines.
        seen: see `last_seen`.
    """
    record = record_of(entry)
    changed = taken_back.changed.get(record, set())
    if entry.kind is Kind.NEW and record in taken_back.ended:
        left = _left_of(seen.get(record, entry), lines)
        source = "" if left is None else source_digest(left, lines.model(entry.branch))
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
    elif entry.kind is Kind.UPDATE and entry.attribute == ENABLED and record in taken_back.returned:
        # what was suspended had gone altogether, and was made again
        yield entry.fingerprint, ""
    elif entry.kind in (Kind.ADD, Kind.REMOVE) and taken_back.values:
        action = action_of(entry, lines)
        if action is not None and _opposite(action).fingerprint in taken_back.values:
            yield entry.fingerprint, ""


def _opposite(action: Action) -> Action:
    return attrs.evolve(action, kind=_OPPOSITE.get(action.kind, action.kind))


def _update(record: Record, attribute: str, wanted: object) -> str:
    return Action(Kind.UPDATE, *record, attribute=attribute, wanted=wanted).fingerprint


def _left_of(entry: Entry, lines: Lines) -> object:
    action = action_of(entry, lines)
    return None if action is None else action.left
