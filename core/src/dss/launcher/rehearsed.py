"""What `dss-run apply --dry-run` shows of a dry run: the statements or calls, each once, with their counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dss.launcher.visible import visible

if TYPE_CHECKING:
    from dss.rehearsal import Rehearsal

LISTED = 40
"""Statements or calls that are listed. A connector has some dozens of them, however many records there are."""
LONGEST = 240
"""Characters of one that are shown."""


def lines(rehearsal: Rehearsal, system: str, limit: int | None = LISTED) -> Iterator[str]:
    """A dry run as lines for the screen, or a log: they name nobody and hold no values.

    Args:
        rehearsal: what was seen.
        system: the name of the target's tree.
        limit: statements or calls listed, in the order of their first time; None is all.
    """
    calls, where = rehearsal.calls, visible(system)
    if calls:
        yield f"{where}: a real run would send this, for so many records each; nothing of it stayed"
    else:
        yield f"{where}: a real run would write nothing"
    width = max((len(str(call.count)) for call in calls), default=0)
    for call in calls[:limit]:
        text = visible(call.text)
        yield f"  {call.count:>{width}}  {text if len(text) <= LONGEST else f'{text[:LONGEST]}...'}"
    rest = calls[len(calls[:limit]) :]
    if rest:
        yield f"  ... and {len(rest)} more"
    for note in rehearsal.notes:
        yield f"  {visible(note)}"
