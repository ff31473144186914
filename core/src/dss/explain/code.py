"""Where in whose code something is defined, and what a property looks at."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dss.attributes import names_of
from dss.explain.explanation import Value
from dss.stored import copy_with, held_by


def place_of(function: Callable[..., Any], folder: Path) -> str:
    """A function's name, file and line, the file as seen from a folder."""
    target = inspect.unwrap(function)
    name = getattr(target, "__qualname__", repr(target))
    code = getattr(target, "__code__", None) or getattr(type(target).__call__, "__code__", None)
    if code is None:
        return f"`{name}`"
    path = Path(code.co_filename)
    for base in (folder.resolve(), Path.cwd()):
        if path.is_relative_to(base):
            path = path.relative_to(base)
            break
    return f"`{name}`, {path}, line {code.co_firstlineno}"


def values_of(item: Any, folder: Path) -> dict[str, Value]:
    """The attributes of an object that are compared, with what computes them."""
    try:
        names = names_of(item)
        held = held_by(item)
    except Exception:
        return {}
    return {name: _value(item, name, held, folder) for name in names}


def _value(item: Any, name: str, held: dict[str, Any], folder: Path) -> Value:
    getter = _getter(type(item), name)
    by = place_of(getter, folder) if getter is not None else ""
    beneath = held.get(name) if getter is not None else None
    try:
        value = getattr(item, name)
    except Exception as error:  # a user's property may raise anything
        return Value(None, f"{type(error).__name__}: {error}", by, held=beneath)
    made_of = _looked_at(item, name) if getter is not None else ()
    return Value(value, "", by, made_of, beneath)


def _getter(klass: type, name: str) -> Callable[..., Any] | None:
    found = inspect.getattr_static(klass, name, None)
    if isinstance(found, property):
        # a property that an attrs class makes of nothing but its slot has no code of its own
        return found.fget if hasattr(found.fget, "__code__") else None
    if isinstance(found, functools.cached_property):
        return found.func
    return None


def _looked_at(item: Any, name: str) -> tuple[str, ...]:
    """The public attributes that a property looks at, found by letting a copy compute it that takes note."""
    seen: dict[str, None] = {}
    within: list[str] = []

    def noting(self: Any, attribute: str) -> Any:
        # what another property looks at in its turn is told with that one
        if len(within) == 1 and not attribute.startswith("_") and attribute != name:
            seen[attribute] = None
        within.append(attribute)
        try:
            return super(watching, self).__getattribute__(attribute)
        finally:
            within.pop()

    try:
        watching: Any = type(
            type(item).__name__, (type(item),), {"__slots__": (), "__getattribute__": noting, "__doc__": ""}
        )
        twin = copy_with(item, {})
        twin.__class__ = watching
        getattr(twin, name)
    except Exception:  # a model that cannot be copied or subclassed keeps this to itself
        return ()
    names = {*names_of(item), "idnumber"}
    return tuple(attribute for attribute in seen if attribute in names)
