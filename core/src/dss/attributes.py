"""Which attributes of a model are compared, and how two values of one attribute differ."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

import attrs

from dss.actions import Action, Kind
from dss.fields import MARKS, Marks

MULTI = (frozenset, set, tuple, list)
KEY = "idnumber"
ENABLED = "enabled"

F = TypeVar("F", bound=Callable[..., Any])


class Flow(StrEnum):
    """How far the left's word goes for one attribute."""

    AUTHORITATIVE = "authoritative"
    """What the left says is what is wanted; this is the default."""
    CREATE_ONLY = "create_only"
    """It counts when a record is made, and is not compared afterwards."""
    KEEP = "keep"
    """It counts where the right is blank."""
    ADD_ONLY = "add_only"
    """Values are added, and never removed."""
    IGNORE = "ignore"
    """It does not count at all."""


@attrs.frozen
class Model:
    """What is known of a model's class without looking at an object.

    Attributes:
        names: public attributes every object has: fields, slots, properties, plain class attributes.
        dynamic: objects may have more, in their `__dict__`.
        fields: marks by attribute, for those that have any.
    """

    names: tuple[str, ...]
    dynamic: bool
    fields: Mapping[str, Marks]


_models: weakref.WeakKeyDictionary[type, Model] = weakref.WeakKeyDictionary()


def model_of(klass: type) -> Model:
    """What is known of a class, studied once."""
    model = _models.get(klass)
    if model is None:
        model = _models[klass] = _study(klass)
    return model


def _study(klass: type) -> Model:
    """Study a class once: attrs, dataclass, slots, properties, or a plain class with whatever its objects hold."""
    marked = _marks(klass)
    declared = attrs.has(klass) or dataclasses.is_dataclass(klass)
    names = dict.fromkeys(marked)
    for base in reversed(klass.__mro__[:-1]):
        names.update(dict.fromkeys(vars(base)))
    public = [
        name
        for name in names
        if not name.startswith("_")
        and name != KEY
        # what a subclass makes of it counts: a property may have become a method
        and (name in marked or _is_attribute(inspect.getattr_static(klass, name), plain=not declared))
    ]
    compared = tuple(name for name in public if marked.get(name, Marks()).compare)
    return Model(compared, not declared and _has_dict(klass), marked)


def _marks(klass: type) -> dict[str, Marks]:
    """The fields of an attrs class or a dataclass; those that take no part in its own equality are not compared."""
    if attrs.has(klass):
        fields = [(field.name, field.metadata, bool(field.eq)) for field in attrs.fields(klass)]
    elif dataclasses.is_dataclass(klass):
        fields = [(field.name, field.metadata, field.compare) for field in dataclasses.fields(klass)]
    else:
        return {}
    found = {name: (metadata.get(MARKS, Marks()), counts) for name, metadata, counts in fields}
    return {
        name: mark if counts else attrs.evolve(mark, compare=False) for name, (mark, counts) in found.items()
    }


def _has_dict(klass: type) -> bool:
    return klass.__dictoffset__ != 0


def _is_attribute(value: object, *, plain: bool) -> bool:
    if isinstance(value, property | functools.cached_property) or type(value).__name__ == "member_descriptor":
        return True
    if hasattr(value, "__get__"):
        # a descriptor that is no method: a field of a named tuple, or the user's own
        return not callable(value) and not isinstance(value, classmethod)
    return plain and not callable(value)


def names_of(item: Any) -> list[str]:
    """The attributes of one object that are compared."""
    model = model_of(type(item))
    if not model.dynamic:
        return list(model.names)
    found = dict.fromkeys(model.names)
    for name, value in vars(item).items():
        if not name.startswith("_") and name != KEY and not callable(value):
            found[name] = None
    return [name for name in found if model.fields.get(name, Marks()).compare]


def value_of(item: Any, name: str) -> Any:
    """An attribute, None where it cannot be read: the comparison reports that."""
    try:
        return getattr(item, name, None)
    except Exception:  # a user's property may raise anything
        return None


def is_blank(value: object) -> bool:
    """Whether a value says "empty": None, the empty text, an empty collection. False and 0 are values."""
    return value is None or (isinstance(value, (str, *MULTI)) and not value)


def is_multi(value: object) -> bool:
    """Whether a value is a collection whose members are added and removed one by one."""
    return isinstance(value, MULTI)


def value_actions(
    name: str, was: Any, wanted: Any, flow: Flow = Flow.AUTHORITATIVE, ordered: bool = False
) -> Iterator[Action]:
    """Yield what brings one attribute of an existing record from `was` to `wanted`; branch and key are left blank."""
    if wanted is None or flow in (Flow.CREATE_ONLY, Flow.IGNORE):
        return
    if is_blank(was) and is_blank(wanted):
        return
    if flow is Flow.KEEP and not is_blank(was):
        return
    if is_multi(was) and wanted == "":
        wanted = type(was)()
    # the whole of an ordered value can be replaced only where values may go as well
    whole = ordered and flow is not Flow.ADD_ONLY
    if is_multi(wanted) and (was is None or is_multi(was)) and not whole:
        have, want = frozenset(was or ()), frozenset(wanted)
        for value in sorted(want - have, key=str):
            yield Action(Kind.ADD, attribute=name, value=value, was=was, wanted=wanted)
        if flow is not Flow.ADD_ONLY:
            for value in sorted(have - want, key=str):
                yield Action(Kind.REMOVE, attribute=name, value=value, was=was, wanted=wanted, removal=True)
    elif _as_list(was) != _as_list(wanted):
        yield Action(Kind.UPDATE, attribute=name, was=was, wanted=wanted)


def _as_list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def differences(left: Any, right: Any) -> Iterator[Action]:
    """Compare two objects attribute by attribute, over those both have: what `Base.__sub__` does by default."""
    theirs = set(names_of(right))
    for name in names_of(left):
        if name in theirs:
            mark = model_of(type(left)).fields.get(name, Marks())
            yield from value_actions(name, getattr(right, name), getattr(left, name), ordered=mark.ordered)


def default_subtraction(method: F) -> F:
    """Mark a `__sub__` that does nothing but `differences`, so that whole records may be compared first."""
    method.__dss_default__ = True  # type: ignore[attr-defined]
    return method


def has_own_subtraction(klass: type) -> bool:
    """Whether the model brings a `__sub__` of its own, which then decides alone what differs."""
    own = getattr(klass, "__sub__", None)
    return own is not None and not getattr(own, "__dss_default__", False)


def compile_equal(names: Iterable[str], *, revived: str | None = None) -> Callable[[Any, Any], bool]:
    """Make a function that tells whether two objects agree in all of these attributes.

    One compiled expression reads both objects in place; two attrgetters and two tuples cost three times as much, and
    this runs once per pair of records.

    Args:
        names: the attributes.
        revived: an attribute of the right alone, which must not be False there.
    """
    terms = [f"left.{name} == right.{name}" for name in names]
    if revived is not None:
        terms.append(f"right.{revived} is not False")
    text = f"lambda left, right: {' and '.join(terms) or True}"
    equal: Callable[[Any, Any], bool] = eval(text)  # noqa: S307  names are identifiers
    return equal
