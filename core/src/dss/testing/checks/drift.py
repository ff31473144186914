"""Whether what somebody else has changed between plan and apply is left alone."""

from __future__ import annotations

import pytest

from dss.actions import Outcome
from dss.capabilities import Capability
from dss.testing.checks.writing import WritingChecks
from dss.testing.rig import Rig
from dss.testing.suite import needs
from dss.testing.verdict import listed, require

ADVICE = "let `readin_items` read each record from the system as it is now, never from what was read before"


class DriftChecks(WritingChecks):
    """Plan files that are applied after somebody else has been at work."""

    @needs(Capability.UPDATE)
    def test_a_change_by_somebody_else_is_not_overwritten(self, rig: Rig, branch: str) -> None:
        """What is neither as it was nor as it is wanted stays as it is, and is told."""
        record, other = self.record(branch, 1), self.record(branch, 2)
        names = [name for name in self.changeable(branch) if self.has_a_third(branch, name, record[name])]
        if not names:
            pytest.skip("no attribute takes a value that is neither as it was nor as it is wanted")
        for name in names[:1]:
            self.has(rig, branch, record, other)
            wanted = self.another(branch, name, record[name])
            rig.want(
                branch, {**record, name: wanted}, {**other, name: self.another(branch, name, other[name])}
            )
            self.needed_is_there(rig, branch)
            file = rig.folder / "early.plan"
            rig.plan(file)
            theirs = {**record, name: self.another(branch, name, wanted)}
            rig.seed(branch, [theirs])

            ran = rig.apply(file)

            require(
                ran.report.total(Outcome.DRIFTED) == 1 and ran.done() == 1,
                f"of two updates of `{branch}`, the record of one changed by somebody else meanwhile, these became:"
                f"{listed([f'{result.action}: {result.outcome}' for result in ran.report.undone])}",
                ADVICE,
            )
            self.is_there(rig, branch, theirs)

    def has_a_third(self, branch: str, name: str, first: object) -> bool:
        """Whether there is a value that is neither this one nor the one that it is changed to."""
        second = self.another(branch, name, first)
        return self.another(branch, name, second) not in (first, second)

    @needs(Capability.CREATE)
    def test_a_record_made_by_somebody_else_is_not_made_again(self, rig: Rig, branch: str) -> None:
        """It is there once, with their values, and no other record waits for it."""
        mine, theirs = self.record(branch, 1), self.record(branch, 2)
        rig.want(branch, mine, theirs)
        file = rig.folder / "early.plan"
        rig.plan(file)
        for name in self.changeable(branch)[:1]:
            theirs = {**theirs, name: self.another(branch, name, theirs[name])}
        rig.seed(branch, [theirs])

        rig.apply(file)

        # `contents` sees to it that it is there once
        self.is_there(rig, branch, mine, theirs)

    @needs(Capability.UPDATE)
    def test_a_record_taken_away_by_somebody_else_stays_away(self, rig: Rig, branch: str) -> None:
        """An update finds nothing to update, says so, and makes nothing anew."""
        record, other = self.record(branch, 1), self.record(branch, 2)
        for name in self.changeable(branch)[:1]:
            self.has(rig, branch, record, other)
            changed = {**other, name: self.another(branch, name, other[name])}
            rig.want(branch, {**record, name: self.another(branch, name, record[name])}, changed)
            self.needed_is_there(rig, branch)
            file = rig.folder / "early.plan"
            rig.plan(file)
            try:
                rig.system.remove(branch, [record["idnumber"]])
            except NotImplementedError:
                pytest.skip("the suite's `System` has no `remove`: nobody can take a record away")
            ran = rig.apply(file)
            require(
                record["idnumber"] not in rig.contents(branch) and ran.done() == 1,
                f"{branch} `{record['idnumber']}` was taken away by somebody else before its update came, and"
                f" {ran.done()} of the 2 updates were done",
                ADVICE,
            )
            self.is_there(rig, branch, changed)
