"""A sequence that is sorted on disk when it is long."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss.spool import Spool


def make(limit: int) -> Spool[tuple[int, int]]:
    """A spool of pairs, sorted by the first of each."""
    return Spool(
        place=lambda item: item[0], pack=list, unpack=lambda packed: (packed[0], packed[1]), limit=limit
    )


@given(st.lists(st.integers(0, 20)), st.integers(1, 10))
def test_any_number_of_items_comes_back_sorted_and_stable(places: list[int], limit: int) -> None:
    """Whether on disk or in memory, items come in order, those of one place as they came in."""
    items = [(place, number) for number, place in enumerate(places)]
    spool = make(limit)

    spool.extend(items)

    assert list(spool) == sorted(items, key=lambda item: item[0])
    assert len(spool) == len(items)


def test_it_can_be_read_by_two_at_once() -> None:
    """A reader in the middle of the spool is not disturbed by another one."""
    spool = make(10)
    spool.extend((random.Random(number).randrange(100), number) for number in range(100))

    first, second = iter(spool), iter(spool)
    both = [(next(first), next(second)) for _ in range(100)]

    assert [one for one, _ in both] == [other for _, other in both] == sorted(spool)


def test_what_was_added_after_a_reading_is_there_in_the_next() -> None:
    """A spool may be gone through, added to, and gone through again."""
    spool = make(2)
    spool.extend([(3, 0), (1, 1), (2, 2)])
    assert [place for place, _ in spool] == [1, 2, 3]

    spool.append((0, 3))

    assert [place for place, _ in spool] == [0, 1, 2, 3]


def test_nothing_is_left_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files have no names, so a killed process leaves none behind."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = make(1)

    spool.extend([(1, 1), (2, 2)])

    assert list(tmp_path.iterdir()) == []
    assert list(spool) == [(1, 1), (2, 2)]
    spool.close()
