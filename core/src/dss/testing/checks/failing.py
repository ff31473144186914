"""What a failure costs: one record and no other, and nothing that the next run would not make good."""

from __future__ import annotations

import pytest

from dss.actions import Outcome
from dss.attributes import ENABLED
from dss.capabilities import Capability
from dss.testing.checks.broken_reads import spread_in_pairs
from dss.testing.checks.changes import THREE
from dss.testing.checks.refusing import carries
from dss.testing.checks.writing import WritingChecks, all_done
from dss.testing.rig import Rig
from dss.testing.samples import Values
from dss.testing.suite import needs, needs_any
from dss.testing.uses import WRITES
from dss.testing.verdict import listed, require
from dss.testing.wire import Call, Fault

ONE_BY_ONE = (
    "catch what is raised for one record and answer `action.failed(reason)` for that one; a bulk handler takes the"
    " records one by one when the bulk was refused (in a transaction: behind a savepoint for each)"
)
BROUGHT = 4
"""Records that each round brings, for as many sorts of change in the next."""
TRIES = 6
"""Calls at which a failure is tried at the most, each once before and once after the system has taken it."""


class FailingChecks(WritingChecks):
    """Calls that fail."""

    @needs_any(*WRITES)
    def test_calls_that_write_go_through_the_wire(self, rig: Rig, branch: str) -> None:
        """The suite names those of every sort of change; nothing else could be broken by the checks below."""
        for what in self.one_by_one(rig, branch):
            sent: list[Call] = []
            rig.wire.fault = self._noting(sent)

            all_done(rig.apply(), branch, what)

            rig.wire.heal()
            require(
                sent,
                f"`{what}` of `{branch}` was done, and no call that carries it went through the wire",
                "name in the suite's `write_calls` the methods of what `open_client()` returns that write; or override"
                " `tap`",
            )

    def _noting(self, calls: list[Call]) -> Fault:
        def fault(call: Call, is_before: bool) -> None:
            # what only begins or ends a transaction says nothing of what is in it
            if is_before and call.writes and (call.payload is None or carries(call)):
                calls.append(call)

        return fault

    @needs(Capability.CREATE)
    def test_one_bad_record_takes_no_other_down(self, rig: Rig, branch: str) -> None:
        """Of several new records the system refuses one: it has failed, with a reason, and the others are there."""
        records = [self.record(branch, number) for number in (1, 2, 3, 4)]
        rig.want(branch, *records)

        self.one_is_refused(rig, branch, records, "new records")

    @needs(Capability.UPDATE)
    def test_one_bad_change_takes_no_other_down(self, rig: Rig, branch: str) -> None:
        """The same of several records that change."""
        records = [self.record(branch, number) for number in (1, 2, 3, 4)]
        for name in self.changeable(branch)[:1]:
            self.has(rig, branch, *records)
            changed = [{**one, name: self.another(branch, name, one[name])} for one in records]
            rig.want(branch, *changed)

            self.one_is_refused(rig, branch, changed, "changed records")

    @needs_any(*WRITES)
    def test_one_refusal_takes_no_other_down(self, rig: Rig, branch: str) -> None:
        """Of several changes of each sort the first call is refused, once: one record at the most has failed."""
        for what in self.in_threes(rig, branch):
            refused: list[Call] = []
            self.needed_is_there(rig, branch)
            rig.wire.heal()
            rig.wire.fault = self._refusing_once(refused)

            ran = rig.apply()

            rig.wire.heal()
            failed = {result.action.idnumber for result in ran.undone if result.action is not None}
            require(
                len(failed) <= 1,
                f"one call was refused when `{what}` of {THREE} records of `{branch}` came, and of {len(failed)}"
                f" records something was not done:{listed(ran.complaints())}",
                ONE_BY_ONE,
            )
            rig.apply()
            self.nothing_is_left(rig, branch)

    def _refusing_once(self, refused: list[Call]) -> Fault:
        def fault(call: Call, is_before: bool) -> None:
            if is_before and call.writes and carries(call) and not refused:
                refused.append(call)
                raise self.refused()

        return fault

    def one_is_refused(self, rig: Rig, branch: str, records: list[Values], what: str) -> None:
        """Apply while the system refuses whatever mentions the second record; require that only that has failed."""
        bad = records[1]
        marks = _only_in(
            bad, [one for mine in rig.wanted.values() for one in mine.values() if one is not bad]
        )
        refused: list[Call] = []

        def fault(call: Call, is_before: bool) -> None:
            if is_before and call.writes and call.mentions(marks):
                refused.append(call)
                raise self.refused()

        rig.wire.heal()
        rig.wire.fault = fault
        ran = rig.apply()
        if not refused:
            pytest.skip("nothing that was sent for the record mentions it")

        failed = [result for result in ran.report.undone if result.outcome is Outcome.FAILED]
        require(
            ran.complaints(),
            f"the system refused one of {len(records)} {what} of `{branch}`, and the run said that all was done",
            "let what the client raises pass, or answer `action.failed(reason)`; done is only what was done",
        )
        require(
            {result.action.idnumber for result in failed if result.action} == {bad["idnumber"]},
            f"the system refused one of {len(records)} {what} of `{branch}`, and these failed:"
            f"{listed(ran.complaints())}",
            ONE_BY_ONE,
        )
        self.is_there(rig, branch, *(one for one in records if one is not bad))
        rig.wire.heal()
        rig.apply()
        self.is_there(rig, branch, *records)
        self.nothing_is_left(rig, branch)

    @needs_any(*WRITES)
    def test_a_failure_at_any_write_is_made_good_by_the_next_run(self, rig: Rig, branch: str) -> None:
        """Whichever call that writes fails, before or after the system has taken it: then a new run completes all."""
        writes = self.writes_in_a_round(rig, branch)
        places = [
            (number, is_before) for number in spread_in_pairs(writes, TRIES) for is_before in (True, False)
        ]
        for place, (number, is_before) in enumerate(places, 2):
            self.round(rig, branch, place)
            rig.wire.heal()
            rig.wire.fault = self._failing(number, is_before=is_before)
            rig.apply()
            rig.wire.heal()

            rig.apply()

            self.all_is_as_wanted(rig, branch, f"call {number} of {writes} that write had failed")

    def _failing(self, number: int, *, is_before: bool) -> Fault:
        def fault(call: Call, now: bool) -> None:
            if call.writes and call.number == number and now is is_before:
                raise self.refused()

        return fault

    # -- what the checks are made of -------------------------------------------------------------------------------

    def round(self, rig: Rig, branch: str, place: int) -> None:
        """Want something new, and of what the round before has brought a change of each sort; other in each round."""
        declared = self.declared().of(branch)
        brought, comes = (
            [self.record(branch, 1 + number + of * BROUGHT) for number in range(BROUGHT)]
            for of in (place - 1, place)
        )
        if place:
            if Capability.CREATE not in declared:
                self.has(rig, branch, *brought)
            self.want_changes(rig, branch, brought)
        if Capability.CREATE in declared:
            rig.want(branch, *comes)

    def want_changes(self, rig: Rig, branch: str, records: list[Values]) -> None:
        """Want one record changed, one with other values, one disabled and one no more, as far as it is declared."""
        declared = self.declared().of(branch)
        changes, gathers, disables, goes = records
        if Capability.UPDATE in declared:
            others = {name: self.another(branch, name, changes[name]) for name in self.updated(rig, branch)}
            rig.want(branch, {**changes, **others})
        if Capability.MULTI_VALUES in declared:
            for name in self.multi_valued(branch)[:1]:
                rig.want(branch, {**gathers, name: self.another(branch, name, gathers[name])})
        if Capability.DISABLE in declared and ENABLED in disables:
            rig.want(branch, {**disables, ENABLED: False})
        if Capability.END in declared:
            rig.want_no_more(branch, goes)

    def writes_in_a_round(self, rig: Rig, branch: str) -> int:
        """How many calls that write a round makes to which nothing happens; the first round has new records only."""
        for place in (0, 1):
            self.round(rig, branch, place)
            rig.wire.heal()
            rig.apply()
        return rig.wire.writes

    def all_is_as_wanted(self, rig: Rig, branch: str, after: str) -> None:
        """Require that everything is there, once, and a new plan is empty."""
        again = rig.plan()
        left = [*again.actions, *again.errors]
        found = rig.contents(branch)
        wrong = [
            line
            for record in rig.wanted[branch].values()
            for line in rig.unlike(branch, record, found.get(record["idnumber"]))
        ]
        require(
            not left and not wrong,
            f"after {after}, a new run of `{branch}` did not complete everything:{listed([*left, *wrong])}",
            "make each handler's work one step where the system can (a transaction, one call for a record); where it"
            " takes several, let reading find what is there half, so that the next run does the rest",
        )


def _only_in(record: Values, others: list[Values]) -> list[str]:
    """Texts of a record that stand in no other."""
    rest = repr(others)
    return [
        value for value in record.values() if isinstance(value, str) and len(value) > 3 and value not in rest
    ]
