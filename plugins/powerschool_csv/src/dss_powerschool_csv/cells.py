"""What the cells of a PowerSchool file mean: numbers, dates, addresses, names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Generic, TypeVar

T = TypeVar("T")

_WHOLE = re.compile(r"(-?[0-9]+)(?:\.0*)?")
_SHORTENED = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
# possessive, since this is asked of every student: nearly all cells are as plain as that
_PLAIN_ADDRESSES = re.compile(r"(?:[a-z0-9._%+'-]++@[a-z0-9.-]++(?:[,;](?!\Z)|\Z))++").fullmatch
_BETWEEN_ADDRESSES = re.compile(r"[,;\s]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NO_DAY = frozenset(("", "0/0/0", "0/0/0000", "00/00/0000", "0000-00-00"))
#: Logins that PowerSchool has disabled, or leaves to another system, start so; what follows is no login.
_NO_LOGIN = ("##", "~~")


class BadCell(ValueError):
    """A cell that does not hold what its column holds; the text says which and why."""


class Memo(dict[str, T], Generic[T]):
    """Remembers what the texts of a column mean, since most columns repeat themselves.

    Forgets everything when it has grown large: a column without repetition must not cost memory.
    """

    def __init__(self, read: Callable[[str], T], largest: int = 20_000) -> None:
        super().__init__()
        self._read = read
        self._largest = largest

    def __missing__(self, text: str) -> T:
        value = self._read(text)
        if len(self) >= self._largest:
            self.clear()
        self[text] = value
        return value


def whole(text: str, column: str) -> str:
    """A whole number as PowerSchool shows it: `123.0`, as Oracle's tools write it, is `123`; leading zeros stay.

    Raises:
        BadCell: it is something else, such as `1.00E+05`, which Excel makes of 100000.
    """
    text = text.strip()
    found = _WHOLE.fullmatch(text)
    if found is not None:
        return found[1]
    if _SHORTENED.fullmatch(text):
        raise BadCell(
            f"`{column}` is `{text}`, a number that a spreadsheet has shortened; its last digits are lost"
        )
    raise BadCell(f"`{column}` is `{text}`; wanted a whole number")


def person_number(text: str, column: str, digits: bool, width: int) -> str:
    """A person's number; blank for none.

    Args:
        text: the cell.
        column: its column, for the message.
        digits: whether only digits are a number.
        width: leading zeros are added up to so many digits.

    Raises:
        BadCell: it cannot be a number.
    """
    text = text.strip()
    if not text:
        return ""
    if digits:
        text = whole(text, column)
        if text.startswith("-"):
            raise BadCell(f"`{column}` is `{text}`; wanted a number without a sign")
    elif _SHORTENED.fullmatch(text):
        raise BadCell(
            f"`{column}` is `{text}`, a number that a spreadsheet has shortened; its last digits are lost"
        )
    else:
        found = _WHOLE.fullmatch(text)
        text = found[1] if found is not None else text
    return text.zfill(width) if width and text.isdecimal() else text


def day(text: str, column: str, form: str) -> date | None:
    """A day written as `form` (a `strptime` format) tells; None for a blank one or PowerSchool's `0/0/0`.

    Raises:
        BadCell: it is written otherwise, or there is no such day.
    """
    text = text.strip()
    if text in _NO_DAY:
        return None
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        raise BadCell(f"`{column}` is `{text}`; wanted a day written as `{form}` (see `dates`)") from None


def is_address(text: str) -> bool:
    """Whether a text can be an e-mail address at all; `unknown@` and `none` cannot."""
    return _ADDRESS.fullmatch(text.strip()) is not None


def addresses(text: str) -> list[str]:
    """The e-mail addresses of one cell, in lower case, in their order; what is none is left out.

    A cell separates them by comma, semicolon or blank, as the office has typed it.
    """
    if _PLAIN_ADDRESSES(text):
        return (text.replace(";", ",") if ";" in text else text).split(",")
    return [part for part in _BETWEEN_ADDRESSES.split(text.lower()) if _ADDRESS.fullmatch(part)]


def login(text: str) -> str | None:
    """A login name; None where the cell says nothing, or holds a login that is disabled or another system's."""
    text = text.strip()
    return None if not text or text.startswith(_NO_LOGIN) else text


def several(text: str, separator: str) -> frozenset[str]:
    """The values of a cell that holds several; none for a blank one."""
    return frozenset(filter(None, map(str.strip, text.split(separator))))


def split_name(text: str) -> tuple[str, str]:
    """Given and family name of `Last, First Middle` or, without a comma, of `First Last`."""
    family, comma, given = text.partition(",")
    if comma:
        return given.strip(), family.strip()
    given, _, family = text.rpartition(" ")
    return given.strip(), family.strip()


def tidy(text: str) -> str:
    """A cell without outer blanks (of any kind), byte order marks, and with a blank for a run of control characters."""
    return _CONTROL.sub(" ", text).strip().strip("\ufeff\u200b").strip()
