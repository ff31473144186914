"""One record, one line of the journal, and what is said of either where it cannot be taken back."""

from __future__ import annotations

from dss.actions import Action, Kind
from dss.errors import PlanError
from dss.journal import Entry
from dss.lines import Lines

Record = tuple[str, str]
"""A branch and an idnumber."""


def record_of(one: Entry | Action) -> Record:
    """Which record something is about."""
    return one.branch, one.idnumber


def error_on(one: Entry | Action, reason: str) -> Action:
    """An error of a plan, instead of what takes this back."""
    return Action(Kind.ERROR, one.branch, one.idnumber, attribute=one.attribute, error=reason)


def action_of(entry: Entry, lines: Lines) -> Action | None:
    """The action of which an entry tells; None where its line cannot be read by today's configuration."""
    try:
        return lines.load(entry.line)
    except PlanError:
        return None
