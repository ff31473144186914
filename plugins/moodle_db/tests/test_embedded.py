"""An empty site of our own is what a fresh Moodle is."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from dss_moodle_db.embedded import create_site
from dss_moodle_db.tables import site_tables

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Site

UNIQUE = {
    "user": [("mnethostid", "username")],
    "context": [("contextlevel", "instanceid")],
    "user_enrolments": [("enrolid", "userid")],
    "groups_members": [("userid", "groupid")],
    "cohort_members": [("cohortid", "userid")],
    "course_sections": [("course", "section")],
    "user_info_data": [("userid", "fieldid")],
    "user_preferences": [("userid", "name")],
    "course_format_options": [("courseid", "format", "sectionid", "name")],
    "course": [],
    "cohort": [],
    "course_categories": [],
    "groups": [],
    "enrol": [],
    "role_assignments": [],
}


@pytest.mark.parametrize("table", UNIQUE)
def test_only_moodles_own_unique_indexes_are_there(table: str) -> None:
    """What Moodle's forms alone refuse, such as a doubled short name, the database takes."""
    made = site_tables()[table]

    found = [tuple(column.name for column in index.columns) for index in made.indexes if index.unique]

    assert found == UNIQUE[table]


@pytest.mark.parametrize(
    ("table", "column", "default"),
    [
        ("user", "mnethostid", "0"),
        ("user", "confirmed", "0"),
        ("user", "auth", "manual"),
        ("user_enrolments", "timeend", "2147483647"),
        ("cohort", "descriptionformat", None),
        ("cohort", "timecreated", None),
        ("course", "format", "topics"),
    ],
)
def test_defaults_hurt_as_moodles_do(site: Site, table: str, column: str, default: str | None) -> None:
    """A writer that leaves these out gets what it would get from Moodle's own tables."""
    found = {row["name"]: row for row in site.rows(f"PRAGMA table_info(mdl_{table})")}

    given = found[column]["dflt_value"]

    assert (given.strip("'") if given is not None else None) == default
    assert found[column]["notnull"] == 1


def test_every_context_has_its_path(site: Site) -> None:
    """A path ends with the row's own id, and the depth counts its slashes."""
    contexts = site.rows("SELECT * FROM mdl_context")

    assert [row["path"].rsplit("/", 1)[1] for row in contexts] == [str(row["id"]) for row in contexts]
    assert [row["depth"] for row in contexts] == [row["path"].count("/") for row in contexts]


def test_prefix_is_any_text(tmp_path: Path) -> None:
    """Also none at all, though `user` and `groups` are words of SQL."""
    path = tmp_path / "bare.db"

    create_site(f"sqlite:///{path}", prefix="")

    with sqlite3.connect(path) as connection:
        assert connection.execute('SELECT count(*) FROM "user"').fetchone() == (2,)
    connection.close()


def test_a_site_is_never_made_over_another(site: Site) -> None:
    """Nothing of what is there is lost."""
    before = site.dump()

    with pytest.raises(OperationalError, match="already exists"):
        create_site(site.url)

    assert site.dump() == before
