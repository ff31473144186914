"""One person in two roles, and guardians with a role over their children."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from dss.actions import Kind
from dss.errors import ConfigError
from dss.people import settle

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Planned, School, Site, Synced

    from dss_moodle_db.branches import MoodleTree

BRANCHES = ("guardians", "students", "teachers")


def both(school: School, guardian: str = "G1", teacher: str = "T1") -> None:
    """A teacher who is a parent; the branch guardians is declared first and so owns what they share."""
    for branch, idnumber in (("guardians", guardian), ("teachers", teacher)):
        school.person(
            branch, idnumber, given_name="Ann", family_name="Both", email="ann@school.example", username="ann"
        )
    settle(school, BRANCHES)


def test_a_teacher_who_is_a_parent_has_one_account(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """And is in both scopes."""
    both(school)

    sync(school, moodle)

    assert site.value("SELECT count(*) FROM mdl_user WHERE username = 'ann'") == 1
    assert (site.members("dss-guardians"), site.members("dss-teachers")) == ({"G1"}, {"G1"})


def test_the_second_role_may_come_years_later(
    make_school: Callable[[], School], site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """The account that is there joins the other scope."""
    first, later = make_school(), make_school()
    first.person("guardians", "G1", email="ann@school.example", family_name="Both", username="ann")
    both(later)
    sync(first, moodle)

    sync(later, moodle)

    assert site.value("SELECT count(*) FROM mdl_user WHERE username = 'ann'") == 1
    assert site.members("dss-teachers") == {"G1"}


def test_a_role_that_ends_leaves_the_account_working(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """The person is only out of that scope; with the last one the account is suspended and stays in it."""
    both(school)
    sync(school, moodle)
    school.teachers.forget("G1")
    sync(school, moodle)
    after_first = site.user("G1")["suspended"]
    school.guardians.forget("G1")

    sync(school, moodle)

    assert (after_first, site.user("G1")["suspended"]) == (0, 1)
    assert (site.members("dss-guardians"), site.members("dss-teachers")) == ({"G1"}, set())


def test_both_roles_may_end_at_once(school: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """One plan suspends the account; the second finds nothing."""
    both(school)
    sync(school, moodle)
    school.teachers.forget("G1")
    school.guardians.forget("G1")

    sync(school, moodle)

    assert site.user("G1")["suspended"] == 1
    assert len(site.members("dss-guardians") | site.members("dss-teachers")) == 1


@pytest.fixture
def family(site: Site) -> MoodleTree:
    """A site with the role of a parent."""
    site.parent_role()
    return site.tree(guardian_role="parent")


def held(site: Site) -> list[tuple[int, int]]:
    """Child and parent of every role over a child."""
    found = site.rows(
        "SELECT c.instanceid AS child, a.userid AS parent FROM mdl_role_assignments a"
        " JOIN mdl_context c ON c.id = a.contextid WHERE c.contextlevel = 30 ORDER BY 1, 2"
    )
    return [(row["child"], row["parent"]) for row in found]


def test_a_guardian_has_a_role_in_the_childs_context(
    school: School, site: Site, family: MoodleTree, sync: Synced
) -> None:
    """Not in the guardian's own."""
    school.person("guardians", "G1")
    school.person("students", "100", guardians=frozenset({"G1"}))

    sync(school, family)

    assert held(site) == [(site.user("100")["id"], site.user("G1")["id"])]
    given = site.row("SELECT roleid, component, itemid FROM mdl_role_assignments")
    assert given == {"roleid": site.role("parent"), "component": "", "itemid": 0}


def test_a_guardian_may_change(school: School, site: Site, family: MoodleTree, sync: Synced) -> None:
    """One role is given, the other taken; the guardian who is logged in sees it at once."""
    for idnumber in ("G1", "G2"):
        school.person("guardians", idnumber)
    student = school.person("students", "100", guardians=frozenset({"G1"}))
    sync(school, family)
    site.change("UPDATE mdl_user SET lastaccess = 1 WHERE idnumber = 'G1'")
    student.guardians = frozenset({"G2"})

    sync(school, family)

    assert held(site) == [(site.user("100")["id"], site.user("G2")["id"])]
    flag = site.row("SELECT * FROM mdl_cache_flags")
    assert (flag["flagtype"], flag["name"]) == ("accesslib/dirtyusers", str(site.user("G1")["id"]))
    assert (flag["value"], flag["expiry"] - flag["timemodified"]) == ("1", 28800)


def test_parents_that_others_named_are_left_alone(
    school: School, site: Site, family: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """By hand for somebody outside our scope, or by a plugin."""
    school.person("guardians", "G1")
    school.person("students", "100")
    sync(school, family)
    child = site.value(
        "SELECT id FROM mdl_context WHERE contextlevel = 30 AND instanceid = ?", site.user("100")["id"]
    )
    aunt = site.account("aunt", idnumber="X9")
    parent = site.role("parent")
    site.add("role_assignments", roleid=parent, contextid=child, userid=aunt)
    site.add(
        "role_assignments", roleid=parent, contextid=child, userid=site.user("G1")["id"], component="tool_x"
    )

    planned = plan(school, family)

    assert planned.actions == planned.errors == []


def test_guardians_are_not_compared_without_a_role(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """A fresh Moodle has none; the plan names what is not compared."""
    school.person("guardians", "G1")
    school.person("students", "100", guardians=frozenset({"G1"}))
    sync(school, moodle)

    planned = plan(school, moodle)

    assert planned.actions == []
    assert any("guardians" in note for note in planned.notes)
    assert held(site) == []


@pytest.mark.parametrize(
    ("role", "reason"), [("nobody", "no role of that short name"), ("student", "a user")]
)
def test_a_role_that_cannot_be_given_is_named(
    make_school: Callable[[], School], site: Site, plan: Planned, role: str, reason: str
) -> None:
    """Before anything is planned."""
    tree = site.tree(guardian_role=role)
    school = make_school()
    school.person("guardians", "G1")
    school.person("students", "100", guardians=frozenset({"G1"}))

    with pytest.raises(ConfigError, match=reason):
        plan(school, tree)


def test_a_guardian_that_moodle_lacks_is_not_guessed(
    school: School, site: Site, family: MoodleTree, sync: Synced
) -> None:
    """The child's action is left undone and says why."""
    school.person("students", "100", guardians=frozenset({"G7"}))

    report = sync(school, family)

    assert [result.action.kind for result in report.undone if result.action] == [Kind.ADD]
    assert "G7" in report.undone[0].reason
