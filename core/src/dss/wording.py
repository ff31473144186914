"""Words that messages of several modules need."""

from __future__ import annotations

import re
from typing import Any

_QUOTED = re.compile(r"""(['"])(?:\\.|(?!\1)[^\\])*\1""", re.DOTALL)
_OPEN = re.compile(r"""['"]""")


def number(count: int, one: str, many: str) -> str:
    """So many, in words: `1 change waits`, `3 changes wait`."""
    return f"{count} {one if count == 1 else many}"


def in_words(count: int, one: str, many: str, scope: str = "") -> str:
    """So many removals as the beginning of a sentence, with the verb that goes with one or with many of them."""
    where = f" in {scope}" if scope else ""
    return f"1 removal{where} {one}" if count == 1 else f"{count} removals{where} {many}"


def short(value: Any, most: int = 80) -> str:
    """A value as Python writes it, cut when it is long; quotes are closed, so that who masks values finds its end."""
    text = repr(value)
    if len(text) <= most:
        return text
    cut = text[:most].rstrip("\\")
    quote = _OPEN.search(_QUOTED.sub("", cut))
    return f"{cut}...{quote[0] if quote else ''}"
