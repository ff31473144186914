"""Whom a Moodle never loses, whatever a plan says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dss.guard import holds
from dss.holding import Because
from dss.importers import NATIVE, Rows
from dss.plan import make_plan

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import School, Site

    from dss_moodle_db.branches import MoodleTree


def _with(moodle: MoodleTree, number: int, username: str) -> None:
    """A student of whom nobody has looked what else the account is."""
    fields = ("idnumber", NATIVE, "username", "enabled")
    moodle.students.load(Rows(fields, [("100", number, username, True), ("101", 99, "u101", True)]))


@pytest.mark.parametrize(
    ("number", "username", "why"), [(2, "ada", "a site administrator"), (50, "guest", "the guest account")]
)
def test_administrators_and_the_guest_are_protected(
    site: Site, moodle: MoodleTree, number: int, username: str, why: str
) -> None:
    """By the account's own id, whatever ID number it bears."""
    site.change("UPDATE mdl_config SET value = '2,3' WHERE name = 'siteadmins'")
    _with(moodle, number, username)

    assert moodle.students.protection("100") == why
    assert moodle.students.protection("101") is None
    assert moodle.students.protection("102") is None


def test_only_people_are_asked_about(site: Site, moodle: MoodleTree) -> None:
    """A course may have an administrator's number."""
    site.change("UPDATE mdl_config SET value = '2' WHERE name = 'siteadmins'")
    moodle.courses.load(Rows(("idnumber", NATIVE), [("K", 2)]))

    assert moodle.courses.protection("K") is None


def test_the_guard_leaves_them_alone(school: School, site: Site, moodle: MoodleTree) -> None:
    """In silence, with the reason."""
    site.change("UPDATE mdl_config SET value = '2' WHERE name = 'siteadmins'")
    moodle.read()
    _with(moodle, 2, "ada")

    (hold,) = holds(make_plan(school, moodle))

    assert (hold.because, [action.idnumber for action in hold.actions]) == (Because.PROTECTED, ["100"])
    assert hold.reason.endswith("students `100` (a site administrator)")
