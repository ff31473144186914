"""Whether a run that dies, at whichever call that writes, is taken up without loss."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import traceback
import warnings

from dss.testing.checks.broken_reads import spread_in_pairs
from dss.testing.checks.failing import FailingChecks
from dss.testing.raising import answered
from dss.testing.rig import Rig
from dss.testing.suite import needs_any
from dss.testing.uses import WRITES
from dss.testing.verdict import fail
from dss.testing.wire import Call, Fault

TRIES = 6
"""Calls after which a run is killed at the most; once it is killed before the first."""
AFTER_DEATH = (
    "let nothing that a dead process leaves behind, a lock or a table of its own, stop the next one: take a lock that"
    " ends with its process, and make anew what is found half done"
)
DIED = 77
"""The exit code of a process that was killed where the check wanted it."""
PATIENCE = 120.0
"""Seconds after which a process that was forked is taken to hang."""
TOLD = "died.txt"
"""Where that process tells what went wrong."""


class Died(BaseException):
    """Stands for the end of the process, where it cannot really be ended."""


class DyingChecks(FailingChecks):
    """Deaths in the middle of a run."""

    @needs_any(*WRITES)
    def test_a_death_at_any_write_loses_nothing(self, rig: Rig, branch: str) -> None:
        """A process is really ended before, or after, a call that writes; `resume` and a new run complete all, once."""
        writes = self.writes_in_a_round(rig, branch)
        places = [(1, True), *((number, False) for number in spread_in_pairs(writes, TRIES))]
        for place, (number, is_before) in enumerate(places, 2):
            self.round(rig, branch, place)

            self._die(rig, branch, number, is_before=is_before)

            rig.wire.heal()
            death = f"a death {'before' if is_before else 'after'} call {number} of {writes} that write"
            with answered(f"a new run of `{branch}` after {death}", AFTER_DEATH):
                rig.resume()
                rig.apply()
            self.all_is_as_wanted(rig, branch, death)

    def _die(self, rig: Rig, branch: str, number: int, *, is_before: bool) -> None:
        rig.wire.heal()
        if rig.system.is_in_process or not hasattr(os, "fork"):
            rig.wire.fault = _raising(number, is_before=is_before)
            with contextlib.suppress(Died):
                rig.apply()
            return
        rig.wire.fault = _ending(number, is_before=is_before)
        with warnings.catch_warnings():
            # the process that forks may have threads; the other one does nothing but this run, and dies
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            _run_and_end(rig)
        code = _waited_for(child)
        if code not in (0, DIED):
            told = rig.folder / TOLD
            how = told.read_text(encoding="utf-8") if told.exists() else f"exit code {code}"
            if code is None:
                how = f"it had not ended after {PATIENCE} seconds"
            fail(
                f"a run of `{branch}` in a process of its own failed before it could be killed:\n{how}",
                "open no connection when modules are imported, and none that a forked process cannot use;"
                " or set `is_in_process` on the suite's `System`, if it lives in this process alone, or the connector's"
                " library does not work in a forked process",
            )


def _waited_for(child: int) -> int | None:
    """The exit code of a process; None if it did not end, and had to be killed."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _run_and_end(rig: Rig) -> None:
    """What the other process does; it never returns."""
    code = 1
    try:
        rig.apply()
        code = 0
    except BaseException:
        (rig.folder / TOLD).write_text(traceback.format_exc(), encoding="utf-8")
    finally:
        os._exit(code)


def _ending(number: int, *, is_before: bool) -> Fault:
    def fault(call: Call, now: bool) -> None:
        if call.writes and call.number == number and now is is_before:
            os._exit(DIED)

    return fault


def _raising(number: int, *, is_before: bool) -> Fault:
    def fault(call: Call, now: bool) -> None:
        if call.writes and call.number == number and now is is_before:
            raise Died

    return fault
