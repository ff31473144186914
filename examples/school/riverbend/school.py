"""Riverbend on the first day of the example: everybody, with the odd cases that every school has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from riverbend.people import (
    FIRST_DAY,
    PREREGISTERED,
    SECONDARY,
    TRANSFERRED,
    Family,
    Pupil,
    Teacher,
    invent_families,
    invent_pupils,
    invent_teachers,
)
from riverbend.timetable import Timetable, invent_timetable

SEED = 20261005
DAY_ONE, DAY_TWO = date(2026, 10, 5), date(2026, 10, 6)


@dataclass
class School:
    """Everything the AutoSend files of one night are written from."""

    today: date
    random: Random
    families: list[Family]
    pupils: list[Pupil]
    teachers: list[Teacher]
    table: Timetable

    def active(self) -> list[Pupil]:
        """The pupils who come to school today."""
        return [pupil for pupil in self.pupils if pupil.status == 0]

    def add_pupil(self, like: Pupil, family: Family, number: str) -> Pupil:
        """One more pupil in the grade and homeroom of another, without a place in any class yet."""
        given = self.random.choice(family.culture.female + family.culture.male)
        record = 5200 + len(self.pupils)
        pupil = Pupil(number, record, family, family.name, given, "", like.grade, like.born, like.homeroom)
        if not family.name.text.isascii():
            pupil.login = f"{given.latin}.{family.name.latin}.{record}"
        self.pupils.append(pupil)
        return pupil

    def add_family(self, like: Family) -> Family:
        """One more family with the names of another's culture and an address of its own."""
        mother, name = self.random.choice(like.culture.female), self.random.choice(like.culture.family)
        ident = f"F{4001 + len(self.families)}"
        address = f"{mother.latin}.{name.latin}.{ident.lower()}@example.org"
        family = Family(ident, like.culture, name, mother, None, name, address)
        self.families.append(family)
        return family

    def follow(self, pupil: Pupil, other: Pupil, enrolled: date) -> None:
        """Seat the pupil wherever the other sits."""
        for seat in self.table.seats_of(other):
            self.table.seat(pupil, seat.section, enrolled)

    def leave(self, pupil: Pupil, day: date) -> None:
        """The pupil leaves the school: transferred out, and every seat dropped."""
        pupil.status, pupil.exit = TRANSFERRED, day
        for seat in self.table.seats_of(pupil):
            seat.drop(day)

    def change_elective(self, pupil: Pupil, day: date) -> None:
        """The pupil gives up the last elective and takes another of the same kind of year."""
        *others, last = self.table.seats_of(pupil)
        courses = {seat.section.course.number for seat in others} | {last.section.course.number}
        peers = [seat for seat in self.table.seats if not seat.dropped and seat.pupil.grade == pupil.grade]
        last.drop(day)
        self.table.seat(
            pupil, next(each.section for each in peers if each.section.course.number not in courses), day
        )


def invent() -> School:
    """The school as it is on the evening of day one; always the same."""
    random = Random(SEED)
    teachers = invent_teachers(random)
    families = invent_families(random, teachers)
    pupils = invent_pupils(random, families)
    _make_twins(pupils)
    table = invent_timetable(random, pupils, teachers)
    school = School(DAY_ONE, random, families, pupils, teachers, table)
    teachers[30].number = pupils[100].number
    pupils[200].number = "004711"
    _autumn(school)
    _on_paper_only(school)
    exchange_logins(pupils)
    return school


def _make_twins(pupils: list[Pupil]) -> None:
    """The first siblings with a plain name become twins; only the middle name and the number differ."""
    for place, pupil in enumerate(pupils):
        for other in pupils[place + 1 :]:
            if other.family is pupil.family and pupil.grade >= 6 and not pupil.login and not other.login:
                other.given, other.born, other.grade = pupil.given, pupil.born, pupil.grade
                other.homeroom, pupil.middle, other.middle = pupil.homeroom, "Jude", "June"
                return


def exchange_logins(pupils: list[Pupil]) -> None:
    """Two namesakes have each other's login from day one on; a second exchange puts it right."""
    owners = {pupil.login: pupil for pupil in pupils if pupil.grade >= 6 and pupil.login}
    plain = next(login for login in sorted(owners) if f"{login}2" in owners)
    first, second = owners[plain], owners[f"{plain}2"]
    first.login, second.login = second.login, first.login


def _autumn(school: School) -> None:
    """What September brought: pupils who left, electives given up, one given up and taken again."""
    for place in range(7, 600, 60):
        like = school.pupils[place]
        gone = school.add_pupil(like, school.add_family(like.family), f"{12001 + place}")
        school.follow(gone, like, FIRST_DAY)
        school.leave(gone, date(2026, 9, 21))
    upper = [pupil for pupil in school.active() if pupil.school == SECONDARY]
    for pupil in upper[5::12]:
        school.change_elective(pupil, date(2026, 9, 8))
    for pupil in upper[6::90]:
        seat = school.table.seats_of(pupil)[-1]
        seat.drop(date(2026, 9, 10))
        school.table.seat(pupil, seat.section, date(2026, 9, 16))


def _on_paper_only(school: School) -> None:
    """Rows of nobody who learns or teaches here: pre-registrations, graduates, former and office staff."""
    for place in (40, 41, 42):
        like = school.pupils[place]
        coming = school.add_pupil(like, school.add_family(like.family), "")
        coming.status, coming.grade, coming.homeroom = PREREGISTERED, 0, ""
    for place in range(6):
        like = school.pupils[12 + 13 * place]
        done = school.add_pupil(like, like.family, f"{9001 + place}")
        done.status, done.grade, done.homeroom, done.exit = 3, 99, "", date(2026, 6, 19)
        done.login = ""
    for place, (status, staff_status) in enumerate([(2, 1), (2, 1), (1, 2), (1, 2), (1, 4)]):
        like_teacher = school.teachers[3 * place]
        number, email = f"{2601 + place}", f"staff{place + 1}@riverbend.school.example"
        surname, given = like_teacher.culture.family[0], like_teacher.culture.male[0]
        extra = Teacher(number, 390 + place, like_teacher.culture, surname, given, email, f"staff{place + 1}")
        extra.posts, extra.status, extra.staff_status = {SECONDARY: 890 + place}, status, staff_status
        school.teachers.append(extra)
