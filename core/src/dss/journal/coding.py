"""Python's values as SQLite keeps them, and back."""

from __future__ import annotations

import base64
import datetime
import json
import logging
import operator
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

log = logging.getLogger("dss")

TAG = "$"
"""Begins the only key of a JSON object that stands for what JSON lacks."""


def text(value: str) -> str | bytes:
    """A text as it can be stored: one with halves of characters, which SQLite refuses, as bytes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode(errors="surrogatepass")
    return value


def untext(value: str | bytes | None) -> str:
    """What `text` was given; empty for nothing."""
    if isinstance(value, bytes):
        return value.decode(errors="surrogatepass")
    return value or ""


def moment(value: datetime.datetime) -> str:
    """A point in time, so that texts sort as times do."""
    return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def unmoment(value: str | None) -> datetime.datetime | None:
    """What `moment` was given."""
    return None if value is None else datetime.datetime.fromisoformat(value)


def native(value: Any) -> str | None:
    """A target's own id as text, None for None.

    One of a type that cannot be kept is told in the log and left out: what it belongs to has been written by now.
    """
    if value is None:
        return None
    if type(value) is int:
        return str(value)
    try:
        return json.dumps(_plain(value))
    except (TypeError, ValueError, RecursionError):
        log.warning("native ids of type `%s` cannot be kept in the journal", type(value).__qualname__)
        return None


def unnative(value: str | None) -> Any:
    """What `native` was given."""
    if value is None:
        return None
    # nearly all of them are numbers, and there may be a million
    return int(value) if value.isdecimal() else _special(json.loads(value))


def _plain(value: Any) -> Any:
    """What JSON lacks becomes an object with one key, whose name is the type's."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, tuple):
        return {"$tuple": [_plain(one) for one in value]}
    if isinstance(value, bytes | bytearray):
        return {"$bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, uuid.UUID):
        return {"$uuid": str(value)}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime.datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"$date": value.isoformat()}
    if isinstance(value, Mapping):
        if all(isinstance(key, str) and not key.startswith(TAG) for key in value):
            return {str(key): _plain(one) for key, one in value.items()}
        return {"$mapping": [[_plain(key), _plain(one)] for key, one in value.items()]}
    # numbers of other libraries; raises TypeError for everything else
    return operator.index(value)


_MAKERS: Mapping[str, Callable[[Any], Any]] = {
    "$tuple": lambda value: tuple(map(_special, value)),
    "$bytes": base64.b64decode,
    "$uuid": uuid.UUID,
    "$decimal": Decimal,
    "$datetime": datetime.datetime.fromisoformat,
    "$date": datetime.date.fromisoformat,
    "$mapping": lambda value: {_special(key): _special(one) for key, one in value},
}


def _special(value: Any) -> Any:
    if isinstance(value, list):
        return [_special(one) for one in value]
    if isinstance(value, dict):
        for key, one in value.items():
            if key in _MAKERS:
                return _MAKERS[key](one)
        return {key: _special(one) for key, one in value.items()}
    return value
