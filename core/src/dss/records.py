"""Whole records of one model as JSON: what they hold themselves, not what their properties make of it.

A record is made again as it was, beneath its `__init__`: converters and defaults do not get at it a second time.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from dss.attributes import KEY, model_of
from dss.models import Base
from dss.serializing import ANYTHING, Codec, Unwritable, codecs_of
from dss.stored import cached_in, members_of, slots_of

UNSET = {"$unset": True}
"""What stands for a field that has never been set."""

Build = Callable[[Mapping[str, Any]], Any]


NAMES = ("name", "given_name", "family_name")
"""What a record may be called by."""

COMPUTED = (property, functools.cached_property)


class WrongRecord(Exception):
    """A record that cannot be written, or read."""


class Records:
    """Writes and reads the records of one model.

    Args:
        klass: the model.
        build: makes an object of a record by the model's own `__init__`, where that does more than set fields.

    Attributes:
        codecs: how values are written, by attribute, as far as annotations tell.
        declared: the model's fields and slots, in the order in which people are shown them, without the idnumber.
        computes_name: what a record is called does not follow from what it holds.
    """

    def __init__(self, klass: type, build: Build) -> None:
        self.klass, self._build = klass, build
        self._members = members_of(klass)
        self.codecs = codecs_of(klass)
        self._slots = dict(reversed(slots_of(klass)))
        fields = dict.fromkeys([*self._slots, *_fields(klass)])
        shown = [name for name in model_of(klass).names if name in fields]
        self.declared = dict.fromkeys(name for name in [*shown, *fields] if name != KEY)
        self._inside = [name for name in self.declared if name not in self._slots]
        self._has_dict = klass.__dictoffset__ != 0
        self._passed_over = {KEY, *cached_in(self._members)}
        self.computes_name = any(isinstance(self._members.get(name), COMPUTED) for name in NAMES)
        self._is_built = not _makes_itself(klass)
        self._in_slots = [name for name in self.declared if name in self._slots]
        self._known = frozenset([*self._in_slots, KEY])
        self._own_key = self._slots[KEY].__get__ if KEY in self._slots else None

    def codec(self, attribute: str | None) -> Codec:
        """How one attribute's values are written."""
        return self.codecs.get(attribute or "", ANYTHING)

    # -- writing ---------------------------------------------------------------------------------------------------

    def dump(self, item: Any, idnumber: str) -> dict[str, Any]:
        """What a record holds, without fields that are None, and without its idnumber where that is said already.

        Raises:
            WrongRecord: naming the attribute and the type that cannot be written.
        """
        if type(item) is not self.klass:
            raise WrongRecord(
                f" has a `{type(item).__qualname__}`, and the branch's model is `{self.klass.__qualname__}`"
            )
        try:
            found = self._dump_slots(item)
        except (AttributeError, Unwritable):
            found = self._dump_slots_one_by_one(item)
        if self._has_dict:
            inside = vars(item)
            if inside or self._inside:
                self._dump_inside(found, inside)
            own = inside.get(KEY, idnumber)
            if own != idnumber:
                found[KEY] = own
        if self._own_key is not None and (own := self._own_key(item)) != idnumber:
            found[KEY] = own
        return found

    @functools.cached_property
    def _dump_slots(self) -> Callable[[Any], dict[str, Any]]:
        """One function for all slots, since it runs twice for every action of a plan."""
        lines, known = ["def dump(item):", " found = {}"], dict[str, Any]()
        for at, name in enumerate(self._in_slots):
            codec = self.codec(name)
            known[f"dump{at}"], known[f"slot{at}"] = codec.dump, self._slots[name].__get__
            is_overridden = self._members[name] is not self._slots[name]
            lines.append(f" value = slot{at}(item)" if is_overridden else f" value = item.{name}")
            lines.append(" if value is not None:")
            plainly = "value if value.__class__ is str else " if codec is ANYTHING else ""
            lines.append(f"  found[{name!r}] = {plainly}dump{at}(value)")
        exec("\n".join([*lines, " return found"]), known)  # names of slots are identifiers
        made: Callable[[Any], dict[str, Any]] = known["dump"]
        return made

    @functools.cached_property
    def _fill_slots(self) -> Callable[[Any, Mapping[str, Any]], None]:
        """The way back, likewise."""
        lines, known = ["def fill(item, raw):", " get = raw.get"], dict[str, Any]()
        is_open = self._members["__setattr__"] is object.__setattr__
        for at, name in enumerate(self._in_slots):
            codec = self.codec(name)
            known[f"load{at}"], known[f"slot{at}"] = codec.load, self._slots[name].__set__
            is_overridden = self._members[name] is not self._slots[name]
            put = f"item.{name} = {{}}" if is_open and not is_overridden else f"slot{at}(item, {{}})"
            lines.append(f" value = get({name!r})")
            if codec is ANYTHING:
                lines += [" if value is None or value.__class__ is str:", "  " + put.format("value")]
            else:
                lines += [" if value is None:", "  " + put.format("None")]
            lines += [" elif value != UNSET:", "  " + put.format(f"load{at}(value)")]
        exec("\n".join(lines), {**known, "UNSET": UNSET}, known)
        made: Callable[[Any, Mapping[str, Any]], None] = known["fill"]
        return made

    def _dump_slots_one_by_one(self, item: Any) -> dict[str, Any]:
        """To tell which one cannot be written, or has never been set."""
        found: dict[str, Any] = {}
        for name in self._in_slots:
            try:
                value = self._slots[name].__get__(item)
            except AttributeError:
                found[name] = UNSET
                continue
            if value is not None:
                found[name] = self._dumped(name, value)
        return found

    def _dump_inside(self, found: dict[str, Any], inside: Mapping[str, Any]) -> None:
        """What lies in the object's `__dict__`: of a model of any attributes, None too."""
        for name, value in inside.items():
            if name in self._passed_over:
                continue
            if name not in self.declared:
                if not name.startswith("_") and not callable(value):
                    found[name] = None if value is None else self._dumped(name, value)
            elif value is not None:
                found[name] = self._dumped(name, value)
        found.update((name, UNSET) for name in self._inside if name not in inside)

    def _dumped(self, name: str, value: Any) -> Any:
        try:
            return self.codec(name).dump(value)
        except Unwritable as error:
            raise WrongRecord(f".{name} holds a `{error}`") from None

    # -- reading ---------------------------------------------------------------------------------------------------

    def load(self, raw: Mapping[str, Any], idnumber: str) -> Any:
        """The record again.

        Raises:
            WrongRecord: the model has no place for an attribute, or refuses its value.
        """
        item = self._built(raw, idnumber) if self._is_built else object.__new__(self.klass)
        self._fill_slots(item, raw)
        own = raw.get(KEY, idnumber)
        if KEY in self._slots:
            self._slots[KEY].__set__(item, own)
        if self._has_dict:
            inside = vars(item)
            if KEY not in self._slots and not (self._is_built and KEY not in raw):
                inside[KEY] = own
            self._fill(inside, raw)
        elif not self._known.issuperset(raw):
            raise self._alien(next(name for name in raw if name not in self._known))
        return item

    def _built(self, raw: Mapping[str, Any], idnumber: str) -> Any:
        values = {name: self._loaded(name, one) for name, one in raw.items() if one != UNSET}
        try:
            return self._build({KEY: idnumber, **values})
        except Exception as error:
            raise WrongRecord(f": model `{self.klass.__qualname__}` refuses it: {error}") from None

    def _fill(self, inside: dict[str, Any], raw: Mapping[str, Any]) -> None:
        inside.update(dict.fromkeys(self._inside))
        for name, value in raw.items():
            if name in self._slots or name == KEY:
                continue
            if name not in self.declared and name[:1] == "_":
                raise self._alien(name)
            if value == UNSET:
                inside.pop(name, None)
            else:
                inside[name] = self._loaded(name, value)

    def _alien(self, name: str) -> WrongRecord:
        return WrongRecord(f".{name} has no place in model `{self.klass.__qualname__}`")

    def _loaded(self, name: str, raw: Any) -> Any:
        return None if raw is None else self.codec(name).load(raw)


def name_of(item: Any) -> str:
    """What a record is called; blank where it has no name."""
    name, *parts = (_read(item, name) for name in NAMES)
    if isinstance(name, str) and name:
        return name
    return " ".join(part for part in parts if isinstance(part, str) and part)


def _read(item: Any, name: str) -> Any:
    try:
        return getattr(item, name, None)
    except Exception:  # a user's property may raise anything; the compare has reported it
        return None


def _fields(klass: type) -> list[str]:
    if attrs.has(klass):
        return [field.name for field in attrs.fields(klass)]
    if dataclasses.is_dataclass(klass):
        return [field.name for field in dataclasses.fields(klass)]
    return []


def _makes_itself(klass: type) -> bool:
    """Whether an object is nothing but its fields: no `__init__` of the user's own has anything to do with it."""
    init: Any = inspect.getattr_static(klass, "__init__")
    if init is vars(Base)["__init__"]:
        return True
    code = getattr(init, "__code__", None)
    if code is None:
        return False
    if hasattr(klass, "__attrs_post_init__") or hasattr(klass, "__post_init__"):
        # without a `__dict__`, what they set are fields
        return attrs.has(klass) and klass.__dictoffset__ == 0
    return bool(
        (attrs.has(klass) and code.co_filename.startswith("<attrs generated"))
        or (dataclasses.is_dataclass(klass) and code.co_filename == "<string>")
    )
