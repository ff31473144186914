"""One person in two roles, and number spaces."""

from typing import Any

import attrs
import pytest

from dss import Kind
from dss.adoption import look_up
from dss.errors import ConfigError
from dss.number_spaces import check_number_spaces
from dss.people import same_person, settle
from dss.plan import make_plan
from dss.school import IDNUMBER_TEMPLATES, Classes, Cohorts, Enrollments, Guardians, Students, Teachers

PEOPLE = (Guardians, Students, Teachers)
NAMES = ("guardians", "students", "teachers", "classes", "enrollments", "cohorts")
ADA = {"given_name": "Ada", "family_name": "Byron", "email": "ada@example.org"}
BO = {"given_name": "Bo", "family_name": "Smith", "email": "bo@example.org"}


@pytest.fixture(name="left")
def _left(plant: Any) -> Any:
    tree = plant(*PEOPLE, Classes, Enrollments, Cohorts, allow_empty=True)
    tree.set_idnumber_templates(IDNUMBER_TEMPLATES)
    return tree


@pytest.fixture(name="right")
def _right(plant: Any) -> Any:
    tree = plant(*PEOPLE, Classes, Enrollments, Cohorts, name="right", records={})
    tree.read()
    return tree


def _told(actions: Any) -> list[tuple[str, str, str]]:
    return [(str(action.kind), action.branch, action.idnumber) for action in actions]


def test_both_records_carry_one_idnumber(left: Any) -> None:
    """The first branch's record gives the number, and speaks for what both have."""
    left.teachers.make("T1", **{**ADA, "family_name": "BYRON"})
    left.guardians.make("G1", **ADA)

    settle(left, NAMES)

    assert left.teachers["G1"].idnumber == "G1"
    assert "T1" not in left.teachers
    assert left.teachers.contents().owner == {"G1": "guardians"}


def test_references_and_keys_made_of_them_follow(left: Any) -> None:
    """Whatever names the person: single references, sets, and idnumbers that are made of the reference."""
    left.guardians.make("G1", **ADA)
    left.teachers.make("T1", **ADA)
    left.teachers.make("T2", **BO)
    left.students.make("1", guardians=frozenset({"G1"}))
    left.classes.make("m", teachers=frozenset({"T1", "T2"}))
    left.enrollments.make("m|T1|teacher", class_="m", person="T1", role="teacher")
    left.enrollments.make(r"m\|x|T1|teacher", class_="m|x", person="T1")
    left.enrollments.make("m|1|student", class_="m", person="1", role="student")
    left.cohorts.make("staff", members=frozenset({"T1", "T2"}))

    settle(left, NAMES)

    assert left.classes["m"].teachers == {"G1", "T2"}
    assert left.cohorts["staff"].members == {"G1", "T2"}
    assert list(left.enrollments.keys()) == ["m|1|student", "m|G1|teacher", r"m\|x|G1|teacher"]
    assert left.enrollments["m|G1|teacher"].person == "G1"
    assert left.enrollments["m|G1|teacher"].idnumber == "m|G1|teacher"


def test_two_enrolments_that_become_one_are_merged_or_frozen(left: Any) -> None:
    """The same enrolment twice is one; when the two disagree, none is decided by order."""
    left.guardians.make("G1", **ADA)
    left.teachers.make("T1", **ADA)
    for person in ("G1", "T1"):
        left.enrollments.make(f"m|{person}|x", class_="m", person=person, role="x", enabled=True)
        left.enrollments.make(f"n|{person}|x", class_="n", person=person, role="x", enabled=person == "T1")

    settle(left, NAMES)

    assert list(left.enrollments.keys()) == ["m|G1|x", "n|G1|x"]
    assert list(left.enrollments.contents().frozen) == ["n|G1|x"]


def test_frozen_records_are_followed_too(left: Any, right: Any) -> None:
    """Bad rows of an enrolment stay tied to it under its new key, so that it is not ended."""
    left.guardians.make("G1", **ADA)
    left.teachers.make("T1", **ADA)
    left.enrollments.freeze("m|T1|teacher", "bad")
    right.enrollments.make("m|G1|teacher", class_="m", person="G1", role="teacher", enabled=True)

    settle(left, NAMES)

    assert _told(left - right) == [
        ("new", "guardians", "G1"),
        ("new", "teachers", "G1"),
        ("error", "enrollments", "m|G1|teacher"),
    ]


def test_frozen_models_are_renamed(plant: Any) -> None:
    """A model whose objects cannot be changed is replaced."""

    @attrs.frozen
    class Icy:
        idnumber: str
        email: str | None = None
        family_name: str | None = None

    declarations = [type(one.__name__, (one,), {"klass": Icy}) for one in (Guardians, Teachers)]
    tree = plant(*declarations)
    tree.guardians.make("G1", email="a", family_name="b")
    tree.teachers.make("T1", email="a", family_name="b")

    settle(tree, ("guardians", "teachers"))

    assert tree.teachers["G1"] == Icy("G1", "a", "b")


def test_who_cannot_be_told_apart_is_not_merged(left: Any) -> None:
    """Two guardians fit one teacher: that is said, and all keep their numbers."""
    left.guardians.make("G1", **ADA)
    left.guardians.make("G2", **{**ADA, "given_name": "Alan"})
    left.teachers.make("T1", **ADA)

    settle(left, NAMES)

    assert list(left.teachers.keys()) == ["T1"]
    assert left.guardians.contents().notes == [
        "may be one person in two roles, but more than one record fits, so none is merged:"
        " guardians G1, G2; teachers T1"
    ]


@pytest.mark.parametrize(
    "other", [{"email": None}, {"family_name": ""}, {"email": "x@example.org"}, {"family_name": "King"}]
)
def test_only_equal_address_and_family_name_make_one_person(left: Any, other: dict[str, Any]) -> None:
    """A blank is no sign, and one sign alone is not enough."""
    left.guardians.make("G1", **ADA)
    left.teachers.make("T1", **{**ADA, **other})

    settle(left, NAMES)

    assert list(left.teachers.keys()) == ["T1"]


def test_a_pupil_with_a_family_s_address_is_nobody_s_parent(left: Any) -> None:
    """Pupils are never merged by the default rule."""
    left.guardians.make("G1", **ADA)
    left.students.make("1", **ADA)

    settle(left, NAMES)

    assert list(left.students.keys()) == ["1"]


def test_a_rule_of_one_s_own(left: Any) -> None:
    """A rule may use what it likes; where it fails, that is said and nobody is merged."""
    left.guardians.make("G1", **ADA)
    left.guardians.make("G2")
    left.teachers.make("T1", given_name="ADA")

    settle(left, NAMES, lambda item: item.given_name.lower())

    assert list(left.teachers.keys()) == ["G1"]
    assert (
        "`same_person` failed for 1, who are taken for nobody else; first G2: AttributeError"
        in (left.guardians.contents().notes[0])
    )


@pytest.mark.parametrize("rule", [same_person, None])
def test_two_people_with_one_number_are_refused(left: Any, rule: Any) -> None:
    """When number spaces overlap after all, the run ends with an error that names the branches."""
    left.guardians.make("1", **ADA)
    left.teachers.make("1", **BO)

    with pytest.raises(ConfigError, match=r"`?left.guardians.* and .*left.teachers both have a person .*'1'"):
        settle(left, NAMES, rule)


# -- what comes of it -----------------------------------------------------------------------------------------------


def test_the_second_role_only_joins(left: Any, right: Any) -> None:
    """The first branch makes the account, the second joins it; attributes of the second are no difference."""
    left.guardians.make("G1", **ADA, username="ada", enabled=True)
    left.teachers.make("T1", **ADA, username="other", enabled=True)
    settle(left, NAMES, right=right)

    plan = make_plan(left, right)

    assert _told(plan.actions) == [("new", "guardians", "G1"), ("new", "teachers", "G1")]
    assert [action.joins for action in plan.actions] == [None, "guardians"]
    report = left >> right
    assert not report.undone
    assert list(left - right) == []


def test_old_in_one_branch_ends_that_role_alone(left: Any, right: Any) -> None:
    """A parent whose child has left stays a teacher, under the number the account has had."""
    for branch in (right.guardians, right.teachers):
        branch.make("G1", **ADA, username="ada", enabled=True)
    left.teachers.make("T1", **ADA, username="ada", enabled=True)
    left.classes.make("m", teachers=frozenset({"T1"}))
    right.classes.make("m", teachers=frozenset({"G1"}))

    settle(left, NAMES, right=right)

    assert _told(left - right) == [("old", "guardians", "G1")]


def test_a_teacher_who_becomes_a_parent_keeps_the_number(left: Any, right: Any) -> None:
    """The account known in the target stays, though the other branch is declared first."""
    right.teachers.make("T1", **ADA, username="ada", enabled=True)
    left.guardians.make("G1", **ADA, username="ada", enabled=True)
    left.teachers.make("T1", **ADA, username="ada", enabled=True)
    left.students.make("1", guardians=frozenset({"G1"}), enabled=False)

    settle(left, NAMES, right=right)

    assert _told(left - right) == [("new", "guardians", "T1")]
    assert left.students["1"].guardians == {"T1"}
    assert left.teachers.contents().owner == {"T1": "guardians"}


def test_an_ended_role_does_not_disable_the_account_of_another(left: Any, right: Any) -> None:
    """The parent of a pupil who has left goes on as a teacher: a role that is still held speaks for the account."""
    for branch in (right.guardians, right.teachers):
        branch.make("G1", **ADA, username="ada", enabled=True)
    left.guardians.make("G1", **ADA, username="old", enabled=False)
    left.teachers.make("T1", **ADA, username="ada", enabled=True)

    settle(left, NAMES, right=right)

    assert list(left - right) == []
    assert left.guardians.contents().owner == {"G1": "teachers"}


def test_the_last_role_that_ends_disables_the_account(left: Any, right: Any) -> None:
    """When no role is left, the account is disabled once."""
    for branch in (right.guardians, right.teachers):
        branch.make("G1", **ADA, enabled=True)
    left.guardians.make("G1", **ADA, enabled=False)
    left.teachers.make("T1", **ADA, enabled=False)

    settle(left, NAMES, right=right)

    assert _told(left - right) == [("update", "guardians", "G1")]


def test_a_new_number_in_one_branch_is_another_person(left: Any, right: Any) -> None:
    """Continuity is only for numbers of another role; who gets a new number in the same branch is old and new."""
    right.teachers.make("T9", **ADA, enabled=True)
    left.teachers.make("T1", **ADA, enabled=True)

    settle(left, NAMES, right=right)

    assert _told(left - right) == [("new", "teachers", "T1"), ("old", "teachers", "T9")]


def test_who_was_one_person_and_looks_like_two_is_left_alone(left: Any, right: Any) -> None:
    """When the two records of one account drift apart, an error says so and the account keeps its roles."""
    for branch in (right.guardians, right.teachers):
        branch.make("G1", **ADA, enabled=True)
    left.guardians.make("G1", **{**ADA, "email": "new@example.org"}, enabled=True)
    left.teachers.make("T1", **ADA, enabled=True)

    settle(left, NAMES, right=right)

    assert _told(left - right) == [
        ("error", "guardians", "G1"),
        ("error", "teachers", "T1"),
        ("error", "teachers", "G1"),
    ]


def test_a_doubt_about_two_roles_lasts_until_the_source_is_mended(plant: Any, right: Any) -> None:
    """Only the staff row has the new name: it does not go to the account, by whose old one the parent is known."""
    for branch in (right.guardians, right.teachers):
        branch.make("T1", **ADA, enabled=True)
    right.students.make("1", enabled=True, guardians=frozenset({"T1"}))

    def night(parent: str) -> tuple[Any, Any]:
        left = plant(*PEOPLE, Classes, Enrollments, Cohorts, allow_empty=True)
        left.set_idnumber_templates(IDNUMBER_TEMPLATES)
        left.teachers.make("T1", **{**ADA, "family_name": "King"}, enabled=True)
        left.guardians.make("G1", **{**ADA, "family_name": parent}, enabled=True)
        left.students.make("1", enabled=True, guardians=frozenset({"G1"}))
        settle(left, NAMES, right=right)
        plan = make_plan(left, right)
        left >> right
        return _told(plan.actions), [(one.branch, one.idnumber, one.message) for one in plan.errors]

    first, second, mended, after = night("Byron"), night("Byron"), night("King"), night("King")

    assert first == second
    assert first[0] == []
    assert [where for *where, _ in first[1]] == [
        ["guardians", "G1"],
        ["guardians", "T1"],
        ["students", ""],
        ["teachers", "T1"],
    ]
    assert "was one person with guardians G1, and no longer looks like it" in first[1][3][2]
    assert mended == ([("update", "guardians", "T1")], [])
    assert after == ([], [])


def test_who_becomes_ambiguous_is_left_alone(left: Any, right: Any) -> None:
    """A second parent with the same address does not take the first one's role away."""
    for branch in (right.guardians, right.teachers):
        branch.make("G1", **ADA, enabled=True)
    left.guardians.make("G1", **ADA, enabled=True)
    left.guardians.make("G2", **ADA, enabled=True)
    left.teachers.make("T1", **ADA, enabled=True)

    settle(left, NAMES, right=right)

    assert _told(left - right) == [
        ("new", "guardians", "G2"),
        ("error", "teachers", "T1"),
        ("error", "teachers", "G1"),
    ]


def test_a_role_known_only_by_bad_rows_is_not_ended(left: Any, right: Any) -> None:
    """A teacher whose rows are bad cannot be recognised as the parent; the role in the target stays untouched."""
    for branch in (right.guardians, right.teachers):
        branch.make("G1", **ADA, enabled=True)
    left.guardians.make("G1", **ADA, enabled=True)
    left.teachers.freeze("T1", "two rows disagree")

    settle(left, NAMES, right=right)

    assert _told(left - right) == [("error", "teachers", "T1"), ("error", "teachers", "G1")]


def test_a_second_role_is_not_looked_up_for_adoption(left: Any, right: Any) -> None:
    """The account of the first role is the one to join; asking for it again would find it and wonder."""
    left.guardians.make("G1", **ADA)
    left.teachers.make("T1", **ADA)
    settle(left, NAMES, right=right)
    right.outside = [{"idnumber": "G1", "__native__": 1, "email": "someone@example.org"}]

    actions = look_up(right.teachers, [action for action in left - right if action.branch == "teachers"])

    assert [action.kind for action in actions] == [Kind.NEW]


# -- number spaces --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{idnumber}", "{idnumber}"),
        ("1{idnumber}", "{idnumber}"),
        ("{idnumber}0", "{idnumber}"),
        ("T1{idnumber}", "T{idnumber}"),
    ],
)
def test_number_spaces_that_can_meet_are_refused(first: str, second: str) -> None:
    """Templates that can make one text of two numbers are an error that names both."""
    with pytest.raises(
        ConfigError, match=r"`idnumber` of students .* and of teachers .* can give one number"
    ):
        check_number_spaces({"students": first, "teachers": second})


def test_number_spaces_that_cannot_meet_are_fine() -> None:
    """The defaults, and a mark at the end."""
    check_number_spaces(IDNUMBER_TEMPLATES)
    check_number_spaces({"students": "{idnumber}", "teachers": "{idnumber}-t"})


@pytest.mark.parametrize("template", ["T", "T{number}", "{idnumber}{idnumber}", "{idnumber}{x}"])
def test_a_template_holds_the_number_once(template: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ConfigError, match=r"wanted a text with `\{idnumber\}` in it, once"):
        check_number_spaces({"teachers": template})
