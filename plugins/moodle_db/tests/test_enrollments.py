"""An enrollment is a manual enrolment, a role in the course and a place in the class's group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dss.actions import Kind

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Planned, School, Site, Synced

    from dss_moodle_db.branches import MoodleTree


@pytest.fixture
def taught(school: School) -> School:
    """A course with two classes, two students and a teacher, nobody enrolled."""
    school.course("MA7", "MA7.1", "MA7.2")
    for number in ("100", "101"):
        school.person("students", number)
    school.person("teachers", "T1")
    return school


def status(site: Site, person: str) -> int:
    """The status of a person's manual enrolment."""
    return int(site.value("SELECT status FROM mdl_user_enrolments WHERE userid = ?", site.user(person)["id"]))


def roles(site: Site, person: str) -> set[str]:
    """Short names of the roles a person holds in courses."""
    found = site.rows(
        "SELECT r.shortname FROM mdl_role_assignments a JOIN mdl_role r ON r.id = a.roleid"
        " JOIN mdl_context c ON c.id = a.contextid WHERE c.contextlevel = 50 AND a.userid = ?",
        site.user(person)["id"],
    )
    return {row["shortname"] for row in found}


def groups(site: Site, person: str) -> dict[str, int]:
    """The groups a person is in, with what the membership notes."""
    found = site.rows(
        "SELECT g.idnumber, m.itemid FROM mdl_groups_members m JOIN mdl_groups g ON g.id = m.groupid"
        " WHERE m.userid = ?",
        site.user(person)["id"],
    )
    return {row["idnumber"]: row["itemid"] for row in found}


def test_a_new_enrollment_lets_the_person_in(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Without an end, with the role of the site's own short name, and in the group."""
    taught.enrol("MA7.1", "100")
    taught.enrol("MA7.1", "T1", "teacher")

    sync(taught, moodle)

    enrolment = site.row("SELECT * FROM mdl_user_enrolments WHERE userid = ?", site.user("100")["id"])
    assert (enrolment["status"], enrolment["timeend"]) == (0, 0)
    assert enrolment["timecreated"] > 1e9
    assert (roles(site, "100"), roles(site, "T1")) == ({"student"}, {"editingteacher"})
    assert (groups(site, "100"), groups(site, "T1")) == ({"dss:MA7.1": 0}, {"dss:MA7.1": 0})
    given = site.row(
        "SELECT component, itemid, sortorder FROM mdl_role_assignments WHERE userid = ?",
        site.user("T1")["id"],
    )
    assert given == {"component": "", "itemid": 0, "sortorder": 0}


def test_a_group_tells_when_its_members_changed(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """As Moodle itself does when somebody joins or leaves; a group where nothing happens stays as it is."""
    classes = "SELECT idnumber FROM mdl_groups WHERE timemodified > 1 ORDER BY idnumber"
    sync(taught, moodle)
    enrolment = taught.enrol("MA7.1", "100")
    told = []
    for step in ("joins", "leaves"):
        site.change("UPDATE mdl_groups SET timemodified = 1")
        if step == "leaves":
            taught.enrollments.forget(enrolment)
        sync(taught, moodle)
        told.append([row["idnumber"] for row in site.rows(classes)])

    assert told == [["dss:MA7.1"], ["dss:MA7.1"]]


def test_the_last_class_of_a_course_suspends(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """The enrolment goes on while there is another class; it is never deleted, and the role stays."""
    first, second = taught.enrol("MA7.1", "100"), taught.enrol("MA7.2", "100")
    sync(taught, moodle)
    taught.enrollments.forget(first)
    sync(taught, moodle)
    between = status(site, "100"), groups(site, "100")
    taught.enrollments.forget(second)

    sync(taught, moodle)

    assert between == (0, {"dss:MA7.2": 0})
    assert (status(site, "100"), groups(site, "100"), roles(site, "100")) == (1, {}, {"student"})


def test_who_comes_back_is_let_in_again(taught: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """By the same enrolment, though its end may have passed meanwhile."""
    first = taught.enrol("MA7.1", "100")
    sync(taught, moodle)
    taught.enrollments.forget(first)
    sync(taught, moodle)
    site.change("UPDATE mdl_user_enrolments SET timeend = 5")
    taught.enrol("MA7.2", "100")

    sync(taught, moodle)

    assert site.value("SELECT count(*) FROM mdl_user_enrolments") == 1
    assert (status(site, "100"), groups(site, "100")) == (0, {"dss:MA7.2": 0})
    assert site.value("SELECT timeend FROM mdl_user_enrolments") == 0


def test_all_classes_may_change_at_once(taught: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """From one class to the other in a single plan, the person is never out of the course."""
    first = taught.enrol("MA7.1", "100")
    sync(taught, moodle)
    taught.enrollments.forget(first)
    taught.enrol("MA7.2", "100")

    sync(taught, moodle)

    assert (status(site, "100"), groups(site, "100")) == (0, {"dss:MA7.2": 0})


def test_one_person_may_teach_and_learn_in_one_course(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Moodle does not know which role goes with which group; the membership notes it."""
    teaching = taught.enrol("MA7.1", "T1", "teacher")
    taught.enrol("MA7.2", "T1", "student")

    sync(taught, moodle)

    assert roles(site, "T1") == {"student", "editingteacher"}
    assert groups(site, "T1") == {"dss:MA7.1": site.role("editingteacher"), "dss:MA7.2": site.role("student")}

    taught.enrollments.forget(teaching)
    sync(taught, moodle)

    assert (status(site, "T1"), roles(site, "T1")) == (0, {"student"})


def test_both_roles_in_one_class(taught: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """Two enrollments, one membership."""
    taught.enrol("MA7.1", "T1", "teacher")
    learning = taught.enrol("MA7.1", "T1", "student")
    sync(taught, moodle)
    taught.enrollments.forget(learning)

    sync(taught, moodle)

    assert (roles(site, "T1"), list(groups(site, "T1"))) == ({"editingteacher"}, ["dss:MA7.1"])


def test_a_hand_made_enrolment_without_a_group_is_not_ours(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Somebody let a person of ours in by hand."""
    sync(taught, moodle)
    course = site.value("SELECT id FROM mdl_course WHERE idnumber = 'MA7'")
    context = site.value("SELECT id FROM mdl_context WHERE contextlevel = 50 AND instanceid = ?", course)
    number = site.user("100")["id"]
    site.add("user_enrolments", enrolid=site.value("SELECT id FROM mdl_enrol"), userid=number, timeend=0)
    site.add("role_assignments", roleid=site.role("student"), contextid=context, userid=number)

    planned = plan(taught, moodle)

    assert planned.actions == planned.errors == []


@pytest.mark.parametrize("lacking", ["enrolment", "role", "another method", "another plugin's role"])
def test_a_group_alone_is_no_enrollment(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced, lacking: str
) -> None:
    """What is missing of the three is put there."""
    taught.enrol("MA7.1", "100")
    sync(taught, moodle)
    number = site.user("100")["id"]
    if lacking == "enrolment":
        site.change("DELETE FROM mdl_user_enrolments")
    elif lacking == "role":
        site.change("DELETE FROM mdl_role_assignments WHERE userid = ?", number)
    elif lacking == "another method":
        own = site.add("enrol", enrol="self", courseid=2)
        site.change("UPDATE mdl_user_enrolments SET enrolid = ?", own)
    else:
        site.change("UPDATE mdl_role_assignments SET component = 'enrol_cohort', itemid = 9")

    sync(taught, moodle)

    assert (roles(site, "100"), list(groups(site, "100"))) == ({"student"}, ["dss:MA7.1"])
    manual = site.value("SELECT id FROM mdl_enrol WHERE enrol = 'manual'")
    assert site.value("SELECT status FROM mdl_user_enrolments WHERE enrolid = ?", manual) == 0


def test_other_plugins_rows_are_never_touched(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Their enrolments, roles and memberships are the same after a person came and went."""
    taught.enrol("MA7.1", "101")
    sync(taught, moodle)
    cohort_method = site.add("enrol", enrol="cohort", courseid=2, customint1=1)
    number = site.user("100")["id"]
    context = site.value("SELECT id FROM mdl_context WHERE contextlevel = 50 AND instanceid = 2")
    group = site.value("SELECT id FROM mdl_groups WHERE idnumber = 'dss:MA7.2'")
    site.add("user_enrolments", enrolid=cohort_method, userid=number)
    theirs: dict[str, Any] = {"userid": number, "component": "enrol_cohort", "itemid": cohort_method}
    site.add("role_assignments", roleid=site.role("student"), contextid=context, **theirs)
    site.add("groups_members", groupid=group, **theirs)
    watched = (
        f"SELECT * FROM mdl_user_enrolments WHERE enrolid = {cohort_method}",
        "SELECT * FROM mdl_role_assignments WHERE component <> ''",
        "SELECT * FROM mdl_groups_members WHERE component <> ''",
        f"SELECT * FROM mdl_enrol WHERE id = {cohort_method}",
    )
    before = [site.rows(statement) for statement in watched]
    idnumber = taught.enrol("MA7.1", "100")
    sync(taught, moodle)
    taught.enrollments.forget(idnumber)

    sync(taught, moodle)

    assert [site.rows(statement) for statement in watched] == before


def test_a_membership_that_a_plugin_keeps_is_an_error(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """The index allows no second one, and that plugin would take it away again."""
    sync(taught, moodle)
    site.add(
        "groups_members",
        groupid=site.value("SELECT id FROM mdl_groups WHERE idnumber = 'dss:MA7.1'"),
        userid=site.user("100")["id"],
        component="enrol_cohort",
        itemid=9,
    )
    taught.enrol("MA7.1", "100")

    planned = plan(taught, moodle)

    assert planned.actions == []
    assert "the plugin `enrol_cohort` keeps the membership" in planned.errors[0].message


def test_a_suspension_in_moodle_is_taken_back(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """The school says that the person is in the class."""
    taught.enrol("MA7.1", "100")
    taught.enrol("MA7.2", "100")
    sync(taught, moodle)
    site.change("UPDATE mdl_user_enrolments SET status = 1")

    sync(taught, moodle)

    assert status(site, "100") == 0
    assert set(groups(site, "100")) == {"dss:MA7.1", "dss:MA7.2"}


def test_a_disabled_enrollment_is_suspended(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Beside another class of the course, the class ends instead, since Moodle suspends for a course."""
    first, second = taught.enrol("MA7.1", "100"), taught.enrol("MA7.2", "100")
    only = taught.enrol("MA7.1", "101")
    sync(taught, moodle)
    taught.enrollments[first].enabled = False
    taught.enrollments[only].enabled = False

    sync(taught, moodle)

    assert (status(site, "100"), set(groups(site, "100"))) == (0, {"dss:MA7.2"})
    assert (status(site, "101"), set(groups(site, "101"))) == (1, {"dss:MA7.1"})

    taught.enrollments[first].enabled = True
    taught.enrollments[second].enabled = False
    taught.enrollments[only].enabled = True
    sync(taught, moodle)

    assert (status(site, "100"), set(groups(site, "100"))) == (0, {"dss:MA7.1"})
    assert status(site, "101") == 0


def test_what_came_back_disabled_does_not_come_back(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """One of two suspended classes is wanted again: the other ends, instead of being revived with it."""
    first, second = taught.enrol("MA7.1", "100"), taught.enrol("MA7.2", "100")
    sync(taught, moodle)
    site.change("UPDATE mdl_user_enrolments SET status = 1")
    taught.enrollments.forget(second)

    sync(taught, moodle)

    assert first in {row.idnumber for row in taught.enrollments}
    assert (status(site, "100"), set(groups(site, "100"))) == (0, {"dss:MA7.1"})


def test_people_who_are_logged_in_see_the_change(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Otherwise somebody taken out of a course stays in it until logout; a flag is renewed, not doubled."""
    first = taught.enrol("MA7.1", "100")
    taught.enrol("MA7.1", "101")
    sync(taught, moodle)
    number = site.user("100")["id"]
    site.change("UPDATE mdl_user SET lastaccess = 1 WHERE idnumber = '100'")
    site.add(
        "cache_flags", flagtype="accesslib/dirtyusers", name=str(number), value="1", timemodified=1, expiry=1
    )
    taught.enrollments.forget(first)

    sync(taught, moodle)

    (flag,) = site.rows("SELECT * FROM mdl_cache_flags")
    assert flag["name"] == str(number)
    assert flag["timemodified"] > 1e9
    assert flag["expiry"] == flag["timemodified"] + 28800


def test_who_leaves_the_school_leaves_the_courses(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Account and enrolment are both suspended; both come back."""
    taught.enrol("MA7.1", "100")
    sync(taught, moodle)
    student = taught.students["100"]
    taught.students.forget("100")
    (idnumber,) = list(taught.enrollments.keys())
    taught.enrollments.forget(idnumber)
    sync(taught, moodle)
    gone = site.user("100")["suspended"], status(site, "100")
    taught.students.bring_up_to_date("100", student)
    taught.enrol("MA7.1", "100")

    sync(taught, moodle)

    assert gone == (1, 1)
    assert (site.user("100")["suspended"], status(site, "100")) == (0, 0)


def test_a_role_that_is_none_of_ours_is_refused(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """The vocabulary knows students and teachers."""
    taught.enrol("MA7.1", "100", "observer")
    taught.enrol("MA7.1", "101")

    report = sync(taught, moodle)

    assert [result.action.kind for result in report.undone if result.action] == [Kind.NEW]
    assert "MA7.1|100|observer" in report.undone[0].reason
    assert roles(site, "101") == {"student"}


def test_keys_with_bars_and_backslashes_come_through(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """What stands in Moodle is the school's own text."""
    school.course("A|B", "A|B\\1")
    school.person("students", "1|2", username="u12", email="u12@school.example")
    school.enrol("A|B\\1", "1|2")

    sync(school, moodle)

    assert groups(site, "1|2") == {"dss:A|B\\1": 0}


def test_what_an_enrollment_needs_is_named_when_it_is_not_there(
    taught: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Somebody took the group, or the person's account, away between plan and apply; or a plugin came first."""
    sync(taught, moodle)
    taught.enrol("MA7.1", "100")
    taught.enrol("MA7.2", "101")
    taught.enrol("MA7.2", "T1", "teacher")
    actions = plan(taught, moodle).actions
    group = site.value("SELECT id FROM mdl_groups WHERE idnumber = 'dss:MA7.2'")
    site.add("groups_members", groupid=group, userid=site.user("T1")["id"], component="enrol_x", itemid=1)
    site.change("DELETE FROM mdl_groups WHERE idnumber = 'dss:MA7.1'")
    site.change("UPDATE mdl_user SET deleted = 1 WHERE idnumber = '101'")
    fresh = site.tree()

    reasons = {r.action.idnumber: r.reason for r in fresh.template.handle(actions) if r.action}

    assert reasons == {
        "MA7.1|100|student": "class 'MA7.1' has no group of ours in Moodle",
        "MA7.2|101|student": "'101' has no account of ours in Moodle",
        "MA7.2|T1|teacher": "the plugin `enrol_x` keeps the membership in that group",
    }
