"""The courses, the sections they are taught in, and who sits in which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from riverbend.people import ELEMENTARY, FIRST_DAY, LAST_DAY, SECONDARY, Pupil, Teacher, homeroom_of

YEAR = 3600  # PowerSchool's term for the whole of 2026-27

_ELEMENTARY = (
    ("LA", "Language Arts", "Languages"),
    ("MA", "Mathematics", "Mathematics"),
    ("UI", "Unit of Inquiry", "Sciences"),
    ("AR", "Art", "Arts"),
    ("MU", "Music", "Arts"),
    ("PE", "Physical Education", "Sport"),
)
_CORE = {
    "EN": ("Languages", ["English"] * 7),
    "MA": ("Mathematics", ["Mathematics"] * 3 + ["Algebra I", "Geometry", "Algebra II", "Calculus"]),
    "SC": ("Sciences", ["Science"] * 3 + ["Biology", "Chemistry", "Physics", "Earth & Environment"]),
    "SS": (
        "Humanities",
        ["Social Studies"] * 3 + ["World History", "Geography", "Economics", "Politics & Law"],
    ),
}
_ELECTIVES = (
    ("ES", "Español", "Languages"),
    ("FR", "Français", "Languages"),
    ("EL", "Ελληνικά", "Languages"),
    ("ZH", "中文", "Languages"),
    ("AR", "Art & Design", "Arts"),
    ("MU", "Orchestra", "Arts"),
    ("CH", "Choir", "Arts"),
    ("DR", "Drama", "Arts"),
    ("PH", 'Photography: "The Eye"', "Arts"),
    ("PE", "Physical Education", "Sport"),
    ("HE", "Health", "Sport"),
    ("CS", "Computer Science", "Technology"),
    ("RO", "Robotics", "Technology"),
    ("FO", "Food Technology", "Technology"),
    ("PL", "Philosophy", "Humanities"),
    ("JO", "Journalism, Print and Web", "Humanities"),
)


@dataclass
class Course:
    """A row of COURSES."""

    number: str
    name: str
    credit_type: str
    school: int


@dataclass
class Section:
    """A row of SECTIONS: one class, taught by one teacher at one post."""

    record: int
    course: Course
    number: int
    teacher: int
    expression: str
    room: str
    term: int = YEAR


@dataclass
class Seat:
    """A row of CC: one pupil in one section; when dropped, PowerSchool turns section and term negative."""

    record: int
    pupil: Pupil
    section: Section
    enrolled: date = FIRST_DAY
    left: date = LAST_DAY + timedelta(days=1)
    dropped: bool = False

    def drop(self, day: date) -> None:
        """The pupil is no longer there from `day` on."""
        self.dropped, self.left = True, day


class Timetable:
    """Courses, sections and seats, with the next numbers PowerSchool would give."""

    def __init__(self) -> None:
        self.courses: list[Course] = []
        self.sections: list[Section] = []
        self.seats: list[Seat] = []

    def open_course(self, number: str, name: str, credit_type: str, school: int) -> Course:
        """One more course at that school."""
        course = Course(number, name, credit_type, school)
        self.courses.append(course)
        return course

    def open_section(self, course: Course, teacher: Teacher) -> Section:
        """One more section of the course, at the next period of the day."""
        place = len(self.sections)
        number = 1 + sum(each.course is course for each in self.sections)
        days = "A-B" if place % 3 else "A,B,D"
        section = Section(
            31001 + place,
            course,
            number,
            teacher.posts[course.school],
            f"{place % 8 + 1}({days})",
            f"{'EW'[place % 2]}{101 + place % 30}",
        )
        self.sections.append(section)
        return section

    def seat(self, pupil: Pupil, section: Section, enrolled: date = FIRST_DAY) -> Seat:
        """The pupil sits in that section from `enrolled` on."""
        seat = Seat(700001 + len(self.seats), pupil, section, enrolled)
        self.seats.append(seat)
        return seat

    def seats_of(self, pupil: Pupil) -> list[Seat]:
        """Where the pupil sits today."""
        return [seat for seat in self.seats if seat.pupil is pupil and not seat.dropped]


def invent_timetable(random: Random, pupils: list[Pupil], teachers: list[Teacher]) -> Timetable:
    """80 courses in 250 sections; about 4,500 seats."""
    table = Timetable()
    _elementary(table, pupils, [each for each in teachers if ELEMENTARY in each.posts])
    _secondary(table, random, pupils, [each for each in teachers if SECONDARY in each.posts])
    return table


def _elementary(table: Timetable, pupils: list[Pupil], teachers: list[Teacher]) -> None:
    """Every homeroom learns together: three subjects with its own teacher, three with specialists."""
    homeroom_teachers, specialists = teachers[:12], teachers[12:]
    for grade in range(6):
        courses = [
            table.open_course(f"E{code}{grade}", f"{name} {grade or 'K'}", kind, ELEMENTARY)
            for code, name, kind in _ELEMENTARY
        ]
        for room in range(2):
            members = [pupil for pupil in pupils if pupil.homeroom == homeroom_of(grade, room)]
            for subject, course in enumerate(courses):
                own = homeroom_teachers[2 * grade + room]
                special = specialists[(2 * grade + room + 4 * subject) % len(specialists)]
                section = table.open_section(course, own if subject < 3 else special)
                for pupil in members:
                    table.seat(pupil, section)


def _secondary(table: Timetable, random: Random, pupils: list[Pupil], teachers: list[Teacher]) -> None:
    """Four core subjects in three sections a grade, and four or five electives for everybody."""
    lessons = 0

    def section(course: Course) -> Section:
        nonlocal lessons
        lessons += 1
        return table.open_section(course, teachers[lessons % len(teachers)])

    for code, (kind, names) in _CORE.items():
        for grade, name in enumerate(names, start=6):
            title = f"{name} {grade}" if names.count(name) > 1 else name
            course = table.open_course(f"S{code}{grade:02}", title, kind, SECONDARY)
            sections = [section(course) for _ in range(3)]
            for place, pupil in enumerate(each for each in pupils if each.grade == grade):
                table.seat(pupil, sections[place % 3])
    bands: dict[tuple[str, bool], list[Section]] = {}
    electives = [table.open_course(f"S{code}", name, kind, SECONDARY) for code, name, kind in _ELECTIVES]
    for place, course in enumerate(electives):
        for turn in range(6 if place < 14 else 5):
            bands.setdefault((course.number, turn % 2 == 0), []).append(section(course))
    filled = {each.record: 0 for each in table.sections}
    for pupil in (each for each in pupils if each.grade >= 6):
        for course in random.sample(electives, 5 if random.random() < 0.83 else 4):
            choice = min(bands[course.number, pupil.grade >= 9], key=lambda each: filled[each.record])
            filled[choice.record] += 1
            table.seat(pupil, choice)
