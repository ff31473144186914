"""The plan as JSON; its shape is documented in docs/reference/dss-run.md and may only grow within one `version`.

It is written line by line, a change a line, so that a large plan needs no second copy of itself in memory.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dss.actions import Action, Kind
from dss.launcher.view import View
from dss.launcher.visible import visible_lines
from dss.launcher.words import values_of
from dss.planfile import ADOPT, RELEASE

VERSION = 1

_KINDS = {ADOPT: Kind.NEW.value, RELEASE: Kind.OLD.value}
"""What is counted under a name of its own, and is of an ordinary kind all the same."""


def plan_lines(views: Sequence[View], **head: Any) -> Iterator[str]:
    """The lines of one JSON object.

    Args:
        views: the syncs.
        head: what stands in it before them.
    """
    yield _dumped({"version": VERSION, **head})[:-1] + ', "syncs": ['
    for place, view in enumerate(views):
        yield from _sync_lines(view, last=place + 1 == len(views))
    yield "]}"


def _sync_lines(view: View, *, last: bool) -> Iterator[str]:
    sync, tally = view.head, view.tally
    held: list[list[int]] = [[] for _ in view.holds]
    for place, one in enumerate(view.passing()):
        for number in one.held:
            held[number].append(place)
    head = {
        "left": {"name": sync.left, "system": sync.left_system},
        "right": {"name": sync.right, "system": sync.right_system},
        "branches": [
            {"name": branch.name, "left": branch.left, "right": branch.right} for branch in sync.branches
        ],
        "counts": _counts(view),
        "held": [
            {
                "scope": hold.scope,
                "reason": hold.reason,
                "because": hold.because.value,
                "quiet": hold.quiet,
                "changes": changes,
            }
            for hold, changes in zip(view.holds, held, strict=True)
        ],
        "undo": {"partly": tally.partly, "not": tally.never},
        "errors": [
            {"branch": one.branch, "idnumber": one.idnumber, "attribute": one.attribute, "error": one.error}
            for one in view.wrong()
        ],
        "missing_handlers": [visible_lines(line) for line in sync.missing_handlers],
        "notes": sync.notes,
    }
    yield _dumped(head)[:-1] + ', "changes": ['
    total = tally.total
    for place, one in enumerate(view.passing()):
        comma = "," if place + 1 < total else ""
        shown = view.change(one)
        values = change(shown.action, shown.fingerprint, held=bool(one.held), undo=shown.undo or "wholly")
        yield _dumped(values) + comma
    yield "]}" if last else "]},"


def change(
    action: Action, fingerprint: str | None = None, *, held: bool, undo: str | None = None
) -> dict[str, Any]:
    """One change: always the same keys, null where they say nothing.

    Args:
        action: the change.
        fingerprint: where it is known already.
        held: whether it is held.
        undo: how far it can be undone, where that is known.
    """
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
        "fingerprint": fingerprint or action.fingerprint,
        "undo": undo,
        "message": action.message,
    }


def _counts(view: View) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for counts in (view.tally.ready, view.tally.held, view.tally.quiet):
        for branch, labels in counts.items():
            for label, count in labels.items():
                kind = _KINDS.get(label, label)
                of = found.setdefault(branch, {})
                of[kind] = of.get(kind, 0) + count
    for branch, count in view.errors.items():
        found.setdefault(branch, {})[Kind.ERROR.value] = count
    return found


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


def _dumped(value: Any) -> str:
    # pure ASCII: no terminal and no pipe can misread it
    return json.dumps(value, ensure_ascii=True, allow_nan=False)
