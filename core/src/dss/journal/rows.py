"""What the journal is told and what it tells: plain values."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from dss.actions import Kind, Outcome


class RunState(StrEnum):
    """How far a run has come."""

    RUNNING = "running"
    """It has begun and not ended: it is under way, or has died."""
    DONE = "done"
    """It came to its end; single changes may have failed or been held."""
    STOPPED = "stopped"
    """It ended early and in order: told to, by itself after too many failures, or declined half-way."""
    FAILED = "failed"
    """It ended with an error."""
    INTERRUPTED = "interrupted"
    """It died, and was brought to its end later."""


@attrs.frozen
class JournalSync:
    """One sync of a run.

    Attributes:
        name: as messages name it.
        left: the left tree's name.
        right: the right tree's name.
        target: which system the right tree is.
    """

    name: str
    left: str
    right: str
    target: str


@attrs.frozen
class RunRow:
    """One run.

    Attributes:
        number: counted from 1; later runs have greater ones, whatever the clock says.
        kind: "apply" or "undo".
        began: in UTC.
        ended: None while it has not.
        who: the account that ran it.
        process: its process id.
        host: the machine it ran on.
        state: how far it has come.
        exit_code: what it ended with; None while it has not.
        reason: why it did not come to its proper end.
        of: for an undo, the run that is undone.
        plan: the plan file that was applied; empty without one.
        config: digests of the configuration's parts.
        syncs: all of them, in order.
        counts: how many actions had which outcome.
        open: actions that have none, in doubt or not tried.
        expired: values, reasons and native ids have been forgotten, so it cannot be undone or resumed.
    """

    number: int
    kind: str
    began: datetime.datetime
    ended: datetime.datetime | None
    who: str
    process: int
    host: str
    state: RunState
    exit_code: int | None
    reason: str
    of: int | None
    plan: str
    config: Mapping[str, str]
    syncs: tuple[JournalSync, ...]
    counts: Mapping[Outcome, int]
    open: int = 0
    expired: bool = False


@attrs.frozen
class Entry:
    """One action of a run.

    Attributes:
        run: the run's number.
        sync: which sync of the run, counted from 0.
        place: which action of the sync's plan, counted from 0.
        branch: of the record.
        kind: what had to happen.
        idnumber: of the record.
        attribute: for update, add and remove.
        fingerprint: as `Action.fingerprint`.
        line: the whole action, see `dss.lines`; empty when it has expired.
        batch: number of the batch that it was last tried in; None when it never reached a handler.
        outcome: None while nobody knows.
        reason: for everything but done.
        native: the target's own id of the record, as far as the handler has told.
    """

    run: int
    sync: int
    place: int
    branch: str
    kind: Kind
    idnumber: str
    attribute: str | None
    fingerprint: str
    line: str
    batch: int | None
    outcome: Outcome | None
    reason: str
    native: Any = None


@attrs.frozen
class Approval:
    """Somebody's word that a change that is held is meant.

    Attributes:
        target: the system that it would change.
        fingerprint: as `Action.fingerprint`.
        branch: of the record.
        kind: what is to happen.
        idnumber: of the record.
        attribute: for update, add and remove.
        made: when it was given, in UTC.
        until: when it lapses.
        who: the account that gave it.
        used: the run that made use of it; it is then worth nothing any more.
    """

    target: str
    fingerprint: str
    branch: str
    kind: Kind
    idnumber: str
    attribute: str | None
    made: datetime.datetime
    until: datetime.datetime
    who: str
    used: int | None = None
