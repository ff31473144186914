"""Plain values and comments as TOML; Python reads TOML, but cannot write it."""

from __future__ import annotations

import enum
import json
import re
import textwrap
from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import Any

WIDTH = 110

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def value_text(value: Any) -> str:
    """One value.

    Raises:
        TypeError: TOML has nothing like it.
    """
    if isinstance(value, enum.Enum):
        return value_text(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str | PurePath):
        # JSON escapes the same characters in the same way, but for one
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key_text(str(key))} = {value_text(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, set | frozenset):
        return "[" + ", ".join(sorted(value_text(one) for one in value)) + "]"
    if isinstance(value, Collection) and not isinstance(value, bytes | bytearray):
        return "[" + ", ".join(value_text(one) for one in value) + "]"
    raise TypeError(f"TOML has nothing like {value!r}")


def key_text(key: str) -> str:
    """One key, in quotes where it has to be."""
    return key if _BARE.fullmatch(key) else value_text(key)


def comment(text: str) -> list[str]:
    """A comment on as many lines as it takes."""
    lines = textwrap.wrap(" ".join(text.split()), WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    return [f"# {line}" for line in lines]
