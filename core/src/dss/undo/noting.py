"""What an undo has taken back, written down, so that the next run does not simply do it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dss.actions import Outcome
from dss.journal import Entry, Journal, RunRow
from dss.lines import Lines
from dss.memory import Undone
from dss.undo.sections import sync_of
from dss.undo.taken_back import TakenBack, found_again, last_seen

if TYPE_CHECKING:
    from dss.stages import Sync


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
        taken_back = TakenBack.read(journal.entries(run, place), lines)
        if taken_back.is_nothing:
            continue
        found: dict[str, Undone] = {}
        back: list[Entry] = []
        for done in _redone(journal, undone):
            seen = last_seen(journal, done, there.target, run)
            for entry in _done(journal, done, there.target):
                again = dict(found_again(entry, taken_back, lines, seen))
                if again and done is undone:
                    back.append(entry)
                found.update((fingerprint, Undone(run, source)) for fingerprint, source in again.items())
        journal.undone.add(there.target, found)
        if undone.of is not None:
            _forget(journal, undone, there.target, TakenBack.read(back, lines), lines)


def _forget(journal: Journal, undo: RunRow, target: str, redone: TakenBack, lines: Lines) -> None:
    """What an undo took back has been done again by undoing it, and is no longer undone."""
    first = None if undo.of is None else journal.run(undo.of)
    noted = {one for one, undone in journal.undone.of(target).items() if undone.run == undo.number}
    if first is not None and noted and not redone.is_nothing:
        found = (
            fingerprint
            for entry in _done(journal, first, target)
            for fingerprint, _ in found_again(entry, redone, lines, {})
        )
        journal.undone.drop(target, noted.intersection(found))


def _redone(journal: Journal, undone: RunRow) -> Iterator[RunRow]:
    """The run that was undone; where it had undone the undo of another one, and so done that again, that one too."""
    one: RunRow | None = undone
    while one is not None:
        yield one
        between = None if one.of is None else journal.run(one.of)
        one = None if between is None or between.of is None else journal.run(between.of)


def _done(journal: Journal, row: RunRow, target: str) -> Iterator[Entry]:
    """What a run has done in one target."""
    for place, there in enumerate(row.syncs):
        if there.target == target:
            yield from journal.entries(row.number, place, outcome=Outcome.DONE)
