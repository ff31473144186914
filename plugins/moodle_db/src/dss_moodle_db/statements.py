"""SQL statements: which of them write, which leave a transaction open, and how they are shown, without any value."""

from __future__ import annotations

import re
from functools import lru_cache

READING = frozenset(("select", "with", "values", "table", "pragma", "show", "describe", "desc", "explain"))
WRITING = frozenset(("insert", "update", "delete", "replace", "merge"))
STEPS = frozenset(("savepoint", "release"))
"""How parts of a transaction begin and end."""

_TEXT = r"'(?:[^']|'')*(?:'|\Z)"
_TEXT_WITH_ESCAPES = r"'(?:[^'\\]|\\.|'')*(?:'|\Z)"
_NAME = r'"(?:[^"]|"")*(?:"|\Z)'
_TICKED = r"`[^`]*(?:`|\Z)"
_COMMENT = r"/\*.*?(?:\*/|\Z)|--[^\n]*"
_DOLLARS = r"\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)"

_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_BACK_TO = re.compile(r"[\s(]*rollback(\s+transaction|\s+work)?\s+to\b", re.IGNORECASE)
_ANOTHER = re.compile(r";\s*\S")
_WRITES_WITHIN = re.compile(rf"\b({'|'.join(sorted(WRITING))})\b", re.IGNORECASE)

_PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|(?<![\w:]):[a-z_]\w*|\$\d+\b", re.IGNORECASE)
_CAST = re.compile(r"\?::\w+( PRECISION| VARYING)?(\(\d+(, *\d+)?\))?")
_NUMBER = re.compile(r"(?<![\w.?])-?\b\d+(\.\d+)?(e[+-]?\d+)?\b", re.IGNORECASE)
_SAME_AGAIN = re.compile(r"\?(\s*,\s*\?)+")
_ROWS_AGAIN = re.compile(r"(\(\?(?:, \.\.\.)?\))(\s*,\s*\(\?(?:, \.\.\.)?\))+")


@lru_cache(maxsize=128)
def may_run(statement: str) -> bool:
    """Whether a statement leaves the transaction open that it runs in, in every database.

    Others either end it, or may do so in secret, as whatever makes or changes a table does in MariaDB. Of several
    statements in one text that cannot be told.
    """
    text = _plain(statement)
    known = _first_word(text) in READING | WRITING | STEPS or bool(_BACK_TO.match(text))
    return known and not _ANOTHER.search(text)


@lru_cache(maxsize=128)
def writes(statement: str) -> bool:
    """Whether a statement changes rows."""
    text = _plain(statement)
    word = _first_word(text)
    return word in WRITING or (word == "with" and bool(_WRITES_WITHIN.search(text)))


def _first_word(text: str) -> str:
    found = _WORD.search(text)
    return found[0].lower() if found else ""


@lru_cache(maxsize=128)
def masked(statement: str, names: frozenset[str] = frozenset(), backslashes: bool = False) -> str:
    """A statement on one line as it may be shown and logged: whatever could be a value is a `?`.

    Args:
        statement: as it is sent to the driver.
        names: tables and columns. What stands in double quotes and is none of them may be a text: some databases take
            it for one.
        backslashes: whether a backslash in a text keeps a quote from ending it, as in MariaDB.
    """
    text = _plain(statement, names, backslashes)
    for pattern, shown in (
        (_PLACEHOLDER, "?"),
        (_CAST, "?"),
        (_NUMBER, "?"),
        (re.compile(r"\s+"), " "),
        (_SAME_AGAIN, "?, ..."),
        (_ROWS_AGAIN, r"\1, ..."),
    ):
        text = pattern.sub(shown, text)
    return text.strip()


def _plain(statement: str, names: frozenset[str] = frozenset(), backslashes: bool = False) -> str:
    """A statement without its comments, and with a `?` for every text in it."""
    text = _TEXT_WITH_ESCAPES if backslashes else _TEXT
    # whichever begins first counts: a quote in a comment is none, nor a dash in a text the beginning of a comment
    pattern = rf"{_COMMENT}|\bE{_TEXT_WITH_ESCAPES}|\b[NXB]{text}|{text}|{_DOLLARS}|{_NAME}|{_TICKED}"

    def shown(found: re.Match[str]) -> str:
        if found[0].startswith(("--", "/*")):
            return " "
        if found[0].startswith("`") or (found[0].startswith('"') and found[0][1:-1] in names):
            return found[0]
        return "?"

    return re.sub(pattern, shown, statement, flags=re.DOTALL | re.IGNORECASE)
