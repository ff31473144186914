"""Handlers in each of the forms that an author may give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, assert_type

import pytest

from dss import (
    Action,
    DataStoreBranch,
    DataStoreTree,
    DefaultTemplate,
    Kind,
    Outcome,
    Result,
    Undo,
    handler,
)
from dss.errors import ConfigError
from dss.templates import Handling


class Branches(DataStoreBranch):
    pass


class Students(Branches):
    __branchname__ = "students"


class Template(DefaultTemplate):
    """One handler of each form; names its own tree, so that its attributes are known."""

    tree: Tree

    def new_students(self, action: Action) -> Result:
        self.tree.written.append(action.idnumber)
        return action.done(native=7)

    @handler(undo=Undo.PARTLY)
    def update_students_name(self, action: Action) -> None:
        self.tree.written.append(action.idnumber)

    @handler(per="record")
    def update_students(self, actions: list[Action]) -> None:
        self.tree.written.extend(action.idnumber for action in actions)

    @handler(per="record", bulk=10, undo=Undo.NOT)
    def add(self, actions: Sequence[Action]) -> Iterator[Result]:
        for action in actions:
            yield action.already()

    @handler(bulk=500)
    def old(self, actions: Iterable[Action]) -> list[Result]:
        return [action.dropped("in the summer") for action in actions]


class Tree(DataStoreTree):
    __branches__ = Branches
    __template__ = Template
    students: type[Students]

    def __init__(self, name: str = "target") -> None:
        self.written: list[str] = []
        super().__init__(name=name)


def test_every_form_of_a_handler_is_called() -> None:
    """One action, a record's actions, many actions: each handler is called as its decorator says."""
    left, right = Tree("source"), Tree()
    left.students.make("1", name="Ada", clubs={"chess", "go"}, email="ada@example.org")
    left.students.make("2", name="Ben")
    right.students.make("1", name="A.", clubs={"chess"}, email="")
    right.students.make("3", name="Cleo")

    report = left >> right

    assert right.written == ["2", "1", "1"]
    assert {(kind, outcome) for _, kind, outcome in report.counts} == {
        (Kind.NEW, Outcome.DONE),
        (Kind.UPDATE, Outcome.DONE),
        (Kind.ADD, Outcome.ALREADY),
        (Kind.OLD, Outcome.DROPPED),
    }


def test_a_decorated_handler_keeps_its_type() -> None:
    """What `@handler` marks can be called as it is written, and by nothing else."""
    template, action = Template(Tree()), Action(Kind.ADD, "students", "1", attribute="clubs", value="go")

    assert_type(template.add([action]), Iterator[Result])
    assert_type(template.old([action]), list[Result])
    assert_type(template.undo_for(action), Undo)
    assert_type(template.handler_for(action), tuple[Callable[..., Any], Handling] | None)
    assert_type(template.handle([action]), Iterator[Result])
    assert_type(DefaultTemplate(Tree()).tree, DataStoreTree)
    with pytest.raises(TypeError):
        template.add()  # type: ignore[call-arg]

    assert template.undo_for(action) is Undo.NOT


def test_a_handler_of_another_shape_is_refused() -> None:
    """Each handler takes what its decorator makes the core give it, and answers with results or nothing."""

    class Wrong(DefaultTemplate):
        @handler(bulk=10)  # type: ignore[type-var]
        def new(self, action: Action) -> Result:
            return action.done()

        @handler(per="record")  # type: ignore[type-var]
        def update(self, actions: list[Action]) -> list[str]:
            return ["done" for _ in actions]

        @handler(undo=Undo.NOT)  # type: ignore[type-var]
        def old(self, action: Action) -> bool:
            return True

        @handler()  # type: ignore[type-var]
        def add(self) -> None: ...

    actions = [Action(Kind(kind), "students", "1") for kind in ("new", "update", "old", "add")]

    assert [result.outcome for result in Wrong(Tree()).handle(actions)] == [Outcome.FAILED] * 4


def test_a_decorator_that_asks_for_what_there_is_not_is_refused() -> None:
    """`per` is a word of two, `bulk` a number, `undo` an `Undo`; none of them is given by place."""
    with pytest.raises(ConfigError):
        handler(per="branch")  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        handler(bulk="many")  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        handler("record")  # type: ignore[call-overload]
    handler(undo="wholly")  # type: ignore[call-overload]
