"""The models: the school's vocabulary, as far as Moodle has a place for it.

What a model does not have is not compared, and the plan names it once. A class's teachers are not among its
attributes, since in Moodle a teacher belongs to a class by being enrolled in it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import attrs

from dss.models import Overridable
from dss.school import Cohort, Enrollment, Guardian, Person, Teacher

ONLY_STUDENTS = ("grade", "homeroom")
"""Attributes of the vocabulary that teachers and guardians do not have."""

__all__ = ["Cohort", "Course", "Enrollment", "Group", "Guardian", "Student", "Teacher", "with_attributes"]


@attrs.define(eq=False)
class Student(Person):
    """A pupil."""


@attrs.define(eq=False)
class Course(Overridable):
    """A course of our category; `name` is its full name."""

    idnumber: str
    name: str | None = None


@attrs.define(eq=False)
class Group(Overridable):
    """A class: a group of a course; `course` is that course's idnumber."""

    idnumber: str
    name: str | None = None
    course: str | None = None


_TEXT: Any = str | None
_KINDS: dict[str, Any] = {"guardians": frozenset[str] | None}


@cache
def with_attributes(klass: type, attributes: tuple[str, ...]) -> type:
    """The model with attributes more, those that the configuration gives a place in Moodle."""
    if not attributes:
        return klass
    fields: dict[str, Any] = {
        name: attrs.field(default=None, type=_KINDS.get(name, _TEXT)) for name in attributes
    }
    made: type = attrs.make_class(klass.__name__, fields, bases=(klass,), slots=True, eq=False)
    return made
