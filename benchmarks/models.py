"""The plain attrs classes both the hand-written sides and dss make their records of."""

from collections.abc import Callable
from typing import Any

import attrs

from benchmarks.layouts import ENROLLMENTS, STUDENTS


@attrs.define
class Student:
    """A student: idnumber and eleven attributes, two of them multi-valued."""

    idnumber: str
    given_name: str
    family_name: str
    email: str
    username: str
    grade: str
    homeroom: str
    phone: str
    house: str
    birthday: str
    guardians: frozenset[str]
    clubs: frozenset[str]


@attrs.define
class Enrollment:
    """A pupil in a class: a composite idnumber and five attributes."""

    idnumber: str
    class_: str
    person: str
    role: str
    start: str
    period: str


MODELS: dict[str, Callable[..., Any]] = {STUDENTS.name: Student, ENROLLMENTS.name: Enrollment}
