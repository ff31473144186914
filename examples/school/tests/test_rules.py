"""The school's own rules in `school.py`, tried on everybody in the exports."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from riverbend.overnight import pass_night
from riverbend.school import DAY_ONE, School, invent
from school import Guardian, Student, Teacher, cohorts

LEGAL = re.compile(r"[-.@_a-z0-9]{1,100}")


@pytest.fixture(params=["day1", "day2"])
def everybody(request: pytest.FixtureRequest) -> School:
    """The school on one of the two days."""
    school = invent()
    if request.param == "day2":
        pass_night(school)
    return school


def students(school: School) -> Iterator[Student]:
    """Pupils as the connector makes them: a blank login is None."""
    for each in school.active():
        yield Student(each.number, each.given.text, each.surname.text, username=each.login or None)


def teachers(school: School) -> Iterator[Teacher]:
    """Teachers as the connector makes them."""
    for each in school.teachers:
        if each.status == each.staff_status == 1:
            yield Teacher(
                f"T{each.number}", each.given.text, each.surname.text, email=each.email, username=each.login
            )


def guardians(school: School) -> Iterator[Guardian]:
    """Guardians as the connector makes them: one for each address."""
    for family in {id(pupil.family): pupil.family for pupil in school.active()}.values():
        for address in family.guardian_email.replace(";", ",").split(","):
            yield Guardian(f"G{family.ident}-{address.strip()}", email=address.strip())


def test_every_username_is_legal_in_moodle(everybody: School) -> None:
    """Moodle takes lower-case letters, digits and `-._@`."""
    found = [person.username for of in (students, teachers, guardians) for person in of(everybody)]

    assert [username for username in found if not LEGAL.fullmatch(username or "")] == []


def test_no_two_accounts_share_a_username(everybody: School) -> None:
    """Pupils and staff together; parents too, but for those who teach here and have one account."""
    counts = Counter(person.username for of in (students, teachers, guardians) for person in of(everybody))

    # On day two the child of one of them leaves.
    assert sum(count == 2 for count in counts.values()) == (5 if everybody.today == DAY_ONE else 4)
    assert max(counts.values()) == 2
    assert {name for name, count in counts.items() if count == 2} <= {
        teacher.username for teacher in teachers(everybody)
    }


def test_a_pupil_without_login_gets_one_from_name_and_number() -> None:
    """Marks and apostrophes are left out; so are letters of other scripts, and the number remains."""
    names = [("Seán", "O'Brien"), ("Þóra", "Øvergård"), ("Łucja", "Groß"), ("小明", "王")]

    made = [Student("10042", given, family).username for given, family in names]

    assert made == ["sobrien10042", "tovergard10042", "lgross10042", "10042"]


def test_cohorts_follow_grade_homeroom_and_role() -> None:
    """Parents are in the cohort of each child's grade; who is disabled is in none."""
    tree = SimpleNamespace(
        students=[
            Student("1", enabled=True, grade="7", homeroom="7A", guardians=frozenset({"G1", "G2"})),
            Student("2", enabled=True, grade="0", homeroom="", guardians=frozenset({"G1"})),
            Student("3", enabled=False, grade="7", homeroom="7A", guardians=frozenset({"G9"})),
        ],
        teachers=[Teacher("T1", enabled=True), Teacher("T2", enabled=False)],
        guardians=[Guardian("G1"), Guardian("G2")],
    )

    made = {each["idnumber"]: each["members"] for each in cohorts(tree)}

    assert made == {
        "all-students": {"1", "2"},
        "grade-07": {"1"},
        "parents-grade-07": {"G1", "G2"},
        "homeroom-7A": {"1"},
        "grade-00": {"2"},
        "parents-grade-00": {"G1"},
        "all-teachers": {"T1"},
        "all-parents": {"G1", "G2"},
    }


def test_the_configuration_lists_as_many_columns_as_the_files_have() -> None:
    """Every row of every newest file has a cell for each of the columns."""
    here = Path(__file__).parent.parent
    tree = tomllib.loads((here / "dss.toml").read_text(encoding="utf-8"))["trees"]["powerschool"]

    for table in ("students", "teachers", "courses", "classes", "enrollments"):
        pattern = tree[table]["files"].replace("{school}", "*").replace("{version}", "1.10")
        paths = list((here / "exports").glob(f"*/{pattern}"))
        widths = {
            line.count("\t") + 1 for path in paths for line in path.read_text("utf-8").splitlines() if line
        }
        assert len(paths) == 4
        assert widths == {len(tree[table]["columns"])}
