"""How long a text Moodle takes.

PostgreSQL refuses what is too long, MariaDB in its strict mode only, SQLite never; so it is checked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, Table


def too_long(table: Table, values: Mapping[str, Any]) -> str | None:
    """Which value does not fit its column, in words; None when all fit. Lengths are in characters."""
    for name, value in values.items():
        if isinstance(value, str):
            kind = table.c[name].type
            longest = kind.length if isinstance(kind, String) else None
            if longest is not None and len(value) > longest:
                return f"`{name}` has {len(value)} characters ({value[:30]!r}...); Moodle takes {longest}"
    return None
