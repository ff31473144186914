"""Whether a text that somebody typed can be an idnumber at all."""

from __future__ import annotations

from dss.keys import BadIdnumber, check_idnumber


def is_key(text: str) -> bool:
    """Whether any record may bear it; no system is asked for what none can."""
    try:
        check_idnumber(text)
    except BadIdnumber:
        return False
    return True
