"""Between a connector and its system: calls are counted there, and broken where a check wants it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

from dss.testing.verdict import fail


@attrs.frozen
class Call:
    """One call that the connector makes.

    Attributes:
        name: of the method.
        payload: what it was given.
        writes: whether it writes.
        number: how many of its kind there have been, this one counted.
    """

    name: str
    payload: Any
    writes: bool
    number: int

    def mentions(self, texts: Iterable[str]) -> bool:
        """Whether any of these stands somewhere in what is sent."""
        sent = repr(self.payload)
        return any(text in sent for text in texts)


Fault = Callable[[Call, bool], None]
"""Is told of each call before (True) and after (False) it is made, and may raise, or end the process."""


class Wire:
    """Counts calls, and breaks them.

    Attributes:
        reads: calls that read.
        writes: calls that write.
        items: what was taken out of the answers of calls that read.
        fault: what happens to calls; None leaves them alone.
        break_item: at which item out of an answer, counted from 1, the connection is to break; None: at none.
        break_by: makes what is raised there.
        is_tapped: whether anything tells of its calls.
    """

    def __init__(self) -> None:
        self.is_tapped = False
        self.heal()

    def heal(self) -> None:
        """Count anew, and break nothing."""
        self.reads = self.writes = self.items_taken = 0
        self.fault: Fault | None = None
        self.break_item: int | None = None
        self.break_by: Callable[[], BaseException] = broken

    def before(self, name: str, payload: Any = None, *, writes: bool) -> Call:
        """Tell that a call is about to be made; give what it returns to `after`."""
        if writes:
            self.writes += 1
        else:
            self.reads += 1
        call = Call(name, payload, writes, self.writes if writes else self.reads)
        if self.fault is not None:
            self.fault(call, True)
        return call

    def after(self, call: Call) -> None:
        """Tell that a call has been made."""
        if self.fault is not None:
            self.fault(call, False)

    def items(self, given: Any) -> Any:
        """Watch what is taken out of an answer: an iterator, or a context manager that gives one.

        A list or a mapping has come whole, and is returned as it is.
        """
        if hasattr(given, "__next__") or (hasattr(given, "__enter__") and hasattr(given, "__exit__")):
            return _Watched(given, self)
        return given

    def take(self) -> None:
        """Tell that one item has been taken out of an answer.

        Raises:
            Exception: what `break_by` makes, where the check wants the connection to break.
        """
        self.items_taken += 1
        if self.items_taken == self.break_item:
            raise self.break_by()

    def wrap(self, client: Any, name: str, *, writes: bool) -> None:
        """Put this wire around one method of a client; `name` may have dots: `session.post`.

        Raises:
            NotConforming: the client has no such method, or does not let it be replaced.
        """
        *way, last = name.split(".")
        try:
            for step in way:
                client = getattr(client, step)
            setattr(client, last, self._wrapped(getattr(client, last), name, writes))
        except (AttributeError, TypeError) as error:
            fail(
                f"`{name}` of what `open_client()` returned cannot be watched: {error}",
                f"name in the suite's `{'write_calls' if writes else 'read_calls'}` methods that the client has; where"
                " they cannot be replaced (slots, C code), override `tap`",
            )
        self.is_tapped = True

    def _wrapped(self, method: Callable[..., Any], name: str, writes: bool) -> Callable[..., Any]:
        @functools.wraps(method)
        def wrapped(*arguments: Any, **more: Any) -> Any:
            call = self.before(name, (arguments, more), writes=writes)
            given = method(*arguments, **more)
            self.after(call)
            return given if writes else self.items(given)

        return wrapped


def broken() -> ConnectionResetError:
    """What a connection raises that broke."""
    return ConnectionResetError("the connection broke, as the check wanted")


class _Watched:
    """An iterator, or a context manager that gives one, whose items are counted; all else is its own."""

    def __init__(self, given: Any, wire: Wire) -> None:
        self._given, self._wire = given, wire

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        item = next(self._given)
        self._wire.take()
        return item

    def __enter__(self) -> Any:
        return self._wire.items(self._given.__enter__())

    def __exit__(self, *exception: Any) -> Any:
        return self._given.__exit__(*exception)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._given, name)


__all__ = ["Call", "Fault", "Wire"]
