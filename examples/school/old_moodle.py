"""Make a folder for a first week: the example school, and a Moodle of ten years that does not agree with it.

Beside what `moodle.py` builds, people have typed things in that dss has to ask about::

    python examples/school/old_moodle.py first-week
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from demo import Play
from riverbend.people import ELEMENTARY
from riverbend.school import School, invent
from riverbend.site import Site
from school import DOMAIN, Student


def make(folder: Path) -> None:
    """Make the folder: configuration, exports of the first day, and the Moodle; no run has been there yet."""
    play = Play(folder)
    play.set_up()
    play.receive("day1")
    with sqlite3.connect(folder / "moodle.db") as connection:
        _quarrel(Site(connection), invent())
    connection.close()


def _quarrel(site: Site, school: School) -> None:
    """Three accounts of long ago that stand in the way of pupils who come now."""
    known = {row[0] for row in site.connection.execute("SELECT idnumber FROM mdl_user")}
    new = [each for each in school.active() if each.number not in known and each.school == ELEMENTARY]
    taken, mistyped, twin = new[0], new[1], new[2]
    # somebody made an account for a sister by hand, and it has the login that the pupil is to get
    login = Student(taken.number, taken.given.text, taken.surname.text, username=taken.login or None).username
    site.account(login or "", taken.given.text, "Ramos", "ramos@example.org")
    # a number typed wrongly: the number of one, the name of another
    site.account("old.pupil", "Petra", "Oldfield", f"petra@{DOMAIN}", mistyped.number)
    # made twice, by two people, in two years
    for place in (1, 2):
        site.account(f"twin{place}", twin.given.text, twin.surname.text, f"twin{place}@{DOMAIN}", twin.number)


if __name__ == "__main__":
    make(Path(sys.argv[1] if len(sys.argv) > 1 else "first-week").resolve())
