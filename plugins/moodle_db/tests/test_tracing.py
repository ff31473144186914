"""Where each value of a record stands in the database: table, column and row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dss.keys import key

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import School, Site, Synced

    from dss.importers import Origin
    from dss_moodle_db.branches import MoodleTree


def traced(tree: MoodleTree, branch: str, idnumber: str) -> list[Origin]:
    """What the importer tells of one record."""
    assert tree.importer is not None
    return list(tree.importer.trace(getattr(tree, branch), idnumber))


def places(origins: list[Origin]) -> dict[str, str]:
    """The last place of each attribute."""
    return {origin.attribute: origin.place for origin in origins}


@pytest.fixture
def taught(school: School) -> School:
    """A course with a class, a student in it and a teacher."""
    school.course("MA7", "MA7.1")
    school.person("students", "100")
    school.person("teachers", "T1")
    school.enrol("MA7.1", "100")
    school.enrol("MA7.1", "T1", "teacher")
    return school


def test_an_account_has_its_table_column_and_id(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """And the row that puts it into our scope."""
    sync(taught, moodle)
    number = site.user("100")["id"]

    found = traced(moodle, "students", "100")

    assert places(found)["email"] == f"mdl_user.email of id {number}"
    assert places(found)["enabled"] == f"mdl_user.suspended of id {number}"
    assert all(origin.taken for origin in found)
    assert "in cohort `dss-students` (mdl_cohort_members of id " in found[0].rule


def test_an_account_outside_our_scope_is_told_as_such(site: Site, moodle: MoodleTree) -> None:
    """Somebody made it by hand."""
    number = site.account("hand", idnumber="100", firstname="Ada")

    found = traced(moodle, "students", "100")

    assert places(found)["given_name"] == f"mdl_user.firstname of id {number}"
    assert not any(origin.taken for origin in found)
    assert "not in cohort `dss-students`" in found[0].rule


def test_an_administrator_is_told_as_left_alone(site: Site, moodle: MoodleTree) -> None:
    """Whatever number somebody gave the account."""
    site.change("UPDATE mdl_user SET idnumber = '1' WHERE username = 'admin'")

    (first, *_) = traced(moodle, "teachers", "1")

    assert first.rule == "it is a site administrator: it is left alone"


def test_profile_fields_and_guardians_have_rows_of_their_own(
    site: Site, school: School, sync: Synced
) -> None:
    """A field without a row shows its default."""
    site.parent_role()
    field = site.add(
        "user_info_field",
        shortname="house",
        name="House",
        datatype="text",
        defaultdata="none",
        categoryid=1,
        sortorder=1,
    )
    moodle = site.tree(guardian_role="parent", fields={"homeroom": "profile:house"})
    school.person("guardians", "G1")
    school.person("students", "100", homeroom="Red", guardians=frozenset(["G1"]))
    school.person("students", "101")
    sync(school, moodle)

    with_row, without = traced(moodle, "students", "100"), traced(moodle, "students", "101")

    (house,) = (one for one in with_row if one.attribute == "homeroom")
    assert (house.value, house.place) == (
        "Red",
        f"mdl_user_info_data.data of user {site.user('100')['id']}, profile field {field}",
    )
    (guardian,) = (one for one in with_row if one.attribute == "guardians")
    assert guardian.value == "G1"
    assert guardian.place.startswith("mdl_role_assignments of id ")
    (default,) = (one for one in without if one.attribute == "homeroom")
    assert "default" in default.rule


def test_an_enrollment_has_membership_role_and_enrolment(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Each in a table of its own."""
    sync(taught, moodle)

    found = traced(moodle, "enrollments", key("MA7.1", "100", "student"))

    assert {place.split(" of id ")[0] for place in places(found).values()} == {
        "mdl_groups_members",
        "mdl_groups.idnumber",
        "mdl_user.idnumber",
        "mdl_role_assignments.roleid",
        "mdl_user_enrolments.status",
    }


def test_an_enrollment_that_lacks_something_says_what(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Somebody took the student out of the group by hand."""
    sync(taught, moodle)
    site.change("DELETE FROM mdl_groups_members WHERE userid = ?", site.user("100")["id"])

    (first, *_) = traced(moodle, "enrollments", key("MA7.1", "100", "student"))

    assert (first.rule, first.taken) == ("not in the group", False)


def test_courses_classes_and_cohorts(taught: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """With our mark, and each member with the row that makes it one."""
    taught.cohorts.make("all", name="All", members=frozenset(["100", "T1"]))
    sync(taught, moodle)

    assert places(traced(moodle, "courses", "MA7"))["name"].startswith("mdl_course.fullname of id ")
    assert places(traced(moodle, "classes", "MA7.1"))["course"].startswith("mdl_course.idnumber of id ")
    members = [one for one in traced(moodle, "cohorts", "all") if one.attribute == "members"]
    assert [member.value for member in members] == ["100", "T1"]
    assert all(member.place.startswith("mdl_cohort_members of id ") for member in members)


def test_a_course_of_another_category_is_told_as_such(site: Site, moodle: MoodleTree) -> None:
    """It is there, and none of ours."""
    other = site.add("course_categories", name="Attic", path="/99", sortorder=1)
    site.add("course", idnumber="MA7", fullname="Old", shortname="Old", category=other)

    (first, *_) = traced(moodle, "courses", "MA7")

    assert (first.rule, first.taken) == ("in category `Attic`, which is not below `Category 1`", False)


@pytest.mark.parametrize("branch", ["students", "courses", "classes", "enrollments", "cohorts"])
@pytest.mark.parametrize(
    "idnumber", ["", "%", "' OR '1'='1", "a|b|c", "x'); DROP TABLE mdl_user; --", "\x00"]
)
def test_who_is_not_there_has_no_origins(
    taught: School, moodle: MoodleTree, sync: Synced, site: Site, branch: str, idnumber: str
) -> None:
    """Whatever the number looks like; and nothing is written."""
    sync(taught, moodle)
    before = site.dump()

    assert traced(moodle, branch, idnumber) == []
    assert site.dump() == before
