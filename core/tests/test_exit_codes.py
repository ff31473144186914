"""Which of several exit codes a run ends with."""

from __future__ import annotations

from itertools import combinations

from dss.exit_codes import GRAVEST_FIRST, ExitCode, gravest


def test_of_several_the_gravest_counts() -> None:
    """An error before all, then what kept the run from its end, then what it could not do, then what is to be seen."""
    assert GRAVEST_FIRST == (1, 6, 5, 4, 3, 2, 0)
    for first, second in combinations(GRAVEST_FIRST, 2):
        assert gravest([second, first]) is first


def test_nothing_at_all_is_in_step() -> None:
    """A run of which nothing can be said has nothing left to do."""
    assert gravest([]) is ExitCode.IN_STEP
