"""The main job on the example school: two days, each planned and applied, the target then held against the school."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import moodle
import pytest
from click.testing import CliRunner
from demo import Play
from riverbend.overnight import pass_night
from riverbend.school import School, invent
from school import Student

from dss.actions import Kind, Outcome
from dss.exit_codes import ExitCode
from dss.launcher.group import dss_run
from dss.runner import Run

HERE = Path(__file__).parent.parent
Counts = Counter[tuple[str, Kind]]

pytestmark = pytest.mark.slow


class Night:
    """A play folder whose exports change, and what a run in it finds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("dss.toml", "school.py"):
            shutil.copyfile(HERE / name, folder / name)
        moodle.build(folder / "moodle.db")

    def receive(self, day: str) -> None:
        """Put the exports of a day in place."""
        shutil.rmtree(self.folder / "exports", ignore_errors=True)
        shutil.copytree(HERE / "exports" / day, self.folder / "exports", copy_function=shutil.copyfile)

    def claim(self) -> None:
        """Say that what Moodle has in our scope is ours."""
        result = CliRunner().invoke(dss_run, ["claim", "--yes", "--config", str(self.folder / "dss.toml")])
        assert result.exit_code == 0, result.output

    def plan(self) -> tuple[ExitCode, Counts]:
        """How a plan ends, and how much it finds."""
        with Run(self.folder / "dss.toml") as run:
            (sync,) = run.plan()
            assert sync.plan is not None
            return run.exit_code(), sync.plan.counts()

    def apply(self) -> tuple[ExitCode, Counts]:
        """How an apply ends, and what was planned."""
        with Run(self.folder / "dss.toml") as run:
            run.plan()
            (sync,) = run.apply()
            assert sync.plan is not None
            assert sync.report is not None
            assert [result for result in sync.report.undone if result.outcome is Outcome.FAILED] == []
            return run.exit_code(), sync.plan.counts()

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """What the Moodle database answers."""
        with sqlite3.connect(self.folder / "moodle.db") as connection:
            found = connection.execute(query).fetchall()
        connection.close()
        return found

    def dump(self) -> list[str]:
        """The whole database as text."""
        with sqlite3.connect(self.folder / "moodle.db") as connection:
            found = list(connection.iterdump())
        connection.close()
        return found


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The folder before day one, when it is known whose the records in our scope are."""
    made = Night(tmp_path_factory.mktemp("play"))
    made.receive("day1")
    made.claim()
    return made


def pupils_wanted(school: School) -> set[tuple[object, ...]]:
    """What each pupil's account should hold."""
    wanted: set[tuple[object, ...]] = set()
    for each in school.active():
        model = Student(each.number, each.given.text, each.surname.text, username=each.login or None)
        wanted.add(
            (each.number, model.username, model.given_name, model.family_name, model.email, each.homeroom)
        )
    return wanted


def pupils_found(night: Night) -> set[tuple[object, ...]]:
    """What the accounts of our pupils that work do hold."""
    return set(
        night.ask(
            "SELECT u.idnumber, u.username, u.firstname, u.lastname, u.email, u.department FROM mdl_user u"
            " JOIN mdl_cohort_members m ON m.userid = u.id JOIN mdl_cohort c ON c.id = m.cohortid"
            " WHERE c.idnumber = 'dss-students' AND u.suspended = 0 AND u.deleted = 0"
        )
    )


def seats_wanted(school: School) -> set[tuple[object, ...]]:
    """Which pupil sits in which section."""
    return {
        (seat.pupil.number, f"dss:{seat.section.record}") for seat in school.table.seats if not seat.dropped
    }


def seats_found(night: Night) -> set[tuple[object, ...]]:
    """Which account is in which group of ours, as a student of its course who may go in."""
    return set(
        night.ask(
            "SELECT DISTINCT u.idnumber, g.idnumber FROM mdl_groups g"
            " JOIN mdl_groups_members m ON m.groupid = g.id JOIN mdl_user u ON u.id = m.userid"
            " JOIN mdl_enrol e ON e.courseid = g.courseid AND e.enrol = 'manual'"
            " JOIN mdl_user_enrolments ue ON ue.enrolid = e.id AND ue.userid = u.id AND ue.status = 0"
            " JOIN mdl_context c ON c.contextlevel = 50 AND c.instanceid = g.courseid"
            " JOIN mdl_role_assignments r ON r.contextid = c.id AND r.userid = u.id AND r.component = ''"
            " JOIN mdl_role o ON o.id = r.roleid AND o.shortname = 'student'"
            " WHERE g.idnumber LIKE 'dss:%'"
        )
    )


def cohort(night: Night, idnumber: str) -> set[object]:
    """The members of a cohort."""
    rows = night.ask(
        "SELECT u.idnumber FROM mdl_cohort c JOIN mdl_cohort_members m ON m.cohortid = c.id"
        f" JOIN mdl_user u ON u.id = m.userid WHERE c.idnumber = '{idnumber}'"
    )
    return {row[0] for row in rows}


def not_ours(night: Night) -> list[list[tuple[object, ...]]]:
    """Everything in the database that is somebody else's."""
    return [
        night.ask(query)
        for query in (
            "SELECT * FROM mdl_user WHERE idnumber = ''",
            "SELECT * FROM mdl_course WHERE category NOT IN"
            " (SELECT id FROM mdl_course_categories WHERE idnumber = 'riverbend')",
            "SELECT * FROM mdl_role_assignments WHERE component <> ''",
            "SELECT * FROM mdl_user_enrolments WHERE enrolid IN (SELECT id FROM mdl_enrol WHERE enrol <> 'manual')",
            "SELECT * FROM mdl_groups WHERE idnumber NOT LIKE 'dss:%'",
            "SELECT * FROM mdl_groups_members WHERE groupid IN"
            " (SELECT id FROM mdl_groups WHERE idnumber NOT LIKE 'dss:%')",
            "SELECT * FROM mdl_cohort WHERE idnumber NOT LIKE 'dss%'",
            "SELECT * FROM mdl_cohort_members WHERE cohortid IN"
            " (SELECT id FROM mdl_cohort WHERE idnumber NOT LIKE 'dss%')",
        )
    ]


def test_two_days(night: Night) -> None:
    """Each day brings Moodle into step with the school, once; what is not ours stays as it was."""
    school = invent()
    others = not_ours(night)

    for day in ("day1", "day2"):
        night.receive(day)
        if day == "day2":
            pass_night(school)

        assert night.plan()[0] is ExitCode.CHANGES, day
        assert night.apply()[0] is ExitCode.IN_STEP, day
        applied = night.dump()
        code, found = night.plan()

        assert (code, dict(found)) == (ExitCode.IN_STEP, {}), day
        assert night.apply()[0] is ExitCode.IN_STEP
        assert night.dump() == applied, "applying twice must change nothing"
        assert pupils_found(night) == pupils_wanted(school), day
        assert seats_found(night) == seats_wanted(school), day
        assert cohort(night, "dss:all-students") == {each.number for each in school.active()}
        assert not_ours(night) == others, day


def test_a_partial_export_takes_nobody_away(night: Night) -> None:
    """With only some grades in the secondary school's files every removal is held; whole files end it."""
    night.receive("day2")
    night.apply()
    before = night.dump()

    Play(night.folder).lose_upper_grades()
    code, planned = night.apply()
    after = night.dump()
    night.receive("day2")

    assert code is ExitCode.HELD
    assert planned["students", Kind.OLD] > 100
    assert planned["enrollments", Kind.OLD] > 1000
    assert after == before
    assert night.plan()[0] is ExitCode.IN_STEP


def test_a_file_that_was_cut_off_takes_nobody_away(night: Night) -> None:
    """Schedules of pupils whom the student file does not name are errors, and nothing is removed."""
    night.receive("day2")
    night.apply()
    before = night.dump()
    path = night.folder / "exports" / "riverbend_sec_students_v1.10.txt"
    lines = path.read_text("utf-8").splitlines(keepends=True)

    path.write_text("".join(lines[: len(lines) // 2]), "utf-8", newline="\n")
    code, planned = night.apply()
    after = night.dump()
    night.receive("day2")

    assert code is ExitCode.FAILED
    assert planned["students", Kind.OLD] > 100
    assert planned["enrollments", Kind.ERROR] > 1000
    assert after == before


def test_a_teacher_whose_child_leaves_keeps_the_account(night: Night) -> None:
    """One account for both roles: it ends as a parent's and goes on as a teacher's."""
    school = invent()
    parent = next(each for each in school.teachers if each.email.startswith("hobrien@"))
    idnumber = f"T{parent.number}"

    night.receive("day1")
    night.apply()
    before = {name for name in ("dss-guardians", "dss-teachers") if idnumber in cohort(night, name)}
    night.receive("day2")
    night.apply()
    after = {name for name in ("dss-guardians", "dss-teachers") if idnumber in cohort(night, name)}

    assert before == {"dss-guardians", "dss-teachers"}
    assert after == {"dss-teachers"}
    assert night.ask(f"SELECT suspended FROM mdl_user WHERE idnumber = '{idnumber}'") == [(0,)]


def test_a_teacher_who_leaves_and_whose_child_stays_keeps_the_account(tmp_path: Path) -> None:
    """The account goes on as a parent's, under the number it always had; nobody is locked out, nothing is doubled."""
    night = Night(tmp_path)
    night.receive("day1")
    night.claim()
    night.apply()
    accounts = night.ask("SELECT count(*) FROM mdl_user")
    (file,) = (tmp_path / "exports").glob("riverbend_sec_teachers_v1.10.txt")
    rows = file.read_text(encoding="utf-8")
    row = "hobrien@riverbend.school.example\t1\t1\t"
    assert row in rows
    file.write_text(rows.replace(row, row.replace("\t1\t1\t", "\t2\t1\t")), encoding="utf-8")

    ended, planned = night.apply()
    again, left = night.plan()

    assert ended is ExitCode.IN_STEP
    assert planned["teachers", Kind.OLD] == 1
    assert planned["guardians", Kind.NEW] + planned["guardians", Kind.OLD] == 0
    assert "T2367" in cohort(night, "dss-guardians")
    assert "T2367" not in cohort(night, "dss-teachers")
    assert night.ask("SELECT suspended FROM mdl_user WHERE idnumber = 'T2367'") == [(0,)]
    assert night.ask("SELECT count(*) FROM mdl_user") == accounts
    assert again is ExitCode.IN_STEP
    assert not left
