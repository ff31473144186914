"""By which ID numbers our courses, groups and cohorts are known, and what an ID number becomes when its time is over.

Nothing is deleted by SQL: what the source no longer has gets another ID number, by which it is out of our scope and
is found again when it comes back.
"""

from __future__ import annotations

ENDED = "ended:"


def marked(mark: str, idnumber: str) -> str:
    """What Moodle stores for a group or cohort of ours."""
    return mark + idnumber


def unmarked(mark: str, stored: str | None) -> str | None:
    """Our idnumber for what Moodle stores; None when it is not ours."""
    if not stored or not stored.startswith(mark):
        return None
    return stored[len(mark) :] or None


def ended(mark: str, idnumber: str) -> str:
    """What Moodle stores for something of ours that the source no longer has."""
    return ENDED + mark + idnumber


def is_ended(mark: str, stored: str) -> bool:
    """Whether something was of ours once."""
    return stored.startswith(ENDED + mark)
