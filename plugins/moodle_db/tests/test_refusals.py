"""What Moodle cannot take is an error of the plan; and is refused again where it would be written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from dss.apply import apply
from dss.errors import TemporaryError

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Planned, School, Site, Synced

    from dss_moodle_db.branches import MoodleTree

MARKUP = [
    "<img src=x onerror=alert(1)>",
    "<b>x</b>",
    "x</b>",
    "<!-- x",
    "<?php",
    '<lang lang="en" onclick="x">y</lang>',
]


@pytest.mark.parametrize("text", MARKUP)
@pytest.mark.parametrize("attribute", ["given_name", "family_name", "email", "homeroom", "grade", "name"])
def test_markup_is_refused(site: Site, attribute: str, text: str) -> None:
    """Moodle takes it out of what people type, and trusts what is stored."""
    site.add("user_info_field", shortname="grade", name="Grade", datatype="text")
    moodle = site.tree(fields={"homeroom": "department", "grade": "profile:grade"})
    +moodle
    branches = [moodle.courses, moodle.classes, moodle.cohorts] if attribute == "name" else [moodle.students]

    reasons = [branch.refusal(attribute, text) for branch in branches]

    assert all(reason and "holds markup" in reason and "take it out" in reason for reason in reasons)


@pytest.mark.parametrize("text", ["A & B", "3 < 4", "x <", "I <3 it", "a > b", "Å < Ö"])
@pytest.mark.parametrize("attribute", ["given_name", "homeroom"])
def test_a_lone_sign_is_no_markup(site: Site, attribute: str, text: str) -> None:
    """Names are not refused for what looks a little like it."""
    moodle = site.tree(fields={"homeroom": "department"})
    +moodle

    assert moodle.students.refusal(attribute, text) is None
    assert moodle.courses.refusal("name", text) is None


def test_several_languages_are_allowed_in_titles_only(moodle: MoodleTree) -> None:
    """Moodle's own tags for them stay in a course's name, and are taken out of a person's."""
    text = '<span lang="en" class="multilang">Maths</span><span class="multilang" lang="nb">Matte</span>'
    +moodle

    assert moodle.courses.refusal("name", text) is None
    assert moodle.students.refusal("given_name", text) is not None


@pytest.mark.parametrize(("datatype", "refused"), [("text", True), ("textarea", False)])
def test_a_formatted_profile_field_may_hold_markup(site: Site, datatype: str, refused: bool) -> None:
    """Moodle cleans it whenever it shows it."""
    site.add("user_info_field", shortname="grade", name="Grade", datatype=datatype)
    moodle = site.tree(fields={"grade": "profile:grade"})
    +moodle

    assert (moodle.students.refusal("grade", "<b>7</b>") is not None) is refused


def test_markup_is_an_error_of_the_plan(
    school: School, site: Site, moodle: MoodleTree, plan: Planned, sync: Synced
) -> None:
    """For a new record and for a change; nothing of it is written."""
    old = school.person("students", "100")
    school.course("MA7", "MA7.1")
    sync(school, moodle)
    old.family_name = "<b>x</b>"
    school.person("students", "101", given_name="<b>x</b>")
    school.courses["MA7"].name = school.classes["MA7.1"].name = "<script>"

    planned = plan(school, moodle)

    assert planned.actions == []
    assert sorted(error.idnumber for error in planned.errors) == ["100", "101", "MA7", "MA7.1"]
    assert all("holds markup" in error.message for error in planned.errors)


@pytest.mark.parametrize("attribute", ["given_name", "family_name", "email"])
@pytest.mark.parametrize("blank", ["", " "])
def test_a_blank_is_refused(
    school: School, moodle: MoodleTree, plan: Planned, sync: Synced, attribute: str, blank: str
) -> None:
    """Moodle would send its owner to `Edit profile`."""
    old = school.person("students", "100")
    sync(school, moodle)
    setattr(old, attribute, blank)
    school.person("students", "101", **{attribute: blank})

    planned = plan(school, moodle)

    assert planned.actions == []
    assert [error.idnumber for error in planned.errors] == ["100", "101"]
    assert all("is blank" in error.message for error in planned.errors)


@pytest.mark.parametrize("attribute", ["given_name", "family_name"])
def test_a_new_person_needs_a_name(school: School, moodle: MoodleTree, plan: Planned, attribute: str) -> None:
    """None, which changes nothing of an account that is there, is too little for a new one."""
    school.person("students", "100", **{attribute: None})

    planned = plan(school, moodle)

    assert planned.actions == []
    assert "is blank" in planned.errors[0].message


@pytest.mark.parametrize(
    ("attribute", "value", "reason"),
    [
        ("family_name", "x" * 101, "`lastname` has 101 characters"),
        ("email", "x" * 101, "`email` has 101 characters"),
        ("username", "x" * 101, "`username` has 101 characters"),
        ("username", "jürgen", "has 'ü'"),
        ("username", "a!b c", "has ' ' '!'"),
        ("username", "", "no username"),
        ("username", "Guest", "own guest account"),
        ("given_name", "half \ud800", "surrogate"),
        ("given_name", 7, "wanted a text"),
    ],
)
def test_a_change_that_would_fail_is_an_error_of_the_plan(
    school: School, moodle: MoodleTree, plan: Planned, sync: Synced, attribute: str, value: Any, reason: str
) -> None:
    """Of that attribute; the record's other changes stand."""
    old = school.person("students", "100", enabled=True)
    sync(school, moodle)
    setattr(old, attribute, value)
    old.enabled = False

    planned = plan(school, moodle)

    assert [action.attribute for action in planned.actions] == ["enabled"]
    assert reason in planned.errors[0].message


def test_letters_beyond_ascii_go_where_the_site_allows_them(site: Site) -> None:
    """`extendedusernamechars` is Moodle's own setting for that."""
    site.add("config", name="extendedusernamechars", value="1")

    moodle = site.tree()
    +moodle

    assert moodle.students.refusal("username", "Jürgen") is None


@pytest.mark.parametrize("branch", ["courses", "classes", "cohorts"])
def test_names_of_courses_groups_and_cohorts(moodle: MoodleTree, branch: str) -> None:
    """None, as for what goes by its idnumber, is taken; a blank and what is too long are not."""
    +moodle
    refusal = getattr(moodle, branch).refusal

    assert refusal("name", None) is None
    assert "needs a name" in refusal("name", "")
    assert "has 255 characters" in refusal("name", "x" * 255)


def test_a_class_needs_a_course(moodle: MoodleTree) -> None:
    """A group is always one of a course."""
    +moodle

    assert moodle.classes.refusal("course", None) == "it names no course"
    assert moodle.classes.refusal("course", "MA7") is None


@pytest.mark.parametrize(
    ("attribute", "value", "reason"),
    [
        ("family_name", "<b>x</b>", "holds markup"),
        ("family_name", "", "is blank"),
        ("family_name", None, "is blank"),
        ("username", "a b", "has ' '"),
    ],
)
def test_a_handler_refuses_it_too(
    school: School, site: Site, moodle: MoodleTree, plan: Planned, attribute: str, value: Any, reason: str
) -> None:
    """Whoever made the actions; the next of the batch goes in."""
    for number in ("100", "101"):
        school.person("students", number)
    actions = plan(school, moodle).actions
    setattr(actions[0].right, attribute, value)

    report = apply(moodle, actions)

    assert [result.action.idnumber for result in report.undone if result.action] == ["100"]
    assert reason in report.undone[0].reason
    assert site.members("dss-students") == {"101"}


@pytest.mark.parametrize(
    ("idnumber", "reason"), [("<b>1</b>", "holds markup"), ("x" * 300, "has 300 characters")]
)
def test_an_idnumber_that_moodle_would_not_take_is_an_error_of_the_plan(
    school: School, moodle: MoodleTree, plan: Planned, idnumber: str, reason: str
) -> None:
    """A course's short name is made of it too."""
    values = {"given_name": "A", "family_name": "B", "email": "x@school.example", "username": "x"}
    school.person("students", idnumber, **values)
    school.courses.make(idnumber, name="Maths")

    planned = plan(school, moodle)

    assert not planned.actions
    assert [reason in error.message for error in planned.errors] == [True, True]


def test_planning_asks_the_database_nothing_that_reading_has_not(moodle: MoodleTree) -> None:
    """A branch that was filled by hand is refused nothing before it is written."""
    assert moodle.students.refusal("given_name", "<b>x</b>") is None


@pytest.mark.parametrize(
    ("held", "wanted"),
    [("Thora.Thorsson", "thora.thorsson"), ("thora.thorsson", "THORA.Thorsson"), ("ÅSE", "åse")],
)
def test_a_username_is_held_in_any_spelling(
    school: School, site: Site, moodle: MoodleTree, plan: Planned, held: str, wanted: str
) -> None:
    """Moodle knows lower case only; MariaDB would refuse a second one, SQLite and PostgreSQL would not."""
    site.add("config", name="extendedusernamechars", value="1")
    number = site.account(held, firstname="Thora", lastname="Other")
    school.person("students", "100", username=wanted)

    planned = plan(school, moodle)

    assert planned.actions == []
    assert f"record {number}" in planned.errors[0].message


def test_an_account_with_capitals_is_taken_over(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """When it has the person's ID number; its username is put right."""
    number = site.account("Thora.Thorsson", idnumber="100", firstname="T", lastname="T")
    school.person("students", "100", username="thora.thorsson")

    report = sync(school, moodle)

    assert report.undone == []
    assert (site.user("100")["id"], site.user("100")["username"]) == (number, "thora.thorsson")


def test_two_spellings_have_the_same_holder(moodle: MoodleTree, site: Site) -> None:
    """Whoever asks for either is told."""
    site.account("Ann.Berg")
    assert moodle.importer is not None

    holders = moodle.importer.find_holders(moodle.students, "username", ["ann.berg", "ANN.BERG"])

    assert sorted(holder.value for holder in holders) == ["ANN.BERG", "ann.berg"]


def test_a_locked_database_is_waited_for_once(site: Site) -> None:
    """Later batches fail at once, until one gets in; from then on it is waited for again."""
    moodle = site.tree(lock_seconds=1)

    def seconds() -> float:
        start = time.monotonic()
        with pytest.raises(TemporaryError, match="locked"), moodle.batch():
            pass
        return time.monotonic() - start

    moodle.identity()
    site.change("BEGIN IMMEDIATE")
    first, second = seconds(), seconds()
    site.change("ROLLBACK")
    with moodle.batch():
        pass
    site.change("BEGIN IMMEDIATE")
    third = seconds()
    site.change("ROLLBACK")

    assert second < 0.3 < min(first, third)
