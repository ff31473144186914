"""A class that goes to another course gets a group there, and its people go along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dss.actions import Kind

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Planned, School, Site, Synced

    from dss_moodle_db.branches import MoodleTree


@pytest.fixture
def taught(school: School) -> School:
    """A class of MA7 with two students and a teacher, and a course MA8 without anybody."""
    school.course("MA7", "A.1")
    school.course("MA8", "B.1")
    for number in ("100", "101"):
        school.person("students", number)
        school.enrol("A.1", number)
    school.person("teachers", "T1")
    school.enrol("A.1", "T1", "teacher")
    return school


def seats(site: Site) -> set[tuple[str, str, str]]:
    """Who is in which group of which course."""
    found = site.rows(
        "SELECT c.idnumber AS course, g.idnumber AS class, u.idnumber AS person FROM mdl_groups_members m"
        " JOIN mdl_groups g ON g.id = m.groupid JOIN mdl_course c ON c.id = g.courseid"
        " JOIN mdl_user u ON u.id = m.userid"
    )
    return {(row["course"], row["class"], row["person"]) for row in found}


def enrolled(site: Site) -> dict[tuple[str, str], int]:
    """The status of everybody's enrolment, by course and person."""
    found = site.rows(
        "SELECT c.idnumber AS course, u.idnumber AS person, e.status FROM mdl_user_enrolments e"
        " JOIN mdl_enrol m ON m.id = e.enrolid JOIN mdl_course c ON c.id = m.courseid"
        " JOIN mdl_user u ON u.id = e.userid"
    )
    return {(row["course"], row["person"]): row["status"] for row in found}


def test_a_class_that_moves_takes_its_people_along(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """In one run, with their roles; the old group is let go, the old course's enrolments are suspended."""
    sync(taught, moodle)
    taught.classes["A.1"].course = "MA8"
    taught.classes["A.1"].name = "Renamed"

    report = sync(taught, moodle)

    everybody = ("100", "101", "T1")
    assert report.undone == []
    assert plan(taught, moodle).actions == []
    assert seats(site) == {("MA8", "dss:A.1", person) for person in everybody}
    assert enrolled(site) == {
        (course, person): status for course, status in (("MA7", 1), ("MA8", 0)) for person in everybody
    }
    groups = site.rows("SELECT idnumber, name FROM mdl_groups WHERE idnumber LIKE '%A.1' ORDER BY id")
    assert [row["idnumber"] for row in groups] == ["ended:dss:A.1", "dss:A.1"]
    assert groups[1]["name"] == "Renamed"
    teacher = site.rows(
        "SELECT a.roleid FROM mdl_role_assignments a JOIN mdl_context x ON x.id = a.contextid"
        " JOIN mdl_course c ON c.id = x.instanceid WHERE x.contextlevel = 50 AND c.idnumber = 'MA8'"
        " AND a.userid = ?",
        site.user("T1")["id"],
    )
    assert teacher == [{"roleid": site.role("editingteacher")}]


def test_who_comes_and_goes_in_the_same_run_does_so_in_the_new_group(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Also into a course that is made in that run."""
    sync(taught, moodle)
    taught.course("MA9")
    taught.classes["A.1"].course = "MA9"
    taught.enrollments.forget("A.1|100|student")
    taught.person("students", "102")
    taught.enrol("A.1", "102")

    report = sync(taught, moodle)

    assert report.undone == []
    assert seats(site) == {("MA9", "dss:A.1", person) for person in ("101", "102", "T1")}
    assert enrolled(site)["MA7", "100"] == 1


def test_a_class_that_moves_back_gets_its_group_back(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """With what hangs on it in Moodle."""
    sync(taught, moodle)
    number = site.value("SELECT id FROM mdl_groups WHERE idnumber = 'dss:A.1'")
    for course in ("MA8", "MA7"):
        taught.classes["A.1"].course = course
        sync(taught, moodle)

    found = site.rows("SELECT id, idnumber FROM mdl_groups WHERE idnumber LIKE '%A.1' ORDER BY id")

    assert found[0] == {"id": number, "idnumber": "dss:A.1"}
    assert [row["idnumber"] for row in found[1:]] == ["ended:dss:A.1"]
    assert seats(site) == {("MA7", "dss:A.1", person) for person in ("100", "101", "T1")}


def test_the_old_course_may_end_in_the_same_run(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """As when a school renumbers its courses."""
    sync(taught, moodle)
    taught.classes["A.1"].course = "MA8"
    taught.courses.forget("MA7")

    report = sync(taught, moodle)

    assert report.undone == []
    assert {course for course, _, _ in seats(site)} == {"MA8"}


def test_what_is_not_ours_stays_where_it_is(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Somebody put into the group by hand, a plugin's member, and another class of the same person."""
    taught.classes.make("A.2", name="Other", course="MA7")
    taught.enrol("A.2", "100")
    sync(taught, moodle)
    group = site.value("SELECT id FROM mdl_groups WHERE idnumber = 'dss:A.1'")
    guest, kept = site.account("visitor", idnumber="V"), site.account("kept", idnumber="K")
    site.add("groups_members", groupid=group, userid=guest, component="", itemid=0)
    site.add("groups_members", groupid=group, userid=kept, component="enrol_x", itemid=1)
    taught.classes["A.1"].course = "MA8"

    report = sync(taught, moodle)

    assert report.undone == []
    assert {seat for seat in seats(site) if seat[0] == "MA7"} == {
        ("MA7", "ended:dss:A.1", "V"),
        ("MA7", "ended:dss:A.1", "K"),
        ("MA7", "dss:A.2", "100"),
    }
    assert (enrolled(site)["MA7", "100"], enrolled(site)["MA8", "100"]) == (0, 0)


def test_who_is_suspended_does_not_come_along(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Nor does that leave anything to do; who is let in again is so in the new course."""
    sync(taught, moodle)
    taught.enrollments["A.1|100|student"].enabled = False
    sync(taught, moodle)
    taught.classes["A.1"].course = "MA8"
    sync(taught, moodle)
    between = ("MA8", "100") in enrolled(site), plan(taught, moodle).actions
    taught.enrollments["A.1|100|student"].enabled = True

    sync(taught, moodle)

    assert between == (False, [])
    assert enrolled(site)["MA8", "100"] == 0


def test_a_move_that_is_done_already_is_not_done_twice(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """A run that was cut short after its batch was stored may try the batch again, with the ids of before."""
    sync(taught, moodle)
    taught.classes["A.1"].course = "MA8"
    taught.classes["A.1"].name = "Renamed"
    actions = [action for action in plan(taught, moodle).actions if action.branch == "classes"]
    list(moodle.template.handle(actions))
    before = seats(site), site.rows("SELECT id, idnumber, name FROM mdl_groups")

    again = list(moodle.template.handle(actions))

    assert [result.reason for result in again] == ["", ""]
    assert (seats(site), site.rows("SELECT id, idnumber, name FROM mdl_groups")) == before


@pytest.mark.parametrize("obstacle", ["no course", "taken"])
def test_a_move_that_cannot_be_leaves_the_class_as_it_is(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned, obstacle: str
) -> None:
    """And says why; the rest of the class goes on."""
    sync(taught, moodle)
    taught.classes["A.1"].course = "MA8"
    taught.classes["A.1"].name = "Renamed"
    actions = [action for action in plan(taught, moodle).actions if action.kind is Kind.UPDATE]
    before = seats(site)
    if obstacle == "taken":
        course = site.value("SELECT id FROM mdl_course WHERE idnumber = 'MA8'")
        site.add("groups", courseid=course, idnumber="dss:A.1", name="By hand")
        words = "course 'MA8' has a group 'dss:A.1' already"
    else:
        site.change("UPDATE mdl_course SET idnumber = '' WHERE idnumber = 'MA8'")
        moodle.courses.clear()
        words = "its course 'MA8' is not in Moodle"

    reasons = {r.action.attribute: r.reason for r in moodle.template.handle(actions) if r.action}

    assert reasons == {"course": words, "name": ""}
    assert seats(site) == before
    assert (
        site.value("SELECT name FROM mdl_groups WHERE idnumber = 'dss:A.1' ORDER BY id LIMIT 1") == "Renamed"
    )
