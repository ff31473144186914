"""Actions and results, as a handler and a reader of a plan see them."""

from __future__ import annotations

from typing import Any, assert_never, assert_type

import attrs
import pytest

from dss import Action, Kind, Outcome, Result
from dss.actions import Adoption


def colour(kind: Kind) -> str:
    """A user's function that tells all kinds apart; a seventh would be refused here."""
    match kind:
        case Kind.NEW | Kind.ADD:
            return "green"
        case Kind.UPDATE:
            return "yellow"
        case Kind.REMOVE | Kind.OLD:
            return "red"
        case Kind.ERROR:
            return "grey"
        case _:
            assert_never(kind)


def is_written(outcome: Outcome) -> bool:
    """A user's function that tells all outcomes apart."""
    match outcome:
        case Outcome.DONE:
            return True
        case Outcome.ALREADY | Outcome.DROPPED | Outcome.DRIFTED | Outcome.FAILED | Outcome.HELD:
            return False
        case _:
            assert_never(outcome)


def test_kinds_and_outcomes_can_be_told_apart_wholly() -> None:
    """`match` over all members leaves nothing, so a new one is noticed by whoever tells them apart."""
    assert [colour(kind) for kind in Kind].count("red") == 2
    assert [outcome for outcome in Outcome if is_written(outcome)] == [Outcome.DONE]


def test_an_action_says_what_its_attributes_are() -> None:
    """Names and words are texts; what belongs to models and systems is anything."""
    action = Action("update", "students", "1", attribute="name", was="A.", wanted="Ada", removal=True)

    assert_type(action.kind, Kind)
    assert_type(action.branch, str)
    assert_type(action.idnumber, str)
    assert_type(action.attribute, str | None)
    assert_type(action.error, str | None)
    assert_type(action.adopts, Adoption | None)
    assert_type(action.joins, str | None)
    assert_type(action.removal, bool)
    assert_type(action.after, tuple[Action, ...])
    assert_type(action.key, tuple[str, ...])
    assert_type(action.fingerprint, str)
    assert_type(action.message, str)
    assert_type(action.left, Any)
    assert_type(action.right, Any)
    assert_type(action.value, Any)
    assert_type(action.was, Any)
    assert_type(action.wanted, Any)
    assert_type(action.native, Any)

    assert (action.kind, str(action)) == (Kind.UPDATE, "update students 1: name 'A.' -> 'Ada'")


def test_an_action_is_answered_by_a_result() -> None:
    """Every answer is a `Result`; what is not done has a reason, which may not be left out."""
    action = Action(Kind.NEW, "students", "1")

    assert_type(action.done(native=7), Result)
    assert_type(action.already(), Result)
    assert_type(action.dropped("why"), Result)
    assert_type(action.drifted("why"), Result)
    failed = action.failed("why")
    assert_type(failed.outcome, Outcome)
    assert_type(failed.reason, str)
    assert_type(failed.native, Any)
    assert_type(failed.action, Action | None)
    assert_type(failed.is_done, bool)
    with pytest.raises(TypeError):
        action.failed()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        action.done(7, "why")  # type: ignore[call-arg]

    assert (failed.action, failed.is_done) == (action, False)


def test_a_result_can_be_made_without_its_action() -> None:
    """A handler that gets one action may answer by the class's own methods."""
    assert_type(Result.done(native=7), Result)
    assert_type(Result.already(), Result)
    assert_type(Result.dropped("why"), Result)
    assert_type(Result.failed("why"), Result)
    with pytest.raises(TypeError):
        Result()  # type: ignore[call-arg]
    Result("done")  # type: ignore[arg-type]


def test_what_an_action_cannot_be_is_refused() -> None:
    """A kind that there is not, an attribute that it has not, an adoption that is written to."""
    with pytest.raises(ValueError, match="rename"):
        Action("rename")
    with pytest.raises(TypeError):
        Action(Kind.NEW, "students", "1", colour="red")  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        Action(Kind.NEW).message = "new"  # type: ignore[misc]
    adoption = Adoption(7, {"name": "Ada"})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        adoption.native = 8  # type: ignore[misc]
