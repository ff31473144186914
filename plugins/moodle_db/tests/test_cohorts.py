"""Cohorts with our mark, and whom we put into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Planned, School, Site, Synced

    from dss_moodle_db.branches import MoodleTree


def test_a_cohort_is_made_with_its_members(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """In the system context, unlocked, with our mark before its ID number."""
    for number in ("100", "101"):
        school.person("students", number)
    school.person("teachers", "T1")
    school.cohorts.make("grade-7", name="Grade 7", members=frozenset({"100", "101", "T1"}))

    sync(school, moodle)

    cohort = site.row("SELECT * FROM mdl_cohort WHERE idnumber = 'dss:grade-7'")
    assert (cohort["contextid"], cohort["component"], cohort["visible"]) == (1, "", 1)
    assert cohort["name"] == "Grade 7"
    assert site.members("dss:grade-7") == {"100", "101", "T1"}


def test_members_come_and_go(school: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """Together with a new name, in one pass."""
    for number in ("100", "101"):
        school.person("students", number)
    cohort = school.cohorts.make("grade-7", name="Grade 7", members=frozenset({"100"}))
    sync(school, moodle)
    cohort.members, cohort.name = frozenset({"101"}), "Year 7"

    sync(school, moodle)

    assert site.members("dss:grade-7") == {"101"}
    assert site.value("SELECT name FROM mdl_cohort WHERE idnumber = 'dss:grade-7'") == "Year 7"


def test_members_that_are_not_in_our_scope_stay(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Somebody else put them there by hand."""
    school.person("students", "100")
    school.cohorts.make("grade-7", name="Grade 7", members=frozenset({"100"}))
    sync(school, moodle)
    site.join("dss:grade-7", site.account("helper", idnumber="H1"))

    planned = plan(school, moodle)

    assert planned.actions == []


def test_other_cohorts_are_not_ours(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Made by hand, or by a plugin under an ID number that looks like ours; nor are the scope cohorts."""
    school.person("students", "100")
    sync(school, moodle)
    base = {"contextid": 1, "name": "x", "descriptionformat": 1, "timecreated": 1, "timemodified": 1}
    site.add("cohort", **base, idnumber="staff")
    site.add("cohort", **base, idnumber="dss:grade-9", component="tool_cohorts")

    planned = plan(school, moodle)

    assert planned.actions == []


def test_a_plugins_cohort_under_our_idnumber_is_an_error(
    school: School, site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """A second one of that ID number would not be found again."""
    site.add(
        "cohort",
        contextid=1,
        name="Grade 9",
        idnumber="dss:grade-9",
        component="tool_cohorts",
        descriptionformat=1,
        timecreated=1,
        timemodified=1,
    )
    school.cohorts.make("grade-9", name="Grade 9")

    planned = plan(school, moodle)

    assert planned.actions == []
    assert "belongs to the plugin `tool_cohorts`" in planned.errors[0].message


def test_a_cohort_that_ends_is_emptied_and_comes_back(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """What is set up on it in Moodle keeps its cohort."""
    school.person("students", "100")
    cohort = school.cohorts.make("grade-7", name="Grade 7", members=frozenset({"100"}))
    sync(school, moodle)
    number = site.value("SELECT id FROM mdl_cohort WHERE idnumber = 'dss:grade-7'")
    school.cohorts.forget("grade-7")
    sync(school, moodle)
    between = site.members("ended:dss:grade-7")
    school.cohorts.bring_up_to_date("grade-7", cohort)

    sync(school, moodle)

    assert between == set()
    assert site.row("SELECT id, visible FROM mdl_cohort WHERE idnumber = 'dss:grade-7'") == {
        "id": number,
        "visible": 1,
    }
    assert site.members("dss:grade-7") == {"100"}
