"""Sample records, made from what a branch declares; an author overrides what the system wants otherwise."""

from __future__ import annotations

import datetime
import decimal
import functools
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Union, get_args, get_origin, get_type_hints

import attrs

from dss.attributes import ENABLED, is_multi, model_of
from dss.keys import key

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch

Values = dict[str, Any]
Branch = type["DataStoreBranch"]

MOST = 10_000
"""Sample records among which a reference is looked up."""
PLAIN = ("username", "email")
"""Attributes that hardly any system takes any text in."""


class Samples:
    """What stands in the records that a suite seeds and writes.

    Attributes:
        fixed: by branch, attributes that never change once a record is made; those of `key_of` never do anyhow.
        never_empty: by branch, attributes with several values of which at least one stays: a group that cannot be
            without members.
        plain: by branch, attributes that do not take any text, such as a code from a list; they are only given sample
            values. `username`, `email`, references and those of `key_of` are plain anyhow.
    """

    fixed: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    never_empty: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    plain: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    _bound: Mapping[str, Branch]

    # -- what an author may override -------------------------------------------------------------------------------

    def idnumber(self, branch: str, number: int) -> str:
        """The key of sample record 1, 2, ...; not asked for where the branch makes it of attributes (`key_of`)."""
        return f"{branch}-{number}"

    def record(self, branch: str, number: int) -> Values:
        """Sample record 1, 2, ...: idnumber and every attribute that the system keeps, different in each record.

        By default made from the model's annotations; what the kit cannot make is left out, and so is a reference by
        which records refer to their own kind: a group's parent, say.
        """
        bound = self._bound[branch]
        values = {
            name: value
            for name, hint in settable(bound).items()
            if (value := self._value(bound, name, hint, number)) is not None
        }
        if bound.key_of:
            return {"idnumber": key(*[str(values.get(name, "")) for name in bound.key_of]), **values}
        return {"idnumber": self.idnumber(branch, number), **values}

    def another(self, branch: str, attribute: str, value: Any) -> Any:
        """Another valid value for an attribute, to update it to; of a reference, a record that `reference` gives."""
        bound = self._bound[branch]
        targets = bound.references().get(attribute)
        if isinstance(value, bool):
            return not value
        if targets:
            two, three = (self.reference(targets, number) for number in (2, 3))
            one = three if two in (value if is_multi(value) else (value,)) else two
            return type(value)([*value, one]) if is_multi(value) else one
        if is_multi(value):
            return type(value)([*value, f"{attribute} more"])
        if isinstance(value, int | float | decimal.Decimal):
            return value + 1
        if isinstance(value, datetime.date):
            return value + datetime.timedelta(days=1)
        if attribute == "email":
            return f"changed.{value}"
        return f"{value}x" if attribute in PLAIN else f"{value} changed"

    def as_read(self, branch: str, attribute: str, value: Any) -> Any:
        """How a value comes back from the system when it is not as it was given: a text shortened, None as `""`."""
        return value

    # -- what the kit asks -----------------------------------------------------------------------------------------

    def reference(self, targets: Sequence[str], number: int) -> str:
        """The key of a sample record that a reference may hold."""
        return str(self.record(self._first(targets), number)["idnumber"])

    def changeable(self, branch: str) -> list[str]:
        """The single-valued attributes, `enabled` aside, that an update may change."""
        bound, values = self._bound[branch], self.record(branch, 1)
        never = {*bound.key_of, *self.fixed.get(branch, ()), ENABLED, "idnumber"}
        return [
            name
            for name, value in values.items()
            if name not in never and value is not None and not is_multi(value)
        ]

    def multi_valued(self, branch: str) -> list[str]:
        """The attributes whose values are added and removed one by one."""
        fixed = self.fixed.get(branch, ())
        values = self.record(branch, 1)
        return [name for name, value in values.items() if is_multi(value) and name not in fixed]

    def fewer(self, branch: str, attribute: str, values: Any) -> Any:
        """Fewer values of an attribute that has several: none, or one, where one has to stay."""
        keep = 1 if attribute in self.never_empty.get(branch, ()) else 0
        return type(values)(sorted(values)[:keep])

    def free_texts(self, branch: str) -> list[str]:
        """The attributes that take any text."""
        bound, values = self._bound[branch], self.record(branch, 1)
        plain = {*PLAIN, *bound.key_of, *bound.references(), *self.plain.get(branch, ()), "idnumber"}
        return [name for name, value in values.items() if isinstance(value, str) and name not in plain]

    def with_needed(self, branch: str, records: Iterable[Values]) -> dict[str, list[Values]]:
        """These records, and before them all samples that they refer to, by branch."""
        found: dict[str, dict[str, Values]] = {}
        self._gather(branch, list(records), found)
        order = [name for name in self._bound if name in found]
        return {name: list(found[name].values()) for name in order}

    def _gather(self, branch: str, records: list[Values], found: dict[str, dict[str, Values]]) -> None:
        mine = found.setdefault(branch, {})
        for record in records:
            if record["idnumber"] in mine:
                continue
            mine[record["idnumber"]] = record
            for attribute, targets in self._bound[branch].references().items():
                for value in _several(record.get(attribute)):
                    self._refer(targets, value, found)

    def _refer(self, targets: Sequence[str], value: str, found: dict[str, dict[str, Values]]) -> None:
        for target in targets:
            if target in self._bound and (record := self._sample_with(target, value)) is not None:
                self._gather(target, [dict(record)], found)
                return

    def _sample_with(self, branch: str, idnumber: str) -> Values | None:
        """The sample record with this key; each is made once, and a search goes on where the last one ended."""
        made, numbers = (
            vars(self).setdefault("_samples", {}).setdefault(branch, ({}, iter(range(1, MOST + 1))))
        )
        for number in numbers if idnumber not in made else ():
            record = self.record(branch, number)
            made[record["idnumber"]] = record
            if record["idnumber"] == idnumber:
                break
        found: Values | None = made.get(idnumber)
        return found

    def _first(self, targets: Sequence[str]) -> str:
        return next((name for name in targets if name in self._bound), targets[0])

    def _is_in_a_circle(self, branch: str, target: str) -> bool:
        """Whether a reference has to be left out, since what it leads to refers back and has to be there before."""
        order = list(self._bound)
        if target not in order or order.index(target) < order.index(branch):
            return False
        found, ahead = set[str](), [target]
        while ahead:
            name = ahead.pop()
            if name not in found and name in self._bound:
                found.add(name)
                ahead += [self._first(targets) for targets in self._bound[name].references().values()]
        return branch in found

    def _value(self, bound: Branch, name: str, hint: Any, number: int) -> Any:
        allowed = list(kinds(hint))
        targets = bound.references().get(name)
        if targets and self._is_in_a_circle(bound.__name__, self._first(targets)):
            return None
        multi = next(
            (one for one in allowed if get_origin(one) or one in (set, frozenset, tuple, list)), None
        )
        if targets:
            one = self.reference(targets, number)
            return _collection(multi, one) if multi is not None else one
        if multi is not None:
            return _collection(multi, f"{name} {number}")
        return _single(bound.__name__, name, allowed, number)


def settable(bound: Branch) -> dict[str, Any]:
    """The attributes of a branch's model that a record may give, with their annotations."""
    return _settable(bound.klass)


@functools.lru_cache(maxsize=64)
def _settable(klass: type) -> dict[str, Any]:
    names = [name for name in model_of(klass).names if not isinstance(getattr(klass, name, None), property)]
    if attrs.has(klass):
        given = {field.name for field in attrs.fields(klass) if field.init}
        names = [name for name in names if name in given]
    try:
        hints = get_type_hints(klass)
    except (NameError, TypeError, AttributeError):
        hints = {}
    return {name: hints.get(name, str) for name in names}


def can_be_missing(bound: Branch, name: str) -> bool:
    """Whether an item may be without an attribute: its model has a default for it, or says that it may be None."""
    if not attrs.has(bound.klass):
        return True
    field = getattr(attrs.fields(bound.klass), name, None)
    hint = settable(bound).get(name)
    return field is None or field.default is not attrs.NOTHING or type(None) in get_args(hint)


def _several(value: Any) -> Collection[str]:
    if value is None or value == "":
        return ()
    return value if is_multi(value) else (value,)


def kinds(hint: Any) -> Iterator[Any]:
    """The types that an annotation allows, None left out; Any stands for text."""
    if get_origin(hint) in (Union, types.UnionType):
        for one in get_args(hint):
            yield from kinds(one)
    elif hint is Any:
        yield str
    elif hint is not type(None):
        yield hint


def _collection(hint: Any, value: Any) -> Any:
    origin = get_origin(hint) or hint
    kind = origin if origin in (set, frozenset, tuple, list) else frozenset
    return kind([value])


def _single(branch: str, name: str, allowed: Sequence[Any], number: int) -> Any:
    if name == ENABLED:
        return True
    if name == "email":
        return f"{branch}{number}@example.org"
    if name == "username":
        return f"{branch}{number}"
    if str in allowed and bool not in allowed:
        return f"{name.strip('_').replace('_', ' ')} {number}"
    return next((make(number) for kind, make in _MADE.items() if kind in allowed), None)


def can_be_made(hint: Any) -> bool:
    """Whether the kit can make a value of an annotation: a text, a number, a day or a time, or several texts."""
    return any(
        kind in (str, *_MADE) or (get_origin(kind) or kind) in (set, frozenset, tuple, list)
        for kind in kinds(hint)
    )


_MADE: Mapping[type, Callable[[int], Any]] = {
    bool: lambda number: True,
    int: lambda number: number,
    float: lambda number: number + 0.5,
    decimal.Decimal: decimal.Decimal,
    datetime.date: lambda number: datetime.date(2012, 1, 1) + datetime.timedelta(days=number),
    datetime.datetime: lambda number: (
        datetime.datetime(2012, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(days=number)
    ),
}
"""How a value of each type is made that is no text, the first one that an attribute allows."""


__all__ = ["Samples"]
