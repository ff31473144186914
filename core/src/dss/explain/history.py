"""What earlier runs did with one record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dss.actions import Kind
from dss.errors import DssError
from dss.explain.explanation import Past
from dss.journal import Entry, Journal, RunRow
from dss.one_line import from_line


def past(state: Path, branch: str, idnumber: str, limit: int) -> tuple[tuple[Past, ...], str]:
    """The last changes of a record, newest first, and why they cannot be told; none where there is no journal."""
    try:
        journal = Journal.look(state)
        if journal is None:
            return (), ""
        with journal:
            return tuple(_past(run, entry) for run, entry in journal.about(branch, idnumber, limit)), ""
    except DssError as error:
        # what is there now is worth telling all the same
        return (), str(error)


def _past(run: RunRow, entry: Entry) -> Past:
    if entry.outcome is not None:
        outcome = entry.outcome.value
    else:
        outcome = "not tried" if entry.batch is None else "in doubt: the run ended before it could tell"
    kind = run.kind if run.kind == "apply" else f"{run.kind} of run {run.of}"
    return Past(run.number, run.began, kind, _what(entry), outcome, entry.reason)


def _what(entry: Entry) -> str:
    """The change in a few words, with its values where they have not expired."""
    try:
        line: dict[str, Any] = from_line(entry.line) if entry.line else {}
    except ValueError:
        line = {}
    what = " ".join(filter(None, [entry.kind.value, entry.attribute]))
    if entry.kind is Kind.UPDATE and "wanted" in line:
        return f"{what}: {line.get('was')!r} -> {line['wanted']!r}"
    if entry.kind in (Kind.ADD, Kind.REMOVE) and "value" in line:
        return f"{what} {line['value']!r}"
    if entry.kind is Kind.NEW and "adopts" in line:
        return f"{what}, taking over an existing record"
    return what
