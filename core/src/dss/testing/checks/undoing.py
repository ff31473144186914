"""Whether an undo puts back what the handlers say can be undone, and whether a transaction is one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection

from dss.actions import Action, Kind
from dss.attributes import ENABLED
from dss.capabilities import Capability
from dss.templates import Undo
from dss.testing.checks.writing import WritingChecks, all_done
from dss.testing.rig import Found, Ran, Rig, plain
from dss.testing.suite import needs
from dss.testing.verdict import listed, require

ADVICE = (
    "put back in the handlers of the contrary change, which has to be declared, what this one has changed; or say with"
    " `@handler(undo=Undo.PARTLY)` or `Undo.NOT` how far it can be undone"
)


class UndoChecks(WritingChecks):
    """Undo."""

    @needs(Capability.UNDO, Capability.CREATE)
    def test_new_records_are_undone(self, rig: Rig, branch: str) -> None:
        """Undone wholly they are gone; in part, they are ended as if they had left the source."""
        record = self.record(branch, 2)
        for name, needed in self.with_needed(branch, [record]).items():
            if name != branch:
                rig.want(name, *needed)
        self.has(rig, branch, self.record(branch, 1))
        before = self.state(rig, branch)
        rig.want(branch, record)

        extent = self.done_and_undone(rig, branch, Kind.NEW)

        if extent is Undo.WHOLLY:
            self.is_as_before(rig, branch, before, "new")
        elif extent is Undo.PARTLY:
            self.is_ended(rig, branch, record)

    @needs(Capability.UNDO, Capability.UPDATE)
    def test_updates_are_undone(self, rig: Rig, branch: str) -> None:
        """Every attribute has the value again that it had."""
        record = self.record(branch, 1)
        self.has(rig, branch, record, self.record(branch, 2))
        before = self.state(rig, branch)
        changed = {name: self.another(branch, name, record[name]) for name in self.changeable(branch)}
        rig.want(branch, {**record, **changed})

        if self.done_and_undone(rig, branch, Kind.UPDATE) is Undo.WHOLLY:
            self.is_as_before(rig, branch, before, "update")

    @needs(Capability.UNDO, Capability.DISABLE)
    def test_disabling_is_undone(self, rig: Rig, branch: str) -> None:
        """Who was disabled is enabled again, and the other way round."""
        record = self.record(branch, 1)
        for enabled in (False, True):
            self.has(rig, branch, {**record, ENABLED: not enabled}, self.record(branch, 2))
            before = self.state(rig, branch)
            rig.want(branch, {**record, ENABLED: enabled})

            if self.done_and_undone(rig, branch, Kind.UPDATE) is Undo.WHOLLY:
                self.is_as_before(rig, branch, before, f"update {ENABLED} to {enabled}")

    @needs(Capability.UNDO, Capability.MULTI_VALUES)
    def test_added_and_removed_values_are_undone(self, rig: Rig, branch: str) -> None:
        """A value that was added is gone, one that was removed is back."""
        for name in self.multi_valued(branch):
            # each of another record: what was undone of one is not done again before somebody says so
            for number, way in enumerate(("fewer", "back", "more"), 1):
                record, bystander = self.record(branch, number), self.record(branch, 4)
                values = record[name]
                more, fewer = self.another(branch, name, values), self.fewer(branch, name, values)
                was, wanted = {"more": (values, more), "back": (more, values), "fewer": (more, fewer)}[way]
                self.has(rig, branch, {**record, name: was}, bystander)
                before = self.state(rig, branch)
                rig.want(branch, {**record, name: wanted})

                if self.done_and_undone(rig, branch, Kind.ADD, Kind.REMOVE) is Undo.WHOLLY:
                    self.is_as_before(rig, branch, before, f"add or remove {name}")
                rig.want(branch, {**record, name: was})

    @needs(Capability.UNDO, Capability.END)
    def test_ended_records_come_back(self, rig: Rig, branch: str) -> None:
        """With their values; undone wholly, just as they were."""
        record = self.record(branch, 1)
        self.has(rig, branch, record, self.record(branch, 2))
        before = self.state(rig, branch)
        rig.want_no_more(branch, record)

        extent = self.done_and_undone(rig, branch, Kind.OLD)

        if extent is Undo.WHOLLY:
            self.is_as_before(rig, branch, before, "old")
        elif extent is Undo.PARTLY:
            found = rig.contents(branch).get(record["idnumber"])
            require(
                found is not None and found.get(ENABLED) is not False,
                f"the end of {branch} `{record['idnumber']}` was undone, and it is not back",
                ADVICE,
            )

    @needs(Capability.TRANSACTIONS)
    def test_a_transaction_that_fails_leaves_nothing(self, rig: Rig, branch: str) -> None:
        """What was written inside `batch()` is gone when the block is left by an error."""
        self.has_changes(rig, branch)
        self.needed_is_there(rig, branch)
        before = rig.system.dump()
        planned = rig.plan().actions
        new = {action.idnumber for action in planned if action.kind is Kind.NEW}
        for kind in dict.fromkeys(action.kind for action in planned):
            # what is added to a new record can only be written once that one is there
            self.fails_in_a_batch(rig, branch, kind, frozenset() if kind is Kind.NEW else new)
            require(
                rig.system.dump() == before,
                f"a batch with `{kind}` of `{branch}` was left by an error, and what it wrote has stayed",
                "begin one transaction in `batch()`, roll it back on any exception, and let no handler commit",
            )

    def fails_in_a_batch(self, rig: Rig, branch: str, kind: Kind, without: Collection[str]) -> None:
        """Carry out all that is planned of one kind, but for some records, and leave the batch by an error."""
        with rig.run() as run:
            (sync,) = run.plan()
            assert sync.plan is not None
            right = sync.right
            actions = [
                action
                for action in sync.plan.actions
                if action.kind is kind and action.branch == branch and action.idnumber not in without
            ]
            with contextlib.suppress(_Broken), right.batch():
                results = list(right.hooks.handle_actions(right, actions))
                raise _Broken

        require(
            all(result.is_done for result in results),
            f"inside `batch()` `{kind}` of `{branch}` was not carried out:"
            f"{listed([result.reason for result in results if not result.is_done])}",
            "let the handlers write inside the transaction that `batch()` has begun",
        )

    # -- what the checks are made of -------------------------------------------------------------------------------

    def done_and_undone(self, rig: Rig, branch: str, *kinds: Kind) -> Undo:
        """Apply what is wanted and take it back; gives how far the handlers say that this can be done."""
        with rig.run() as run:
            run.plan()
            extent = _extent(run.syncs[0].right.template.undo_for, rig.plan(), kinds)
        ran = rig.apply()
        all_done(ran, branch, " or ".join(kinds))
        if extent is Undo.NOT:
            return extent
        undone = rig.undo(ran.number)
        require(
            undone.actions and not undone.complaints(),
            f"the undo of a run that did `{' or '.join(kinds)}` in `{branch}` did not go as planned:"
            f"{listed(undone.complaints() or ['nothing was planned'])}",
            ADVICE,
        )
        return extent

    def state(self, rig: Rig, branch: str) -> Found:
        """What the system holds of a branch, by which two can be compared."""
        return {
            idnumber: {name: plain(value) for name, value in values.items() if value not in (None, "")}
            for idnumber, values in rig.contents(branch).items()
        }

    def is_as_before(self, rig: Rig, branch: str, before: Found, what: str) -> None:
        """Require that the system holds of a branch just what it held."""
        now = self.state(rig, branch)
        differing = [
            f"{branch} `{one}`: was {before.get(one, 'not there')}, is {now.get(one, 'not there')}"
            for one in sorted(before.keys() | now.keys())
            if before.get(one) != now.get(one)
        ]
        require(
            not differing,
            f"after the undo of `{what}`, whose handler says that it can be undone wholly, `{branch}` is not as it was:"
            f"{listed(differing)}",
            ADVICE,
        )


class _Broken(Exception):
    """Ends a batch."""


def _extent(undo_for: Callable[[Action], Undo], ran: Ran, kinds: tuple[Kind, ...]) -> Undo:
    """The least that the handlers of these actions say."""
    order = (Undo.WHOLLY, Undo.PARTLY, Undo.NOT)
    found = [undo_for(action) for action in ran.actions if action.kind in kinds]
    return max(found, key=order.index, default=Undo.NOT)
