"""Calls that write, refused one and all, or busy for a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from dss.testing.wire import Call, Fault


def refusing(error: Callable[[], BaseException], made: Counter[str]) -> Fault:
    """A fault by which the system takes nothing that is written.

    What ends a transaction is let through, once what it should have stored was refused: a refusal that a handler keeps
    to itself would come to light there, and nowhere else.

    Args:
        error: makes what is raised.
        made: counts the calls that were refused.
    """

    def fault(call: Call, is_before: bool) -> None:
        if is_before and call.writes and (carries(call) or not made):
            made[f"{call.name} {call.payload!r}"] += 1
            raise error()

    return fault


def carries(call: Call) -> bool:
    """Whether anything is sent with a call; what only begins or ends a transaction carries nothing."""
    return call.payload not in (None, ((), {}))
