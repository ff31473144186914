"""What is particular to our school: how usernames and e-mail addresses come about, which cohorts we want.

`dss.toml` names the classes and the function in here. Change them, and let `dss-run plan` say what it means.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import dss.importers
import dss.school

DOMAIN = "riverbend.school.example"

#: Letters that are no base letter with a mark on it, so that taking the mark away does not help.
LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


def plain(name: str | None) -> str:
    """The name in a-z and 0-9, as Moodle wants it in a username; nothing of a name in another script."""
    text = unicodedata.normalize("NFKD", (name or "").lower().translate(LETTERS))
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum())


class Student(dss.school.Student):
    """A pupil: has the login that the office gave, else initial, family name and number."""

    @property
    def username(self) -> str | None:
        """`jsmith10042`, or what stands in the field Student_Web_ID."""
        return super().username or f"{plain(self.given_name)[:1]}{plain(self.family_name)}{self.idnumber}"

    @property
    def email(self) -> str | None:
        """PowerSchool has none for pupils; ours follow from the username."""
        return f"{self.username}@pupils.{DOMAIN}"


class Teacher(dss.school.Teacher):
    """A teacher: whoever has no login gets what stands before the @ of the address."""

    @property
    def username(self) -> str | None:
        """The field TeacherLoginID, as a rule."""
        return super().username or before_at(self.email)


class Guardian(dss.school.Guardian):
    """A parent: logs in with the whole address, which Moodle allows; our own teachers as teachers."""

    @property
    def username(self) -> str | None:
        """`jane.smith@example.org`, in lower case."""
        address = (self.email or "").lower()
        return before_at(address) if address.endswith(f"@{DOMAIN}") else address


def before_at(address: str | None) -> str:
    """`jsmith` of `jsmith@riverbend.school.example`."""
    return (address or "").partition("@")[0].lower()


@dss.importers.reads("students", "teachers", "guardians")
def cohorts(tree: Any) -> Iterator[dict[str, Any]]:
    """A cohort for every grade, its parents, every homeroom, and all pupils, teachers and parents."""
    members: dict[str, tuple[str, set[str]]] = {}

    def put(idnumber: str, name: str, *people: str) -> None:
        members.setdefault(idnumber, (name, set()))[1].update(people)

    for pupil in tree.students:
        if pupil.enabled is False:
            continue
        put("all-students", "All students", pupil.idnumber)
        if pupil.grade:
            grade = f"{int(pupil.grade):02}"
            put(f"grade-{grade}", f"Grade {pupil.grade}", pupil.idnumber)
            put(f"parents-grade-{grade}", f"Parents of grade {pupil.grade}", *(pupil.guardians or ()))
        if pupil.homeroom:
            put(f"homeroom-{pupil.homeroom}", f"Homeroom {pupil.homeroom}", pupil.idnumber)
    for kind, people in (("teachers", tree.teachers), ("parents", tree.guardians)):
        for person in people:
            if person.enabled is not False:
                put(f"all-{kind}", f"All {kind}", person.idnumber)
    for idnumber, (name, people) in members.items():
        yield {"idnumber": idnumber, "name": name, "members": frozenset(people)}
