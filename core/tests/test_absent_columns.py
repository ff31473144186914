"""Columns that the source does not have."""

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from dss import Action, Base, DataStoreBranch, DataStoreTree, DefaultImporter, Kind
from dss.models import Overridable
from dss.plan import make_plan


@attrs.define(eq=False)
class Person(Overridable):
    """A model whose importer may find no addresses."""

    idnumber: str
    name: str | None = None
    email: str | None = None


class Derived(Person):
    """A model that makes the address up by itself."""

    @property
    def email(self) -> str | None:  # type: ignore[override]
        return f"{self.idnumber}@example.org"


class LeftBranches(DataStoreBranch):
    pass


class LeftPeople(LeftBranches):
    __branchname__ = "people"
    klass = Person


class RightBranches(DataStoreBranch):
    pass


class RightPeople(RightBranches):
    __branchname__ = "people"
    klass = Base


class WithoutAddresses(DefaultImporter):
    """Reads a file that has no column of addresses, and says so."""

    def readin_branch(self, branch: type[DataStoreBranch]) -> Iterator[dict[str, Any]]:
        branch.absent("email")
        yield {"idnumber": "1", "name": "Ada"}


class Left(DataStoreTree):
    __branches__ = LeftBranches
    __importer__ = WithoutAddresses


class Right(DataStoreTree):
    __branches__ = RightBranches


@pytest.fixture
def trees() -> tuple[Left, Right]:
    """A source without addresses, and a target with one."""
    left, right = Left(), Right()
    right.people.make("1", name="Ada", email="old@example.org")
    return left, right


def test_an_absent_column_is_no_difference_and_is_named(trees: tuple[Left, Right]) -> None:
    """What the source has no column for is left alone on the right, and the plan says so."""
    left, right = trees

    plan = make_plan(+left, right)

    assert list(plan.actions) == []
    assert "Left.people: the source has no column for email; not compared" in plan.notes


def test_a_property_stands_in_for_an_absent_column(trees: tuple[Left, Right]) -> None:
    """A model that works the attribute out for itself is compared, though the source has no column for it."""
    left, right = trees
    left.people.configure(klass=Derived)

    actions: list[Action] = list(+left - right)

    assert [(action.kind, action.wanted) for action in actions] == [(Kind.UPDATE, "1@example.org")]
    assert not any("no column" in note for note in make_plan(left, right).notes)
