"""Templates: the right tree's handlers, methods named after the actions they carry out."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import attrs

from dss.actions import Action, Kind, Outcome, Result
from dss.errors import ConfigError, TemporaryError

if TYPE_CHECKING:
    from dss.tree import DataStoreTree

F = TypeVar("F", bound=Callable[..., Any])
OfOne = TypeVar("OfOne", bound=Callable[[Any, Action], Result | None])
OfMany = TypeVar("OfMany", bound=Callable[[Any, list[Action]], Iterable[Result] | None])


class Undo(StrEnum):
    """How far a handler's work can be undone."""

    WHOLLY = "wholly"
    """Everything is as it was before."""
    PARTLY = "partly"
    """Something stays, such as an account that is disabled again but not deleted."""
    NOT = "not"
    """There is no way back."""


@attrs.frozen
class Handling:
    """How a handler wants its actions.

    Attributes:
        per: "action" or "record" (all actions of one record in one call).
        bulk: at most about so many actions a call; 0 is one action, or one record, a call.
        undo: how far its work can be undone.
    """

    per: str = "action"
    bulk: int = 0
    undo: Undo = Undo.WHOLLY

    @property
    def takes_list(self) -> bool:
        """Whether the method is called with a list and answers for each."""
        return self.per == "record" or self.bulk > 0


_SINGLE = Handling()


@overload
def handler(*, per: Literal["action"] = ..., undo: Undo = ...) -> Callable[[OfOne], OfOne]: ...
@overload
def handler(*, per: Literal["record"], undo: Undo = ...) -> Callable[[OfMany], OfMany]: ...
@overload
def handler(
    *, bulk: int, per: Literal["action", "record"] = ..., undo: Undo = ...
) -> Callable[[OfMany], OfMany]: ...
def handler(*, per: str = "action", bulk: int = 0, undo: Undo = Undo.WHOLLY) -> Callable[[F], F]:
    """Say how a handler wants its actions; without this it gets one action a call.

    Args:
        per: "record" gives a record's actions together, as a list.
        bulk: many actions (with `per="record"`: many records' actions) a call, as a list; the method answers for
            each, in any order, with `action.done()` and its likes. What it does not answer counts as failed.
        undo: how far its work can be undone.
    """
    if per not in ("action", "record"):
        raise ConfigError(f"handler(per={per!r}); wanted 'action' or 'record'")
    if bulk < 0:
        raise ConfigError(f"handler(bulk={bulk}); wanted 0 or more")

    def mark(method: F) -> F:
        method.__dss_handling__ = Handling(per, bulk, undo)  # type: ignore[attr-defined]
        return method

    return mark


def handler_names(action: Action) -> list[str]:
    """The names looked up for an action, the most special first."""
    kind, branch, attribute = action.kind, action.branch, action.attribute
    if kind is Kind.OLD and action.adopts is not None:
        # what was taken over is given back; to end it instead would be something else
        return [f"release_{branch}", "release"]
    if kind in (Kind.NEW, Kind.OLD):
        return [f"{kind}_{branch}", f"{kind}"]
    if kind is Kind.UPDATE:
        return [f"{kind}_{branch}_{attribute}", f"{kind}_{branch}", f"{kind}_{attribute}", f"{kind}"]
    return [f"{kind}_{branch}_{attribute}", f"{kind}_{attribute}", f"{kind}"]


class DefaultTemplate:
    """Base of all templates; one is made per tree object, as `self.tree`.

    Write methods named `new_students`, `update_students_email`, `add_cohorts_members`, `old_students` and so on; the
    most special name wins (`update_students_email`, `update_students`, `update_email`, `update`). A method returns
    None (done) or a `Result`, or raises (failed); one failure never stops the others.

    A method `release_students` (or `release`) gives back what was taken over: it gets an `old` whose `adopts` has the
    native id and the values as they were found. Without one, undoing an adoption only puts the values back.
    """

    def __init__(self, tree: DataStoreTree) -> None:
        self.tree = tree

    def handler_for(self, action: Action) -> tuple[Callable[..., Any], Handling] | None:
        """The method that carries out an action, with how it wants it; None when there is none."""
        for name in handler_names(action):
            method = getattr(self, name, None)
            if method is not None:
                return method, getattr(method, "__dss_handling__", _SINGLE)
        return None

    def undo_for(self, action: Action) -> Undo:
        """How far an action can be undone."""
        found = self.handler_for(action)
        return found[1].undo if found is not None else Undo.NOT

    def handle(self, actions: Sequence[Action]) -> Iterator[Result]:
        """Carry out actions, answering each exactly once.

        Actions for one handler that stand next to each other go to it together, as far as it wants that.
        """
        runs = groupby(actions, key=lambda action: _identity(self.handler_for(action)))
        for _, run in runs:
            together = list(run)
            found = self.handler_for(together[0])
            if found is None:
                for action in together:
                    yield action.dropped(
                        f"no handler; define `{'` or `'.join(handler_names(action))}` on the template"
                    )
                continue
            method, handling = found
            for call in _calls(together, handling):
                yield from _answers(method, call) if handling.takes_list else [_answer(method, call[0])]


def _identity(found: tuple[Callable[..., Any], Handling] | None) -> object:
    return None if found is None else getattr(found[0], "__func__", found[0])


def _calls(actions: list[Action], handling: Handling) -> Iterator[list[Action]]:
    """Cut a run of actions into calls; a record's actions are never split where they are wanted together."""
    size = handling.bulk or 1
    if handling.per == "action":
        for start in range(0, len(actions), size):
            yield actions[start : start + size]
        return
    call: list[Action] = []
    for _, group in groupby(actions, key=lambda action: (action.branch, action.idnumber)):
        record = list(group)
        if call and (handling.bulk == 0 or len(call) + len(record) > handling.bulk):
            yield call
            call = []
        call.extend(record)
    if call:
        yield call


def _answer(method: Callable[..., Any], action: Action) -> Result:
    try:
        answer = method(action)
    except TemporaryError:
        raise  # the whole batch is tried again
    except Exception as error:
        return action.failed(reason_of(error))
    if answer is None:
        return action.done()
    if not isinstance(answer, Result):
        return action.failed(
            f"handler `{_name(method)}` answered with {type(answer).__name__}; wanted None or a `Result`"
        )
    answer.action = action
    return answer


def _answers(method: Callable[..., Any], actions: list[Action]) -> Iterator[Result]:
    """Check what a bulk handler answers: one result for each action, and for no other."""
    open_actions = {id(action): action for action in actions}
    answered: list[Result] = []
    reason = f"no answer from handler `{_name(method)}`"
    try:
        given = method(actions)
        if (
            given is None
            and len({action.idnumber for action in actions}) == 1
            and getattr(method, "__dss_handling__", _SINGLE).bulk == 0
        ):
            given = [action.done() for action in actions]
        if given is None or not isinstance(given, Iterable):
            raise TypeError(
                f"it returned {type(given).__name__}; wanted an iterable of results, one per action"
            )
        for result in given:
            if not isinstance(result, Result):
                raise TypeError(
                    f"it answered with {type(result).__name__}; wanted `Result`s, as `action.done()` makes them"
                )
            if result.action is None or open_actions.pop(id(result.action), None) is None:
                raise TypeError("it answered an action twice, or one that it was not given")
            answered.append(result)
    except TemporaryError:
        yield from answered
        raise
    except Exception as error:
        reason = f"handler `{_name(method)}`: {reason_of(error)}"
    yield from answered
    for action in open_actions.values():
        yield Result(Outcome.FAILED, reason, action=action)


SLIPS = (TypeError, AttributeError, LookupError, NameError, AssertionError, ArithmeticError)
"""What a mistake in a program raises; where it was made is what its author wants to know."""


def reason_of(error: BaseException) -> str:
    """An exception in one line, for a report; of a mistake in the program, with the line that made it."""
    text = " ".join(str(error).split())
    reason = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, SLIPS) and error.__traceback__ is not None:
        *_, (frame, line) = traceback.walk_tb(error.__traceback__)
        return f"{reason} ({Path(frame.f_code.co_filename).name}, line {line})"
    return reason


def _name(method: Callable[..., Any]) -> str:
    return getattr(method, "__name__", repr(method))
