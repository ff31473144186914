"""Values as JSON has them, by the annotations of the models that hold them.

What JSON knows is written as it is. What an annotation tells (a set of texts, a day) is written plainly too: a list, a
text. Everything else, and whatever is not what its annotation says, says itself what it is, as an object with one key
that begins with a dollar: `{"$date": "2026-08-01"}`. Nothing is ever read back as something else than it was.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import functools
import json
import math
import types
import typing
import uuid
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any

import attrs

from dss.stored import members_of

MARK = "$"
OTHERWISE = "$any"
"""What marks a value that is not what its annotation says."""

MANY_BITS = 63
"""Of a whole number; beyond them it is written in hexadecimal, since many readers of JSON make a fraction of it."""


class Unwritable(Exception):
    """A value of a type that cannot be written."""

    def __init__(self, value: object) -> None:
        super().__init__(f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins."))


@attrs.frozen
class Codec:
    """How the values of one annotation are written and read; None is none of its business.

    Attributes:
        dump: makes of a value what `json` takes.
        load: the value again.
        shape: how what is written plainly would be marked if there were no annotation, such as `$frozenset`.
        item: of a collection, how its values are written.
    """

    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]
    shape: str = ""
    item: Codec | None = None


# -- by a value's own type ---------------------------------------------------------------------------------------------


def dump_anything(value: Any) -> Any:
    """A value as JSON, marked where JSON lacks its type.

    Raises:
        Unwritable: naming the type.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    for base, write in _WRITERS:
        if isinstance(value, base):
            return write(value)
    raise Unwritable(value)


def load_anything(raw: Any) -> Any:
    """What `dump_anything` has got.

    Raises:
        ValueError: it has a mark that nobody knows.
    """
    if isinstance(raw, list):
        return [load_anything(one) for one in raw]
    if not isinstance(raw, dict):
        return raw
    if len(raw) == 1:
        ((tag, inner),) = raw.items()
        if tag.startswith(MARK):
            read = _READERS.get(tag)
            if read is None:
                raise ValueError(f"nobody knows what `{tag}` means")
            return read(inner)
    return {key: load_anything(one) for key, one in raw.items()}


def _whole(value: int) -> Any:
    return int(value) if value.bit_length() <= MANY_BITS else {"$int": hex(value)}


def _fraction(value: float) -> Any:
    return float(value) if math.isfinite(value) else {"$float": repr(float(value))}


def _mapping(value: Mapping[Any, Any]) -> Any:
    if all(type(key) is str for key in value) and not (len(value) == 1 and next(iter(value))[:1] == MARK):
        return {key: dump_anything(one) for key, one in value.items()}
    return {"$map": [[dump_anything(key), dump_anything(one)] for key, one in value.items()]}


def _moment(value: datetime.datetime | datetime.time) -> str:
    """As in ISO 8601, then its zone's name; of two that are alike, as clocks are set back, the later ends in ~."""
    zone = f"[{value.tzinfo.key}]" if isinstance(value.tzinfo, zoneinfo.ZoneInfo) else ""
    return value.isoformat() + zone + ("~" if value.fold else "")


def _moment_of(kind: Any, raw: str) -> Any:
    text, _, zone = raw.rstrip("~").rstrip("]").partition("[")
    value = kind.fromisoformat(text)
    if zone:
        value = value.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    return value.replace(fold=1) if raw.endswith("~") else value


def _sorted(raw: list[Any]) -> list[Any]:
    try:
        raw.sort()
    except TypeError:
        raw.sort(key=json.dumps)
    return raw


_TEXTS: dict[type, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = {
    # a moment is a day too, so it comes first
    datetime.datetime: (
        "$datetime",
        lambda value: _moment(value),
        lambda raw: _moment_of(datetime.datetime, raw),
    ),
    datetime.date: ("$date", lambda value: value.isoformat(), datetime.date.fromisoformat),
    datetime.time: ("$time", lambda value: _moment(value), lambda raw: _moment_of(datetime.time, raw)),
    datetime.timedelta: (
        "$timedelta",
        lambda value: [value.days, value.seconds, value.microseconds],
        lambda raw: datetime.timedelta(*raw),
    ),
    decimal.Decimal: ("$decimal", str, decimal.Decimal),
    uuid.UUID: ("$uuid", str, uuid.UUID),
    bytes: (
        "$bytes",
        lambda value: base64.b64encode(value).decode("ascii"),
        lambda raw: base64.b64decode(raw, validate=True),
    ),
}
"""What is written as a text, by type: its mark, and both ways."""

_COLLECTIONS: dict[type, str] = {
    frozenset: "$frozenset",
    set: "$set",
    tuple: "$tuple",
    list: "$list",
}

_WRITERS: list[tuple[type, Callable[[Any], Any]]] = [
    # kinds of text and of number, such as members of a `StrEnum`, are what they are kinds of
    (str, str.__str__),
    (int, _whole),
    (float, _fraction),
    (frozenset, lambda value: {"$frozenset": _sorted([dump_anything(one) for one in value])}),
    (set, lambda value: {"$set": _sorted([dump_anything(one) for one in value])}),
    (list, lambda value: [dump_anything(one) for one in value]),
    (tuple, lambda value: {"$tuple": [dump_anything(one) for one in value]}),
    (dict, _mapping),
    (types.MappingProxyType, _mapping),
    *(
        (kind, functools.partial(lambda value, tag, write: {tag: write(value)}, tag=tag, write=write))
        for kind, (tag, write, _) in _TEXTS.items()
    ),
]

_READERS: dict[str, Callable[[Any], Any]] = {
    OTHERWISE: load_anything,
    "$int": lambda raw: int(raw, 16),
    "$float": float,
    "$map": lambda raw: {load_anything(key): load_anything(one) for key, one in raw},
    **{
        tag: functools.partial(lambda raw, kind: kind(load_anything(one) for one in raw), kind=kind)
        for kind, tag in _COLLECTIONS.items()
    },
    **{tag: read for tag, _, read in _TEXTS.values()},
}


def _otherwise(value: Any) -> Any:
    """A value that is not what its annotation says, so marked that it cannot be taken for that."""
    raw = dump_anything(value)
    return raw if is_marked(raw) else {OTHERWISE: raw}


def is_marked(raw: Any) -> bool:
    """Whether something written says itself what it is."""
    return isinstance(raw, dict) and len(raw) == 1 and next(iter(raw))[:1] == MARK


ANYTHING = Codec(dump_anything, load_anything)


# -- by annotation -----------------------------------------------------------------------------------------------------


def codec_of(annotation: Any) -> Codec:
    """How values that bear an annotation are written; by their own type where it says nothing that helps."""
    kind = _without_none(annotation)
    origin = typing.get_origin(kind) or kind
    if origin in _COLLECTIONS:
        return _collection(origin, typing.get_args(kind))
    if not isinstance(kind, type):
        return ANYTHING
    if kind in _TEXTS:
        tag, write, read = _TEXTS[kind]
        return _single(kind, write, read, tag)
    if issubclass(kind, Enum):
        return _single(kind, lambda value: dump_anything(value.value), lambda raw: kind(load_anything(raw)))
    if issubclass(kind, PurePath):
        return _single(kind, str, kind, is_exact=False)
    if attrs.has(kind) or hasattr(kind, "__dataclass_fields__"):
        return _structured(kind)
    return ANYTHING


def codecs_of(klass: type) -> dict[str, Codec]:
    """The codecs of a model's annotated fields and properties, by attribute."""
    hints = dict(_hints(klass))
    for name, found in members_of(klass).items():
        function = found.fget if isinstance(found, property) else getattr(found, "func", None)
        if function is not None and not name.startswith("__"):
            hint = _hints(function).get("return")
            if hint is not None:
                hints.setdefault(name, hint)
    return {name: codec_of(hint) for name, hint in hints.items()}


def _hints(of: Any) -> Mapping[str, Any]:
    try:
        return typing.get_type_hints(of)
    except Exception:  # annotations that cannot be evaluated here say nothing
        return {}


def _without_none(annotation: Any) -> Any:
    """`str` of `str | None`, of `Annotated[str, ...]` and of a `NewType`; nothing of a choice of several."""
    while True:
        origin = typing.get_origin(annotation)
        if origin in (typing.Union, types.UnionType):
            kinds = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
            if len(kinds) != 1:
                return None
            annotation = kinds[0]
        elif hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        else:
            return annotation


def _single(
    kind: type, write: Callable[[Any], Any], read: Callable[[Any], Any], tag: str = "", is_exact: bool = True
) -> Codec:
    def dump(value: Any) -> Any:
        fits = type(value) is kind if is_exact else isinstance(value, kind)
        return write(value) if fits else _otherwise(value)

    def load(raw: Any) -> Any:
        return load_anything(raw) if is_marked(raw) else read(raw)

    return Codec(dump, load, tag)


def _collection(kind: Any, arguments: Iterable[Any]) -> Codec:
    arguments = tuple(arguments)
    alike = kind is not tuple or arguments[1:] == (...,)
    item = codec_of(arguments[0]) if arguments and alike else ANYTHING
    dump_item, load_item = item.dump, item.load
    is_unordered = kind in (set, frozenset)

    def dump(value: Any) -> Any:
        if type(value) is not kind:
            return _otherwise(value)
        raw = [one if type(one) is str and item is ANYTHING else dump_item(one) for one in value]
        return _sorted(raw) if is_unordered else raw

    def load(raw: Any) -> Any:
        if isinstance(raw, list):
            return kind(map(load_item, raw))
        if is_marked(raw):
            return load_anything(raw)
        raise ValueError(f"{raw!s:.80} is no list")

    return Codec(dump, load, _COLLECTIONS[kind], item)


def _structured(kind: type) -> Codec:
    """A class with fields of its own, by way of cattrs."""
    converter = _converter()

    def dump(value: Any) -> Any:
        if type(value) is not kind:
            return _otherwise(value)
        raw = _plain(converter.unstructure(value, kind))
        return {OTHERWISE: {MARK: raw}} if is_marked(raw) else raw

    def load(raw: Any) -> Any:
        if not is_marked(raw):
            return converter.structure(raw, kind)
        inner = raw.get(OTHERWISE)
        if isinstance(inner, dict) and inner.keys() == {MARK}:
            return converter.structure(inner[MARK], kind)
        return load_anything(raw)

    return Codec(dump, load)


def _plain(raw: Any) -> Any:
    """What cattrs has made, when it is nothing but JSON."""
    if raw is None or isinstance(raw, str) or (isinstance(raw, float) and math.isfinite(raw)):
        return raw
    if isinstance(raw, int) and raw.bit_length() <= MANY_BITS:
        return raw
    if isinstance(raw, dict) and all(isinstance(key, str) for key in raw):
        return {key: _plain(one) for key, one in raw.items()}
    if isinstance(raw, list | tuple):
        return [_plain(one) for one in raw]
    raise Unwritable(raw)


@functools.cache
def _converter() -> Any:
    from cattrs.preconf.json import make_converter

    converter = make_converter(forbid_extra_keys=True)
    for kind, (_, write, read) in _TEXTS.items():
        converter.register_unstructure_hook(kind, write)
        converter.register_structure_hook(kind, functools.partial(lambda raw, _, read: read(raw), read=read))
    return converter
