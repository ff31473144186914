"""A pupil whom an undo does not let go keeps her guardians, and they what they have; places in classes come back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from core.tests.undoing import Releasing, Town, cohort, person, town

from dss.school import Classes, Cohorts, Enrollments, Guardians, Students

BRANCHES = (Guardians, Students, Classes, Enrollments, Cohorts)


@pytest.fixture
def build(plant: Any) -> Iterator[Any]:
    """Towns with families, which are pulled down after the test."""
    made: list[Town] = []

    def builds(**system: Any) -> Town:
        made.append(town(plant, system, Releasing, BRANCHES))
        return made[-1]

    yield builds
    for one in made:
        shutil.rmtree(one.state.parent)


def _undone(place: Town) -> list[str]:
    """Take the run back, after somebody has changed the pupil; what the undo keeps, and why."""
    place.target.system["students"]["1"]["email"] = "hand@x.org"
    sync = place.plan_undo(1)
    report = place.carry_out(sync, of=1)
    assert report.undone == []
    assert sync.plan is not None
    return [error.message.removeprefix("error ") for error in sync.plan.errors]


CHANGED = "students 1: `email` is 'hand@x.org' by now, not the '1@x.org' that run 1 wrote: it is not let go"


def test_a_guardian_who_stays_keeps_the_cohorts_she_is_in(build: Any) -> None:
    """One that there was before, and one that was made; a guardian of somebody who is let go leaves both."""
    place = build(cohorts=[cohort("parents")])
    place.apply(
        guardians=[person("g"), person("h")],
        students=[person("1", guardians=frozenset("g")), person("2", guardians=frozenset("h"))],
        cohorts=[cohort("parents", "g", "h"), cohort("made", "g")],
    )

    told = _undone(place)

    assert told == [
        "cohorts made: belongs to guardians `g`, which stays",
        "cohorts parents: belongs to guardians `g`, which stays",
        "guardians g: is what students `1` refers to, which stays",
        CHANGED,
    ]
    found = place.system
    assert {one: who["enabled"] for one, who in found["guardians"].items()} == {"g": True, "h": False}
    assert {one: group["members"] for one, group in found["cohorts"].items()} == {
        "made": {"g"},
        "parents": {"g"},
    }


def test_a_guardian_who_was_enabled_again_is_not_disabled(build: Any) -> None:
    """What else was changed of her is put back; and a sibling who was made with the pupil is let go."""
    place = build(guardians=[person("g", enabled=False), person("h", enabled=False)])
    place.apply(
        guardians=[person("g", given_name="Ida"), person("h")],
        students=[
            person("1", guardians=frozenset("g")),
            person("2", guardians=frozenset("h")),
            person("3", guardians=frozenset("g")),
        ],
    )

    told = _undone(place)

    assert told == ["guardians g: is what students `1` refers to, which stays", CHANGED]
    found = place.system
    assert {one: who["enabled"] for one, who in found["guardians"].items()} == {"g": True, "h": False}
    assert found["guardians"]["g"]["given_name"] == "Ada"
    assert {one: who["enabled"] for one, who in found["students"].items()} == {
        "1": True,
        "2": False,
        "3": False,
    }


def test_a_guardian_who_stays_keeps_her_seat_and_its_class(build: Any) -> None:
    """The same holds for every place of hers, one after the other."""
    place = build()
    seats = [
        {"idnumber": f"c|{one}|helper", "class_": "c", "person": one, "role": "helper", "enabled": True}
        for one in "gh"
    ]
    place.apply(
        guardians=[person("g"), person("h")],
        students=[person("1", guardians=frozenset("g")), person("2", guardians=frozenset("h"))],
        classes=[{"idnumber": "c", "name": "C"}],
        enrollments=seats,
    )

    told = _undone(place)

    assert told == [
        "classes c: is what enrollments `c|g|helper` refers to, which stays",
        "enrollments c|g|helper: belongs to guardians `g`, which stays",
        "guardians g: is what students `1` refers to, which stays",
        CHANGED,
    ]
    found = place.system
    assert found["classes"].keys() == {"c"}
    assert {one: seat["enabled"] for one, seat in found["enrollments"].items()} == {
        "c|g|helper": True,
        "c|h|helper": False,
    }


def test_who_was_taken_over_and_is_kept_is_kept_whole(build: Any) -> None:
    """A class that is not given back, since a seat in it stays, keeps the teachers that it was given too."""
    place = build(guardians=[person("t")], classes=[{"idnumber": "c", "name": "C", "outside": True}])
    seat = {"idnumber": "c|1|student", "class_": "c", "person": "1", "role": "student", "enabled": True}
    place.apply(
        guardians=[person("t")],
        students=[person("1")],
        classes=[{"idnumber": "c", "name": "C", "teachers": frozenset({"t"})}],
        enrollments=[seat],
    )

    told = _undone(place)

    assert told == [
        "classes c: is what enrollments `c|1|student` refers to, which stays",
        "enrollments c|1|student: belongs to students `1`, which stays",
        CHANGED,
    ]
    assert place.system["classes"]["c"] == {"idnumber": "c", "name": "C", "teachers": {"t"}}


@pytest.mark.parametrize("has_class", [True, False])
def test_a_suspended_place_that_has_gone_is_made_again_as_long_as_its_class_is_there(
    build: Any, has_class: bool
) -> None:
    """All of it is known from its key; of a person, who has gone too, it is not."""
    seat = {"idnumber": "c|1|student", "class_": "c", "person": "1", "role": "student", "enabled": True}
    place = build(students=[person("1"), person("2")], classes=[{"idnumber": "c"}], enrollments=[seat])
    place.apply(
        students=[person("1"), person("2", enabled=False)],
        classes=[{"idnumber": "c"}],
        enrollments=[{**seat, "enabled": False}],
    )
    assert ("enrollments", "update", "c|1|student", "enabled") in place.done(1)
    place.target.system["enrollments"].clear()
    del place.target.system["students"]["2"]
    if not has_class:
        place.target.system["classes"].clear()

    sync = place.plan_undo(1)
    place.carry_out(sync, of=1)

    gone = ["error students 2: is not in right any more"]
    assert sync.plan is not None
    assert [error.message for error in sync.plan.errors] == (
        gone if has_class else ["error enrollments c|1|student: is not in right any more", *gone]
    )
    assert place.system["enrollments"] == ({"c|1|student": seat} if has_class else {})
