"""What a connector's system can do, and what a look at it finds."""

from __future__ import annotations

from enum import StrEnum

import attrs


class Capability(StrEnum):
    """What a connector's system can do; what is not declared is taken not to work."""

    READ = "read"
    """Its branches can be read."""
    CREATE = "create"
    """New records can be made."""
    UPDATE = "update"
    """Attributes of records can be changed."""
    DISABLE = "disable"
    """Records can be disabled, and enabled again."""
    MULTI_VALUES = "multi-values"
    """Single values of multi-valued attributes can be added and removed."""
    ADOPT = "adopt"
    """Existing records outside the scope can be found and taken over."""
    TRANSACTIONS = "transactions"
    """`batch()` is one transaction: all of it is written, or nothing."""


@attrs.frozen
class Finding:
    """One line of what `check` finds: level is "ok", "warning" or "error"."""

    level: str
    text: str
