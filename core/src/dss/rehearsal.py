"""What a dry run has seen: the statements or calls that the real handlers would have made."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import attrs


@attrs.frozen
class Call:
    """One statement, or one call, that would have reached the system.

    Attributes:
        text: what it is, with the values masked: `UPDATE mdl_user SET email=? WHERE id=?`.
        count: for how many records it stands.
    """

    text: str
    count: int = 1


class Rehearsal:
    """What `tree.rehearsal()` gives for as long as it lasts.

    Each text is kept once, so a dry run of a million changes is as short to keep as one of ten. Threads of a handler
    may add to it at the same time.

    Args:
        told: is called with each call as it is added; for whoever wants every one of them, in order.

    Attributes:
        notes: what else there is to say of the dry run, in sentences without names and values.
    """

    def __init__(self, told: Callable[[Call], object] | None = None) -> None:
        self.told = told
        self.notes: list[str] = []
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    @property
    def calls(self) -> list[Call]:
        """What would have reached the system: each text once, in the order of its first time, with all its records."""
        with self._lock:
            return [Call(text, count) for text, count in self._counts.items()]

    def add(self, text: str, count: int = 1) -> None:
        """Note one statement or call.

        Args:
            text: with placeholders where values stand; it is shown, and ends up in logs.
            count: for how many records it stands.
        """
        with self._lock:
            self._counts[text] = self._counts.get(text, 0) + count
        if self.told is not None:
            self.told(Call(text, count))

    def __repr__(self) -> str:
        return f"<Rehearsal: {len(self._counts)} kinds of calls>"
