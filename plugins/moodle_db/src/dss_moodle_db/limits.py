"""How long a text Moodle takes.

PostgreSQL refuses what is too long, MariaDB in its strict mode only, SQLite never; so it is checked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import String, Table


def too_long(table: Table, values: Mapping[str, Any]) -> str | None:
    """Which value does not fit its column, in words; None when all fit. Lengths are in characters."""
    lengths = _lengths(table)
    for name, value in values.items():
        longest = lengths.get(name)
        if longest is not None and isinstance(value, str) and len(value) > longest:
            return f"`{name}` has {len(value)} characters ({value[:30]!r}...); Moodle takes {longest}"
    return None


@lru_cache(maxsize=64)
def _lengths(table: Table) -> dict[str, int]:
    """The longest text each column takes, in characters, as the database says."""
    return {
        column.name: column.type.length
        for column in table.c
        if isinstance(column.type, String) and column.type.length is not None
    }
