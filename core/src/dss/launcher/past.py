"""Runs and their actions as the journal tells them, made ready to be shown."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from typing import Any

from dss.actions import Action, Adoption, Kind
from dss.exit_codes import ExitCode
from dss.journal import Entry, RunRow, RunState
from dss.launcher.view import Shown
from dss.one_line import from_line
from dss.serializing import load_anything

DIED = "died"
"""How a run is told that neither has ended nor is under way."""
RESUMED = "resumed"
"""How a run is told that died, and was brought to its end by `dss-run resume`."""


def state_of(run: RunRow) -> str:
    """How far a run has come, in a word."""
    if run.state is RunState.RUNNING and not _is_alive(run):
        return DIED
    # what is only found to have died ends as one that was stopped
    if run.state is RunState.INTERRUPTED and run.exit_code != ExitCode.STOPPED:
        return RESUMED
    return run.state.value


def _is_alive(run: RunRow) -> bool:
    """Whether a run's process is there; on another machine nobody can tell, and it may be."""
    # Windows knows no signal that only asks
    if run.host != socket.gethostname() or sys.platform == "win32":
        return True
    try:
        os.kill(run.process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        # it is somebody else's
        return True
    return True


def open_of(entry: Entry) -> str:
    """Why an action has no outcome, in words."""
    return "not tried" if entry.batch is None else "in doubt"


def action_of(entry: Entry) -> Action:
    """The action as it can be shown, without its trees; without values where they have been forgotten."""
    raw = _raw(entry)
    was, wanted, left, adopts = raw.get("was"), raw.get("wanted"), raw.get("left"), raw.get("adopts")
    item = None
    if entry.kind is Kind.NEW:
        item, left, wanted = _record(wanted), {**_mapping(wanted), **_mapping(left)}, None
    elif entry.kind is Kind.OLD:
        item, was = _record(was), None
    return Action(
        entry.kind,
        entry.branch,
        entry.idnumber,
        _record(left),
        item,
        entry.attribute,
        _value(raw.get("value")),
        _value(was),
        _value(wanted),
        native=entry.native if entry.native is not None else _value(raw.get("native")),
        adopts=Adoption(_value(adopts.get("native")), _values(adopts.get("was")))
        if isinstance(adopts, dict)
        else None,
        joins=raw.get("joins"),
        removal=bool(raw.get("removal")),
        place=entry.place,
        message=raw.get("message") if raw else " ".join(filter(None, [entry.kind.value, entry.attribute])),
    )


def _raw(entry: Entry) -> dict[str, Any]:
    try:
        raw = from_line(entry.line) if entry.line else {}
    except ValueError:
        return {}
    return raw if isinstance(raw, dict) else {}


def _mapping(raw: Any) -> Mapping[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _values(raw: Any) -> dict[str, Any]:
    return {name: _value(one) for name, one in _mapping(raw).items()}


def _record(raw: Any) -> Shown | None:
    return Shown(_values(raw)) if isinstance(raw, dict) else None


def _value(raw: Any) -> Any:
    try:
        return load_anything(raw)
    except Exception:  # what a model's own class has written is shown as it stands there
        return raw
