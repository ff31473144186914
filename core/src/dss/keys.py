"""Keys: what may be an idnumber, and how one is made of several parts."""

from __future__ import annotations

import unicodedata

from dss.errors import ConfigError

SEPARATOR = "|"
ESCAPE = "\\"


class BadIdnumber(ConfigError, ValueError):
    """The text cannot be a key."""


def check_idnumber(idnumber: object) -> str:
    """Return `idnumber` when it can be a key.

    Raises:
        BadIdnumber: it is not a text, empty, not in NFC, has control characters or outer blanks.
    """
    if type(idnumber) is not str:
        raise BadIdnumber(f"idnumber {idnumber!r} is {type(idnumber).__name__}, wanted a text (str)")
    if idnumber.isascii() and idnumber.isprintable() and idnumber.strip() is idnumber and idnumber:
        return idnumber
    return _check_rare(idnumber)


def _check_rare(idnumber: str) -> str:
    if not idnumber:
        raise BadIdnumber("an idnumber is empty; every record needs one")
    if idnumber.strip() != idnumber:
        raise BadIdnumber(f"idnumber {idnumber!r} has blanks around it; the importer should strip them")
    # Cc: control, Cs: half of a surrogate pair, Zl and Zp: line and paragraph separators, which split a line of a plan
    bad = [char for char in idnumber if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}]
    if bad:
        raise BadIdnumber(
            f"idnumber {idnumber!r} has the control character {bad[0]!r}; the importer should drop it"
        )
    if not unicodedata.is_normalized("NFC", idnumber):
        raise BadIdnumber(f"idnumber {idnumber!r} is not in Unicode's NFC; the importer should normalise it")
    return idnumber


def key(*parts: str) -> str:
    """Join parts into one idnumber; different parts never give one key.

    Args:
        parts: texts, at least one, joined with `|`; `|` and the backslash inside a part are escaped by a backslash.

    Raises:
        BadIdnumber: there is no part at all.
    """
    if not parts:
        raise BadIdnumber("a key is made of at least one part; none was given")
    joined = SEPARATOR.join(parts)
    if ESCAPE not in joined and joined.count(SEPARATOR) == len(parts) - 1:
        return joined
    return SEPARATOR.join(
        part.replace(ESCAPE, ESCAPE + ESCAPE).replace(SEPARATOR, ESCAPE + SEPARATOR) for part in parts
    )


def split_key(idnumber: str) -> tuple[str, ...]:
    """Take apart what `key` has joined."""
    parts: list[str] = []
    part: list[str] = []
    characters = iter(idnumber)
    for character in characters:
        if character == SEPARATOR:
            parts.append("".join(part))
            part = []
        else:
            part.append(next(characters, ESCAPE) if character == ESCAPE else character)
    return (*parts, "".join(part))
