"""Whether a dry run writes nothing, and says what a real run would do."""

from __future__ import annotations

import pytest

from dss.attributes import ENABLED
from dss.capabilities import Capability
from dss.testing.checks.records import by_key
from dss.testing.checks.writing import WritingChecks, all_done
from dss.testing.private import private_values
from dss.testing.rig import Found, Rig
from dss.testing.suite import needs
from dss.testing.verdict import listed, require
from dss.tree import DataStoreTree


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
                " of the real one; or declare Capability.TRANSACTIONS, where all of it is one that is rolled back",
            )
        real = rig.apply()
        require(
            real.done() == dry.done() == len(real.actions),
            f"a dry run of `{branch}` said that {dry.done()} of {len(dry.actions)} changes would be done, and"
            f" {real.done()} of {len(real.actions)} were:{listed([*dry.complaints(), *real.complaints()])}",
            "let the dry run go through the same handlers, and let what it has written be found by what it reads later",
        )

    @needs(Capability.DRY_RUN)
    def test_what_a_dry_run_has_written_is_found_by_what_it_reads(self, rig: Rig, branch: str) -> None:
        """Inside the dry run every record is as it would be, and what was ended has ended."""
        self.has_changes(rig, branch)
        wanted = list(rig.wanted[branch].values())
        ended = [one["idnumber"] for one in self.goes(branch) if one["idnumber"] not in rig.wanted[branch]]
        looks: list[Found] = []

        def look(tree: DataStoreTree) -> None:
            keys = [*(one["idnumber"] for one in wanted), *ended]
            looks.append({one["idnumber"]: dict(one) for one in by_key(tree, branch, keys)})

        rig.dry_run(look)

        if not looks:
            pytest.skip("nothing that can be changed is declared")
        seen = looks[-1]
        wrong = [line for one in wanted for line in rig.unlike(branch, one, seen.get(one["idnumber"]))]
        wrong += [
            f"{branch} `{one}` is there" for one in ended if seen.get(one, {}).get(ENABLED, one in seen)
        ]
        require(
            not wrong,
            f"inside a dry run of `{branch}`, when all was done, it is read otherwise:{listed(wrong)}",
            "lay what the dry run has written over what is read (`dss.recording.Recording` does), for every call that"
            " writes",
        )

    @needs(Capability.DRY_RUN)
    def test_a_dry_run_tells_of_every_sort_of_change(self, rig: Rig, branch: str) -> None:
        """New, update, add, remove, old: for each a call is named that a real run would make."""
        for what in self.one_by_one(rig, branch):
            dry = rig.dry_run()
            assert dry.rehearsal is not None
            require(
                dry.rehearsal.calls or not dry.actions,
                f"a dry run of `{what}` in `{branch}` tells of no call",
                "call `rehearsal.add(text)` for each statement or call that a real run would send",
            )
            all_done(rig.apply(), branch, what)

    @needs(Capability.DRY_RUN)
    def test_a_dry_run_tells_its_calls_without_values(self, rig: Rig, branch: str) -> None:
        """What would have been sent is named, and what was in it is not: it may go into a log."""
        self.has_changes(rig, branch)

        dry = rig.dry_run()

        assert dry.rehearsal is not None
        texts = [call.text for call in dry.rehearsal.calls]
        values = private_values(rig)
        leaking = [text for text in [*texts, *dry.rehearsal.notes] if any(value in text for value in values)]
        require(
            not leaking,
            f"a dry run of `{branch}` tells values:{listed(leaking)}",
            "put placeholders where values stand: `UPDATE user SET email=?`, `PATCH /users/{id}: email`",
        )
