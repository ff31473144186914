"""What people have approved: single changes, once, for a time."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from dss import clock
from dss.actions import Action, Kind
from dss.journal.coding import moment, text, unmoment, untext
from dss.journal.database import Database
from dss.journal.rows import Approval

AHEAD = datetime.timedelta(days=1)
"""So far in the future an approval may have been made: machines' clocks differ, and some are set right later."""


class Approvals:
    """Approvals, by target and fingerprint.

    Args:
        database: the journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, target: str, actions: Iterable[Action], until: datetime.datetime, who: str) -> int:
        """Approve changes; what was approved before is approved anew.

        Returns:
            How many there were.
        """
        made = moment(clock.now())
        rows = {
            action.fingerprint: (
                text(target),
                action.fingerprint,
                text(action.branch),
                action.kind.value,
                text(action.idnumber),
                None if action.attribute is None else text(action.attribute),
                made,
                moment(until),
                text(who),
                None,
            )
            for action in actions
        }
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO approvals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows.values()
            )
        return len(rows)

    def valid(self, target: str, now: datetime.datetime) -> set[str]:
        """Fingerprints of what is approved and neither used nor expired.

        One that was made long after now does not count: the clock has been wrong, and it would hold for too long.
        """
        found = self._database.rows(
            "SELECT fingerprint FROM approvals WHERE target = ? AND used IS NULL AND until > ? AND made <= ?",
            (text(target), moment(now), moment(now + AHEAD)),
        )
        return {fingerprint for (fingerprint,) in found}

    def all(self) -> list[Approval]:
        """All that are known, used and expired ones too, by target, branch and idnumber."""
        found = self._database.rows("SELECT * FROM approvals ORDER BY target, branch, idnumber, fingerprint")
        return [_approval(row) for row in found]

    def use(self, target: str, fingerprints: Iterable[str], run: int) -> None:
        """Say that a run has made use of approvals: they are worth nothing any more."""
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE approvals SET used = ? WHERE target = ? AND fingerprint = ? AND used IS NULL",
                [(run, text(target), one) for one in fingerprints],
            )

    def lapse(self, target: str, keep: Collection[str]) -> int:
        """Let go of those that were not used and cover nothing that a run has found.

        Args:
            target: the system.
            keep: fingerprints of what it has found.

        Returns:
            How many there were.
        """
        found = self._database.rows(
            "SELECT fingerprint FROM approvals WHERE target = ? AND used IS NULL", (text(target),)
        )
        gone = [(text(target), one) for (one,) in found if one not in keep]
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM approvals WHERE target = ? AND fingerprint = ?", gone)
        return len(gone)

    def revoke(self, fingerprints: Iterable[str]) -> int:
        """Take back approvals that were not used yet, whatever their target.

        Returns:
            How many there were.
        """
        with self._database.writing() as connection:
            return connection.executemany(
                "DELETE FROM approvals WHERE fingerprint = ? AND used IS NULL",
                [(one,) for one in fingerprints],
            ).rowcount


def _approval(row: tuple[Any, ...]) -> Approval:
    target, fingerprint, branch, kind, idnumber, attribute, made, until, who, used = row
    return Approval(
        untext(target),
        fingerprint,
        untext(branch),
        Kind(kind),
        untext(idnumber),
        None if attribute is None else untext(attribute),
        _certain(made),
        _certain(until),
        untext(who),
        used,
    )


def _certain(value: str) -> datetime.datetime:
    found = unmoment(value)
    assert found is not None
    return found
