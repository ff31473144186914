"""The plan as JSON; its shape is documented in docs/reference/dss-run.md and may only grow within one `version`.

It is written line by line, a change a line, so that a large plan needs no second copy of itself in memory.
"""

from __future__ import annotations

import datetime
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dss.actions import Action, Kind
from dss.launcher.overview import missing_handlers
from dss.launcher.words import values_of

if TYPE_CHECKING:
    from dss.runner import Run
    from dss.stages import Sync

VERSION = 1


def plan_lines(run: Run) -> Iterator[str]:
    """The lines of one JSON object."""
    head = {"version": VERSION, "config": str(run.config.path), "exit_code": int(run.exit_code())}
    yield _dumped(head)[:-1] + ', "syncs": ['
    for place, sync in enumerate(run.syncs):
        yield from _sync_lines(sync, last=place + 1 == len(run.syncs))
    yield "]}"


def _sync_lines(sync: Sync, *, last: bool) -> Iterator[str]:
    plan = sync.plan
    assert plan is not None
    places = {action.key: place for place, action in enumerate(plan.actions)}
    head = {
        "left": {"name": sync.left.name, "system": sync.left.identity()},
        "right": {"name": sync.right.name, "system": sync.right.identity()},
        "branches": [
            {"name": left.__name__, "left": len(left), "right": len(right)} for left, right in plan.pairs
        ],
        "counts": _counts(plan.counts()),
        "held": [
            {
                "scope": hold.scope,
                "reason": hold.reason,
                "changes": [places[action.key] for action in hold.actions],
            }
            for hold in sync.holds
        ],
        "errors": [
            {"branch": one.branch, "idnumber": one.idnumber, "attribute": one.attribute, "error": one.error}
            for one in plan.errors
        ],
        "missing_handlers": missing_handlers(sync),
        "notes": plan.notes,
    }
    yield _dumped(head)[:-1] + ', "changes": ['
    held = sync.held
    for place, action in enumerate(plan.actions):
        comma = "," if place + 1 < len(plan.actions) else ""
        yield _dumped(change(action, held=action.key in held)) + comma
    yield "]}" if last else "]},"


def change(action: Action, *, held: bool) -> dict[str, Any]:
    """One change: always the same keys, null where they say nothing."""
    was, wanted = action.was, action.wanted
    if action.kind is Kind.NEW:
        wanted = dict(values_of(action.right))
    elif action.kind is Kind.OLD:
        was = dict(values_of(action.right))
    adopts = action.adopts
    return {
        "kind": action.kind.value,
        "branch": action.branch,
        "idnumber": action.idnumber,
        "native": plain(action.native),
        "attribute": action.attribute,
        "value": plain(action.value),
        "was": plain(was),
        "wanted": plain(wanted),
        "adopts": None if adopts is None else {"native": plain(adopts.native), "was": plain(adopts.was)},
        "joins": action.joins,
        "removal": action.removal,
        "held": held,
        "message": action.message,
    }


def plain(value: Any) -> Any:
    """A value as JSON has it: collections as lists, those without order sorted; what JSON lacks as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(one) for one in value), key=_dumped)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return str(value)


def _counts(counts: Counter[tuple[str, Kind]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (branch, kind), count in counts.items():
        found.setdefault(branch, {})[kind.value] = count
    return found


def _dumped(value: Any) -> str:
    # pure ASCII: no terminal and no pipe can misread it
    return json.dumps(value, ensure_ascii=True, allow_nan=False)
