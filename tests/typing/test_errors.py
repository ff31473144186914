"""Errors, as a program catches them that runs syncs of its own."""

from __future__ import annotations

from typing import assert_type

import pytest

from dss import Action, Kind, errors
from dss.errors import BudgetExceeded, DssError

AGAIN: tuple[type[DssError], ...] = (errors.TemporaryError,)
OVERSEEN: tuple[type[DssError], ...] = (errors.ConflictError, errors.NotProvided)
MENDED_FIRST: tuple[type[DssError], ...] = (
    errors.BudgetExceeded,
    errors.ConfigError,
    errors.ConnectorError,
    errors.EmptySourceError,
    errors.JournalError,
    errors.PlanError,
    errors.ReadError,
    errors.StateError,
)


def what_to_do(error: DssError) -> str:
    """A user's function that decides by the error's family."""
    if isinstance(error, AGAIN):
        return "again"
    return "overseen" if isinstance(error, OVERSEEN) else "mended first"


def test_every_error_is_of_one_family() -> None:
    """Whatever is raised on purpose can be caught as `DssError`, and told apart."""
    assert what_to_do(errors.TemporaryError("busy")) == "again"
    assert what_to_do(errors.NotProvided("no such branch")) == "overseen"
    assert [what_to_do(kind("why", [])) for kind in (BudgetExceeded,)] == ["mended first"]
    assert issubclass(errors.EmptySourceError, errors.ReadError)


def test_what_was_held_is_told_as_actions() -> None:
    """A budget that is exceeded names the removals themselves, for a person to look at."""
    error = BudgetExceeded("too many", [Action(Kind.OLD, "students", "1")])

    assert_type(error.held, list[Action])
    with pytest.raises(TypeError):
        BudgetExceeded("too many")  # type: ignore[call-arg]
    BudgetExceeded("too many", ["students 1"])  # type: ignore[list-item]

    assert [action.idnumber for action in error.held] == ["1"]
