"""Runs: when, who, how far."""

from __future__ import annotations

import datetime
import json
import os
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dss import clock
from dss.account import account
from dss.actions import Kind, Outcome
from dss.errors import JournalError
from dss.journal.coding import moment, text, unmoment, untext
from dss.journal.database import Database
from dss.journal.rows import JournalSync, RunRow, RunState
from dss.journal.schema import PLACES
from dss.journal.sections import Sections

Counts = Counter[tuple[int, str, Kind, Outcome | None]]
"""How many actions, by sync, branch, kind and outcome (None: open)."""

_COUNT = """SELECT a.branch, a.kind, o.outcome, count(*)
    FROM actions a LEFT JOIN outcomes o ON o.id = a.id
    WHERE a.id BETWEEN ? AND ? GROUP BY 1, 2, 3 ORDER BY min(a.id)"""
_COLUMNS = (
    "number, kind, began, ended, who, process, host, state, exit_code, reason, of, plan, config, expired"
)
_GREATEST = 2**63 - 1
"""The greatest number that SQLite takes."""


class Runs:
    """The list of runs.

    Args:
        database: the journal's.
        sections: numbers of syncs.
    """

    def __init__(self, database: Database, sections: Sections) -> None:
        self._database, self._sections = database, sections

    def begin(
        self, kind: str, config: Mapping[str, str], syncs: Sequence[JournalSync], of: int | None, plan: str
    ) -> int:
        """Write down that a run begins; its number."""
        values = (
            text(kind),
            moment(clock.now()),
            text(account()),
            os.getpid(),
            text(socket.gethostname()),
            RunState.RUNNING.value,
            of,
            text(plan),
            json.dumps(dict(config)),
        )
        with self._database.writing() as connection:
            number = connection.execute(
                "INSERT INTO runs (kind, began, who, process, host, state, of, plan, config)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            ).lastrowid
            assert number is not None
            connection.executemany(
                "INSERT INTO sections (run, sync, name, left, right, target) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (number, place, text(one.name), text(one.left), text(one.right), text(one.target))
                    for place, one in enumerate(syncs)
                ],
            )
        return number

    def end(self, run: int, state: RunState, exit_code: int, reason: str) -> None:
        """Write down how a run ended."""
        values = (moment(clock.now()), state.value, int(exit_code), text(reason), run)
        with self._database.writing() as connection:
            done = connection.execute(
                "UPDATE runs SET ended = ?, state = ?, exit_code = ?, reason = ? WHERE number = ?", values
            )
            if done.rowcount != 1:
                raise JournalError(f"the journal `{self._database.path}` knows of no run {run}")
            for section, _ in self._sections.of(run):
                connection.execute("DELETE FROM counts WHERE section = ?", (section,))
                connection.execute(
                    f"INSERT INTO counts SELECT ?, * FROM ({_COUNT})", (section, *_ids(section))
                )

    def go_on(self, run: int) -> None:
        """Write down that a run which had ended before its time goes on, by this process."""
        values = (RunState.RUNNING.value, os.getpid(), socket.gethostname(), run)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE runs SET ended = NULL, state = ?, exit_code = NULL, reason = '', process = ?, host = ?"
                " WHERE number = ?",
                values,
            )

    def one(self, number: int) -> RunRow | None:
        """One run; None when there is none of that number."""
        if number > _GREATEST:
            return None
        found = self._database.rows(f"SELECT {_COLUMNS} FROM runs WHERE number = ?", (number,))
        return self._row(found[0]) if found else None

    def all(self, limit: int | None) -> list[RunRow]:
        """The newest first, at most `limit`."""
        found = self._database.rows(
            f"SELECT {_COLUMNS} FROM runs ORDER BY number DESC LIMIT ?",
            (-1 if limit is None or limit > _GREATEST else limit,),
        )
        return [self._row(one) for one in found]

    def unfinished(self) -> list[RunRow]:
        """Those that have not ended, the oldest first."""
        found = self._database.rows(f"SELECT {_COLUMNS} FROM runs WHERE ended IS NULL ORDER BY number")
        return [self._row(one) for one in found]

    def in_question(self) -> list[RunRow]:
        """Those that have not ended, or that have a batch of which nobody has said what became of it."""
        found = self._database.rows(
            f"SELECT {_COLUMNS} FROM runs WHERE ended IS NULL OR number IN (SELECT s.run FROM batches b"
            " JOIN sections s ON s.number = b.section WHERE b.settled IS NULL) ORDER BY number"
        )
        return [self._row(one) for one in found]

    def counts(self, run: int) -> Counts:
        """How many actions had which outcome, in the order of the plan."""
        found: Counts = Counter()
        for section, sync in self._sections.of(run):
            rows = self._database.rows(
                "SELECT branch, kind, outcome, count FROM counts WHERE section = ? ORDER BY rowid", (section,)
            )
            for branch, kind, outcome, count in rows or self._database.rows(_COUNT, _ids(section)):
                key = (sync, untext(branch), Kind(kind), None if outcome is None else Outcome(outcome))
                found[key] += count
        return found

    def _row(self, row: tuple[Any, ...]) -> RunRow:
        (
            number,
            kind,
            began,
            ended,
            who,
            process,
            host,
            state,
            exit_code,
            reason,
            of,
            plan,
            config,
            expired,
        ) = row
        counts: Counter[Outcome] = Counter()
        still_open = 0
        for (_, _, _, outcome), count in self.counts(number).items():
            if outcome is None:
                still_open += count
            else:
                counts[outcome] += count
        return RunRow(
            number,
            untext(kind),
            datetime.datetime.fromisoformat(began),
            unmoment(ended),
            untext(who),
            process,
            untext(host),
            RunState(state),
            exit_code,
            untext(reason),
            of,
            untext(plan),
            json.loads(config),
            self._syncs(number),
            counts,
            still_open,
            bool(expired),
        )

    def _syncs(self, run: int) -> tuple[JournalSync, ...]:
        found = self._database.rows(
            "SELECT name, left, right, target FROM sections WHERE run = ? ORDER BY sync", (run,)
        )
        return tuple(JournalSync(*map(untext, one)) for one in found)


def _ids(section: int) -> tuple[int, int]:
    """The lowest and the highest id that an action of a section can have."""
    return section << PLACES, (section + 1 << PLACES) - 1
