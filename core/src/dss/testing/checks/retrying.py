"""Whether what is busy for the moment costs nothing but time, and what is refused for good costs none."""

from __future__ import annotations

import itertools
import time
from collections import Counter

import stamina

from dss.actions import Outcome
from dss.apply import ATTEMPTS
from dss.testing.checks.changes import THREE
from dss.testing.checks.refusing import carries, refusing
from dss.testing.checks.writing import WritingChecks, all_done
from dss.testing.rig import Rig
from dss.testing.suite import needs_any
from dss.testing.uses import WRITES
from dss.testing.verdict import listed, require
from dss.testing.wire import Call, Fault

BUSY = 2
"""How often the system is busy before it takes a new record; for other changes it is busy once."""
PAUSE = 0.01
"""Seconds that have to pass at least before a busy system is asked again."""
SAME = 2
"""How often one call that was refused may be made: once among others, and once alone."""
TRIED_AGAIN = (
    "make a `dss.errors.TemporaryError` of what the client raises when the system is busy or away for the moment, and"
    " let it pass; the batch is then tried again. (What the client raises is said by the suite's `busy`.)"
)
ALL_OF_A_BATCH = (
    "let what is busy pass as a `dss.errors.TemporaryError`; a handler that takes several records answers for those"
    " that were done before it lets that pass, or has done them all in one transaction"
)


class RetryChecks(WritingChecks):
    """Calls that fail for the moment, and calls that fail for good."""

    @needs_any(*WRITES)
    def test_a_busy_system_is_asked_again_after_a_pause(self, rig: Rig, branch: str) -> None:
        """For every sort of change: what is busy for the moment is tried again, not at once, and then done once."""
        for place, what in enumerate(self.one_by_one(rig, branch)):
            busy = 1 if place else BUSY
            times = self._busy(rig, busy)

            ran = rig.apply()

            rig.wire.heal()
            require(
                not ran.complaints() and ran.done() == len(ran.actions),
                f"the system was busy when `{what}` of `{branch}` came, and then free, and of"
                f" {len(ran.actions)} changes {ran.done()} were done:{listed(ran.complaints())}",
                TRIED_AGAIN,
            )
            again = rig.plan()
            left = [*again.actions, *again.errors]
            require(
                not left,
                f"the system was busy when `{what}` of `{branch}` came, and the run said that all was done; this is"
                f" left:{listed(left)}",
                TRIED_AGAIN,
            )
            pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
            require(
                all(pause >= PAUSE for pause in pauses),
                f"the system, busy when `{what}` of `{branch}` came, was asked again after"
                f" {', '.join(f'{pause * 1000:.1f} ms' for pause in pauses)}",
                "wait before asking again, longer each time; or raise `TemporaryError` and let the core do so",
            )
        self.is_there(rig, branch, *rig.wanted[branch].values())

    @needs_any(*WRITES)
    def test_a_busy_moment_among_several_loses_none(self, rig: Rig, branch: str) -> None:
        """Of several changes of each sort the second call finds the system busy: all are done, each once."""
        for what in self.in_threes(rig, branch):
            self.needed_is_there(rig, branch)
            rig.wire.heal()
            rig.wire.fault = self._busy_at(2, is_before=True)

            # that there are pauses is seen above
            with stamina.set_testing(True, attempts=ATTEMPTS):
                ran = rig.apply()

            rig.wire.heal()
            require(
                not ran.complaints(),
                f"the system was busy for a moment in the middle of `{what}` of {THREE} records of `{branch}`, and not"
                f" all was done:{listed(ran.complaints())}",
                ALL_OF_A_BATCH,
            )
            self.is_there(rig, branch, *rig.wanted[branch].values())
            self.nothing_is_left(rig, branch)

    @needs_any(*WRITES)
    def test_what_was_taken_before_a_busy_answer_is_not_made_twice(self, rig: Rig, branch: str) -> None:
        """Of each sort of change the system takes one, and then is busy: when it is tried again, it is there once."""
        for what in self.one_by_one(rig, branch):
            rig.wire.heal()
            rig.wire.fault = self._busy_at(1, is_before=False)

            with stamina.set_testing(True, attempts=ATTEMPTS):
                ran = rig.apply()

            rig.wire.heal()
            require(
                not ran.complaints(),
                f"the system took a call for `{what}` of `{branch}` and then was busy; when the batch was tried again,"
                f" not all was done:{listed(ran.complaints())}",
                "let `readin_items` read from the system what is there by now, by which the core knows what is done"
                " already; or do all of a batch in one transaction",
            )
            self.is_there(rig, branch, *rig.wanted[branch].values())
            self.nothing_is_left(rig, branch)

    def _busy_at(self, number: int, *, is_before: bool) -> Fault:
        """Let the system be busy once: at that call which carries something, before or after it is taken."""
        carried: list[Call] = []

        def fault(call: Call, now: bool) -> None:
            if now is is_before and call.writes and carries(call):
                carried.append(call)
                if len(carried) == number:
                    raise self.busy()

        return fault

    def _busy(self, rig: Rig, often: int) -> list[float]:
        """Let the system be busy so often; gives the times of these calls and of the next one, as they come."""
        times: list[float] = []

        def fault(call: Call, is_before: bool) -> None:
            if is_before and call.writes and len(times) <= often and (carries(call) or not times):
                times.append(time.monotonic())
                if len(times) <= often:
                    raise self.busy()

        rig.wire.fault = fault
        return times

    @needs_any(*WRITES)
    def test_what_is_refused_has_failed_and_is_not_asked_again(self, rig: Rig, branch: str) -> None:
        """For every sort of change a refusal is told as a failure, with a reason, and at once."""
        for what in self.one_by_one(rig, branch):
            asked: Counter[str] = Counter()
            rig.wire.fault = refusing(self.refused, asked)
            ran = rig.apply()

            rig.wire.heal()
            failed = [
                result
                for result in ran.report.undone
                if result.outcome in (Outcome.FAILED, Outcome.DROPPED) and result.reason
            ]
            require(
                not asked or (failed and not ran.done()),
                f"the system refused every call that writes when `{what}` of `{branch}` came, and of"
                f" {len(ran.actions)} changes {ran.done()} are said to be done, {len(failed)} to have failed",
                "let what the client raises pass, or answer `action.failed(reason)`; done is only what was done",
            )
            most = max(asked.values(), default=0)
            require(
                most <= SAME,
                f"a call for `{what}` of `{branch}` that the system had refused for good was made {most} times",
                "make a `TemporaryError` only of what may be gone in a moment (busy, locked, too many requests)",
            )
            all_done(rig.apply(), branch, what)
