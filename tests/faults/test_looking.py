"""What the trials compare with would tell if something had gone wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.faults.picture import differences, names, picture
from tests.faults.points import stored_apart

from dss_moodle_db.embedded import create_site


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A Moodle with two accounts in a cohort."""
    path = tmp_path / "moodle.db"
    create_site(f"sqlite:///{path}")
    _change(
        path, "INSERT INTO mdl_user (id, username, idnumber) VALUES (10, 'ada', '1001'), (11, 'bo', '1002')"
    )
    _change(
        path,
        "INSERT INTO mdl_cohort (id, contextid, idnumber, name, descriptionformat, timecreated, timemodified)"
        " VALUES (5, 1, 'dss-students', 'Students', 1, 7, 7)",
    )
    _change(path, "INSERT INTO mdl_cohort_members (id, cohortid, userid) VALUES (1, 5, 10), (2, 5, 11)")
    return path


def _change(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_other_ids_are_no_difference(path: Path) -> None:
    """Two sites in which the same people have been given other numbers look the same."""
    before = picture(path)

    _change(
        path,
        "UPDATE mdl_user SET id = 20 WHERE id = 10",
        "UPDATE mdl_cohort SET id = 6",
        "UPDATE mdl_cohort_members SET cohortid = 6",
        "UPDATE mdl_cohort_members SET id = 9, userid = 20 WHERE userid = 10",
    )

    assert differences(picture(path), before) == []
    assert names(path)["user", 20] == "1001"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM mdl_cohort_members WHERE id = 2", ["cohort_members: 1 lacking"]),
        ("INSERT INTO mdl_user (username, idnumber) VALUES ('ada2', '1001')", ["user: 1 too many"]),
        ("UPDATE mdl_user SET suspended = 1 WHERE id = 10", ["user: 1 too many", "user: 1 lacking"]),
        (
            "UPDATE mdl_cohort_members SET userid = 99 WHERE id = 2",
            ["cohort_members: 1 too many", "cohort_members: 1"],
        ),
        ("UPDATE mdl_cohort SET timemodified = 8", ["cohort: 1 too many", "cohort: 1 lacking"]),
    ],
)
def test_every_row_and_column_counts(path: Path, statement: str, told: list[str]) -> None:
    """A row too many, one that lacks, a changed value, a reference to somebody else."""
    before = picture(path)

    _change(path, statement)

    found = differences(picture(path), before)
    assert [one[: len(start)] for one, start in zip(found, told, strict=True)] == told


BEGINS, OVER, ENDS = "before the bracket", "in the bracket, after all", "after the bracket"
INSERT, COMMIT = "row of target's INSERT", "row of target's COMMIT in Journal.settle"


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ([BEGINS, INSERT, OVER, COMMIT, ENDS, BEGINS, OVER, ENDS], []),
        ([BEGINS, INSERT, COMMIT, OVER, ENDS], ["within a bracket", "not at all at the end"]),
        ([BEGINS, INSERT, OVER, ENDS], ["not at all at the end"]),
        ([BEGINS, OVER, ENDS, INSERT, COMMIT], ["outside of every bracket"]),
    ],
)
def test_a_batch_is_stored_as_one(points: list[str], told: list[str]) -> None:
    """A target that stores before its bracket closes, or not then, is noticed in a run that is not even killed."""
    found = stored_apart(points)

    assert [
        one.removeprefix("stored ").startswith(start) for one, start in zip(found, told, strict=True)
    ] == [True] * len(told)
