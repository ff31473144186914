"""Courses in our category, with all that a course needs, and classes as their groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dss.actions import Kind

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Planned, School, Site, Synced

    from dss_moodle_db.branches import MoodleTree


def test_a_new_course_has_all_a_course_needs(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Context below the category's, section 0, a way to be enrolled, format options, a place in the order."""
    school.course("MA7")
    school.course("MA8")

    sync(school, moodle)

    course = site.row("SELECT * FROM mdl_course WHERE idnumber = 'MA7'")
    assert (course["fullname"], course["shortname"], course["category"]) == ("Course MA7", "MA7", 1)
    assert (course["visible"], course["visibleold"], course["format"]) == (1, 1, "topics")
    assert course["cacherev"] == course["timecreated"] == course["timemodified"] == course["startdate"] > 1e9
    context = site.row("SELECT * FROM mdl_context WHERE contextlevel = 50 AND instanceid = ?", course["id"])
    assert (context["path"], context["depth"]) == (f"/1/3/{context['id']}", 3)
    section = site.row("SELECT * FROM mdl_course_sections WHERE course = ?", course["id"])
    assert (section["section"], section["visible"], section["sequence"]) == (0, 1, "")
    enrol = site.row("SELECT * FROM mdl_enrol WHERE courseid = ?", course["id"])
    assert (enrol["enrol"], enrol["status"], enrol["roleid"]) == ("manual", 0, site.role("student"))
    assert enrol["expirythreshold"] == 86400
    options = site.rows("SELECT name, value FROM mdl_course_format_options WHERE courseid = ?", course["id"])
    assert {row["name"]: row["value"] for row in options} == {"hiddensections": "1", "coursedisplay": "0"}
    assert [row["sortorder"] for row in site.rows("SELECT sortorder FROM mdl_course WHERE category = 1")] == [
        10001,
        10002,
    ]
    assert site.value("SELECT coursecount FROM mdl_course_categories") == 2


def test_a_category_without_a_context_gets_one(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Moodle makes contexts at first use, so a category nobody has opened has none."""
    parent = site.add("course_categories", name="Upper", depth=1, path="/2", sortorder=20000)
    child = site.add("course_categories", name="Grade 9", parent=parent, depth=2, path=f"/{parent}/3")
    moodle = site.tree(category="Upper / Grade 9")
    school.course("MA9")

    sync(school, moodle)

    contexts = {
        row["instanceid"]: row for row in site.rows("SELECT * FROM mdl_context WHERE contextlevel = 40")
    }
    assert contexts[child]["path"] == f"{contexts[parent]['path']}/{contexts[child]['id']}"
    course = site.row("SELECT path, depth FROM mdl_context WHERE contextlevel = 50 AND depth > 2")
    assert course["path"].startswith(f"{contexts[child]['path']}/")
    assert course["depth"] == 4


def test_courses_below_our_category_are_ours(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """They stay where somebody has moved them."""
    school.course("MA7")
    sync(school, moodle)
    below = site.add("course_categories", name="Sciences", parent=1, depth=2, path="/1/2")
    site.change("UPDATE mdl_course SET category = ? WHERE idnumber = 'MA7'", below)
    school.courses["MA7"].name = "Renamed"

    sync(school, moodle)

    course = site.row("SELECT * FROM mdl_course WHERE idnumber = 'MA7'")
    assert (course["fullname"], course["category"]) == ("Renamed", below)


@pytest.mark.parametrize("where", ["no idnumber", "another category", "the site itself"])
def test_other_courses_are_none_of_our_business(
    school: School, site: Site, moodle: MoodleTree, plan: Planned, where: str
) -> None:
    """A course without an ID number, elsewhere, or the front page, is never removed."""
    if where == "no idnumber":
        site.add("course", category=1, fullname="Chess", shortname="chess")
    elif where == "another category":
        other = site.add("course_categories", name="Clubs", depth=1, path="/10")
        site.add("course", category=other, fullname="Chess", shortname="chess", idnumber="CH")
    else:
        site.change("UPDATE mdl_course SET idnumber = 'FRONT' WHERE id = 1")
    school.course("MA7")

    planned = plan(school, moodle)

    assert [(action.kind, action.idnumber) for action in planned.actions] == [(Kind.NEW, "MA7")]


def test_a_doubled_short_name_is_never_made(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Moodle's own look-ups would break, though no index forbids it."""
    site.add("course", category=1, fullname="Old", shortname="MA7")
    school.course("MA7")
    school.course("MA8")

    report = sync(school, moodle)

    assert [result.action.idnumber for result in report.undone if result.action] == ["MA7"]
    assert "has the short name 'MA7'" in report.undone[0].reason
    assert site.value("SELECT count(*) FROM mdl_course WHERE shortname = 'MA7'") == 1


def test_our_idnumber_in_another_category_is_an_error(
    school: School, site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """Moving a course changes contexts below it, so that is left to Moodle."""
    other = site.add("course_categories", name="Archive", depth=1, path="/2")
    site.add("course", category=other, fullname="Course MA7", shortname="x", idnumber="MA7")
    school.course("MA7")

    planned = plan(school, moodle)

    assert planned.actions == []
    assert "it lies in the category `Archive`" in planned.errors[0].message


def test_a_course_that_ends_is_hidden_and_comes_back(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """The same course with all that is in it; deleting one takes Moodle itself."""
    school.course("MA7")
    school.course("MA8")
    sync(school, moodle)
    number = site.value("SELECT id FROM mdl_course WHERE idnumber = 'MA7'")
    ended = school.courses["MA7"]
    school.courses.forget("MA7")
    sync(school, moodle)
    hidden = site.row("SELECT visible, visibleold, idnumber FROM mdl_course WHERE id = ?", number)
    school.courses.bring_up_to_date("MA7", ended)

    sync(school, moodle)

    assert hidden == {"visible": 0, "visibleold": 0, "idnumber": "ended:dss:MA7"}
    back = site.row("SELECT visible, visibleold, idnumber FROM mdl_course WHERE id = ?", number)
    assert back == {"visible": 1, "visibleold": 1, "idnumber": "MA7"}
    assert site.value("SELECT count(*) FROM mdl_course WHERE category = 1") == 2


def test_hiding_a_course_changes_its_cache_number(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """It only ever grows, also when the clock goes back."""
    school.course("MA7")
    sync(school, moodle)
    site.change("UPDATE mdl_course SET cacherev = 9999999999 WHERE idnumber = 'MA7'")
    school.courses.forget("MA7")

    sync(school, moodle)

    assert site.value("SELECT cacherev FROM mdl_course WHERE idnumber = 'ended:dss:MA7'") == 10000000000


def test_a_name_that_is_too_long_is_refused(
    school: School, moodle: MoodleTree, plan: Planned, sync: Synced
) -> None:
    """PostgreSQL would refuse it, and MariaDB perhaps cut it."""
    school.course("MA7")
    sync(school, moodle)
    school.courses["MA7"].name = "x" * 255

    planned = plan(school, moodle)

    assert planned.actions == []
    assert "`fullname` has 255 characters" in planned.errors[0].message


def test_a_class_is_a_group(school: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """Of its course, with our mark before its ID number; Moodle is told at the end of the run."""
    school.course("MA7", "MA7.1", "MA7.2")

    report = sync(school, moodle)

    course = site.value("SELECT id FROM mdl_course WHERE idnumber = 'MA7'")
    group = site.row("SELECT * FROM mdl_groups WHERE idnumber = 'dss:MA7.1'")
    assert (group["courseid"], group["name"], group["descriptionformat"]) == (course, "Class MA7.1", 1)
    assert group["timecreated"] == group["timemodified"] > 1e9
    assert any("2 groups" in remark and "purge_caches.php" in remark for remark in report.remarks)


def test_groups_made_by_teachers_are_not_ours(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Whether they have an ID number or not."""
    school.course("MA7", "MA7.1")
    sync(school, moodle)
    course = site.value("SELECT id FROM mdl_course WHERE idnumber = 'MA7'")
    site.add("groups", courseid=course, name="Project A")
    site.add("groups", courseid=course, name="Project B", idnumber="B")

    planned = plan(school, moodle)

    assert planned.actions == planned.errors == []


def test_a_group_with_the_classs_idnumber_and_name_is_adopted(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """It gets our mark, and nobody in it is lost."""
    school.course("MA7")
    sync(school, moodle)
    course = site.value("SELECT id FROM mdl_course WHERE idnumber = 'MA7'")
    number = site.add("groups", courseid=course, name="class ma7.1", idnumber="MA7.1")
    school.classes.make("MA7.1", name="Class MA7.1", course="MA7")

    sync(school, moodle)

    assert site.rows("SELECT id, name, idnumber FROM mdl_groups") == [
        {"id": number, "name": "Class MA7.1", "idnumber": "dss:MA7.1"}
    ]


def test_a_class_that_ends_leaves_its_group(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """What hangs on the group in Moodle stays; when the class comes back, so does the group."""
    school.course("MA7", "MA7.1")
    sync(school, moodle)
    number = site.value("SELECT id FROM mdl_groups")
    ended = school.classes["MA7.1"]
    school.classes.forget("MA7.1")
    sync(school, moodle)
    between = site.value("SELECT idnumber FROM mdl_groups")
    school.classes.bring_up_to_date("MA7.1", ended)

    sync(school, moodle)

    assert between == "ended:dss:MA7.1"
    assert site.rows("SELECT id, idnumber FROM mdl_groups") == [{"id": number, "idnumber": "dss:MA7.1"}]


def test_without_a_category_courses_are_left_out(school: School, site: Site, plan: Planned) -> None:
    """And nothing is guessed."""
    school.course("MA7", "MA7.1")
    school.person("students", "100")

    planned = plan(school, site.tree(category=""))

    assert [action.branch for action in planned.actions] == ["students"]
