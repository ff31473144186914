"""The Moodle that the demo builds: it must look like one that Moodle itself has filled."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import moodle
import pytest


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The example's Moodle."""
    path = tmp_path_factory.mktemp("moodle") / "moodle.db"
    moodle.build(path)
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


def one(database: sqlite3.Connection, query: str) -> int:
    """The number that a query gives."""
    return int(database.execute(query).fetchone()[0])


def test_building_again_replaces_the_file(tmp_path: Path) -> None:
    """The demo can be started twice."""
    path = tmp_path / "moodle.db"

    moodle.build(path)
    first = path.stat().st_ino
    moodle.build(path)

    assert path.stat().st_size > 0
    assert first


def test_contexts_lie_below_their_parents(database: sqlite3.Connection) -> None:
    """Every path ends in the context's own id, and the depth counts its parts."""
    rows = database.execute("SELECT id, path, depth FROM mdl_context").fetchall()

    assert [row for row in rows if not row[1].endswith(f"/{row[0]}")] == []
    assert [row for row in rows if row[1].count("/") != row[2]] == []


def test_no_number_is_given_twice(database: sqlite3.Connection) -> None:
    """Moodle's tables allow it, Moodle's own pages do not."""
    for table in ("user", "course", "cohort", "groups"):
        doubled = database.execute(
            f"SELECT idnumber FROM mdl_{table} WHERE idnumber <> '' GROUP BY idnumber HAVING count(*) > 1"
        ).fetchall()

        assert doubled == [], table


def test_whoever_has_a_role_or_a_group_in_a_course_is_enrolled_in_it(database: sqlite3.Connection) -> None:
    """No role without enrolment, no group member either."""
    enrolled = "SELECT e.courseid, u.userid FROM mdl_user_enrolments u JOIN mdl_enrol e ON e.id = u.enrolid"
    roles = (
        "SELECT c.instanceid, r.userid FROM mdl_role_assignments r"
        " JOIN mdl_context c ON c.id = r.contextid AND c.contextlevel = 50"
    )
    groups = "SELECT g.courseid, m.userid FROM mdl_groups_members m JOIN mdl_groups g ON g.id = m.groupid"

    assert one(database, f"SELECT count(*) FROM ({roles} EXCEPT {enrolled})") == 0
    assert one(database, f"SELECT count(*) FROM ({groups} EXCEPT {enrolled})") == 0


def test_the_site_has_been_lived_in(database: sqlite3.Connection) -> None:
    """There is something of everything that a run must deal with, or leave alone."""
    ours = (
        "SELECT m.userid FROM mdl_cohort_members m JOIN mdl_cohort c ON c.id = m.cohortid"
        " WHERE c.idnumber = 'dss-students'"
    )
    by_hand = f"SELECT count(*) FROM mdl_user WHERE idnumber <> '' AND id NOT IN ({ours})"

    assert one(database, f"SELECT count(*) FROM ({ours})") > 100
    assert one(database, by_hand) > 100
    assert one(database, "SELECT count(*) FROM mdl_user WHERE suspended = 1") == 5
    assert one(database, "SELECT count(*) FROM mdl_user WHERE email LIKE '%@old-mail.%'") > 3
    assert one(database, "SELECT count(*) FROM mdl_role_assignments WHERE component = 'enrol_cohort'") > 20
    assert one(database, "SELECT count(*) FROM mdl_groups WHERE idnumber = ''") == 2
