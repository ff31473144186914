"""One quick look at all cells of a column in a block: where each of them is plain, none needs to be looked at alone."""

from __future__ import annotations

import re
import string
from collections.abc import Callable

import attrs

Look = Callable[[list[str]], bool]

#: Letters of two bytes, from À on; before them, and after, there are blanks of other kinds than the blank.
_BEYOND = bytes([*range(0x80, 0xC0), *range(0xC3, 0xE0)])
_SIGNS = b"!$%&*+-./=?^_{|}'"
_ADDRESS_SMALL = (string.ascii_lowercase + string.digits).encode() + b"._%+'-"
_LOGIN = (string.ascii_letters + string.digits).encode() + _SIGNS + b"@,:\\" + _BEYOND


@attrs.frozen
class Plain:
    """How an attribute is made where all cells of a block are plain.

    Attributes:
        look: whether they are, given all of them.
        expression: the attribute then, with `{}` for the cell; it must come to what the careful one comes to.
        place: the column, once it is known.
    """

    look: Look
    expression: str
    place: int = 0


def _shaped(letters: bytes, separators: bytes, shape: bytes) -> Look:
    """Whether cells, each with a line feed after it, have a shape.

    In the shape `x` stands for any of `letters`, a comma for any of `separators`, `@` and the line feed for themselves.
    """
    table = bytearray(b"!" * 256)
    for signs, sign in ((letters, b"x"), (separators, b","), (b"@", b"@"), (b"\n", b"\n")):
        for one in signs:
            table[one] = sign[0]
    to_signs, match = bytes(table), re.compile(shape).fullmatch

    def look(cells: list[str]) -> bool:
        return match(("\n".join(cells) + "\n").encode().translate(to_signs)) is not None

    return look


#: Each is blank or an e-mail address; a question mark or a quote, and all that is rare, is left to the closer look.
address_or_blank = _shaped(
    _ADDRESS_SMALL + string.ascii_uppercase.encode() + _BEYOND, b"", rb"(?:(?:x++@x++)?+\n)*+"
)

#: Each is blank or holds addresses in small letters, with a comma or a semicolon between them.
addresses_or_blank = _shaped(_ADDRESS_SMALL, b",;", rb"(?:(?:x++@x++(?:,x++@x++)*+)?+\n)*+")


def login_or_blank(cells: list[str]) -> bool:
    """Whether each is blank, or a login of signs that mean nothing but themselves."""
    return not "".join(cells).encode().translate(None, _LOGIN)
