"""Equal values of one column kept once: a branch of very many records then takes a third less memory.

Memory is also time. What a record holds has to be fetched again when it is compared, and beyond a gigabyte or two many
machines give out memory far more slowly than before.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from types import NoneType
from typing import Any

SHARE_FROM = 50_000
"""Records of a branch from which on values are shared: below, the memory they take is not worth the time."""

SAMPLE = 10_000
"""Rows by which columns are judged: the birthdays of a school repeat, but hardly among a hundred pupils."""

_TEXT = {str, NoneType}
_SEVERAL = {frozenset, tuple, NoneType}

Row = tuple[Any, ...]


class Known(dict[Any, Any]):
    """The values of one column; asked for one, it answers with the first that was equal.

    Raises:
        TypeError: asked for a value that its equals may not stand for.
    """

    __slots__ = ()

    def __missing__(self, value: Any) -> Any:
        if not _interchangeable((value,)):
            raise TypeError(f"{type(value).__name__} is not shared")
        self[value] = value
        return value


def repeating(rows: Sequence[Row], besides: set[int]) -> list[int]:
    """The columns worth sharing: at least every second value is one that has been there before.

    Args:
        rows: rows of one width, at least one.
        besides: columns that are not looked at.
    """
    columns = enumerate(zip(*rows, strict=True))
    return [
        at
        for at, values in columns
        if at not in besides and _interchangeable(values) and 2 * len(set(values)) <= len(values)
    ]


def _interchangeable(values: Sequence[Any]) -> bool:
    """Whether any two of these values that are equal may stand for each other.

    Texts may, and what cannot change and holds nothing but texts. A subclass of text may call texts equal that differ,
    and `True` equals 1.
    """
    kinds = set(map(type, values))
    if kinds <= _TEXT:
        return True
    return kinds <= _SEVERAL and set(map(type, itertools.chain.from_iterable(filter(None, values)))) <= _TEXT
