"""Text from outside, made safe to print: nothing in a name can move the cursor, colour the screen or turn a line round.

Zero-width joiners stay: Persian and Devanagari names are written with them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

LONGEST = 300
"""Characters of one value that are shown."""

_UNSEEN = (
    "\x00-\x1f\x7f-\x9f"  # control characters
    "\u00ad\u061c\u200b\u200e\u200f\u2060-\u206f\ufeff\ufff9-\ufffb"  # unseen, or turning the direction
    "\u2028-\u202e"  # line separators, and again direction
    "\ud800-\udfff\U000e0000-\U000e007f"  # halves of characters, and tags
)
_UNSEEN_CHARACTER = re.compile(f"[{_UNSEEN}]")
_UNSEEN_BUT_NEWLINE = re.compile(f"(?!\n)[{_UNSEEN}]")
# a quotation mark that begins a word opens a value, which may have been cut; the one in "the target's" does not, nor
# do those that keep an idnumber together on a command line
_QUOTED = re.compile(
    r"""((?:--only|dss-run\ explain\ \S+)\ (?:'[^']*'|"[^"]*"|[^\s'"`])+)
    | (?<!\w)(['"])(?:\\.|(?!\2)[^\\])*(?:\2|\\?\Z)""",
    re.DOTALL | re.VERBOSE,
)


def visible(text: str) -> str:
    """A text on one line, unseen characters as Python escapes."""
    return _UNSEEN_CHARACTER.sub(_escaped, text)


def visible_lines(text: str) -> str:
    """A text of several lines, unseen characters as Python escapes."""
    return _UNSEEN_BUT_NEWLINE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def shown(value: Any) -> str:
    """A value as a person reads it: texts in quotes, collections sorted, one line, not endless."""
    text = _shown(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return "'" + visible(value.replace("\\", "\\\\")).replace("'", "\\'") + "'"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_shown(key)}: {_shown(one)}" for key, one in value.items()) + "}"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(_shown(one) for one in value)) + "}"
    if isinstance(value, Collection) and not isinstance(value, bytes | bytearray):
        return "[" + ", ".join(_shown(one) for one in value) + "]"
    return visible(str(value))


def masked(text: str) -> str:
    """A sentence without the values that it quotes, for a log: people's names and addresses do not belong there."""
    return _QUOTED.sub(lambda found: found[1] or "'...'", text)
