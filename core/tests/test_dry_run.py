"""A dry run leaves the tree, and the plan, as they were; and a tree that cannot be rehearsed on says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import pytest

from dss import Action, DataStoreTree, DefaultTemplate, Result
from dss.actions import Kind, Outcome
from dss.apply import apply
from dss.dry_run import rehearse
from dss.errors import ConfigError
from dss.plan import make_plan
from dss.rehearsal import Call, Rehearsal

Plant = Callable[..., Any]


@attrs.define
class Slotted:
    """Changed in place."""

    idnumber: str
    name: str = ""
    enabled: bool = True
    members: frozenset[str] = frozenset()


@attrs.frozen
class Frozen:
    """Replaced by a copy."""

    idnumber: str
    name: str = ""
    enabled: bool = True
    members: frozenset[str] = frozenset()


class Picky:
    """With a dictionary, and a setter that notices when it is used."""

    def __init__(
        self, idnumber: str, name: str = "", enabled: bool = True, members: Any = frozenset()
    ) -> None:
        self.idnumber = idnumber
        self.enabled = enabled
        self.members = members
        self._renamed = -1
        self.name = name

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self._name = value
        self._renamed += 1


class Rehearsed(DataStoreTree):
    """A tree in memory that can be rehearsed on, since nothing is written anywhere."""

    @contextmanager
    def rehearsal(self) -> Iterator[Rehearsal]:
        """Notes what the template says."""
        rehearsal = vars(self)["rehearsed"] = Rehearsal()
        yield rehearsal


class Noting(DefaultTemplate):
    """Carries out everything."""

    def new(self, action: Action) -> Result:
        """Note any action."""
        if action.idnumber == "bad":
            raise RuntimeError("out of paper")
        rehearsal = vars(self.tree).get("rehearsed")
        if rehearsal is not None:
            rehearsal.add(f"{action.kind} {action.branch}")
        return action.done(native=f"n{action.idnumber}")

    update = add = remove = old = new


def declared(model: type) -> type:
    """One branch."""
    return type("Crew", (), {"__branchname__": "crew", "klass": model})


def trees(plant: Plant, model: type) -> tuple[Any, Any]:
    """What is needed, and what is there."""
    left = plant(declared(model))
    right = plant(declared(model), name="right", kind=Rehearsed, template=Noting)
    for number, name in (("1", "Ann"), ("3", "Cem"), ("4", "Dov")):
        left.crew.make(number, name=name, enabled=True, members=frozenset({"x", "y"}))
    for number, name in (("1", "An"), ("2", "Ben"), ("3", "Cem")):
        right.crew.make(number, name=name, enabled=True, members=frozenset({"x", "z"}))
    return left, right


def state(tree: Any) -> Any:
    """Everything in a store, down to the objects themselves and their values."""
    store = tree.crew.contents()
    items = {
        number: (id(item), [getattr(item, name) for name in ("name", "enabled", "members")])
        for number, item in store.items.items()
    }
    return id(store), id(store.items), items, dict(store.native), dict(store.frozen)


@pytest.mark.parametrize("model", [Slotted, Frozen, Picky])
def test_the_tree_and_the_plan_are_as_before(plant: Plant, model: type) -> None:
    """Whether items can be changed in place or not; so that planning again, or applying, does the same."""
    left, right = trees(plant, model)
    actions = list(make_plan(left, right).actions)
    before = state(right)
    told = [(action.message, [getattr(action.right, "members", None)]) for action in actions]

    report, rehearsal = rehearse(right, actions)

    assert report.counts == {
        ("crew", Kind.NEW, Outcome.DONE): 1,
        ("crew", Kind.UPDATE, Outcome.DONE): 1,
        ("crew", Kind.ADD, Outcome.DONE): 2,
        ("crew", Kind.REMOVE, Outcome.DONE): 2,
        ("crew", Kind.OLD, Outcome.DONE): 1,
    }
    assert rehearsal.calls[0] == Call("new crew")
    assert state(right) == before
    assert [(action.message, [getattr(action.right, "members", None)]) for action in actions] == told
    if model is Picky:
        assert right.crew["1"]._renamed == 0
    assert [action.message for action in make_plan(left, right).actions] == [message for message, _ in told]
    assert apply(right, actions).counts == report.counts
    assert list(make_plan(left, right).actions) == []


def test_what_is_new_is_as_new_as_it_was(plant: Plant) -> None:
    """A record made in the dry run, to which something was then added, is to be made again as it was planned."""
    _, right = trees(plant, Slotted)
    made = Slotted("9", name="New")
    actions = [
        Action(Kind.NEW, "crew", "9", left=made, right=made),
        Action(Kind.ADD, "crew", "9", attribute="members", value="x", wanted=frozenset({"x"})),
        Action(Kind.UPDATE, "crew", "9", attribute="name", was="New", wanted="Other"),
    ]

    report, _ = rehearse(right, actions)

    assert report.total(Outcome.DONE) == 3
    assert (made.name, made.members) == ("New", frozenset())
    assert "9" not in right.crew


def test_the_tree_is_as_before_whatever_happens(plant: Plant) -> None:
    """A handler that fails, one that reads the tree anew, a run that is broken off."""
    left, right = trees(plant, Slotted)
    left.crew.make("bad", name="Bad", enabled=True, members=frozenset())
    actions = list(make_plan(left, right).actions)
    before = state(right)

    def told(_: int) -> None:
        right.crew.clear()
        raise KeyboardInterrupt

    report, _ = rehearse(right, actions)
    with pytest.raises(KeyboardInterrupt):
        rehearse(right, actions, told=told)

    assert [result.reason for result in report.undone] == ["RuntimeError: out of paper"]
    assert state(right) == before


def test_what_is_held_stays_so(plant: Plant) -> None:
    """As in a real run, with its reason."""
    left, right = trees(plant, Slotted)
    actions = list(make_plan(left, right).actions)
    old = next(action for action in actions if action.kind is Kind.OLD)

    report, rehearsal = rehearse(right, actions, held={old.key: "too many"})

    assert [(result.outcome, result.reason) for result in report.undone] == [(Outcome.HELD, "too many")]
    assert Call("old crew") not in rehearsal.calls


def test_a_tree_that_cannot_be_rehearsed_on_says_so(plant: Plant) -> None:
    """No handler is called: its writes would be real."""
    left = plant(declared(Slotted))
    right = plant(declared(Slotted), name="right")
    left.crew.make("1", name="Ann")

    with pytest.raises(ConfigError, match="`right` cannot be rehearsed on: `right` defines no `rehearsal`"):
        rehearse(right, make_plan(left, right).actions)

    assert right.calls == []


def test_calls_are_kept_once_and_told_each_time() -> None:
    """A million changes are as short to keep as ten."""
    told: list[Call] = []
    rehearsal = Rehearsal(told.append)

    for text in ("a", "b", "a"):
        rehearsal.add(text, 2)

    assert rehearsal.calls == [Call("a", 4), Call("b", 2)]
    assert [call.text for call in told] == ["a", "b", "a"]
