"""What a run has done in one target, entry by entry, and what is known of whole records beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dss.actions import Kind, Outcome
from dss.journal import Entry, Journal, RunRow
from dss.only import Only
from dss.undo.records import Record, record_of

_ADOPTS = '"adopts":'
"""What the line of an action has that takes a record over."""


class Done:
    """What a run has done in one of its syncs.

    Args:
        journal: where the run stands.
        row: the run.
        place: which of its syncs.
        only: to what the undo is limited.

    Attributes:
        made: records, only by their keys, since there may be very many.
        taken_over: records that there were before, and that were taken as ours.
        ended: records.
        with_values: records that were made or taken over, and had single values put into them afterwards.
    """

    def __init__(self, journal: Journal, row: RunRow, place: int, only: Only) -> None:
        self._journal, self._row, self._place, self._only = journal, row, place, only
        self.made: set[Record] = set()
        self.taken_over: set[Record] = set()
        self.ended: set[Record] = set()
        self.with_values: set[Record] = set()
        self._changed: Counter[tuple[Record, str | None]] = Counter()
        for entry in self.entries():
            record = record_of(entry)
            if entry.kind is Kind.NEW:
                (self.taken_over if _ADOPTS in entry.line else self.made).add(record)
            elif entry.kind is Kind.OLD:
                self.ended.add(record)
            elif entry.kind is Kind.UPDATE:
                self._changed[record, entry.attribute] += 1
            elif entry.kind is Kind.ADD and (record in self.made or record in self.taken_over):
                self.with_values.add(record)

    def entries(self) -> Iterator[Entry]:
        """All of it, in the order in which it was planned."""
        for entry in self._journal.entries(self._row.number, self._place, outcome=Outcome.DONE):
            if self._only.has_record(entry.branch, entry.idnumber):
                yield entry

    def steps(self, update: Entry) -> int:
        """In how many steps an attribute was changed: more than one where its values are unique and change hands."""
        return self._changed[record_of(update), update.attribute]
