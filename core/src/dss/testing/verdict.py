"""How the kit says that a connector is not done yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

LISTED = 5


class NotConforming(AssertionError):
    """A connector does not keep a promise; the text says which, what was seen, and what to change."""


class NotOffered(NotConforming, NotImplementedError):
    """A suite's `System` lacks a method that a check needs; a check that can do without passes over it."""


def fail(seen: str, advice: str) -> NoReturn:
    """End a check.

    Args:
        seen: what was wanted and what was seen instead.
        advice: what the connector's author has to change.
    """
    __tracebackhide__ = True
    raise NotConforming(f"{seen}\n  To change: {advice}")


def require(held: object, seen: str, advice: str) -> None:
    """End a check unless something holds; the arguments are those of `fail`."""
    __tracebackhide__ = True
    if not held:
        fail(seen, advice)


def listed(lines: Iterable[object]) -> str:
    """The first few lines, indented, each on a line of its own."""
    texts = list(map(str, lines))
    more = [f"... and {len(texts) - LISTED} more"] if len(texts) > LISTED else []
    return "".join(f"\n    {text}" for text in [*texts[:LISTED], *more])
