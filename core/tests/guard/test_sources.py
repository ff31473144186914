"""Yesterday's file, and a clock that stands before the last run."""

import datetime
from typing import Any

import pytest

from dss import Kind
from dss.guard import holds
from dss.holding import Because
from dss.memory import Memory, Missing
from dss.policies import Policies, Removals
from dss.sources import Source

NOON = datetime.datetime(2026, 3, 10, 12, tzinfo=datetime.UTC)


def _source(digest: str, hours: float, name: str = "students.csv") -> Source:
    return Source(name, digest, NOON + datetime.timedelta(hours=hours))


def _read_from(schools: Any, *sources: Source) -> None:
    schools.left.sources = lambda: sources


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dss.clock.now", lambda: NOON)


def _some_of_everything(schools: Any) -> None:
    schools.students(range(20))
    schools.students([30], gone=True)
    schools.left.students.make("new", enabled=True)
    schools.left.students["0003"].username = "other"


def test_an_older_file_holds_everything(schools: Any) -> None:
    """Removals apart from the rest, so that who lets the one go does not let the other go unseen."""
    _some_of_everything(schools)
    _read_from(schools, _source("b", -30))

    removals, others = schools.holds(memory=Memory(sources={"students.csv": _source("a", -1)}))

    assert removals.because is others.because is Because.STALE
    assert removals.reason.startswith("students.csv is older (2026-03-")
    assert "than the one that the last good run has read (2026-03-" in removals.reason
    assert removals.reason.endswith(": 1 removal in students waits")
    assert others.reason.endswith(": 2 other changes in students wait")
    assert {action.kind for action in others.actions} == {Kind.NEW, Kind.UPDATE}


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (_source("a", -30), _source("a", -1)),  # copied, with an older time
        (_source("b", -1), _source("a", -1)),
        (_source("b", 5), _source("a", -1)),
        (_source("b", -30, name="other.csv"), _source("a", -1)),
        (Source("students.csv", "b"), _source("a", -1)),
        (_source("b", -30), Source("students.csv", "a")),
    ],
)
def test_what_is_not_older_is_read(schools: Any, now: Source, then: Source) -> None:
    """The same content as last time, a newer file, another file, or one of unknown age."""
    _some_of_everything(schools)
    _read_from(schools, now)

    assert schools.holds(memory=Memory(sources={then.name: then})) == []


def test_an_older_file_can_be_accepted(schools: Any) -> None:
    """What is approved goes; what depends on something that is not, waits."""
    _some_of_everything(schools)
    _read_from(schools, _source("b", -30))
    approved = schools.fingerprints(lambda action: action.kind is not Kind.OLD)

    (hold,) = schools.holds(memory=Memory(sources={"students.csv": _source("a", -1)}, approved=approved))

    assert [action.kind for action in hold.actions] == [Kind.OLD]


def test_what_was_read_before_the_last_run_is_noted(schools: Any) -> None:
    """However new it says that it is; a file with anything new beside it is an ordinary export."""
    _some_of_everything(schools)
    memory = Memory(
        sources={"students.csv": _source("b", -25), "cc.csv": _source("c", -25, "cc.csv")},
        contents={("students.csv", "a"): NOON - datetime.timedelta(days=2), ("students.csv", "b"): NOON},
    )

    def noted(students: str, cc: str) -> list[str]:
        _read_from(schools, _source(students, -1), _source(cc, -1, "cc.csv"))
        plan = schools.plan()
        assert holds(plan, memory=memory) == []
        return [note for note in plan.notes if "once more" in note]

    (note,) = noted("a", "c")
    assert note.startswith("students.csv is once more what it was on 2026-03-08 ")
    assert note.endswith(", byte for byte; is it an old export?")
    assert noted("a", "d") == []
    assert noted("b", "c") == []


def test_what_refers_to_something_new_waits_with_it(schools: Any) -> None:
    """Approving an enrolment does not help while the student is not made."""
    schools.students(range(5))
    schools.both("classes", "m")
    schools.left.students.make("new", enabled=True)
    schools.left.enrollments.make("m|new", class_="m", person="new", enabled=True)
    _read_from(schools, _source("b", -30))
    approved = schools.fingerprints(lambda action: action.branch == "enrollments")

    found = schools.held(memory=Memory(sources={"students.csv": _source("a", -1)}, approved=approved))

    assert found == {
        (Because.STALE, "students", False): ["new"],
        (Because.DEPENDENT, "enrollments", False): ["m|new"],
    }


def test_a_clock_that_was_moved_back(schools: Any) -> None:
    """All removals wait, and nothing else."""
    _some_of_everything(schools)

    (hold,) = schools.holds(memory=Memory(last_run=NOON + datetime.timedelta(hours=2)))

    assert hold.because is Because.CLOCK
    assert [action.kind for action in hold.actions] == [Kind.OLD]
    assert hold.reason.endswith(": 1 removal in students waits")


@pytest.mark.parametrize("hours", [-24, 0, 0.9])
def test_clocks_differ_a_little(schools: Any, hours: float) -> None:
    """Up to an hour."""
    _some_of_everything(schools)

    assert schools.holds(memory=Memory(last_run=NOON + datetime.timedelta(hours=hours))) == []


def test_days_do_not_count_while_the_clock_is_wrong(schools: Any) -> None:
    """Even what was approved for the clock's sake waits until its days can be counted, unless that is approved too."""
    schools.students(range(20))
    schools.students([30], gone=True)
    policies = Policies(removals={"students": Removals(days=3)})
    memory = Memory(
        last_run=NOON + datetime.timedelta(days=30),
        missing=lambda branch: {"0030": Missing(NOON - datetime.timedelta(days=9), 9)},
    )

    assert list(schools.held(policies, memory)) == [(Because.CLOCK, "students", False)]
