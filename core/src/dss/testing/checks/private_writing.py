"""Whether a run, and what fails in it, keeps secrets and the values of people to itself."""

from __future__ import annotations

import logging
from collections import Counter

import pytest

from dss.capabilities import Capability
from dss.testing.checks.refusing import refusing
from dss.testing.checks.writing import WritingChecks
from dss.testing.private import is_private, overheard
from dss.testing.rig import Ran, Rig
from dss.testing.suite import needs, needs_any
from dss.testing.uses import WRITES

MARK = 4711
"""Numbers from here on are appended to texts that are to be refused."""


class PrivateWritingChecks(WritingChecks):
    """What a run tells."""

    @needs_any(*WRITES)
    def test_writing_tells_no_values(self, rig: Rig, branch: str, caplog: pytest.LogCaptureFixture) -> None:
        """For every sort of change: neither the run nor the reason of what failed in it tells a value, or a secret."""
        caplog.set_level(logging.DEBUG)
        told = list[str]()
        with overheard() as said:
            for _ in self.one_by_one(rig, branch):
                rig.wire.fault = refusing(self.refused, Counter())
                told += _told(rig.apply())
                rig.wire.heal()
                told += _told(rig.apply())

        is_private(rig, branch, [*told, *said, caplog.text], "a run")

    @needs(Capability.CREATE)
    def test_a_refusal_tells_no_values(self, rig: Rig, branch: str, caplog: pytest.LogCaptureFixture) -> None:
        """Nor does what the system itself, or the branch, says of a text that it cannot hold."""
        caplog.set_level(logging.DEBUG)
        refused = self.refused_records(branch)
        if not refused:
            return
        # nothing else of such a text would be known again
        texts = dict.fromkeys(self.free_texts(branch))
        marked = [
            {**one, **{name: f"{one[name]} {number} {number}" for name in texts}}
            for number, one in enumerate(refused.values(), MARK)
        ]
        rig.want(branch, *marked)

        refusal = getattr(rig.tree(), branch).refusal
        # of what is not even planned the core shows the value itself, to whom it shows the plan
        told = [refusal(name, value) or "" for one in marked for name, value in one.items()]
        with overheard() as said:
            told += _told(rig.apply())

        is_private(rig, branch, [*told, *said, caplog.text], "a text that was refused")


def _told(ran: Ran) -> list[str]:
    return [*(result.reason for result in ran.report.undone), *ran.report.remarks]
