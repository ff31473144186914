"""No room, locks, lost connections, errors: told cleanly, nothing is lost, and the next run does what is left."""

from __future__ import annotations

import pytest
from tests.faults.campaign import Made, in_full, run
from tests.faults.faults import SORTS

ONCE_WRONG = (5009,)
"""Trials that have found something: an approval was used up by a run that stopped before its turn came."""


@pytest.mark.slow
def test_what_goes_wrong_around_a_run_is_made_good(made: Made) -> None:
    """One trial of every sort of fault: afterwards the target is as if nothing had happened."""
    summary = run([("fault", seed) for seed in [*range(SORTS), *ONCE_WRONG]], made)

    assert len(summary.kinds["fault"]) == SORTS
    assert not summary.wrong, "\n".join(line for one in summary.wrong for line in in_full(one))
