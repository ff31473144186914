"""Runs as JSON; the shape is documented in docs/reference/dss-run.md and may only grow within one `version`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from dss.actions import Kind
from dss.journal import Entry, Journal, RunRow
from dss.launcher.as_json import plain
from dss.launcher.past import action_of, open_of, state_of
from dss.launcher.words import values_of

VERSION = 1


def runs(found: Iterable[RunRow]) -> Iterator[str]:
    """The lines of one object, a run a line."""
    yield f'{{"version": {VERSION}, "runs": ['
    yield from _separated(_run(one) for one in found)
    yield "]}"


def run(journal: Journal, row: RunRow) -> Iterator[str]:
    """The lines of one object, a change a line."""
    found: dict[str, Any] = {"version": VERSION, **_run(row)}
    found["changes_by_kind"] = [
        {
            "sync": sync,
            "branch": branch,
            "kind": kind.value,
            "outcome": None if outcome is None else outcome.value,
            "count": count,
        }
        for (sync, branch, kind, outcome), count in journal.counts(row.number).items()
    ]
    yield _dumped(found)[:-1] + ', "changes": ['
    yield from _separated(_change(entry) for entry in journal.entries(row.number))
    yield "]}"


def _separated(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    last: str | None = None
    for item in items:
        if last is not None:
            yield last + ","
        last = _dumped(item)
    if last is not None:
        yield last


def _run(row: RunRow) -> dict[str, Any]:
    return {
        "run": row.number,
        "kind": row.kind,
        "of": row.of,
        "began": row.began.isoformat(),
        "ended": None if row.ended is None else row.ended.isoformat(),
        "who": row.who,
        "process": row.process,
        "host": row.host,
        "state": state_of(row),
        "exit_code": row.exit_code,
        "reason": row.reason,
        "plan": row.plan,
        "syncs": [
            {"name": one.name, "left": one.left, "right": one.right, "system": one.target}
            for one in row.syncs
        ],
        "counts": {outcome.value: count for outcome, count in row.counts.items()},
        "open": row.open,
        "expired": row.expired,
    }


def _change(entry: Entry) -> dict[str, Any]:
    action = action_of(entry)
    was, wanted = action.was, action.wanted
    if entry.kind is Kind.NEW:
        wanted = dict(values_of(action.right)) or None
    elif entry.kind is Kind.OLD:
        was = dict(values_of(action.right)) or None
    adopts = action.adopts
    return {
        "sync": entry.sync,
        "kind": entry.kind.value,
        "branch": entry.branch,
        "idnumber": entry.idnumber,
        "native": plain(action.native),
        "attribute": entry.attribute,
        "value": plain(action.value),
        "was": plain(was),
        "wanted": plain(wanted),
        "adopts": None if adopts is None else {"native": plain(adopts.native), "was": plain(adopts.was)},
        "joins": action.joins,
        "fingerprint": entry.fingerprint,
        "outcome": open_of(entry) if entry.outcome is None else entry.outcome.value,
        "reason": entry.reason,
    }


def _dumped(value: Any) -> str:
    # pure ASCII: no terminal and no pipe can misread it
    return json.dumps(value, ensure_ascii=True, allow_nan=False)
