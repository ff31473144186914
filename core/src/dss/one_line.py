"""A plain value as one line of JSON in ASCII, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson


def one_line(value: Any) -> str:
    """Write a value: by the quick library where that gives ASCII, else by Python's own.

    Args:
        value: of what JSON knows, without infinite fractions and whole numbers of more than 63 bits; `dss.serializing`
            makes that of any other.

    Raises:
        ValueError, TypeError: it holds what JSON cannot, or what would be read as something else.
    """
    try:
        line = orjson.dumps(value)
    except TypeError:
        # halves of characters, or what JSON cannot
        return _checked(value)
    return line.decode("ascii") if line.isascii() else _any_line(value)


def from_line(line: str | bytes) -> Any:
    """Read what `one_line` has written, and other JSON without whole numbers of more than 64 bits.

    Raises:
        ValueError, RecursionError: it is no JSON.
    """
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        # it refuses halves of characters
        return json.loads(line)


def _checked(value: Any) -> str:
    line = _any_line(value)
    if json.loads(line) != value:
        raise ValueError("a text holds halves of characters side by side, or a key is no text")
    return line


def _encoder() -> Callable[[Any], str]:
    """`json.dumps`, without making its encoder anew for every line."""
    compact = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False)
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return compact.encode
    escape = json.encoder.encode_basestring_ascii
    made = make(None, compact.default, escape, None, ":", ",", False, False, False)
    return lambda value: "".join(made(value, 0))


_any_line = _encoder()
