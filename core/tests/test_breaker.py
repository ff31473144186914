"""The circuit breaker: a run in which everything fails does not try it all."""

from typing import Any

import pytest

from dss import Action, DefaultTemplate, Kind, Outcome, Result
from dss.apply import apply
from dss.breaker import Fuse
from dss.errors import TemporaryError
from dss.policies import Breaker
from dss.school import Students


class Failing(DefaultTemplate):
    """Fails for the numbers in `tree.bad`; for all when that is None."""

    def new(self, action: Action) -> None:
        """Make, or fail."""
        tree: Any = self.tree
        tree.tried = getattr(tree, "tried", 0) + 1
        if tree.bad is None or action.idnumber in tree.bad:
            raise OSError("refused")


def _actions(plant: Any, count: int, bad: Any) -> tuple[Any, list[Action]]:
    right = plant(Students, name="right", template=Failing)
    right.bad = bad
    new = [Action(Kind.NEW, "students", f"{number:05}", right=object()) for number in range(count)]
    return right, new


def _result(outcome: Outcome) -> Result:
    return Result(outcome, action=Action(Kind.NEW))


def test_a_run_in_which_all_fails_stops_after_one_batch(plant: Any) -> None:
    """It says why, what was not tried is not counted as anything, and the target is left in peace."""
    right, actions = _actions(plant, 2000, None)

    report = apply(right, actions, fuse=Fuse(Breaker()))

    assert report.stopped == "25 changes in a row have failed"
    assert report.total() == report.total(Outcome.FAILED) == 100
    assert right.tried == 100


def test_a_run_in_which_all_has_been_tried_is_not_stopped(plant: Any) -> None:
    """Nothing is left to go on with: these are failures, and no more."""
    right, actions = _actions(plant, 60, None)

    report = apply(right, actions, fuse=Fuse(Breaker()))

    assert not report.stopped
    assert report.total(Outcome.FAILED) == 60


def test_a_few_failures_stop_nothing(plant: Any) -> None:
    """One in ten fails: that is bad data, and no reason to leave the others undone."""
    right, actions = _actions(plant, 1000, {f"{number:05}" for number in range(0, 1000, 10)})

    report = apply(right, actions, fuse=Fuse(Breaker()))

    assert not report.stopped
    assert report.total(Outcome.DONE) == 900


def test_a_share_of_failures_stops_a_run() -> None:
    """Two of three fail, never many in a row: stopped as soon as enough have been tried to tell."""
    fuse = Fuse(Breaker(failures=25, share=0.5, tried=50))
    three = [_result(Outcome.FAILED), _result(Outcome.FAILED), _result(Outcome.DONE)]

    assert fuse.watch(three * 16) == ""
    assert fuse.watch(three) == "34 of 51 changes have failed"


@pytest.mark.parametrize("outcome", [Outcome.DROPPED, Outcome.DRIFTED, Outcome.HELD])
def test_what_was_not_tried_counts_neither_way(outcome: Outcome) -> None:
    """A hundred dropped between two failures do not part them."""
    fuse = Fuse(Breaker(failures=2))

    assert fuse.watch([_result(Outcome.FAILED)] + [_result(outcome)] * 100) == ""
    assert fuse.watch([_result(Outcome.FAILED)]) == "2 changes in a row have failed"


def test_it_can_be_switched_off() -> None:
    """With 0 failures and a share of 1 every change is tried."""
    assert Fuse(Breaker(failures=0, share=1.0)).watch([_result(Outcome.FAILED)] * 1000) == ""


def test_a_target_that_stays_busy_ends_the_run(plant: Any) -> None:
    """What came before stands; nothing further is tried, one batch after the other, against a locked database."""

    class Busy(DefaultTemplate):
        def new(self, action: Action) -> None:
            raise TemporaryError("locked")

    right = plant(Students, name="right", template=Busy)
    actions = [Action(Kind.NEW, "students", f"{number:05}", right=object()) for number in range(1200)]

    import stamina

    stamina.set_testing(True, attempts=2)
    try:
        report = apply(right, actions, fuse=Fuse(Breaker()))
    finally:
        stamina.set_testing(False)

    assert report.stopped == "the target was still busy after several attempts"
    assert report.total() == 100
