"""The school's vocabulary: its models in use and extended, its branches mixed into one's own."""

from __future__ import annotations

from typing import ClassVar, assert_type

import attrs
import pytest

from dss import DataStoreBranch, DataStoreTree, school
from dss.models import Overridable


@attrs.define(eq=False)
class Pupil(school.Student):
    """The school's own model with a field more."""

    locker: str | None = None


class Named(school.Teacher):
    """A field of the school's model replaced by a property: it works, and mypy wants an ignore for it."""

    @property
    def username(self) -> str | None:  # type: ignore[override]
        return super().username or f"t{self.idnumber}"


class Branches(DataStoreBranch):
    pass


class Guardians(school.Guardians, Branches):
    pass


class Students(school.Students, Branches):
    klass = Pupil


class Teachers(school.Teachers, Branches):
    klass = Named


class Courses(school.Courses, Branches):
    pass


class Classes(school.Classes, Branches):
    refers_to: ClassVar[school.References] = {"course": "courses"}


class Enrollments(school.Enrollments, Branches):
    parent = None


class Cohorts(school.Cohorts, Branches):
    pass


class School(DataStoreTree):
    __branches__ = Branches
    students: type[Students]
    cohorts: type[Cohorts]


def test_models_have_fields_of_known_types() -> None:
    """Every field but the idnumber may be None, in a subclass too."""
    pupil = Pupil("1", given_name="Ada", guardians=frozenset({"G1"}), locker="12")
    people: list[school.Person] = [pupil, Named("7"), school.Guardian("G1")]

    assert_type(pupil.username, str | None)
    assert_type(pupil.enabled, bool | None)
    assert_type(pupil.guardians, frozenset[str] | None)
    assert_type(pupil.locker, str | None)
    assert_type(people[0].email, str | None)
    assert_type(school.Course("M").category, str | None)
    assert_type(school.Class("M1").teachers, frozenset[str] | None)
    assert_type(school.Enrollment("1|2|student").class_, str | None)
    assert_type(school.Cohort("c").members, frozenset[str] | None)
    school.Cohort("c", members=["1"])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        school.Student("1", shoe_size=38)  # type: ignore[call-arg]

    assert isinstance(pupil, Overridable)
    assert [person.username for person in people] == [None, "t7", None]


def test_branches_are_mixed_into_ones_own() -> None:
    """A mixin brings name, model and references; each may be another in the class that mixes it in."""
    tree = School()
    pupil: Pupil = tree.students.make("1", locker="12")

    assert_type(tree.students, type[Students])
    assert_type(tree.cohorts.references(), dict[str, tuple[str, ...]])

    assert pupil.locker == "12"
    assert {branch.__name__ for branch in tree.branches} == set(school.BRANCHES)
    assert tree.classes.references() == {"course": ("courses",)}
