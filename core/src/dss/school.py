"""The school's vocabulary, shared by the connectors, in OneRoster's words where it has one.

Every attribute but the idnumber is None by default: the source says nothing of it, so it is never a difference. A
subclass may replace any field by a property; the source's own value is then `super().username`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from dss.fields import marks
from dss.models import Overridable

IDNUMBER_TEMPLATES = {"students": "{idnumber}", "teachers": "T{idnumber}", "guardians": "G{idnumber}"}
"""What a person's number becomes in the target, since pupils, teachers and guardians are numbered independently."""


@attrs.define(eq=False)
class Person(Overridable):
    """What students, teachers and guardians have in common.

    Attributes:
        idnumber: the person's number in the source, within the target's number space.
        username: the login; one circle of unique values for all people.
        enabled: whether the account is to work.
    """

    idnumber: str
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    username: str | None = attrs.field(default=None, metadata=marks(unique=True))
    enabled: bool | None = None


@attrs.define(eq=False)
class Student(Person):
    """A pupil; `guardians` are idnumbers of the branch guardians."""

    grade: str | None = None
    homeroom: str | None = None
    guardians: frozenset[str] | None = None


@attrs.define(eq=False)
class Teacher(Person):
    """Somebody who teaches."""


@attrs.define(eq=False)
class Guardian(Person):
    """A parent, or whoever stands in for one."""


@attrs.define(eq=False)
class Course(Overridable):
    """What is taught: `category` is where the target files it."""

    idnumber: str
    name: str | None = None
    category: str | None = None


@attrs.define(eq=False)
class Class(Overridable):
    """A section: one group of people who are taught one course; `teachers` are idnumbers."""

    idnumber: str
    name: str | None = None
    course: str | None = None
    teachers: frozenset[str] | None = None


@attrs.define(eq=False)
class Enrollment(Overridable):
    """One person in one class in one role; the idnumber is `key(class_, person, role)`.

    The underscore is Python's: `class` is no name of an attribute.
    """

    idnumber: str
    class_: str | None = None
    person: str | None = None
    role: str | None = None
    enabled: bool | None = None


@attrs.define(eq=False)
class Cohort(Overridable):
    """A named set of people, across classes; `members` are idnumbers."""

    idnumber: str
    name: str | None = None
    members: frozenset[str] | None = None


References = Mapping[str, str | tuple[str, ...]]
PEOPLE = ("students", "teachers", "guardians")


class Guardians:
    """Declares the branch guardians; mix it into a connector's base of branches, as all below."""

    __branchname__ = "guardians"
    klass: ClassVar[object] = Guardian
    people = True


class Students:
    """Declares the branch students."""

    __branchname__ = "students"
    klass: ClassVar[object] = Student
    refers_to: ClassVar[References] = {"guardians": ("guardians",)}
    people = True


class Teachers:
    """Declares the branch teachers."""

    __branchname__ = "teachers"
    klass: ClassVar[object] = Teacher
    people = True


class Courses:
    """Declares the branch courses."""

    __branchname__ = "courses"
    klass: ClassVar[object] = Course


class Classes:
    """Declares the branch classes."""

    __branchname__ = "classes"
    klass: ClassVar[object] = Class
    refers_to: ClassVar[References] = {"course": ("courses",), "teachers": ("teachers",)}


class Enrollments:
    """Declares the branch enrollments."""

    __branchname__ = "enrollments"
    klass: ClassVar[object] = Enrollment
    refers_to: ClassVar[References] = {"class_": ("classes",), "person": PEOPLE}
    key_of: ClassVar[tuple[str, ...]] = ("class_", "person", "role")
    parent: ClassVar[str | None] = "class_"
    # a person's key parts are the enrolment's identity; nothing else could confirm that it is the same
    witnesses: ClassVar[tuple[tuple[str, ...], ...]] = (("class_", "person", "role"),)


class Cohorts:
    """Declares the branch cohorts."""

    __branchname__ = "cohorts"
    klass: ClassVar[object] = Cohort
    refers_to: ClassVar[References] = {"members": PEOPLE}


BRANCHES: dict[str, type] = {
    mixin.__branchname__: mixin
    for mixin in (Guardians, Students, Teachers, Courses, Classes, Enrollments, Cohorts)
}
