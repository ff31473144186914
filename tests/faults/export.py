"""The invented school's export on three days: at first, when two had left, and on the night that is disturbed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

MEANT_IN, MEANT = "3042", range(7, 24, 4)
"""A class that many leave too, of which somebody has said that it is meant; and these students."""

Row = dict[str, str]

HOMEROOMS = ("7A", "7B", "8A", "8B")
STUDENTS, NEWCOMERS = 40, 8
LEFT, ACTIVE = "2", "0"
COURSES = {
    "MA7": "Mathematics 7",
    "EN7": "English 7",
    "SC7": "Science 7",
    "MA8": "Mathematics 8",
    "EN8": "English 8",
    "SC8": "Science 8",
    "LA8": "Latin 8",
}
MOVING = "3099"
"""A section that goes to another course."""


class Export:
    """The tables of one day."""

    def __init__(self) -> None:
        self.students = {number: _student(number) for number in range(STUDENTS)}
        self.teachers = {str(number): _teacher(number) for number in range(81, 87)}
        self.courses = {
            number: {"Course_Number": number, "Course_Name": name} for number, name in COURSES.items()
        }
        self.sections: dict[str, Row] = {}
        self.seats: dict[tuple[str, str], Row] = {}
        for place, course in enumerate(["MA7", "EN7", "SC7", "MA8", "EN8", "SC8"]):
            for part in (1, 2):
                self._section(f"30{place}{part}", course, part, 81 + place)
        self._section(MOVING, "SC7", 3, 86)
        for number, row in self.students.items():
            self._seat(number, *self._sections_of(row["Home_Room"]))
        self._seat(1, MOVING)
        self._seat(5, MOVING)

    def _section(self, number: str, course: str, part: int, teacher: int) -> None:
        self.sections[number] = {
            "ID": number,
            "Course_Number": course,
            "Section_Number": str(part),
            "Teacher": str(teacher),
        }

    def _sections_of(self, homeroom: str) -> Sequence[str]:
        part = "1" if homeroom.endswith("A") else "2"
        return [f"30{place}{part}" for place in ((0, 1, 2) if homeroom < "8" else (3, 4, 5))]

    def _seat(self, student: int, *sections: str) -> None:
        own = self.students[student]["ID"]
        for section in sections:
            self.seats[own, section] = {
                "ID": f"9{own}{section}",
                "StudentID": own,
                "SectionID": section,
                "TermID": "3600",
                "DateEnrolled": "08/24/2026",
                "DateLeft": "06/19/2027",
            }

    def _unseat(self, student: int, *sections: str) -> None:
        for section in sections:
            del self.seats[self.students[student]["ID"], section]

    # -- what happens from day to day ------------------------------------------------------------------------------

    def let_two_leave(self) -> None:
        """The day before: one of them will be back."""
        for number in (37, 39):
            self.students[number]["Enroll_Status"] = LEFT

    def change_everything(self) -> None:
        """The night: something for every kind of action, and too many who leave one class."""
        self._people_come_and_go()
        self._people_change()
        self._courses_change()
        # most of a class at once: more than a budget lets go
        for number in range(3, 24, 4):
            self._unseat(number, "3052")
        for number in MEANT:
            self._unseat(number, MEANT_IN)

    def _people_come_and_go(self) -> None:
        self.students[37]["Enroll_Status"] = ACTIVE
        for number in (2, 6):
            self.students[number]["Enroll_Status"] = LEFT
        for number in range(STUDENTS, STUDENTS + NEWCOMERS):
            self.students[number] = {**_student(number), "Home_Room": "7C"}
            self._seat(number, *self._sections_of("7B"))
        self.teachers["87"] = _teacher(87)
        # a teacher whose child comes to the school
        teacher = self.teachers["82"]
        self.students[44] |= {
            "GuardianEmail": teacher["Email_Addr"],
            "Mother": f"{teacher['Last_Name']}, {teacher['First_Name']}",
        }

    def _people_change(self) -> None:
        rows = self.students
        # two exchange their logins, and one takes what another gives up
        rows[1]["Student_Web_ID"], rows[5]["Student_Web_ID"] = (
            rows[5]["Student_Web_ID"],
            rows[1]["Student_Web_ID"],
        )
        rows[9]["Student_Web_ID"], rows[13]["Student_Web_ID"] = rows[13]["Student_Web_ID"], "brand.new"
        for number in (12, 14, 16, 20):
            rows[number]["Last_Name"] += "-Holm"
        for number in (0, 4, 8):
            rows[number]["Home_Room"] = "7B"
            self._unseat(number, *self._sections_of("7A"))
            self._seat(number, *self._sections_of("7B"))
        rows[38]["Home_Room"] = "8A"
        rows[3] |= {"GuardianEmail": "other@home.example", "Mother": "Other, Olga"}

    def _courses_change(self) -> None:
        self.courses["MU7"] = {"Course_Number": "MU7", "Course_Name": "Music 7"}
        self.courses["EN7"]["Course_Name"] = "English Language 7"
        del self.courses["LA8"]
        self._section("3061", "MU7", 1, 87)
        self._section("3062", "MU7", 2, 87)
        for number, row in self.students.items():
            if row["Home_Room"] == "7B" and row["Enroll_Status"] == ACTIVE:
                self._seat(number, "3062")
        self.sections[MOVING]["Course_Number"] = "MA7"
        self.sections["3001"]["Section_Number"] = "7"
        self.sections["3041"]["Teacher"] = "81"

    # -- files -----------------------------------------------------------------------------------------------------

    def write(self, folder: Path) -> None:
        """Write all tables, each with its line of names."""
        folder.mkdir(exist_ok=True)
        _write(folder / "students.txt", self.students.values())
        _write(folder / "teachers.txt", self.teachers.values())
        _write(folder / "courses.txt", self.courses.values())
        _write(folder / "sections.txt", self.sections.values())
        _write(folder / "cc.txt", self.seats.values())


def _student(number: int) -> Row:
    family = number // 2
    # a homeroom of one, which will not be there any more
    homeroom = "9A" if number == 38 else HOMEROOMS[number % 4]
    return {
        "ID": str(500 + number),
        "Student_Number": str(1000 + number),
        "First_Name": f"Given{number}",
        "Last_Name": f"Family{family}",
        "Enroll_Status": ACTIVE,
        "Grade_Level": "8" if homeroom == "9A" else homeroom[0],
        "Home_Room": homeroom,
        "Student_Web_ID": f"login{number}",
        "Student_Email": f"s{number}@school.example",
        "GuardianEmail": f"p{family}@home.example",
        "Mother": f"Family{family}, Mother{family}",
    }


def _teacher(number: int) -> Row:
    return {
        "ID": str(number),
        "TeacherNumber": str(number - 60),
        "First_Name": f"Teach{number}",
        "Last_Name": f"Master{number}",
        "Email_Addr": f"t{number}@school.example",
        "Status": "1",
        "LoginID": f"teacher{number}",
    }


def _write(path: Path, rows: Collection[Row]) -> None:
    lines = ["\t".join(next(iter(rows))), *("\t".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
