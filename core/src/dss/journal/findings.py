"""What a run leaves for the next one to judge by: what was undone, is missing, was read, was over a budget."""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Iterable, Mapping

from dss.journal.coding import moment, text, unmoment, untext
from dss.journal.database import Database
from dss.journal.sections import Scopes
from dss.memory import HeldBefore, Missing, Reading, Undone
from dss.sources import Source

CONTENTS = 30
"""Contents of one source that are known again."""


class UndoneRecord:
    """Actions that were undone, by target and fingerprint.

    Args:
        database: the journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, target: str) -> dict[str, Undone]:
        """All of one target."""
        found = self._database.rows(
            "SELECT fingerprint, run, source FROM undone WHERE target = ?", (text(target),)
        )
        return {fingerprint: Undone(run, untext(source)) for fingerprint, run, source in found}

    def add(self, target: str, undone: Mapping[str, Undone]) -> None:
        """Write down more; what was undone before is now undone by the later run."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO undone VALUES (?, ?, ?, ?)",
                [(text(target), one, found.run, text(found.source)) for one, found in undone.items()],
            )

    def drop(self, target: str, fingerprints: Iterable[str]) -> None:
        """Forget some: they may be done again."""
        with self._database.writing() as connection:
            connection.executemany(
                "DELETE FROM undone WHERE target = ? AND fingerprint = ?",
                [(text(target), one) for one in fingerprints],
            )


class MissingRecord:
    """For how long records of a target have been missing on the left.

    Args:
        database: the journal's.
        scopes: numbers of branches.
    """

    def __init__(self, database: Database, scopes: Scopes) -> None:
        self._database, self._scopes = database, scopes

    def of(self, target: str, branch: str) -> dict[str, Missing]:
        """All of one branch, by idnumber."""
        found = self._database.rows(
            "SELECT idnumber, since, runs FROM missing WHERE scope = ?", (self._scopes.find(target, branch),)
        )
        return {
            untext(idnumber): Missing(datetime.datetime.fromisoformat(since), runs)
            for idnumber, since, runs in found
        }

    def count(self, target: str, branch: str, idnumbers: Iterable[str], at: datetime.datetime) -> None:
        """Count one more good run for those that are missing, and forget the others of the branch: they are back.

        The same moment again is the same run, and counts once. When the clock has been set back, a record has been
        missing since now, not since a time that is still to come.

        Args:
            target: the system.
            branch: of the records.
            idnumbers: all that are missing.
            at: when the run began.
        """
        now = moment(at)
        with self._database.writing() as connection:
            scope = self._scopes.make(connection, target, branch)
            connection.execute("CREATE TEMP TABLE IF NOT EXISTS still (idnumber PRIMARY KEY) WITHOUT ROWID")
            connection.execute("DELETE FROM still")
            connection.executemany(
                "INSERT OR IGNORE INTO still VALUES (?)", ((text(idnumber),) for idnumber in idnumbers)
            )
            connection.execute(
                "DELETE FROM missing WHERE scope = ? AND idnumber NOT IN (SELECT idnumber FROM still)",
                (scope,),
            )
            connection.execute(
                """INSERT INTO missing SELECT ?, idnumber, ?, ?, 1 FROM still WHERE true
                ON CONFLICT (scope, idnumber) DO UPDATE SET
                    since = min(since, excluded.since),
                    runs = runs + (last <> excluded.last),
                    last = excluded.last""",
                (scope, now, now),
            )
            connection.execute("DELETE FROM still")

    def forget_others(self, target: str, branch: str, idnumbers: Iterable[str]) -> None:
        """Forget whoever of a branch is back, and count nobody: the run was not a good one.

        Args:
            target: the system.
            branch: of the records.
            idnumbers: all that are missing.
        """
        scope, missing = self._scopes.find(target, branch), set(idnumbers)
        back = [(scope, text(one)) for one in self.of(target, branch) if one not in missing]
        if back:
            with self._database.writing() as connection:
                connection.executemany("DELETE FROM missing WHERE scope = ? AND idnumber = ?", back)


class Readings:
    """What the last good reading of each branch looked like, and what it was read from, by tree.

    Args:
        database: the journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tree: str) -> tuple[dict[str, Reading], dict[str, Source]]:
        """Readings by branch, and sources by name."""
        readings = self._database.rows(
            "SELECT branch, rows, keys, blanks FROM readings WHERE tree = ?", (text(tree),)
        )
        sources = self._database.rows(
            "SELECT name, digest, modified FROM sources WHERE tree = ?", (text(tree),)
        )
        return (
            {
                untext(branch): Reading(rows, keys, json.loads(blanks))
                for branch, rows, keys, blanks in readings
            },
            {
                untext(name): Source(untext(name), untext(digest), unmoment(modified))
                for name, digest, modified in sources
            },
        )

    def last(self, tree: str) -> datetime.datetime | None:
        """When the last good run began that has read a tree."""
        ((at,),) = self._database.rows("SELECT max(at) FROM readings WHERE tree = ?", (text(tree),))
        return unmoment(at)

    def save(
        self,
        tree: str,
        readings: Mapping[str, Reading],
        sources: Mapping[str, Source],
        at: datetime.datetime,
    ) -> None:
        """Keep these in the place of earlier ones; branches and sources that are not named keep what they have."""
        now = moment(at)
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (text(tree), text(branch), one.rows, one.keys, json.dumps(dict(one.blanks)), now)
                    for branch, one in readings.items()
                ],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?, ?)",
                [
                    (
                        text(tree),
                        text(name),
                        text(one.digest),
                        None if one.modified is None else moment(one.modified),
                        now,
                    )
                    for name, one in sources.items()
                ],
            )


class Contents:
    """What sources have been in good runs, by tree: the last few contents of each.

    Args:
        database: the journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tree: str) -> dict[tuple[str, str], datetime.datetime]:
        """What sources of a tree have been in good runs: when that run began, by their name and digest."""
        found = self._database.rows("SELECT name, digest, at FROM contents WHERE tree = ?", (text(tree),))
        return {
            (untext(name), untext(digest)): datetime.datetime.fromisoformat(at) for name, digest, at in found
        }

    def add(self, tree: str, sources: Iterable[Source], at: datetime.datetime) -> None:
        """Add what sources have been in a good run; of each, the last few are kept."""
        with self._database.writing() as connection:
            for source in sources:
                of = (text(tree), text(source.name))
                connection.execute(
                    "INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?)",
                    (*of, text(source.digest), moment(at)),
                )
                connection.execute(
                    """DELETE FROM contents WHERE tree = ? AND name = ? AND digest NOT IN (
                        SELECT digest FROM contents WHERE tree = ? AND name = ? ORDER BY at DESC LIMIT ?)""",
                    (*of, *of, CONTENTS),
                )


class OverBudget:
    """Removals that are held over a budget, by tree.

    Args:
        database: the journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tree: str) -> dict[tuple[str, str], HeldBefore]:
        """By scope and parent ("" where it is no parent's)."""
        found = self._database.rows(
            "SELECT scope, parent, size, let_go FROM over_budget WHERE tree = ?", (text(tree),)
        )
        return {
            (untext(scope), untext(parent)): HeldBefore(size, let_go) for scope, parent, size, let_go in found
        }

    def save(
        self,
        tree: str,
        held: Mapping[str, Mapping[tuple[str, str], HeldBefore]],
        parted: Collection[str] = (),
    ) -> None:
        """Keep these in the place of earlier ones; branches that are not named keep what they have.

        Args:
            tree: which.
            held: by branch, then by scope and parent.
            parted: branches of which what is not named, too, keeps what it has.
        """
        with self._database.writing() as connection:
            for branch, own in held.items():
                if branch not in parted:
                    connection.execute(
                        "DELETE FROM over_budget WHERE tree = ? AND branch = ?", (text(tree), text(branch))
                    )
                connection.executemany(
                    "INSERT OR REPLACE INTO over_budget VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (text(tree), text(branch), text(scope), text(parent), one.of, one.let_go)
                        for (scope, parent), one in own.items()
                    ],
                )
