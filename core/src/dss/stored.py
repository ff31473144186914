"""What an object of a model holds itself, beneath its properties and whatever forbids to change it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MemberDescriptorType
from typing import Any

import attrs


def held_by(item: Any) -> dict[str, Any]:
    """The values an object holds, by attribute; where a property replaces a field, the field's own value."""
    found: dict[str, Any] = {}
    for name, slot in reversed(slots_of(type(item))):
        try:
            found[name] = slot.__get__(item)
        except AttributeError:
            continue
    cached = cached_in(members_of(type(item)))
    found.update((name, value) for name, value in getattr(item, "__dict__", {}).items() if name not in cached)
    return found


def copy_with(item: Any, values: Mapping[str, Any]) -> Any:
    """A copy of an object with other values, frozen or not; its `__init__` does not run.

    `attrs.evolve` and `dataclasses.replace` read an object through its properties: one that replaces a field would
    be applied to its own result.

    Raises:
        AttributeError: the object has no place for a value.
    """
    twin = object.__new__(type(item))
    slots = slots_of(type(item))
    own = held_by(item)
    for name, slot in slots:
        if name in own:
            slot.__set__(twin, slot.__get__(item))
    if hasattr(item, "__dict__"):
        vars(twin).update((name, value) for name, value in own.items() if name in vars(item))
    places = dict(reversed(slots))
    for name, value in values.items():
        if name in places:
            places[name].__set__(twin, value)
        elif name in own:
            vars(twin)[name] = value
        else:
            setattr(twin, name, value)
    return twin


def slots_of(klass: type) -> list[tuple[str, MemberDescriptorType]]:
    """Slots that hold values, those of the most derived class first; not what attrs keeps for cached properties."""
    found = []
    for base in klass.__mro__:
        own = vars(base).get("__attrs_attrs__")
        fields = {field.name for field in attrs.fields(base)} if own is not None else None
        for name, slot in vars(base).items():
            if isinstance(slot, MemberDescriptorType) and (fields is None or name in fields):
                found.append((name, slot))
    return found


def members_of(klass: type) -> dict[str, Any]:
    """What a class and those that it inherits from define, as `inspect.getattr_static` finds it, all at once."""
    return {name: value for base in reversed(klass.__mro__) for name, value in vars(base).items()}


def cached_in(members: Mapping[str, Any]) -> set[str]:
    """Which of them are cached properties: what an object keeps of those is nothing of its own."""
    return {name for name, value in members.items() if isinstance(value, functools.cached_property)}
