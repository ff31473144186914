"""What a dry run has seen: the statements or calls that the real handlers would have made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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


@attrs.define
class Rehearsal:
    """What `tree.rehearsal()` gives for as long as it lasts.

    Attributes:
        calls: what would have reached the system, in order; what follows on the same text is counted there.
        told: is called with each new call.
    """

    calls: list[Call] = attrs.field(factory=list)
    told: Callable[[Call], Any] | None = None

    def add(self, text: str, count: int = 1) -> None:
        """Note one statement or call."""
        if self.calls and self.calls[-1].text == text:
            self.calls[-1] = Call(text, self.calls[-1].count + count)
            return
        call = Call(text, count)
        self.calls.append(call)
        if self.told is not None:
            self.told(call)
