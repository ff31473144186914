"""What `dss-run check` says of a site, without writing anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from dss.errors import ConfigError
from dss.secrets import SecretUrl
from dss_moodle_db.config import Options

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Site


def levels(site: Site, **options: Any) -> dict[str, str]:
    """Findings that are not fine: text by level."""
    return {f.level: f.text for f in site.tree(**options).check() if f.level != "ok"}


def test_a_fresh_site_is_fine(site: Site) -> None:
    """All but the guardians, for whom a fresh Moodle has no role; and nothing is written."""
    before = site.dump()

    found = levels(site)

    assert list(found) == ["warning"]
    assert "guardian_role" in found["warning"]
    assert site.dump() == before


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (
            "UPDATE mdl_config SET value = '2018051700' WHERE name = 'version'",
            {},
            "accept_version = '2018051700'",
        ),
        ("UPDATE mdl_config SET value = 'self' WHERE name = 'enrol_plugins_enabled'", {}, "manual enrolment"),
        ("", {"auth": "ldap"}, "`ldap`, which is not enabled"),
        ("", {"student_role": "pupil"}, "no role of that short name"),
        ("", {"teacher_role": "coursecreator"}, "may not be given in a course"),
        ("", {"category": "Nowhere"}, "no categories have"),
        ("", {"fields": {"grade": "profile:grade"}}, "no profile field of that short name"),
        (
            "INSERT INTO mdl_cohort (contextid, idnumber, component, descriptionformat, timecreated,"
            " timemodified) VALUES (1, 'dss-students', 'tool_x', 1, 1, 1)",
            {},
            "belongs to `tool_x`",
        ),
    ],
)
def test_what_is_missing_is_named(site: Site, change: str, options: dict[str, Any], words: str) -> None:
    """With what is there, or what to do."""
    site.parent_role()
    if change:
        site.change(change)

    found = levels(site, guardian_role="parent", **options)

    assert len(found) == 1
    assert words in next(iter(found.values()))


def test_a_permission_that_lacks_is_found_out(site: Site) -> None:
    """Before the first run, not in the middle of it; every table is tried, and nothing is written."""
    moodle = site.tree()

    def forbid(action: int, table: str | None, *_: object) -> int:
        forbidden = {
            (sqlite3.SQLITE_DELETE, "mdl_sessions"),
            (sqlite3.SQLITE_INSERT, "mdl_enrol"),
        }
        return sqlite3.SQLITE_DENY if (action, table) in forbidden else sqlite3.SQLITE_OK

    def restrict(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_authorizer(forbid)

    event.listen(moodle.client.engine, "connect", restrict)
    before = site.dump()

    found = [finding.text for finding in moodle.check() if finding.level == "error"]

    assert len(found) == 1
    assert found[0] == "mdl_sessions, mdl_enrol cannot be written: not authorized"
    assert site.dump() == before


@pytest.mark.parametrize(
    ("wanted", "id_"),
    [("riverbend", 7), ("Upper", 7), ("Upper / Grade 9", 8), ("Grade 9", 8), ("Category 1", 1)],
)
def test_a_category_is_found_by_idnumber_or_name(site: Site, wanted: str, id_: int) -> None:
    """Or by the names from the top."""
    site.add("course_categories", id=7, name="Upper", idnumber="riverbend", depth=1, path="/7")
    site.add("course_categories", id=8, name="Grade 9", parent=7, depth=2, path="/7/8")

    assert site.tree(category=wanted).client.site.category.id == id_


def test_a_category_that_is_there_twice_is_not_guessed(site: Site) -> None:
    """The names from the top tell them apart."""
    for number, parent in ((7, "Upper"), (8, "Lower")):
        site.add("course_categories", id=number, name=parent, depth=1, path=f"/{number}")
        site.add("course_categories", id=number + 10, name="X", depth=2, path=f"/{number}/{number + 10}")

    with pytest.raises(ConfigError, match="2 categories"):
        _ = site.tree(category="X").client.site.category

    assert site.tree(category="Lower / X").client.site.category.id == 18


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"mark": ""}, "`mark` is ''"),
        ({"teacher_role": "student"}, "are both 'student'"),
        ({"mark": "dss-"}, "begins with it"),
        ({"cohorts": {"pupils": "x"}}, "names `pupils`"),
        ({"cohorts": {"students": ""}}, "is empty"),
        ({"cohorts": {"students": "x", "teachers": "x"}}, "one cohort"),
        ({"fields": {"grade": "password"}}, "`fields.grade` is 'password'"),
        ({"fields": {"email": "phone1"}}, "has its place"),
        ({"fields": {"grade": "city", "homeroom": "city"}}, "one place"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(given: dict[str, Any], words: str) -> None:
    """With the option's name and what is wanted."""
    with pytest.raises(ConfigError) as caught:
        Options(url=SecretUrl("sqlite://"), **given)

    assert words in str(caught.value)


def test_every_option_has_help() -> None:
    """It is what `dss-run init` writes into a starter file."""
    fields = Options.__attrs_attrs__

    assert [field.name for field in fields if len(field.metadata.get("help", "")) < 20] == []


def test_two_scope_cohorts_of_one_idnumber_are_an_error(
    make_site: Callable[[], Site],
) -> None:
    """Moodle's forms refuse that, its database does not."""
    site = make_site()
    for _ in range(2):
        site.add(
            "cohort",
            contextid=1,
            idnumber="dss-students",
            descriptionformat=1,
            timecreated=1,
            timemodified=1,
        )

    with pytest.raises(ConfigError, match="two cohorts have the ID number `dss-students`"):
        +site.tree()
