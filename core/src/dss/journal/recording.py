"""What was planned, what was begun, and what became of it."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dss import clock
from dss.actions import Action, Kind, Outcome
from dss.errors import JournalError
from dss.journal.coding import moment, native, text
from dss.journal.database import Database
from dss.journal.ownership import Owned
from dss.journal.schema import PLACES
from dss.journal.sections import Sections

AT_ONCE = 500
"""Rows handed over in one call."""

Settled = tuple[Action, Outcome, str, Any]
"""An action, what became of it, why, and the target's own id of the record."""

_DONE = (Outcome.DONE, Outcome.ALREADY)
_PLAN = "INSERT INTO actions VALUES (?, ?, ?, ?, ?, ?, ?)"
_PLAN_AGAIN = "INSERT OR REPLACE INTO actions VALUES (?, ?, ?, ?, ?, ?, ?)"
_PLANNED = "SELECT count(*) FROM actions WHERE id BETWEEN ? AND ?"
_SETTLE = "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?)"
# without a value for each, a whole row of them costs little more than one
_SETTLE_SPAN = (
    "INSERT OR REPLACE INTO outcomes SELECT id, ?, ?, NULL, NULL FROM actions WHERE id BETWEEN ? AND ?"
)


class Recording:
    """Writes down the actions of runs.

    Args:
        database: the journal's.
        sections: numbers of syncs.
        owned: gets what is made.
    """

    def __init__(self, database: Database, sections: Sections, owned: Owned) -> None:
        self._database, self._sections, self._owned = database, sections, owned

    # -- the plan --------------------------------------------------------------------------------------------------

    def plan(
        self,
        run: int,
        sync: int,
        lines: Iterable[tuple[Action, str]],
        held: Mapping[tuple[str, ...], str],
    ) -> None:
        """Write down all actions of a sync, and which of them are held."""
        base = self._sections.base(run, sync)
        rest = iter(lines)
        # the key of an action takes longer to make than its line to be written, and few are held
        idnumbers = {key[2] for key in held}
        with self._database.writing() as connection:
            while chunk := list(itertools.islice(rest, AT_ONCE)):
                self._plan(connection, base, chunk)
                kept = [one for one, _ in chunk if one.idnumber in idnumbers and one.key in held]
                if kept:
                    self._settle(
                        connection, base, [(one, Outcome.HELD, held[one.key], None) for one in kept], None
                    )
            self._forget_counts(connection, base)

    def _plan(self, connection: sqlite3.Connection, base: int, chunk: list[tuple[Action, str]]) -> None:
        if any(action.place < 0 for action, _ in chunk):
            raise JournalError("an action that has no place in a plan cannot be written into the journal")
        rows = [
            (
                base + action.place,
                action.branch,
                action.kind._value_,
                action.idnumber,
                action.attribute,
                action.fingerprint,
                line,
            )
            for action, line in chunk
        ]
        try:
            connection.executemany(_PLAN, rows)
        except UnicodeEncodeError:
            # some of them may be in already
            connection.executemany(_PLAN_AGAIN, map(_stored, rows))
        except sqlite3.IntegrityError:
            raise JournalError(
                "this plan has been written into the journal already, or two of its actions have one place"
            ) from None

    # -- batches ---------------------------------------------------------------------------------------------------

    def intend(self, run: int, sync: int, places: Sequence[int]) -> int:
        """Write down which actions are about to be tried; they belong to no other batch any more."""
        base = self._sections.base(run, sync)
        with self._database.writing() as connection:
            batch = connection.execute(
                "INSERT INTO batches (section, intended) VALUES (?, ?)", (base >> PLACES, moment(clock.now()))
            ).lastrowid
            assert batch is not None
            for first, last in _spans(base + place for place in places):
                self._cut_out(connection, first, last)
                connection.execute("INSERT INTO spans VALUES (?, ?, ?)", (first, last, batch))
                connection.execute("DELETE FROM outcomes WHERE id BETWEEN ? AND ?", (first, last))
            self._forget_counts(connection, base)
        return batch

    def reopen(self, run: int, sync: int, places: Sequence[int]) -> None:
        """Take these actions out of their batches; nothing of the sync is in doubt any more."""
        base = self._sections.base(run, sync)
        with self._database.writing() as connection:
            for first, last in _spans(base + place for place in places):
                self._cut_out(connection, first, last)
            connection.execute(
                "UPDATE batches SET settled = ? WHERE section = ? AND settled IS NULL",
                (moment(clock.now()), base >> PLACES),
            )
            self._forget_counts(connection, base)

    def _cut_out(self, connection: sqlite3.Connection, first: int, last: int) -> None:
        """Take these actions out of the batches that they were in; what is left of those stays."""
        within = "SELECT first, last, batch FROM spans WHERE first BETWEEN ? AND ?"
        before = "SELECT first, last, batch FROM spans WHERE first < ? ORDER BY first DESC LIMIT 1"
        found = connection.execute(within, (first, last)).fetchall()
        found += [one for one in connection.execute(before, (first,)).fetchall() if one[1] >= first]
        for old_first, old_last, batch in found:
            connection.execute("DELETE FROM spans WHERE first = ?", (old_first,))
            if old_first < first:
                connection.execute("INSERT INTO spans VALUES (?, ?, ?)", (old_first, first - 1, batch))
            if old_last > last:
                connection.execute("INSERT INTO spans VALUES (?, ?, ?)", (last + 1, old_last, batch))

    def settle(self, run: int, sync: int, results: Iterable[Settled], batch: int | None) -> None:
        """Write down what became of actions; what was made is ours from now on."""
        base = self._sections.base(run, sync)
        rest = iter(results)
        with self._database.writing(durable=False) as connection:
            if batch is not None:
                self._close_batch(connection, base, batch)
            while chunk := list(itertools.islice(rest, AT_ONCE)):
                self._settle(connection, base, chunk, batch)
                self._own(connection, run, base, chunk)
            self._forget_counts(connection, base)

    def _close_batch(self, connection: sqlite3.Connection, base: int, batch: int) -> None:
        now, section = moment(clock.now()), base >> PLACES
        statement = "UPDATE batches SET settled = ? WHERE number = ? AND section = ?"
        if connection.execute(statement, (now, batch, section)).rowcount != 1:
            raise JournalError(f"the journal knows of no batch {batch} in this sync")

    def _settle(
        self, connection: sqlite3.Connection, base: int, chunk: list[Settled], batch: int | None
    ) -> None:
        self._check_planned(connection, base, chunk)
        plain: dict[Outcome, list[int]] = {}
        others = []
        for action, outcome, reason, own in chunk:
            if reason or own is not None:
                others.append((base + action.place, batch, outcome.value, text(reason), native(own)))
            else:
                plain.setdefault(outcome, []).append(base + action.place)
        for outcome, ids in plain.items():
            for first, last in _spans(ids):
                connection.execute(_SETTLE_SPAN, (batch, outcome.value, first, last))
        connection.executemany(_SETTLE, others)

    def _check_planned(self, connection: sqlite3.Connection, base: int, chunk: list[Settled]) -> None:
        places = {action.place for action, *_ in chunk}
        if min(places) < 0:
            raise JournalError("an action that has no place in a plan cannot be settled in the journal")
        found = 0
        for first, last in _spans(places):
            found += connection.execute(_PLANNED, (base + first, base + last)).fetchone()[0]
        if found < len(places):
            raise JournalError(
                f"{len(places) - found} of {len(places)} actions to be settled are not in the journal's plan"
            )

    def _own(self, connection: sqlite3.Connection, run: int, base: int, chunk: list[Settled]) -> None:
        """What was made is ours, under whatever id it has by now; what could not be made is not."""
        made: dict[tuple[str, str], list[int]] = {}
        known: dict[tuple[str, str], list[tuple[str, Any]]] = {}
        not_made = []
        moved = []
        for action, outcome, _, own in chunk:
            if action.kind is not Kind.NEW:
                if own is not None and action.kind is not Kind.OLD:
                    moved.append((own, action.branch, action.idnumber))
                continue
            how = "adopted" if action.adopts is not None else "joined" if action.joins is not None else "made"
            before = action.native if action.adopts is None else action.adopts.native
            if outcome not in _DONE:
                not_made.append((action.branch, action.idnumber))
            elif own is None and before is not None:
                known.setdefault((action.branch, how), []).append((action.idnumber, before))
            else:
                made.setdefault((action.branch, how), []).append(base + action.place)
        if not (made or known or not_made or moved):
            return
        (target,) = connection.execute(
            "SELECT target FROM sections WHERE number = ?", (base >> PLACES,)
        ).fetchone()
        for (branch, how), ids in made.items():
            for first, last in _spans(ids):
                self._owned.write_settled(connection, target, branch, (first, last), run, how)
        for (branch, how), items in known.items():
            self._owned.write(connection, target, branch, items, run, how)
        for own, branch, idnumber in moved:
            self._owned.move(connection, target, branch, idnumber, own)
        for branch, idnumber in not_made:
            self._owned.take_back(connection, target, branch, idnumber, run)

    def _forget_counts(self, connection: sqlite3.Connection, base: int) -> None:
        connection.execute("DELETE FROM counts WHERE section = ?", (base >> PLACES,))


def _stored(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(text(one) if isinstance(one, str) else one for one in row)


def _spans(ids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of every unbroken row of numbers."""
    first = last = None
    for one in sorted(set(ids)):
        if last is None or one != last + 1:
            if first is not None and last is not None:
                yield first, last
            first = one
        last = one
    if first is not None and last is not None:
        yield first, last
