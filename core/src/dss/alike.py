"""Whether what the target holds is what was planned, or written: values compared, records compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dss.attributes import is_blank, is_multi, names_of

_UNREADABLE = object()


def held_values(item: Any) -> dict[str, Any]:
    """All that is compared of a record."""
    return {name: value_of(item, name) for name in names_of(item)} if item is not None else {}


def unlike_in(item: Any, values: Mapping[str, Any], *, only_said: bool = False) -> list[str]:
    """The attributes in which an item is not as it was.

    Of several values, those that have gone do not count: what this very run took away elsewhere, an enrolment say,
    shows in the class as well.

    Args:
        item: as it is.
        values: as it was.
        only_said: pass over what the values say nothing about.
    """
    found = []
    for name, was in values.items():
        now = value_of(item, name)
        if only_said and was is None:
            continue
        if is_multi(now) and (was is None or is_multi(was)):
            if not only_said and any(value not in (was or ()) for value in now):
                found.append(name)
        elif not unchanged(now, was):
            found.append(name)
    return found


def value_of(item: Any, name: str) -> Any:
    """An attribute; something that equals nothing where it cannot be read."""
    try:
        return getattr(item, name, None)
    except Exception:  # a user's property may raise anything; it did so before, or it counts as a change
        return _UNREADABLE


def same(one: Any, other: Any) -> bool:
    """Whether two values of one attribute are no difference."""
    if is_blank(one) and is_blank(other):
        return True
    if is_multi(one) and is_multi(other) and not (isinstance(one, list | tuple) and one == other):
        return frozenset(one) == frozenset(other)
    return bool(one == other)


def unchanged(now: Any, was: Any) -> bool:
    """Whether a value is as it was: `same`, or the very same text.

    A value read from the target may be equal to every spelling but its own, if it is one that the target should not
    hold.
    """
    return same(now, was) or (isinstance(now, str) and isinstance(was, str) and str.__eq__(now, was))
