"""A target that stores a batch and never says so: what became of it is found out by reading, not guessed."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import stamina

from dss import DataStoreTree, Outcome
from dss.apply import apply
from dss.drift import Drift
from dss.errors import TemporaryError
from dss.journal import Journal, JournalSync
from dss.lines import Lines
from dss.plan import make_plan
from dss.run_record import Recording
from dss.school import Students

STORED, NOT_STORED = True, False


@pytest.fixture(autouse=True)
def _quick_retries() -> Iterator[None]:
    stamina.set_testing(True, attempts=4)
    yield
    stamina.set_testing(False)


class FarAway(DataStoreTree):
    """A target with transactions; the connection is lost in the middle of some of its commits."""

    system: dict[str, dict[str, dict[str, Any]]]
    commits: list[tuple[bool, Exception]]
    away = 0

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        if self.away:
            self.away -= 1
            raise OSError("connection refused")
        before = copy.deepcopy(self.system)
        yield
        if self.commits:
            stored, error = self.commits.pop(0)
            if not stored:
                self.system.clear()
                self.system.update(before)
            raise error


def _trees(plant: Any, count: int, *commits: tuple[bool, Exception]) -> tuple[Any, Any]:
    people = [{"idnumber": str(number), "given_name": "Ada", "enabled": True} for number in range(count)]
    left = plant(Students, records={"students": people})
    right = plant(Students, name="right", kind=FarAway, system={"students": {}}, commits=list(commits))
    return +left, +right


def _recording(journal: Journal, left: Any, right: Any, actions: Sequence[Any]) -> Recording:
    number = journal.begin("apply", config={}, syncs=[JournalSync("sync[0]", "left", "right", "target")])
    lines = Lines(left, right)
    journal.plan(number, 0, [(action, lines.dump(action)) for action in actions])
    return Recording(journal, number, 0)


def _applied(state: Path, left: Any, right: Any) -> tuple[Any, list[Outcome | None], int]:
    """The report, the outcomes that stand in the journal, and how many are in doubt there."""
    actions = list(make_plan(left, right).actions)
    with Journal.open(state) as journal:
        recording = _recording(journal, left, right, actions)
        report = apply(right, actions, drift=Drift(right), recorder=recording)
        outcomes = [entry.outcome for entry in journal.entries(recording.run)]
        return report, outcomes, sum(1 for _ in journal.entries(recording.run, in_doubt=True))


@pytest.mark.parametrize("stored", [STORED, NOT_STORED])
def test_what_the_first_attempt_has_stored_was_done_by_us(plant: Any, tmp_path: Path, stored: bool) -> None:
    """The second attempt finds it there, and it counts as done all the same: it can be undone."""
    left, right = _trees(plant, 3, (stored, TemporaryError("lost")))

    report, outcomes, doubts = _applied(tmp_path, left, right)

    assert report.total(Outcome.DONE) == 3
    assert outcomes == [Outcome.DONE] * 3
    assert doubts == 0


@pytest.mark.parametrize("stored", [STORED, NOT_STORED])
def test_what_nobody_has_said_stays_in_doubt(plant: Any, tmp_path: Path, stored: bool) -> None:
    """The report says that it may have been stored; the journal says nothing, so that the next run looks."""
    left, right = _trees(plant, 3, (stored, OSError("connection lost")))

    report, outcomes, doubts = _applied(tmp_path, left, right)

    assert report.total(Outcome.FAILED) == 3
    assert "it may have been stored all the same" in report.undone[0].reason
    assert outcomes == [None] * 3
    assert doubts == 3


def test_a_target_that_stays_away_leaves_it_in_doubt(plant: Any, tmp_path: Path) -> None:
    """No later attempt got as far as to look."""
    left, right = _trees(plant, 3, (STORED, TemporaryError("lost")))
    batch = FarAway.batch

    class Gone(FarAway):
        """Is away as soon as an answer has been lost."""

        def batch(self) -> Any:
            self.away = 0 if self.commits else 1
            return batch(self)

    right.__class__ = type("right", (Gone, type(right)), {})

    report, outcomes, doubts = _applied(tmp_path, left, right)

    assert report.total(Outcome.FAILED) == 3
    assert outcomes == [None] * 3
    assert doubts == 3


def test_a_later_attempt_that_cannot_look_leaves_it_in_doubt(plant: Any, tmp_path: Path) -> None:
    """It was let in, and something went wrong before it had seen what is there."""
    left, right = _trees(plant, 3, (NOT_STORED, TemporaryError("lost")))

    class Refusing(Drift):
        """Looks once."""

        looked = 0

        def judge(self, actions: Any) -> Any:
            """Look."""
            Refusing.looked += 1
            if Refusing.looked > 1:
                raise OSError("cannot be read")
            return super().judge(actions)

    actions = list(make_plan(left, right).actions)
    with Journal.open(tmp_path) as journal:
        recording = _recording(journal, left, right, actions)
        apply(right, actions, drift=Refusing(right), recorder=recording)
        doubts = sum(1 for _ in journal.entries(recording.run, in_doubt=True))

    assert doubts == 3


def test_without_a_journal_nothing_is_in_doubt(plant: Any) -> None:
    """`>>` has nobody to remember it: the batch has failed, and the next comparison tells."""
    left, right = _trees(plant, 3, (STORED, OSError("connection lost")))

    report = apply(right, make_plan(left, right).actions)

    assert [one.reason for one in report.undone] == ["OSError: connection lost"] * 3
