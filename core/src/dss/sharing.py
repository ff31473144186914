"""Equal values of one column kept once: a branch of very many records then takes a third less memory.

Memory is also time. What a record holds has to be fetched again when it is compared, and beyond a gigabyte or two many
machines give out memory far more slowly than before.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Sequence
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
    """The values of one column; asked for one, it answers with the first that was equal."""

    __slots__ = ()

    def __missing__(self, value: Any) -> Any:
        self[value] = value
        return value


class Sharing:
    """The columns of a branch whose values are worth sharing: at least every second one has been there before.

    Only texts are shared, and collections that cannot change and hold nothing but texts. A subclass of text may call
    texts equal that differ, and `True` equals 1.

    Args:
        sample: rows of one width, at least one.
        besides: columns that are not looked at.

    Attributes:
        known: by column, its values.
    """

    def __init__(self, sample: Sequence[Row], besides: Iterable[int]) -> None:
        columns = {
            at: values for at, values in enumerate(zip(*sample, strict=True)) if at not in set(besides)
        }
        texts = [at for at, values in columns.items() if _are_texts(values) and _repeat(values)]
        self._several = [at for at, values in columns.items() if _are_several(values) and _repeat(values)]
        self.known = {at: Known() for at in [*texts, *self._several]}
        # one place too many, since of a single place it gives the bare value
        self._texts_of = operator.itemgetter(*texts, texts[0]) if texts else None

    def fits(self, rows: Sequence[Row]) -> bool:
        """Whether in all of these rows the columns hold what may be shared."""
        if self._texts_of is not None and not _are_texts(
            itertools.chain.from_iterable(map(self._texts_of, rows))
        ):
            return False
        return all(_are_several(list(map(operator.itemgetter(at), rows))) for at in self._several)


def _are_texts(values: Iterable[Any]) -> bool:
    return set(map(type, values)) <= _TEXT


def _are_several(values: Sequence[Any]) -> bool:
    return set(map(type, values)) <= _SEVERAL and _are_texts(
        itertools.chain.from_iterable(filter(None, values))
    )


def _repeat(values: Sequence[Any]) -> bool:
    return 2 * len(set(values)) <= len(values)
