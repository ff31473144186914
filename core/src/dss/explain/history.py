"""What earlier runs did with one record."""

from __future__ import annotations

from pathlib import Path

from dss.explain.explanation import Past


def past(state: Path, branch: str, idnumber: str, limit: int) -> tuple[Past, ...]:
    """The last changes of a record, newest first; none where there is no journal."""
    return ()
