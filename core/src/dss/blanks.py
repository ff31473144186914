"""Counting, while records are read, in how many of them a field is blank: what the guards compare with earlier runs.

Rows are counted by columns, a few dozen at a time, since the least thing done for every value adds to the reading.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from dss.attributes import MULTI
from dss.store import KEY, NATIVE, Store

_BLANK = frozenset((type(None), str, *MULTI))


def count_columns(store: Store, fields: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    """Count rows that are given by columns, in the order of the fields."""
    store.rows += len(columns[0])
    for name, column in zip(fields, columns, strict=True):
        # nearly always there is nothing to count
        if not all(column):
            _count(store, name, list(itertools.filterfalse(None, column)))


def count_row(store: Store, fields: Sequence[str], row: Sequence[Any]) -> None:
    """Count one row, as long as the fields or not."""
    store.rows += 1
    for name, value in zip(fields, row, strict=False):
        if not value:
            _count(store, name, (value,))


def count_record(store: Store, record: Mapping[str, Any]) -> None:
    """Count the blanks of one record, which is counted itself where it comes in."""
    if not all(record.values()):
        for name, value in record.items():
            if not value:
                _count(store, name, (value,))


def _count(store: Store, name: str, empty: Sequence[Any]) -> None:
    """Count what is empty, but neither False nor 0, which are values."""
    count = len(empty)
    if not _BLANK.issuperset(map(type, empty)):
        count = sum(isinstance(value, (str, *MULTI)) or value is None for value in empty)
    if count and name not in (KEY, NATIVE):
        store.blanks[name] = store.blanks.get(name, 0) + count
