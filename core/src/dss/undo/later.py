"""Runs that came after the one that is undone, and have changed the same things again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import attrs

from dss.actions import Action, Outcome
from dss.journal import Entry, Journal, RunRow
from dss.undo.records import Record, record_of


def with_run_to_begin_with(
    journal: Journal, row: RunRow, target: str, errors: Sequence[Action]
) -> Iterator[Action]:
    """Errors of an undo; where a later run has changed the same thing, they say that this one is to be undone first.

    Args:
        journal: where the runs stand.
        row: the run that is undone.
        target: which system.
        errors: each on something that is not as the run has written it any more.
    """
    last = _last_changes(journal, row, target, errors) if errors else {}
    for place, error in enumerate(errors):
        run = last.get(place)
        more = "" if run is None else f"; run {run} has changed it since: begin with run {run}"
        yield attrs.evolve(error, error=f"{error.error}{more}")


def _last_changes(journal: Journal, row: RunRow, target: str, errors: Sequence[Action]) -> dict[int, int]:
    """By the places of errors, the last run that has changed that and has not been undone itself."""
    places: dict[Record, list[int]] = {}
    for place, error in enumerate(errors):
        places.setdefault(record_of(error), []).append(place)
    taken_back: set[tuple[int, Record]] = set()
    found: dict[int, int] = {}
    for later, entry in _changes(journal, row, target):
        record = record_of(entry)
        if record not in places or (later.number, record) in taken_back:
            # nor does an undo that was itself undone say anything of the run that it took back
            continue
        if later.of is not None:
            taken_back.add((later.of, record))
        else:
            for place in places[record]:
                if (
                    None in (entry.attribute, errors[place].attribute)
                    or entry.attribute == errors[place].attribute
                ):
                    found.setdefault(place, later.number)
    return found


def _changes(journal: Journal, row: RunRow, target: str) -> Iterator[tuple[RunRow, Entry]]:
    """What was done after a run, the last run first."""
    for later in takewhile(lambda one: one.number > row.number, journal.runs()):
        for place, there in enumerate(later.syncs):
            if there.target == target:
                for entry in journal.entries(later.number, place, outcome=Outcome.DONE):
                    yield later, entry
