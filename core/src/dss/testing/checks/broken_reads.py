"""Whether a reading that breaks is an error: a tree that was cut short looks as if everybody had left."""

from __future__ import annotations

from dss.store import State
from dss.testing.rig import Rig
from dss.testing.suite import Suite, basic
from dss.testing.verdict import require
from dss.testing.wire import Call, Fault, broken
from dss.tree import DataStoreTree

RECORDS = 6
MOST = 12
"""Calls, and items, at which a break is tried at the most."""


class BrokenReadChecks(Suite):
    """Connections that break while a branch is being read."""

    @basic
    def test_a_read_that_breaks_is_an_error(self, rig: Rig, branch: str) -> None:
        """At whichever call, and at whichever item of an answer, the connection breaks: no branch comes out short."""
        rig.seed(branch, [self.record(branch, number) for number in range(1, RECORDS + 1)])
        rig.wire.heal()
        tree = rig.read(branch)
        reads, items = rig.wire.reads, rig.wire.items_taken
        require(
            rig.wire.is_tapped and reads,
            f"while `{branch}` was read, no call went through the wire",
            "name in the suite's `read_calls` the methods of what `open_client()` returns that read; or override `tap`"
            + (
                f" (`{type(tree).__name__}` has no client: `tap` is called with None)"
                if type(tree).open_client is DataStoreTree.open_client
                else ""
            ),
        )
        for number in spread(reads):
            rig.wire.heal()
            rig.wire.fault = _break_call(number)
            self._read_breaks(rig, branch, f"at call {number} of {reads}")
        for number in spread(items):
            rig.wire.heal()
            rig.wire.break_item = number
            self._read_breaks(rig, branch, f"at item {number} of {items}")

    def _read_breaks(self, rig: Rig, branch: str, where: str) -> None:
        tree = rig.tree()
        bound = getattr(tree, branch)
        try:
            tree.read([branch])
        except Exception as error:
            # whatever it is called, the break has not been taken for the end of the branch
            require(
                bound.state() is not State.COMPLETE,
                f"the connection broke {where}: {type(error).__name__}, and `{branch}` counts as read whole",
                "let the error pass while the branch is being read, not after it",
            )
        else:
            # a client may try once more by itself, and then have all of them
            require(
                len(bound) == RECORDS,
                f"the connection broke {where} while `{branch}` was read, and {len(bound)} of {RECORDS} records were"
                " taken for all there are",
                "let every error pass, or raise `dss.errors.ReadError`; never end a reading early",
            )


def _break_call(number: int) -> Fault:
    def fault(call: Call, is_before: bool) -> None:
        if is_before and not call.writes and call.number == number:
            raise broken()

    return fault


def spread(count: int, most: int = MOST) -> list[int]:
    """Numbers from 1 to `count`, the first and the last among them, and not more than `most`."""
    if count <= most:
        return list(range(1, count + 1))
    return sorted({1 + round(place * (count - 1) / (most - 1)) for place in range(most)})
