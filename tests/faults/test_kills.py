"""Killed wherever it may be, and taken up again, an apply comes to what it would have come to anyway."""

from __future__ import annotations

import pytest
from tests.faults.campaign import Made, in_full, run
from tests.faults.trial import ONCE_WRONG

TRIALS, AT_ONCE = 60, 15
"""`make faults` makes many hundreds, with other seeds."""


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, TRIALS, AT_ONCE))
def test_nothing_is_lost_and_nothing_done_twice(made: Made, first: int) -> None:
    """Fifteen runs that are killed, some several times, leave target and journal as one does that is left alone."""
    summary = run([("kill", seed) for seed in range(first, first + AT_ONCE)], made)

    assert summary.trials["kill"] == AT_ONCE
    # one that was to die at some moment may have come to its end before
    assert summary.kinds["kill"].total() >= AT_ONCE // 2
    assert not summary.wrong, "\n".join(line for one in summary.wrong for line in in_full(one))


@pytest.mark.slow
def test_what_was_once_wrong_stays_right(made: Made) -> None:
    """The same kills once more, each of which is died of."""
    summary = run([("once-wrong", place) for place in range(len(ONCE_WRONG))], made)

    assert not summary.wrong, "\n".join(line for one in summary.wrong for line in in_full(one))
