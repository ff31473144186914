"""Undo is a plan made of what a run has done, where that still stands; and it is not simply done again."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from core.tests import nights
from core.tests.conftest import Doing
from core.tests.nights import school
from core.tests.undoing import Releasing, Town, cohort, person, town
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dss import handler
from dss.actions import Outcome
from dss.apply import apply
from dss.errors import StateError
from dss.holding import Because
from dss.journal import Journal
from dss.journal.schema import PLACES
from dss.policies import Policies
from dss.run_record import RunRecord
from dss.store import NATIVE
from dss.templates import Undo
from dss.undo import refuse_while_open


@pytest.fixture
def build(plant: Any) -> Iterator[Any]:
    """Towns, which are pulled down after the test."""
    made: list[Town] = []

    def builds(system: Any, template: type = Releasing) -> Town:
        made.append(town(plant, system, template))
        return made[-1]

    yield builds
    for one in made:
        shutil.rmtree(one.state.parent)


def _planned(sync: Any) -> list[str]:
    return [action.message for action in sync.plan.actions]


def _wrong(sync: Any) -> dict[str, str]:
    return {error.idnumber: error.error for error in sync.plan.errors}


def _held(sync: Any) -> set[str]:
    return {action.message for hold in sync.holds for action in hold.actions}


def test_everything_is_put_back(build: Any) -> None:
    """Changed values, members, leavers and cohorts are as they were; who was made is disabled, and nobody's."""
    place = build(
        {
            "students": [person("1"), person("2"), person("3", enabled=False)],
            "cohorts": [cohort("a", "1", "2"), cohort("gone", "1", name="Gone")],
        }
    )
    before = place.system
    today = {
        "students": [person("1", email="new@x.org"), person("3"), person("4")],
        "cohorts": [cohort("a", "1", "4"), cohort("b", "1", "4")],
    }
    place.apply(**today)
    assert place.system != before

    report = place.undo(1)

    assert {result.outcome for result in report.undone} == set()
    assert place.system["cohorts"] == before["cohorts"]
    made = place.system["students"].pop("4")
    assert made["enabled"] is False
    assert place.system["students"] | {} == {**before["students"], "4": made}


def test_the_next_run_holds_what_was_undone_and_nothing_else(build: Any) -> None:
    """Each change of the run that was undone waits; another one goes on; and one that the source has changed does."""
    place = build({"students": [person("1"), person("2")], "cohorts": [cohort("a", "1")]})
    today = {
        "students": [person("1", email="new@x.org"), person("4"), person("5")],
        "cohorts": [cohort("a", "4"), cohort("b", "4")],
    }
    place.apply(**today)
    place.undo(1)

    sync = place.plan(**today)

    assert list(sync.ready) == []
    assert {hold.because for hold in sync.holds} == {Because.UNDONE}
    assert {hold.reason.partition(":")[0] for hold in sync.holds} == {"undone in run 2"}
    assert len(sync.held) == len(list(sync.plan.actions)) == 8

    today["students"][0]["email"] = "newer@x.org"
    today["students"][1]["given_name"] = "Ida"
    assert [action.message for action in place.plan(**today).ready] == [
        "update students 1: email '1@x.org' -> 'newer@x.org'",
        "update students 4: enabled False -> True",
        "update students 4: given_name 'Ada' -> 'Ida'",
    ]
    # a night goes by
    place.apply(**today)
    assert len(place.plan(**today).held) == len(list(place.plan(**today).plan.actions))


def test_what_the_source_said_before_the_undo_is_no_reason_to_do_it_again(build: Any) -> None:
    """A later run has met another name; only what the source says after the undo counts."""
    place = build({"students": []})
    place.apply(students=[person("1")])
    place.apply(students=[person("1", given_name="Ida")])
    place.undo(2)
    place.undo(1)

    assert list(place.plan(students=[person("1", given_name="Ida")]).ready) == []
    assert [action.attribute for action in place.plan(students=[person("1", given_name="Eda")]).ready] != []


@pytest.mark.parametrize("undoes", [1, 3])
def test_an_end_that_was_undone_in_the_end_waits(build: Any, undoes: int) -> None:
    """However often it was undone and done again in between."""
    place = build({"students": [person("1"), person("2")]})
    place.apply(students=[person("1")])
    for run in range(1, undoes + 1):
        place.undo(run)

    sync = place.plan(students=[person("1")])

    assert place.system["students"]["2"]["enabled"] is True
    assert list(sync.ready) == []
    assert _held(sync) == {"old students 2 (Ada)"}


def test_what_was_undone_goes_through_when_it_is_approved(build: Any) -> None:
    """And is not held again later."""
    place = build({"students": [person("1")]})
    today = {"students": [person("1", email="new@x.org")]}
    place.apply(**today)
    place.undo(1)
    sync = place.plan(**today)
    with Journal.open(place.state) as journal:
        far = journal.runs()[0].began.replace(year=9999)
        journal.approvals.add("right", list(sync.plan.actions), far, "me")

    place.apply(**today)

    assert place.system["students"]["1"]["email"] == "new@x.org"
    place.target.system["students"]["1"]["email"] = "1@x.org"
    assert len(place.plan(**today).ready) == 1


def test_a_record_that_cannot_be_looked_at_is_still_held_afterwards(build: Any) -> None:
    """A bad row for one night, of which nothing can be planned, is no word of the source."""
    place = build({"students": [person("1")]})
    today = {"students": [person("1", email="new@x.org")]}
    place.apply(**today)
    place.undo(1)

    place.apply(students=[person("1", email="new@x.org"), person("1", email="other@x.org")])

    assert list(place.plan(**today).ready) == []


def test_what_is_not_as_it_was_written_is_left_and_told(build: Any) -> None:
    """By a person or by a later run: the undo says what stands there now, and does the rest."""
    place = build({"students": [person("1"), person("2"), person("3")], "cohorts": [cohort("a", "1")]})
    people = [person("1", email="one@x.org"), person("2", email="two@x.org"), person("4"), person("5")]
    place.apply(students=people, cohorts=[cohort("a", "1"), cohort("b", "1")])
    place.target.system["students"]["1"]["email"] = "hand@x.org"
    place.target.system["students"]["4"]["email"] = "hand@x.org"
    place.target.system["cohorts"]["b"]["members"] |= {"2"}
    del place.target.system["students"]["5"]

    sync = place.plan_undo(1)

    assert _wrong(sync) == {
        "1": "is 'hand@x.org' by now, not the 'one@x.org' that run 1 wrote",
        "4": "`email` is 'hand@x.org' by now, not the '4@x.org' that run 1 wrote: it is not let go",
        "b": "`members` has got '2' since run 1 made it: it is not let go",
    }
    assert _planned(sync) == [
        "update students 2: email 'two@x.org' -> '2@x.org'",
        "update students 3: enabled False -> True",
    ]


def test_what_a_later_run_has_changed_names_the_run_to_begin_with(build: Any) -> None:
    """The last that has changed it and is not undone itself; what somebody has changed by hand names none."""
    place = build({"students": [person("1"), person("2"), person("3")]})
    for night in ("a", "b", "c"):
        place.apply(
            students=[
                person("1", email=night),
                person("2", email=night),
                person("3", email="a"),
                person("4", email=night),
            ]
        )
    place.apply(
        students=[
            person("1", email="c", given_name="Ida"),
            person("2", email="d"),
            person("3", email="a"),
            person("4", email="c"),
        ]
    )
    place.undo(4, "students:2")
    place.target.system["students"]["3"]["email"] = "hand"

    wrong = _wrong(place.plan_undo(1))

    told = {one: reason.partition("; ")[2] for one, reason in wrong.items()}
    assert told == {
        "1": "run 3 has changed it since: begin with run 3",
        "2": "run 3 has changed it since: begin with run 3",
        "3": "",
        "4": "run 3 has changed it since: begin with run 3",
    }


def test_a_run_whose_undo_was_undone_is_the_one_to_begin_with_again(build: Any) -> None:
    """It stands in the way as it did before; and what is said helps."""
    place = build({"students": [person("1", email="a")]})
    place.apply(students=[person("1", email="b")])
    place.apply(students=[person("1", email="c")])
    place.undo(2)
    place.undo(3)

    wrong = _wrong(place.plan_undo(1))
    place.undo(2)
    place.undo(1)

    assert wrong["1"].endswith("; run 2 has changed it since: begin with run 2")
    assert place.system["students"]["1"]["email"] == "a"


def test_what_cannot_be_told_apart_names_no_run_to_begin_with(build: Any) -> None:
    """No undo helps where two records have one number; and what is not found for that is not back already."""
    place = build({"students": [person("1"), person("2")]})
    for night in ("a", "b"):
        place.apply(students=[person("1", email=night), person("2", email=night), person("3", email=night)])
    place.target.system["students"].update(
        {f"{one} again": {**place.target.system["students"][one], "username": f"v{one}"} for one in "13"}
    )

    sync = place.plan_undo(1)

    wrong = _wrong(sync)
    assert wrong.keys() == {"1", "2", "3"}
    for one in "13":
        assert "cannot be told apart in right" in wrong[one]
        assert "begin with" not in wrong[one]
    assert wrong["2"].endswith("begin with run 2")
    assert sync.back == {}


def test_a_line_of_an_earlier_undo_that_cannot_be_read_is_passed_over(build: Any) -> None:
    """What it says of values on the way is missing for that record alone; the rest is taken back."""
    place = build({"students": [person("1"), person("2"), person("3")]})
    place.apply(
        students=[person("1", username="u2"), person("2", username="u1"), person("3", username="new")]
    )
    _undo_cut_short(place, 1, after=1)
    with contextlib.closing(sqlite3.connect(place.state / "journal.sqlite")) as connection, connection:
        section = "(SELECT number FROM sections WHERE run = 2)"
        connection.execute(f"UPDATE actions SET line = '{{' WHERE id >> {PLACES} = {section}")

    sync = place.plan_undo(1)

    assert "update students 3: username 'new' -> 'u3'" in _planned(sync)
    assert len(sync.plan.errors) == 1


def test_an_undo_that_is_under_way_is_not_said_to_be_cut_short(build: Any) -> None:
    """As long as nobody has found it dead, it may be at work."""
    place = build({"students": [person("1")]})
    place.apply(students=[person("1", email="n")])
    sync = place.plan_undo(1)
    record = RunRecord.begin(place.state, {}, [sync], 1)
    record.recorder(sync)

    with Journal.open(place.state) as journal, pytest.raises(StateError) as under_way:
        refuse_while_open(journal, 1, {})
    record.close(KeyboardInterrupt())
    with Journal.open(place.state) as journal, pytest.raises(StateError) as cut_short:
        refuse_while_open(journal, 1, {})

    assert str(under_way.value).startswith("run 1 is being taken back by run 2 just now")
    assert str(cut_short.value).startswith("run 2 was taking run 1 back and was cut short")


def test_who_is_not_let_go_keeps_what_belongs_to_her() -> None:
    """A pupil whom somebody has changed since keeps her seat, its class and her cohort; another loses all of it."""
    before = school({"1": "a@x.org"}, set(), {"c": ["1"]})
    after = school(
        dict.fromkeys("123", "a@x.org"),
        {("m1", "2"), ("m1", "3"), ("m3", "3"), ("m1", "1"), ("m3", "1")},
        {"c": ["1", "2", "3"]},
    )
    with nights.town(before, before, nights.GENEROUS + nights.NO_GUARDS) as place:
        place.apply()
        place.apply(after)
        place.system["students"]["2"]["email"] = "hand@x.org"
        with place.run() as run:
            (sync,) = run.plan_undo(2)
            run.apply()
        found = place.system

    assert found["students"]["2"]["enabled"]
    assert not found["students"]["3"]["enabled"]
    assert found["cohorts"]["c"]["members"] == {"1", "2"}
    assert found["classes"].keys() == {"m1"}
    assert [one for one, seat in found["enrollments"].items() if seat["enabled"]] == ["m1|2|student"]
    assert sync.plan is not None
    assert [error.message for error in sync.plan.errors] == [
        "error classes m1: is what enrollments `m1|2|student` refers to, which stays",
        "error cohorts c: belongs to students `2`, which stays",
        "error enrollments m1|2|student: belongs to students `2`, which stays",
        "error students 2: `email` is 'hand@x.org' by now, not the 'a@x.org' that run 2 wrote: it is not let go",
    ]


def test_a_class_that_is_not_let_go_keeps_the_seats_of_those_who_stay() -> None:
    """Whoever is let go leaves it."""
    before = school({"1": "a@x.org"}, set(), {})
    after = school(dict.fromkeys("12", "a@x.org"), {("m1", "1"), ("m1", "2")}, {})
    with nights.town(before, before, nights.GENEROUS + nights.NO_GUARDS) as place:
        place.apply()
        place.apply(after)
        place.system["classes"]["m1"]["name"] = "By hand"
        with place.run() as run:
            run.plan_undo(2)
            run.apply()
        found = place.system

    assert not found["students"]["2"]["enabled"]
    assert found["classes"].keys() == {"m1"}
    assert [one for one, seat in found["enrollments"].items() if seat["enabled"]] == ["m1|1|student"]


def test_what_is_back_already_is_held_afterwards_too(build: Any) -> None:
    """Somebody was quicker than the undo; the next run must not write it again either."""
    place = build(
        {"students": [person("1"), person("2")], "cohorts": [cohort("a", "1"), cohort("gone", "1")]}
    )
    today = {
        "students": [person("1", email="n1"), person("2", email="n2"), person("3")],
        "cohorts": [cohort("a", "2"), cohort("b", "1")],
    }
    place.apply(**today)
    made = place.system["students"]["3"]
    place.target.system["students"] = {
        "1": person("1"),
        "2": person("2", email="n2"),
        "3": {**made, "enabled": False},
    }
    place.target.system["cohorts"] = {"a": cohort("a", "1"), "gone": cohort("gone", "1")}

    sync = place.plan_undo(1)
    place.carry_out(sync, of=1)
    following = place.plan(**today)

    assert _planned(sync) == ["update students 2: email 'n2' -> '2@x.org'"]
    assert "7 changes of it are back as before already" in sync.plan.notes[-1]
    assert list(following.ready) == []
    assert {hold.reason.partition(":")[0] for hold in following.holds} == {"undone in run 2"}
    assert place.plan_undo(1).back == {}


def test_what_is_back_and_was_not_asked_for_is_done_again(build: Any) -> None:
    """Only what the undo is limited to is held."""
    place = build({"students": [person("1"), person("2")]})
    today = {"students": [person("1", email="n1"), person("2", email="n2")]}
    place.apply(**today)
    place.target.system["students"]["1"]["email"] = "1@x.org"

    place.undo(1, "students:2")

    assert [action.idnumber for action in place.plan(**today).ready] == ["1"]


def test_what_changes_between_plan_and_undo_stands(build: Any) -> None:
    """It is judged again just before it is written."""
    place = build({"students": [person("1")]})
    place.apply(students=[person("1", email="new@x.org")])
    sync = place.plan_undo(1)
    place.target.system["students"]["1"]["email"] = "hand@x.org"

    report = place.carry_out(sync, of=1)

    assert report.total(Outcome.DRIFTED) == 1
    assert place.system["students"]["1"]["email"] == "hand@x.org"


def test_two_who_exchanged_their_logins_get_them_back(build: Any) -> None:
    """The way over a spare value is taken back as one change, and is itself gone the other way round."""
    place = build({"students": [person("1"), person("2")]})
    before = place.system
    today = {"students": [person("1", username="u2"), person("2", username="u1")]}
    place.apply(**today)
    assert place.system["students"]["1"]["username"] == "u2"

    report = place.undo(1)

    assert report.total(Outcome.DONE) == 3
    assert place.system == before
    assert list(place.plan(**today).ready) == []


def test_an_undo_that_died_while_logins_were_exchanged_is_done_by_another(build: Any) -> None:
    """Whoever has stepped aside to a spare value gets the own one back: it was we who wrote the spare one."""
    place = build({"students": [person("1"), person("2")]})
    before = place.system
    place.apply(students=[person("1", username="u2"), person("2", username="u1")])
    _undo_cut_short(place, 1, after=1)
    spare = place.system["students"]

    report = place.undo(1)

    assert {one["username"] for one in spare.values()} != {"u1", "u2"}
    assert report.total(Outcome.DONE) == 2
    assert place.system == before


def test_a_cohort_that_an_undo_cut_short_has_brought_back_gets_its_members(build: Any) -> None:
    """By another undo, where the first cannot be gone on with; but not those whom somebody has taken out since."""
    place = build(
        {"students": [person("1"), person("2"), person("3")], "cohorts": [cohort("a", "1", "2", "3")]}
    )
    place.apply(students=[person("1"), person("2"), person("3")])
    assert place.system["cohorts"] == {}
    _undo_cut_short(place, 1, after=2, of=None)
    assert place.system["cohorts"]["a"]["members"] == {"1"}
    place.target.system["cohorts"]["a"]["members"] = frozenset()

    report = place.undo(1)

    assert report.undone == []
    assert place.system["cohorts"]["a"]["members"] == {"2", "3"}


def test_what_was_given_back_by_an_undo_cut_short_needs_nothing_more(build: Any) -> None:
    """A cohort that was taken over, and got a member by the same run, is not missed by a second undo."""
    place = build({"students": [person("1"), person("2")], "cohorts": [cohort("a", name="A", outside=True)]})
    before = place.system
    place.apply(students=[person("1"), person("2", email="new@x.org")], cohorts=[cohort("a", "1", name="A")])
    assert ("cohorts", "add", "a", "members") in place.done(1)
    first = place.plan_undo(1)
    assert _wrong(first) == {}
    place.carry_out(first, of=1)
    place.target.system["students"]["2"]["email"] = "new@x.org"

    sync = place.plan_undo(1)
    place.carry_out(sync, of=1)

    assert _wrong(sync) == {}
    assert place.system == before


@pytest.mark.parametrize("after", [1, 2])
def test_an_undo_cut_short_leaves_nobody_with_a_spare_login(build: Any, after: int) -> None:
    """Half an exchange is not held as undone, but brought to its end by the next run; whatever else was undone is."""
    place = build({"students": [person("1"), person("2"), person("0", given_name="Bo")]})
    today = {"students": [person("1", username="u2"), person("2", username="u1"), person("0")]}
    place.apply(**today)
    _undo_cut_short(place, 1, after=after, of="username")
    _undo_cut_short(place, 1, after=1, of="given_name")

    sync = place.plan(**today)
    place.carry_out(sync)

    assert {idnumber: one["username"] for idnumber, one in place.system["students"].items()} == {
        "0": "u0",
        "1": "u2",
        "2": "u1",
    }
    assert [(action.idnumber, action.attribute) for hold in sync.holds for action in hold.actions] == [
        ("0", "given_name")
    ]


def test_who_was_taken_over_is_given_back_as_found(build: Any) -> None:
    """With the values that were found, and out of our scope; taken over again when that is undone."""
    place = build({"students": [person("1", email="old@x.org", outside=True)], "cohorts": [cohort("a")]})
    before = place.system
    today = {"students": [person("1")], "cohorts": [cohort("a", "1")]}
    place.apply(**today)
    after = place.system
    assert "outside" not in after["students"]["1"]

    sync = place.plan_undo(1)
    assert _planned(sync) == [
        "remove cohorts a: members - '1'",
        "release students 1: give record None back as it was found",
    ]
    place.carry_out(sync, of=1)

    assert place.system == before
    assert list(place.plan(**today).ready) == []
    assert place.undo(2).undone == []
    assert place.system == after


@pytest.mark.parametrize("only", [("students",), ("students:1",)])
def test_who_was_taken_over_is_not_given_back_without_what_is_ours_of_it(
    build: Any, only: tuple[str, ...]
) -> None:
    """Out of our scope, nobody would ever take the memberships away; with them it goes."""
    place = build({"students": [person("1", email="old@x.org", outside=True)], "cohorts": [cohort("a")]})
    before = place.system
    today = {"students": [person("1")], "cohorts": [cohort("a", "1")]}
    place.apply(**today)
    after = place.system

    sync = place.plan_undo(1, *only)
    place.carry_out(sync, of=1)

    assert _wrong(sync) == {"1": "cohorts `a` is ours and refers to it: it is not given back without that"}
    assert place.system == after
    place.undo(1, *only, "cohorts:a")
    assert place.system == before


def test_without_a_way_to_give_back_only_the_values_are_put_back(build: Any) -> None:
    """The takeover itself stays, and the next run does not write the values again."""
    place = build({"students": [person("1", email="old@x.org", outside=True)]}, Doing)
    today = {"students": [person("1")]}
    place.apply(**today)

    report = place.undo(1)

    assert report.total(Outcome.DONE) == 1
    assert place.system["students"]["1"]["email"] == "old@x.org"
    assert "outside" not in place.system["students"]["1"]
    assert list(place.plan(**today).ready) == []


def test_an_undo_twice_does_nothing_twice(build: Any) -> None:
    """What is back already needs nothing."""
    place = build({"students": [person("1"), person("2")], "cohorts": [cohort("a", "1")]})
    place.apply(students=[person("1", email="n"), person("3")], cohorts=[cohort("a", "3")])
    place.undo(1)
    after = place.system

    sync = place.plan_undo(1)

    assert _planned(sync) == []
    assert _wrong(sync) == {}
    assert place.undo(1).total() == 0
    assert place.system == after


def test_an_undo_can_be_undone(build: Any) -> None:
    """Then everything is as the first run has left it, and the next one finds nothing."""
    place = build(
        {"students": [person("1"), person("2")], "cohorts": [cohort("a", "1"), cohort("gone", "2")]}
    )
    today = {"students": [person("1", email="n"), person("3")], "cohorts": [cohort("a", "3")]}
    place.apply(**today)
    after = place.system
    place.undo(1)

    report = place.undo(2)

    assert report.undone == []
    assert place.system == after
    assert _planned(place.plan(**today)) == []
    # and nothing of it counts as undone any more
    place.target.system["students"]["1"]["email"] = "1@x.org"
    assert [action.message for action in place.plan(**today).ready] == [
        "update students 1: email '1@x.org' -> 'n'"
    ]


def test_a_part_can_be_undone(build: Any) -> None:
    """A branch, or one record; the rest stays, and is not held."""
    place = build({"students": [person("1"), person("2")]})
    today = {"students": [person("1", email="n1"), person("2", email="n2")]}
    place.apply(**today)

    place.undo(1, "students:2")

    assert [one["email"] for one in place.system["students"].values()] == ["n1", "2@x.org"]
    assert _held(place.plan(**today)) == {"update students 2: email '2@x.org' -> 'n2'"}


def test_removals_of_an_undo_have_their_budget(build: Any) -> None:
    """To let go of everybody whom a run has made is as dangerous as any removal."""
    place = build({"students": []})
    place.apply(students=[person(f"{number:02}") for number in range(20)])
    place.policies = Policies()

    sync = place.plan_undo(1)

    assert len(sync.held) == 20
    assert {hold.because for hold in sync.holds} == {Because.BUDGET}


def test_what_cannot_be_undone_is_listed(build: Any) -> None:
    """The handler says so; so does a run whose values have been forgotten, and one that there is not."""

    class Final(Doing):
        @handler(undo=Undo.NOT)
        def update_students_email(self, action: Any) -> None:
            """Sends a letter."""
            self.update(action)

    place = build({"students": [person("1")]}, Final)
    place.apply(students=[person("1", email="n", given_name="Ida")])

    sync = place.plan_undo(1)

    assert _wrong(sync) == {"1": "cannot be undone: `right` has no way back from it"}
    assert _planned(sync) == ["update students 1: given_name 'Ida' -> 'Ada'"]
    with pytest.raises(StateError, match="there is no run 7"):
        place.plan_undo(7)
    with Journal.open(place.state) as journal:
        journal.expire(journal.runs()[0].began.replace(year=9999))
    with pytest.raises(StateError, match="names and values have been forgotten"):
        place.plan_undo(1)


def test_only_what_was_done_is_undone(build: Any) -> None:
    """What the run found done already is not its work."""
    place = build({"students": [person("1"), person("2")]})
    sync = place.plan(students=[person("1", email="n1"), person("2", email="n2")])
    place.target.system["students"]["2"]["email"] = "n2"
    place.carry_out(sync)

    place.undo(1)

    assert [one["email"] for one in place.system["students"].values()] == ["1@x.org", "n2"]


def test_the_id_of_what_was_brought_back_is_learnt_in_the_next_night() -> None:
    """Though the source has nothing of it: what stands there later under the same number is not ours."""
    with_cohort, without = (school({"1": "a@x.org"}, set(), cohorts) for cohorts in ({"a": ["1"]}, {}))
    with nights.town(with_cohort, with_cohort, nights.GENEROUS + nights.NO_GUARDS) as place:
        place.apply()
        place.apply(without)
        with place.run() as run:
            run.plan_undo(2)
            run.apply()
        place.system["cohorts"]["a"][NATIVE] = 7
        first = place.apply()
        place.system["cohorts"]["a"][NATIVE] = 8
        second = place.apply(approve=True)

    assert [hold.because for hold in first.holds] == [Because.UNDONE]
    assert [hold.because for hold in second.holds] == [Because.FOREIGN]


text = st.sampled_from(["", "a", "b", None])
people = st.dictionaries(
    st.sampled_from("123456"),
    st.fixed_dictionaries(
        {
            "email": text,
            "given_name": st.sampled_from(["Ada", "Bo"]),
            "username": st.sampled_from(["p", "q", "r", "s", "t"]),
            "enabled": st.booleans(),
        }
    ),
).map(lambda found: _with_logins_of_their_own(found))
groups = st.dictionaries(
    st.sampled_from("abc"), st.fixed_dictionaries({"members": st.frozensets(st.sampled_from("123456"))})
)


def _with_logins_of_their_own(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    seen: set[str] = set()
    for idnumber, record in found.items():
        if record["username"] in seen:
            record["username"] = f"u{idnumber}"
        seen.add(record["username"])
    return found


MEMBER = {"email": "a", "given_name": "Ada", "username": "u3"}


@example(
    wanted={"3": {**MEMBER, "enabled": True}},
    there={},
    outside={"3": {**MEMBER, "enabled": False}},
    cohorts={"b": {"members": frozenset({"3"})}},
    had={"b": {"members": frozenset({"3"})}},
)
@given(wanted=people, there=people, outside=people, cohorts=groups, had=groups)
@settings(max_examples=40, deadline=None)
def test_undo_restores_whatever_was_applied(
    plant: Any, wanted: Any, there: Any, outside: Any, cohorts: Any, had: Any
) -> None:
    """Any source, any target: what there was is as it was, who was made is disabled, and all of it is held."""
    known = {one: {"idnumber": one, **record} for one, record in there.items()}
    strangers = {
        one: {"idnumber": one, **record, "username": f"x{one}", "outside": True}
        for one, record in outside.items()
        if one not in there
    }
    place = town(
        plant,
        {
            "students": [*known.values(), *strangers.values()],
            "cohorts": [{"idnumber": one, **record} for one, record in had.items()],
        },
        Releasing,
    )
    try:
        before = place.system
        today = {
            "students": [{"idnumber": one, **record} for one, record in wanted.items()],
            "cohorts": [{"idnumber": one, **record} for one, record in cohorts.items()],
        }
        place.apply(**today)
        done = place.done(1)
        again = place.plan(**today)

        sync = place.plan_undo(1)
        # a login that somebody keeps who was made, and is only disabled, is not free; and whoever was taken over is not
        # given back while a cohort of ours has them as a member
        assert sync.plan is not None
        stuck = {
            error.idnumber
            for error in sync.plan.errors
            if "username" in (error.error or "") or "not given back" in (error.error or "")
        }
        assert {error.idnumber for error in sync.plan.errors} == stuck
        report = place.carry_out(sync, of=1)

        waiting = {one.action.idnumber for one in report.undone if one.action is not None}
        made = {idnumber for _, kind, idnumber, _ in done if kind == "new"}
        for branch, records in place.system.items():
            for idnumber, record in records.items():
                if idnumber in before[branch]:
                    if idnumber not in stuck | waiting:
                        assert record == before[branch][idnumber]
                else:
                    assert idnumber in made
                    assert record["enabled"] is False
            assert before[branch].keys() <= records.keys()
        after = place.system
        if not stuck and not waiting:
            twice = place.plan_undo(1)
            assert _planned(twice) == []
            assert _wrong(twice) == {}
            following = place.plan(**today)
            # what could not be done the first time is no business of the undo
            left = {action.fingerprint for action in again.plan.actions} if again.plan else set()
            assert {one.fingerprint for one in following.ready} <= left
            held = {action.fingerprint for hold in again.holds for action in hold.actions}
            assert {
                hold.because
                for hold in following.holds
                for action in hold.actions
                if action.fingerprint not in held
            } <= {Because.UNDONE, Because.DEPENDENT}
        assert place.system == after
    finally:
        shutil.rmtree(place.state.parent)


def _undo_cut_short(place: Town, run: int, *, after: int, of: str | None = "username") -> None:
    """An undo that dies after so many of its changes, of an attribute or of all."""
    sync = place.plan_undo(run)
    assert sync.plan is not None
    record = RunRecord.begin(place.state, {}, [sync], run)
    done = [action for action in sync.plan.actions if of in (None, action.attribute)][:after]
    apply(sync.right, done, recorder=record.recorder(sync))
    record.close(KeyboardInterrupt())
