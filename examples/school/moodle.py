"""Build the Moodle of the example: a database that people have worked in for years.

The secondary school has used Moodle for a long time; the elementary school joins with the first run. So the
database holds accounts that an earlier run made and that have since grown stale, accounts made by hand,
courses and cohorts that are none of our business, and enrolments of Moodle's own plugins::

    python examples/school/moodle.py moodle.db
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from riverbend.people import ELEMENTARY, TRANSFERRED, Pupil
from riverbend.school import School, invent
from riverbend.site import COURSE_LEVEL, SPRING, Site
from riverbend.timetable import Section

from dss_moodle_db.embedded import create_site

#: The categories, scope cohorts and the like that `dss.toml` names.
CATEGORY, MARK = "riverbend", "dss:"
SCOPES = {"students": "dss-students", "teachers": "dss-teachers", "guardians": "dss-guardians"}


def build(path: Path) -> None:
    """Make the database; a file that is already there is replaced."""
    path.unlink(missing_ok=True)
    create_site(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        _fill(Site(connection), invent())
    connection.close()


def _fill(site: Site, school: School) -> None:
    site.parent_role()
    pupils = _pupils(site, school)
    teachers = _teachers(site, school)
    _ours(site, school, pupils, teachers)
    _others(site, pupils, teachers)


def _username(pupil: Pupil) -> str:
    """What an account of ours has as its username; `school.py` says the same."""
    return pupil.login or f"{pupil.given.latin[:1]}{pupil.surname.latin}{pupil.number}"


def _pupils(site: Site, school: School) -> dict[str, int]:
    """Accounts of the secondary school, from grade 8 up; the younger ones have none yet."""
    ours = site.cohort(SCOPES["students"], "Students (kept by dss)")
    accounts: dict[str, int] = {}
    known = [each for each in school.pupils if 8 <= each.grade <= 12]
    known += [each for each in school.pupils if each.status == TRANSFERRED and each.grade in (6, 7)]
    for place, pupil in enumerate(known):
        by_hand = pupil.grade <= 9 and pupil.status != TRANSFERRED
        # Whoever typed the accounts of grades 8 and 9 took first.last for a username.
        username = f"{pupil.given.latin}.{pupil.surname.latin}.{place}" if by_hand else _username(pupil)
        given, surname = pupil.given.text, pupil.surname.text
        if not by_hand and place % 40 == 3:
            surname = f"{surname} ({pupil.given.latin[:1].upper()}.)"
        address = f"{username}@{'old-mail' if place % 30 == 5 else 'pupils'}.riverbend.school.example"
        # Whoever left in September is suspended, but for one who was forgotten; and one is by mistake.
        left = (pupil.status == TRANSFERRED and pupil.grade != 11) or place == 50
        accounts[pupil.number] = site.account(
            username, given, surname, address, pupil.number, suspended=int(left), timemodified=SPRING
        )
        if not by_hand:
            site.join(ours, accounts[pupil.number])
    return accounts


def _teachers(site: Site, school: School) -> dict[str, int]:
    """Secondary teachers made by hand, with the right number; nobody put them into the scope's cohort."""
    site.cohort(SCOPES["teachers"], "Teachers (kept by dss)")
    site.cohort(SCOPES["guardians"], "Guardians (kept by dss)")
    accounts = {}
    for teacher in [each for each in school.teachers[:60] if ELEMENTARY not in each.posts][:30]:
        accounts[teacher.number] = site.account(
            teacher.login, teacher.given.text, teacher.surname.text, teacher.email, f"T{teacher.number}"
        )
    return accounts


def _ours(site: Site, school: School, pupils: dict[str, int], teachers: dict[str, int]) -> None:
    """What the spring's run left: courses of the two oldest grades with their people, a little stale."""
    category = site.category("Riverbend 2026-27", CATEGORY)
    wanted = [each for each in school.table.courses if each.number[-2:] in ("11", "12")]
    for place, course in enumerate(wanted):
        name = course.name if place % 4 else f"{course.name} (2025-26)"
        made = site.course(category, course.number, name, course.number)
        method = site.find("enrol", "courseid", made[0])
        for section in (each for each in school.table.sections if each.course is course):
            seats = [seat for seat in school.table.seats if seat.section is section and not seat.dropped]
            members = [pupils[seat.pupil.number] for seat in seats if seat.pupil.number in pupils]
            # One pupil of each class is still to come.
            site.group(made[0], _group_name(section), f"{MARK}{section.record}", *members[1:])
            for member in members[1:]:
                site.enrol(made, method, member, "student")
    _outdated(site, category, school, pupils)


def _outdated(site: Site, category: tuple[int, int], school: School, pupils: dict[str, int]) -> None:
    """What is ours and over: a course nobody gives any more, and a pupil still in last week's class."""
    site.course(category, "SLA12", "Latin 12", "SLA12")
    first, second, *_ = [each for each in school.table.sections if each.course.number == "SEN12"]
    seat = next(each for each in school.table.seats if each.section is second and not each.dropped)
    course = site.find("course", "idnumber", "SEN12")
    member = pupils[seat.pupil.number]
    group = site.find("groups", "idnumber", f"{MARK}{first.record}")
    known = site.connection.execute(
        "SELECT count(*) FROM mdl_user_enrolments WHERE userid = ? AND enrolid = ?",
        (member, site.find("enrol", "courseid", course)),
    )
    if not known.fetchone()[0]:
        context = site.find("context", f"contextlevel = {COURSE_LEVEL} AND instanceid", course)
        site.enrol((course, context), site.find("enrol", "courseid", course), member, "student")
    site.add("groups_members", groupid=group, userid=member, timeadded=SPRING)


def _group_name(section: Section) -> str:
    """What dss calls the group; the first of each course was renamed by hand."""
    own = f"{section.course.number}.{section.number}"
    return own if section.number > 1 else f"{section.course.name}, the early birds"


def _others(site: Site, pupils: dict[str, int], teachers: dict[str, int]) -> None:
    """What is none of our business, and must be the same after every run."""
    nurse = site.account("nurse", "Robin", "Marsh", "nurse@riverbend.school.example")
    parents = site.account("parentcommittee", "Parents'", "Committee", "committee@example.org")
    site.account("library", "Library", "Desk", "library@riverbend.school.example")
    site.account(
        "who@example.org.1600000000", "Deleted", "User", "d41d8cd98f00b204e9800998ecf8427e", deleted=1
    )
    some = list(pupils.values())
    site.cohort("", "Chess club", *some[3:40:6])
    staff = site.cohort("staffroom", "Everybody in the staff room", nurse, *teachers.values())
    site.cohort("", "Parents' committee", parents)
    category = site.category("Staff and clubs", "")
    room = site.course(category, "staffroom", "Staff room", "staffroom")
    synced = site.method(room[0], "cohort", customint1=staff)
    for person in (nurse, *teachers.values()):
        site.enrol(room, synced, person, "student", plugin="enrol_cohort")
    chess = site.course(category, "chess", "Chess club: openings & endgames")
    self_enrolment = site.method(chess[0], "self")
    for person in some[3:40:6]:
        site.enrol(chess, self_enrolment, person, "student")
    site.group(chess[0], "Beginners", "", *some[3:20:6])
    # Ours is the course, but not what a teacher has done in it by hand.
    english = site.find("course", "idnumber", "SEN11")
    context = site.find("context", f"contextlevel = {COURSE_LEVEL} AND instanceid", english)
    site.enrol((english, context), site.find("enrol", "courseid", english), nurse, "teacher")
    site.group(english, "Project team red", "", nurse)
    health = site.course(category, "health", "First aid for everybody", "firstaid")
    site.enrol(health, site.find("enrol", "courseid", health[0]), nurse, "editingteacher")


if __name__ == "__main__":
    build(Path(sys.argv[1] if len(sys.argv) > 1 else "moodle.db"))
