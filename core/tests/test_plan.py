"""The plan: order, adoption, what is said with it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dss import Action, DataStoreBranch, DefaultImporter, Kind
from dss.errors import ConnectorError, NotProvided
from dss.hookspecs import hookimpl
from dss.importers import Holder
from dss.plan import make_plan
from dss.registry import BUILTIN, Hooks, default_registry
from dss.school import Classes, Cohorts, Courses, Enrollments, Guardians, Students, Teachers

EVERYTHING = (Guardians, Students, Teachers, Courses, Classes, Enrollments, Cohorts)
NAMES = tuple(one.__branchname__ for one in EVERYTHING)


def _told(actions: Any) -> list[tuple[str, ...]]:
    return [
        tuple(
            str(part)
            for part in (action.kind, action.branch, action.idnumber, action.attribute, action.value)
            if part
        )
        for action in actions
    ]


def test_order_of_a_plan(plant: Any) -> None:
    """New in declared order, then changes, then old with the branches in reverse; within that by idnumber."""
    left, right = (
        plant(Students, Courses, Cohorts, allow_empty=True),
        plant(Students, Courses, Cohorts, name="right"),
    )
    for number in ("2", "1"):
        left.students.make(f"new{number}")
        left.courses.make(f"new{number}")
        left.cohorts.make(f"new{number}", members=frozenset({"new1"}))
        right.students.make(f"old{number}")
        right.courses.make(f"old{number}")
        right.cohorts.make(f"old{number}")
    left.courses.make("same", name="b", category="y")
    right.courses.make("same", name="a", category="x")
    left.cohorts.make("same", members=frozenset({"new1"}))
    right.cohorts.make("same", members=frozenset({"old1"}))

    plan = make_plan(left, right)

    assert _told(plan.actions) == [
        ("new", "students", "new1"),
        ("new", "students", "new2"),
        ("new", "courses", "new1"),
        ("new", "courses", "new2"),
        ("new", "cohorts", "new1"),
        ("new", "cohorts", "new2"),
        ("update", "courses", "same", "category"),
        ("update", "courses", "same", "name"),
        ("add", "cohorts", "new1", "members", "new1"),
        ("add", "cohorts", "new2", "members", "new1"),
        ("add", "cohorts", "same", "members", "new1"),
        ("remove", "cohorts", "same", "members", "old1"),
        ("old", "cohorts", "old1"),
        ("old", "cohorts", "old2"),
        ("old", "courses", "old1"),
        ("old", "courses", "old2"),
        ("old", "students", "old1"),
        ("old", "students", "old2"),
    ]
    assert plan.counts()["students", Kind.NEW] == 2


def test_the_order_named_is_the_order_made(plant: Any) -> None:
    """Branches named for a run are taken in that order, and no others."""
    left, right = plant(Students, Courses, Cohorts), plant(Students, Courses, Cohorts, name="right")
    left.students.make("1")
    left.courses.make("1")
    left.cohorts.make("1")

    plan = make_plan(left, right, ["cohorts", "students"])

    assert _told(plan.actions) == [("new", "cohorts", "1"), ("new", "students", "1")]


people = st.dictionaries(
    st.sampled_from("abcde"), st.sampled_from(["u1", "u2", "u3", "u4", None]), max_size=5
)
members = st.dictionaries(st.sampled_from("xyz"), st.frozensets(st.sampled_from("abcde")), max_size=3)


@settings(max_examples=40)
@given(people, people, members, members, st.randoms(use_true_random=False))
def test_any_order_of_input_gives_the_same_plan(
    plant: Any, lefts: Any, rights: Any, wanted: Any, were: Any, chance: Any
) -> None:
    """Records and actions may come as they like; the plan and its errors are the same."""

    def shuffled(records: dict[str, Any]) -> list[tuple[str, Any]]:
        items = list(records.items())
        chance.shuffle(items)
        return items

    class Shuffling:
        @hookimpl
        def dss_compare(self, left: type[DataStoreBranch], right: type[DataStoreBranch]) -> Any:
            from dss.compare import compare

            actions = list(compare(left, right))
            chance.shuffle(actions)
            return actions

    builtin = default_registry().hooks([]).plugins
    plans = []
    for _ in range(2):
        left = plant(Students, Cohorts, allow_empty=True)
        right = plant(Students, Cohorts, name="right", allow_empty=True)
        vars(right)["hooks"] = Hooks([("shuffling", Shuffling()), *builtin])
        for tree, persons, groups in ((left, lefts, wanted), (right, rights, were)):
            for idnumber, username in shuffled(persons):
                tree.students.make(idnumber, username=username)
            for idnumber, who in shuffled(groups):
                tree.cohorts.make(idnumber, members=who)
        plan = make_plan(left, right)
        plans.append([action.message for action in [*plan.actions, *plan.errors]])

    assert plans[0] == plans[1]
    assert BUILTIN in dict(builtin)


def test_actions_of_nobody_s_branch_are_a_plugin_s_fault(plant: Any) -> None:
    """What a comparison gives is looked at before anything is concluded from it."""

    class Wrong:
        def __init__(self, given: Any) -> None:
            self.given = given

        @hookimpl
        def dss_compare(self, left: Any, right: Any) -> Any:
            return [self.given]

    left, right = plant(Students), plant(Students, name="right")
    left.students.make("1")
    builtin = default_registry().hooks([]).plugins

    for given_action, message in (
        (Action(Kind.OLD, "pupils", "1"), "of branch 'pupils'"),
        ("old", "gave 'old'"),
    ):
        vars(right)["hooks"] = Hooks([("wrong", Wrong(given_action)), *builtin])
        with pytest.raises(ConnectorError, match=message):
            make_plan(left, right)


# -- adoption ---------------------------------------------------------------------------------------------------------


def _adopting(plant: Any, *outside: dict[str, Any], **wanted: Any) -> Any:
    left = plant(*EVERYTHING, allow_empty=True)
    right = plant(*EVERYTHING, name="right", records={}, outside=outside)
    left.students.make("1", **wanted)
    return make_plan(left, +right)


@pytest.mark.parametrize(
    "found",
    [
        {"username": "ADA"},
        {"email": "Ada@Example.org"},
        {"given_name": "ada", "family_name": " Byron"},
    ],
)
def test_a_key_with_a_witness_is_adopted(plant: Any, found: dict[str, Any]) -> None:
    """A record of that key outside the scope is taken over when username, e-mail or full name agrees."""
    record = {"idnumber": "1", "__native__": 7, "grade": "6", **found}

    plan = _adopting(
        plant,
        record,
        username="ada",
        email="ada@example.org",
        given_name="Ada",
        family_name="Byron",
        grade="7",
    )

    (action,) = plan.actions
    assert (action.kind, action.native, action.adopts.native) == (Kind.NEW, 7, 7)
    assert action.adopts.was == {"grade": "6", **found}
    assert action.message == "adopt students 1: take the existing record 7 as ours"


@pytest.mark.parametrize(
    "found", [{}, {"username": "bo"}, {"given_name": "Ada"}, {"family_name": "Byron"}, {"email": ""}]
)
def test_a_key_without_a_witness_is_an_error_that_names_the_holder(plant: Any, found: dict[str, Any]) -> None:
    """Nobody's account is taken over on a number alone."""
    record = {"idnumber": "1", "__native__": 7, "given_name": "Alan", **found}

    plan = _adopting(plant, record, username="ada", email="", given_name="Ada", family_name="Byron")

    assert list(plan.actions) == []
    (error,) = plan.errors
    assert (
        "the target already has this idnumber outside our scope, in record 7 (idnumber '1'" in error.message
    )


def test_two_records_of_one_key_and_those_that_are_off_limits(plant: Any) -> None:
    """Several hits cannot be chosen from; what the connector refuses is refused with its reason."""
    hit = {"idnumber": "1", "username": "ada"}

    several = _adopting(plant, {**hit, "__native__": 7}, {**hit, "__native__": 8}, username="ada")
    refused = _adopting(
        plant, {**hit, "__native__": 7, "__refused__": "a site administrator"}, username="ada"
    )

    assert "the target has 2 records with this idnumber (7, 8)" in several.errors[0].error
    assert "must not be taken over: a site administrator" in refused.errors[0].error
    assert list(several.actions) == list(refused.actions) == []


def test_single_values_of_what_is_refused_are_not_planned(plant: Any) -> None:
    """The error says all; what would follow the record is left out."""
    plan = _adopting(
        plant,
        {"idnumber": "1", "__native__": 7},
        username="ada",
        guardians=frozenset({"G1"}),
    )

    assert list(plan.actions) == []
    assert len(plan.errors) == 1


def test_a_unique_value_held_by_a_stranger_is_an_error_that_names_it(plant: Any) -> None:
    """Somebody outside our scope has the username: no account is made that the target would refuse."""
    left, right = plant(Students), plant(Students, name="right", records={})
    left.students.make("1", username="ada")
    right.read()
    right.importer.find_holders = lambda branch, attribute, values: [
        Holder("ada", 99, None, {"username": "ada", "given_name": "Adam"})
    ]

    plan = make_plan(left, right)

    assert list(plan.actions) == []
    assert (
        "`username` 'ada' is held by record 99 (username 'ada', given_name 'Adam')" in plan.errors[0].message
    )


# -- what is said -----------------------------------------------------------------------------------------------------


def test_notes_of_the_reading_are_in_the_plan(plant: Any) -> None:
    """What importers noted, and what models have no place for, is said once and has no consequence."""
    left = plant(Students, records={"students": [{"idnumber": "1", "shoe": 1}, {"idnumber": "2", "shoe": 2}]})
    right = plant(Students, name="right")
    left.read()
    left.students.note("12 rows dropped: blank Student_Number")

    plan = make_plan(left, right)

    assert "left.students: 12 rows dropped: blank Student_Number" in plan.notes
    assert "left.students: `Student` has no place for shoe; left out" in plan.notes
    assert len(plan.actions) == 2


def test_branches_that_an_importer_does_not_provide_are_in_the_notes(
    plant: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Each once, with the importer's reason, when it was wanted; where the notes say it, the log need not."""

    class Students_(DefaultImporter):
        def readin_branch(self, branch: type[DataStoreBranch]) -> Any:
            if branch.__name__ != "students":
                raise NotProvided("no such file")
            return [{"idnumber": "1"}]

    left = plant(Students, Teachers, Courses, importer=Students_)
    right = plant(Students, Teachers, Courses, name="right")
    left.read()

    plan = make_plan(left, right, ["students", "teachers"])

    assert plan.notes == ["left.teachers: left out: no such file"]
    assert not caplog.records
    assert make_plan(left, right).notes == [
        "left.teachers: left out: no such file",
        "left.courses: left out: no such file",
    ]


def test_an_action_at_a_prompt_names_no_values(plant: Any) -> None:
    """Only kind, branch, idnumber and attribute; the message tells the rest."""
    left, right = plant(Students), plant(Students, name="right")
    left.students.make("1", given_name="Ada", email="ada@example.org")
    left.students.make("2", email="new@example.org")
    right.students.make("2", email="old@example.org")

    plan = make_plan(left, right)

    assert [repr(action) for action in plan.actions] == [
        "<Action new students '1'>",
        "<Action update students '2' email>",
    ]


def test_every_action_says_what_it_is(plant: Any) -> None:
    """One line for a person, whatever the kind."""
    left, right = plant(*EVERYTHING, allow_empty=True), plant(*EVERYTHING, name="right")
    left.students.make("1", given_name="Ada", family_name="Byron", grade="7")
    left.students.make("2", grade="7")
    right.students.make("2", grade="6")
    left.cohorts.make("c", name="C", members=frozenset("2"))
    right.cohorts.make("c", name="C", members=frozenset("3"))
    right.courses.make("m", name="Maths")
    left.students.freeze("4", "bad row")

    plan = make_plan(left, right)

    assert [action.message for action in [*plan.actions, *plan.errors]] == [
        "new students 1 (Ada Byron)",
        "update students 2: grade '6' -> '7'",
        "add cohorts c: members + '2'",
        "remove cohorts c: members - '3'",
        "old courses m (Maths)",
        "error students 4: left: bad row",
    ]
