"""A plan that is too long for memory is the same plan."""

from typing import Any, ClassVar

import attrs
import pytest

from dss import Kind, marks
from dss.apply import apply
from dss.plan import make_plan


@attrs.define(eq=False)
class Person:
    """A model at the top of a module, so that its objects can be written to a file."""

    idnumber: str
    name: str | None = None
    username: str | None = attrs.field(default=None, metadata=marks(unique=True))


@attrs.define(eq=False)
class Group:
    """A set of people."""

    idnumber: str
    members: frozenset[str] | None = None


class People:
    __branchname__ = "people"
    klass = Person


class Groups:
    __branchname__ = "groups"
    klass = Group
    refers_to: ClassVar[dict[str, tuple[str, ...]]] = {"members": ("people",)}


def _trees(plant: Any) -> tuple[Any, Any]:
    """Two trees with every kind of difference, usernames that are exchanged, and one wanted by two."""
    left, right = plant(People, Groups), plant(People, Groups, name="right")
    right.spare_value = lambda branch, attribute, idnumber: f"spare-{idnumber}"
    for number in range(60):
        left.people.make(f"{number}", name=f"n{number % 7}", username=f"u{(number + 1) % 60}")
    left.people.make("twin", name="x", username="wanted twice")
    left.people.make("other twin", name="x", username="wanted twice")
    for number in range(20, 80):
        right.people.make(f"{number}", name="n", username=f"u{number}")
    left.groups.make("all", members=frozenset(f"{number}" for number in range(60)))
    left.groups.make("twins", members=frozenset({"twin", "0"}))
    right.groups.make("all", members=frozenset(f"{number}" for number in range(40, 80)))
    right.groups.make("gone", members=frozenset())
    return left, right


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_it_holds_the_same_actions_in_the_same_order(
    plant: Any, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """Whether actions wait on disk or in memory makes no difference to what is shown."""
    whole = make_plan(*_trees(plant))
    monkeypatch.setattr("dss.spool.LIMIT", limit)

    cut = make_plan(*_trees(plant))

    assert [action.message for action in cut.actions] == [action.message for action in whole.actions]
    assert [action.message for action in cut.errors] == [action.message for action in whole.errors]
    assert len(cut.actions) == len(list(cut.actions))
    assert cut.counts() == whole.counts()


def test_it_is_carried_out_all_the_same(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """From disk, every action finds its objects again: afterwards only what was refused is left."""
    monkeypatch.setattr("dss.spool.LIMIT", 5)
    left, right = _trees(plant)
    plan = make_plan(left, right)

    report = apply(right, plan.actions)

    assert [result.reason for result in report.undone] == ["needs people `twin`, which is not there"]
    assert {action.idnumber for action in left - right} <= {"twin", "other twin", "twins"}
    assert all(action.kind is Kind.NEW for action in left - right if action.branch == "people")
    news = [action for action in plan.actions if action.kind is Kind.NEW]
    assert [action.left for action in news] == [
        getattr(left, action.branch)[action.idnumber] for action in news
    ]


def test_objects_that_cannot_be_written_stay_in_memory(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model made inside a function has no name by which it could be found again."""

    class Local(Person):
        pass

    class Locals:
        __branchname__ = "people"
        klass = Local

    monkeypatch.setattr("dss.spool.LIMIT", 2)
    left, right = plant(Locals), plant(Locals, name="right")
    for number in range(9):
        left.people.make(f"{number}", username=f"u{number}")

    plan = make_plan(left, right)

    assert [action.idnumber for action in plan.actions] == [f"{number}" for number in range(9)]
