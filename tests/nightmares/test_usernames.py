"""All usernames change at once: nobody may find the door locked in the morning because of a rule or a column."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.nightmares.conftest import Scene

pytestmark = pytest.mark.slow

YEARLY = '''

from dss import clock


class Student(dss.school.Student):
    """A pupil, whose username carries the year of leaving."""

    @property
    def username(self):
        """Such as `abird2031`, from the grade and the year that the clock shows."""
        year = clock.now().year + 12 - int(self.grade)
        return f"{self.given_name[0]}{self.family_name}{self.idnumber}.{year}".lower()
'''


def test_another_rule_for_logins(scene: Scene) -> None:
    """Somebody put a letter in front of every login in PowerSchool: four hundred pupils keep theirs."""
    before = scene.look()
    school = scene.news()
    for row in school.students:
        row["Network_ID"] = f"x{row['Network_ID']}"
    scene.pass_night(school)

    result = scene.apply()

    scene.waits(before, result, "username would change in 400 of 400 students; 400 changes of username wait")
    scene.recovers(before)


def test_logins_that_are_meant_to_change(scene: Scene) -> None:
    """The new logins are meant: approved, they go through once, and other ones on the next night are held again."""
    for row in scene.school.students:
        row["Network_ID"] = f"x{row['Network_ID']}"
    scene.pass_night()
    assert scene.apply().exit_code == 3
    scene.approve()

    approved = scene.apply()

    before = scene.look()
    assert approved.exit_code == 0, approved.output
    assert all(
        values[0].startswith("x") for key, values in before.accounts.items() if key.isdigit() and values[5]
    )
    bad = scene.news()
    for row in bad.students:
        row["Network_ID"] = f"y{row['Network_ID']}"
    scene.pass_night(bad)
    result = scene.apply()
    scene.waits(before, result, "username would change in 400 of 400 students; 400 changes of username wait")
    scene.recovers(before)


def test_the_rule_that_depends_on_the_year(scene: Scene) -> None:
    """Our own model makes the username of the year, and the year ends: on the first of January all of them wait."""
    code = scene.folder / "fairfield.py"
    code.write_text(code.read_text() + YEARLY)
    scene.configure('[sync.students]\nmodel.left = "fairfield/Student"\n')
    scene.pass_night()
    assert scene.apply().exit_code == 3
    scene.approve()
    assert scene.apply().exit_code == 0
    scene.now = datetime.datetime(2026, 12, 30, 3, 15, tzinfo=datetime.UTC)
    scene.pass_night()
    in_december = scene.apply()
    before = scene.look()

    scene.pass_night(scene.news())
    in_january = scene.apply()

    assert (in_december.exit_code, in_december.output) == (0, "")
    scene.waits(
        before, in_january, "username would change in 400 of 400 students; 400 changes of username wait"
    )


def test_two_grades_exchange_their_logins(scene: Scene) -> None:
    """Rows slipped by one in two grades, less than any limit: everybody gets the other's login, and nobody both."""
    before = scene.look()
    some = [row for row in scene.school.students if row["Grade_Level"] in ("1", "2")][:60]
    logins = [row["Network_ID"] for row in some]
    for row, login in zip(some, logins[1:] + logins[:1], strict=True):
        row["Network_ID"] = login
    scene.pass_night()

    result = scene.apply()

    after = scene.look()
    assert result.exit_code == 0, result.output
    assert sorted(values[0] for values in after.accounts.values()) == sorted(
        v[0] for v in before.accounts.values()
    )
    assert {row["Student_Number"]: row["Network_ID"] for row in some}.items() <= {
        key: values[0] for key, values in after.accounts.items()
    }.items()
