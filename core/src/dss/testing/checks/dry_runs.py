"""Whether a dry run writes nothing, and says what a real run would do."""

from __future__ import annotations

from dss.capabilities import Capability
from dss.testing.checks.writing import WritingChecks
from dss.testing.rig import Rig
from dss.testing.suite import needs
from dss.testing.verdict import listed, require


class DryRunChecks(WritingChecks):
    """Dry runs, and the system before and after."""

    @needs(Capability.DRY_RUN)
    def test_a_dry_run_writes_nothing(self, rig: Rig, branch: str) -> None:
        """The system is the same to the last byte that its author can compare, and the real run still has all to do."""
        self.has_changes(rig, branch)
        before = rig.system.dump()
        rig.wire.heal()

        dry = rig.dry_run()

        require(
            rig.system.dump() == before,
            f"a dry run of `{branch}` has changed the system",
            "let `rehearsal()` put a client in the place of the real one that sends nothing"
            " (`dss.recording.in_place_of_client`), or roll its transaction back",
        )
        if Capability.TRANSACTIONS not in self.declared().of(branch):
            require(
                not rig.wire.writes,
                f"a dry run of `{branch}` made {rig.wire.writes} of the calls that write",
                "give the client of the dry run a method of its own for each call that writes; let it be no subclass"
                " of the real one",
            )
        real = rig.apply()
        require(
            real.done() == dry.done() == len(real.actions),
            f"a dry run of `{branch}` said that {dry.done()} of {len(dry.actions)} changes would be done, and"
            f" {real.done()} of {len(real.actions)} were:{listed([*dry.complaints(), *real.complaints()])}",
            "let the dry run go through the same handlers, and let what it has written be found by what it reads later",
        )

    @needs(Capability.DRY_RUN)
    def test_a_dry_run_tells_its_calls_without_values(self, rig: Rig, branch: str) -> None:
        """What would have been sent is named, and what was in it is not: it may go into a log."""
        self.has_changes(rig, branch)

        dry = rig.dry_run()

        assert dry.rehearsal is not None
        if not dry.actions:
            return
        texts = [call.text for call in dry.rehearsal.calls]
        require(
            texts,
            f"a dry run of `{branch}` with {len(dry.actions)} changes tells of no call",
            "call `rehearsal.add(text)` for each statement or call that a real run would send",
        )
        values = private_values(rig, branch)
        leaking = [text for text in [*texts, *dry.rehearsal.notes] if any(value in text for value in values)]
        require(
            not leaking,
            f"a dry run of `{branch}` tells values:{listed(leaking)}",
            "put placeholders where values stand: `UPDATE user SET email=?`, `PATCH /users/{id}: email`",
        )


def private_values(rig: Rig, branch: str) -> list[str]:
    """Texts in what is wanted that must not show up where anybody may read them; keys are no secret."""
    found = {
        value
        for name in rig.wanted
        for record in rig.wanted[name].values()
        for key, value in record.items()
        if key != "idnumber" and isinstance(value, str) and any(map(str.isdigit, value)) and len(value) > 5
    }
    keys = {idnumber for records in rig.wanted.values() for idnumber in records}
    return sorted(value for value in found if not any(value in key for key in keys))
