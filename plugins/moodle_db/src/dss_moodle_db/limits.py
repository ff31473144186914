"""What texts Moodle takes, and how long.

A number would be read back as a text, and differ again after every run. What is too long PostgreSQL refuses, MariaDB in
its strict mode only, SQLite never; so it is checked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import String, Table


def too_long(table: Table, values: Mapping[str, Any]) -> str | None:
    """Which value does not fit its column of text, in words; None when all fit. Lengths are in characters."""
    lengths = _lengths(table)
    for name, value in values.items():
        longest = lengths.get(name)
        if longest is None or value is None:
            continue
        if not isinstance(value, str):
            return f"`{name}` is {value!r}; wanted a text"
        if len(value) > longest:
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
