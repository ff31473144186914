"""A school that has been in step for some good nights, and what becomes of it when a night is not good."""

from __future__ import annotations

import datetime
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result
from tests.moodle import make_moodle

from dss import clock
from dss.launcher.group import dss_run

Row = dict[str, str]
CONFIG = """
[trees.powerschool]
connector = "powerschool_csv"
folder = "exports"

[trees.powerschool.guardians]
names = ["Guardian"]

[trees.moodle]
connector = "moodle_db"
url = "sqlite:///moodle.db"
category = "fairfield"
fields = { homeroom = "department" }
guardian_role = "parent"

[[sync]]
left = "powerschool"
right = "moodle"
branches = ["teachers", "guardians", "students", "courses", "classes", "enrollments", "cohorts"]

[sync.guardians]
model.left = "fairfield/Guardian"

[sync.cohorts]
derive.left = "fairfield/cohorts"
"""
OWN_CODE = '''
import dss.school
from dss.importers import reads

class Guardian(dss.school.Guardian):
    @property
    def username(self):
        """A parent logs in with the whole address."""
        return self.email

@reads("students")
def cohorts(tree):
    """A cohort for every homeroom, and one of all pupils."""
    members = {}
    for pupil in tree.students:
        members.setdefault("all", set()).add(pupil.idnumber)
        if pupil.homeroom:
            members.setdefault(pupil.homeroom, set()).add(pupil.idnumber)
    for homeroom, people in members.items():
        yield {"idnumber": f"pupils-{homeroom}", "name": homeroom, "members": frozenset(people)}
'''
FIRST_NIGHT = datetime.datetime(2026, 3, 2, 3, 15, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
_GIVEN = "Ada Ben Cleo Dan Eva Finn Gia Hugo Iris Jon Kaya Leo Mia Noor Olga Pia Quin Rosa Sam Tara"
_FAMILY = "Abel Bird Cole Dahl Elm Ford Gray Hale Ives Jung Kerr Lund Moss Nash Orr Pike Reed Shaw Todd Wood"
GIVEN, FAMILY = _GIVEN.split(), _FAMILY.split()
NEWS = ("T4", "new.address@fairfield.example")
TABLES = ("students", "teachers", "courses", "sections", "cc")


def pupil(number: int) -> Row:
    """One pupil's row, in a school of twelve grades of two homerooms each."""
    place = number - 10_000
    given, family = GIVEN[place % 20], FAMILY[(place // 20 + place) % 20]
    return {
        "Student_Number": str(number),
        "ID": str(number + 50_000),
        "Last_Name": family,
        "First_Name": given,
        "Grade_Level": str(place % 12 + 1),
        "Enroll_Status": "0",
        "Home_Room": f"{place % 12 + 1}{'AB'[place // 12 % 2]}",
        "Student_Email": f"{given}.{family}.{number}@fairfield.example".lower(),
        "Network_ID": f"{given[0]}{family}{number}".lower(),
        "GuardianEmail": f"family{place // 2}@example.org",
        "Guardian": f"{FAMILY[place // 2 % 20]}, {GIVEN[place // 40 % 20]}",
    }


@attrs.define
class Export:
    """What PowerSchool writes in one night: tables of rows."""

    students: list[Row]
    teachers: list[Row]
    courses: list[Row]
    sections: list[Row]
    cc: list[Row]

    def enrol(self, row: Row) -> None:
        """Seat a pupil in the four classes of the homeroom."""
        grade = int(row["Grade_Level"])
        for subject in range(4):
            section = str(7000 + grade * 10 + subject)
            seat = {"Student_Number": row["Student_Number"], "SectionID": section, "TermID": "3600"}
            self.cc.append({**seat, "DateEnrolled": "08/24/2025", "DateLeft": ""})

    def without(self, *numbers: str) -> None:
        """Pupils leave."""
        self.students = [row for row in self.students if row["Student_Number"] not in numbers]
        self.cc = [row for row in self.cc if row["Student_Number"] not in numbers]

    def copy(self) -> Export:
        """The same once more, to be changed without changing this."""
        return Export(*([dict(row) for row in getattr(self, table)] for table in TABLES))


def invent() -> Export:
    """Four hundred pupils, twenty-four teachers, forty-eight courses of one class each."""
    made = Export([], [], [], [], [])
    for number in range(1, 25):
        given, family = GIVEN[number % 20], FAMILY[-number % 20]
        login = f"{given}.{family}{number}".lower()
        own = {
            "ID": str(800 + number),
            "TeacherNumber": str(number),
            "Last_Name": family,
            "First_Name": given,
        }
        own |= {"Email_Addr": f"{login}@fairfield.example", "Status": "1", "TeacherLoginID": login}
        made.teachers.append(own)
    for grade in range(1, 13):
        for subject, name in enumerate(("English", "Mathematics", "Science", "Art")):
            course = f"{name[:3].upper()}{grade:02}"
            made.courses.append(
                {"Course_Number": course, "Course_Name": f"{name} {grade}", "CreditType": name}
            )
            own = {"ID": str(7000 + grade * 10 + subject), "Course_Number": course, "Section_Number": "1"}
            made.sections.append(
                {**own, "TermID": "3600", "Teacher": str(800 + (grade * 4 + subject) % 24 + 1)}
            )
    for number in range(10_000, 10_400):
        made.students.append(pupil(number))
        made.enrol(made.students[-1])
    return made


@attrs.frozen
class Site:
    """What is in Moodle, as far as it is ours.

    Attributes:
        accounts: by ID number: username, first name, last name, e-mail, department, whether it works.
        seats: pupil or teacher, and group.
        courses: ID numbers of those that can be seen.
        cohorts: cohort and member.
    """

    accounts: dict[str, tuple[str, str, str, str, str, bool]]
    seats: set[tuple[str, str]]
    courses: set[str]
    cohorts: set[tuple[str, str]]

    @property
    def working(self) -> set[str]:
        """Who can log in."""
        return {idnumber for idnumber, values in self.accounts.items() if values[-1]}

    def all_but(self, *people: str) -> Site:
        """The same without some people's accounts."""
        return attrs.evolve(self, accounts={k: v for k, v in self.accounts.items() if k not in people})


_ACCOUNTS = "SELECT idnumber, username, firstname, lastname, email, department, suspended FROM mdl_user"
_SEATS = """
SELECT u.idnumber, g.idnumber FROM mdl_groups g JOIN mdl_groups_members m ON m.groupid = g.id
JOIN mdl_user u ON u.id = m.userid JOIN mdl_enrol e ON e.courseid = g.courseid AND e.enrol = 'manual'
JOIN mdl_user_enrolments n ON n.enrolid = e.id AND n.userid = u.id AND n.status = 0
"""
_COHORTS = """
SELECT c.idnumber, u.idnumber FROM mdl_cohort c JOIN mdl_cohort_members m ON m.cohortid = c.id
JOIN mdl_user u ON u.id = m.userid
"""


@attrs.define
class Scene:
    """The folder on the server, and the nights that pass there.

    Attributes:
        folder: with the configuration, the exports, Moodle's database and the state.
        school: as it is today.
        now: the machine's clock.
    """

    folder: Path
    school: Export
    now: datetime.datetime = FIRST_NIGHT

    def path(self, table: str) -> Path:
        """Where a table is exported to."""
        return self.folder / "exports" / f"{table}.txt"

    def export(self, school: Export | None = None, *tables: str) -> None:
        """PowerSchool writes its files, an hour before the run."""
        self.path("").parent.mkdir(exist_ok=True)
        for table in tables or TABLES:
            rows = getattr(school or self.school, table)
            lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)] if rows else []
            self.put(table, "".join(f"{line}\n" for line in lines))

    def put(self, table: str, text: str | bytes) -> None:
        """One file is written, whatever stands in it."""
        data = text if isinstance(text, bytes) else text.encode()
        self.path(table).write_bytes(data)
        self.date(table)

    def date(self, table: str, at: datetime.datetime | None = None) -> None:
        """Say when a file was written; default is an hour before the run."""
        moment = (at or self.now - datetime.timedelta(hours=1)).timestamp()
        os.utime(self.path(table), (moment, moment))

    def pass_night(self, school: Export | None = None, *tables: str) -> None:
        """A day later there are new files."""
        self.now += DAY
        self.export(school, *tables)

    def news(self) -> Export:
        """A teacher has got a new address, which has nothing to do with what goes wrong tonight.

        Returns:
            A copy of the school, to be spoilt.
        """
        self.school.teachers[3]["Email_Addr"] = NEWS[1]
        return self.school.copy()

    def configure(self, more: str = "") -> None:
        """Write the configuration, with more below it."""
        (self.folder / "dss.toml").write_text(CONFIG + more, encoding="utf-8")

    def run(self, *arguments: str) -> Result:
        """Run `dss-run` in this process, without a terminal."""
        sys.modules.pop("fairfield", None)
        return CliRunner().invoke(dss_run, arguments, prog_name="dss-run")

    def apply(self, *arguments: str) -> Result:
        """Run `dss-run apply` as cron does."""
        return self.run("apply", "--yes", *arguments)

    def spawn(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `dss-run` as cron does, in a process of its own."""
        return subprocess.Popen(
            [Path(sys.executable).with_name("dss-run"), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def make_moodle(self) -> None:
        """A Moodle in which nobody is yet."""
        make_moodle(self.folder / "moodle.db")
        with sqlite3.connect(self.folder / "moodle.db") as connection:
            connection.execute("UPDATE mdl_course_categories SET idnumber = 'fairfield'")
        connection.close()

    def ask(self, query: str) -> list[tuple[str, ...]]:
        """What Moodle's database answers."""
        connection = sqlite3.connect(self.folder / "moodle.db")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def look(self) -> Site:
        """What is in Moodle."""
        accounts = self.ask(f"{_ACCOUNTS} WHERE deleted = 0 AND idnumber <> ''")
        return Site(
            {row[0]: (row[1], row[2], row[3], row[4], row[5], not row[6]) for row in accounts},
            {(row[0], row[1]) for row in self.ask(f"{_SEATS} WHERE g.idnumber LIKE 'dss:%'")},
            {
                row[0]
                for row in self.ask("SELECT idnumber FROM mdl_course WHERE visible = 1 AND idnumber <> ''")
            },
            {(row[0], row[1]) for row in self.ask(f"{_COHORTS} WHERE c.idnumber LIKE 'dss:%'")},
        )

    def approve(self, *arguments: str) -> None:
        """Say that all that is held is meant."""
        assert self.run("approve", "--yes", *arguments).exit_code == 0

    def approvals(self) -> int:
        """How many approvals there are."""
        lines = self.run("approve", "--list").stdout.splitlines()
        return 0 if lines == ["there are no approvals"] else len(lines)

    def refused(self, result: Result, *said: str) -> None:
        """Nothing was read to its end, nothing was written, and the message says this; a good file ends it."""
        before = self.look()
        assert result.exit_code == 1
        assert all(one in result.stderr for one in said), result.stderr
        self.recovers(before.all_but(NEWS[0]))

    def waits(self, before: Site, result: Result, *said: str) -> None:
        """All that is doubtful is held for these reasons, nothing of it was done; what is not doubtful was."""
        after, held = self.look(), self.held(result)
        assert result.exit_code == 3, result.output
        assert after.all_but(NEWS[0]) == before.all_but(NEWS[0])
        assert after.accounts[NEWS[0]][3] == NEWS[1]
        assert all(any(one in sentence for sentence in held) for one in said), held
        assert "If they are meant: `dss-run approve`" in result.stdout

    def recovers(self, before: Site) -> None:
        """With a good file an ordinary night follows, and then one on which there is nothing to do."""
        self.pass_night()
        result = self.apply()
        assert result.exit_code == 0, result.output
        assert self.look().all_but(NEWS[0]) == before.all_but(NEWS[0])
        assert self.look().accounts[NEWS[0]][3] == self.school.teachers[3]["Email_Addr"]
        assert self.approvals() == 0
        self.pass_night()
        result = self.apply()
        assert (result.exit_code, result.output) == (0, "")

    def held(self, result: Result) -> list[str]:
        """The sentences on what is held."""
        lines = [line for line in result.stdout.splitlines() if line.startswith("held: ")]
        return [
            line.removeprefix("held: ") for line in lines if not line.endswith("`dss-run plan` shows them")
        ]


def _prepare(folder: Path) -> Scene:
    """Make the school, and let four good nights pass."""
    made = Scene(folder, invent())
    folder.mkdir()
    (folder / "fairfield.py").write_text(OWN_CODE, encoding="utf-8")
    made.configure()
    made.make_moodle()
    return made


def _live(scene: Scene) -> None:
    school = scene.school
    scene.export()
    result = scene.apply()
    assert result.exit_code == 0, result.output
    for night in range(1, 4):
        school.without(school.students[night * 7]["Student_Number"])
        school.students[night * 5]["Home_Room"] = "7A"
        school.students.append(pupil(10_400 + night))
        school.enrol(school.students[-1])
        scene.pass_night()
        result = scene.apply()
        assert result.exit_code == 0, result.output


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Path]:
    """The scene after its good nights, and where it is kept; a journal knows a system by its path."""
    folder = tmp_path_factory.mktemp("fairfield")
    made = _prepare(folder / "srv")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made.folder)
        patch.setattr(sys, "path", [*sys.path])
        patch.setattr(clock, "now", lambda: made.now)
        _live(made)
    shutil.copytree(made.folder, folder / "kept")
    return made, folder / "kept"


@pytest.fixture
def scene(lived: tuple[Scene, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """The school on the evening before the nightmare."""
    made, kept = lived
    shutil.rmtree(made.folder)
    shutil.copytree(kept, made.folder)
    found = Scene(made.folder, made.school.copy(), made.now)
    monkeypatch.chdir(found.folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(clock, "now", lambda: found.now)
    yield found
    sys.modules.pop("fairfield", None)
