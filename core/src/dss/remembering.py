"""What a run takes from the journal before it judges a plan, and what it leaves there for the next one."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dss import clock
from dss.actions import Kind, Outcome
from dss.attributes import value_of
from dss.guard.budgets import places_of
from dss.guard.case import is_removal
from dss.guard.stale import TOLERANCE
from dss.holding import Because
from dss.memory import HeldBefore, Memory
from dss.only import EVERYTHING, Only
from dss.store import State

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.holding import Hold
    from dss.journal import Journal
    from dss.plan import Plan
    from dss.stages import Sync
    from dss.tree import DataStoreTree


def memory_of(
    journal: Journal | None, left: DataStoreTree, right: DataStoreTree, kept: Sequence[Hold] = ()
) -> Memory:
    """What earlier runs say about one sync, and this one so far.

    Args:
        journal: None when there is none yet; then nothing in the target is known to be ours.
        left: the source.
        right: the target.
        kept: what is held in earlier syncs of the same target.
    """
    if journal is None:
        return Memory(owned=lambda branch: None, kept=kept)
    target = right.identity()
    readings, sources = journal.readings.of(_way(left, right))
    return Memory(
        approved=journal.approvals.valid(target, clock.now()),
        undone=journal.undone.of(target),
        owned=lambda branch: journal.owned.of(target, branch),
        missing=lambda branch: journal.missing.of(target, branch),
        readings=readings,
        sources=sources,
        contents=journal.contents.of(_way(left, right)),
        over_budget=journal.over_budget.of(_way(left, right)),
        last_run=journal.readings.last(_way(left, right)),
        kept=kept,
    )


def remember(
    journal: Journal,
    run: int,
    sync: Sync,
    began: datetime.datetime,
    *,
    only: Only = EVERYTHING,
    place: int = 0,
    syncs: Sequence[Sync] = (),
) -> None:
    """Leave what the next run has to know of a sync that has been applied.

    Args:
        journal: where it is written.
        run: the run's number.
        sync: planned and applied.
        began: when the run began.
        only: to what it was limited; what was not found is really not there only where everything was planned.
        place: which of the run's syncs.
        syncs: all of the run; several may change one target.
    """
    plan = sync.plan
    assert plan is not None
    assert sync.report is not None
    target = sync.right.identity()
    if sync.is_stored:
        # the source has not been read, so nothing is known of it
        use_approvals(journal, run, place, target)
        return
    for left, right in plan.pairs:
        _remember_ours(journal, run, sync, left, right)
    remember_what_is_over_budget(journal, sync, only.parted)
    if sync.report.stopped:
        use_approvals(journal, run, place, target)
        return
    all_of_them = syncs or [sync]
    way = _way(sync.left, sync.right)
    _remember_the_source(
        journal, way, [one for one in all_of_them if _way(one.left, one.right) == way], began, only
    )
    if not only:
        _remember_missing(journal, sync, target, began)
        _let_lapse(journal, [one for one in all_of_them if one.right.identity() == target], target)
    use_approvals(journal, run, place, target)


def _remember_ours(
    journal: Journal, run: int, sync: Sync, left: type[DataStoreBranch], right: type[DataStoreBranch]
) -> None:
    """What both sides have is ours from now on, since we keep it in step."""
    name, target = right.__name__, sync.right.identity()
    known = journal.owned.rows(target, name)
    ours = left.contents().items
    natives = right.contents().native
    found = [
        (idnumber, natives.get(idnumber))
        for idnumber in right.contents().items
        # the source has nothing of what an undo has brought back, whose id may not be known yet
        if (idnumber in ours or (idnumber in known and known[idnumber] is None))
        and (idnumber not in known or _differ(known[idnumber], natives.get(idnumber)))
    ]
    if found:
        journal.owned.add(target, name, found, run, "matched")
    if not journal.owned.is_complete(target, name) and not _undecided(known, ours, right):
        # nothing in the target is left of which nobody could say whose it is
        journal.owned.complete(target, name)


def _undecided(known: Collection[str], ours: Collection[str], right: type[DataStoreBranch]) -> bool:
    """Whether the target has anybody active of whom it is not known that they are ours."""
    return any(
        idnumber not in ours and idnumber not in known and value_of(item, "enabled") is not False
        for idnumber, item in right.contents().items.items()
    )


def _differ(known: Any, found: Any) -> bool:
    return found is not None and known != found


def _way(left: DataStoreTree, right: DataStoreTree) -> str:
    """Under what a source is remembered: what was accepted for one target is not yet accepted for another."""
    return f"{left.name} -> {right.name}"


def remember_what_is_over_budget(
    journal: Journal, sync: Sync, parted: Collection[str], *, is_beginning: bool = False
) -> None:
    """Leave what is held over a budget, so that neither what comes meanwhile nor what is approved makes room for it.

    What was known stays as long as removals wait for another reason, or are left out: one bad night settles nothing.

    Args:
        journal: where it is written.
        sync: planned.
        parted: branches of which more may be held than this sync tells; what was known of them stays.
        is_beginning: what is approved is about to be done.
    """
    assert sync.plan is not None
    way = _way(sync.left, sync.right)
    held: dict[str, dict[tuple[str, str], HeldBefore]] = {right.__name__: {} for _, right in sync.plan.pairs}
    rights = {right.__name__: right for _, right in sync.plan.pairs}
    known = journal.over_budget.of(way)
    if known:
        waiting = {
            place
            for hold in sync.holds
            if not hold.quiet
            for action in hold.actions
            if is_removal(action)
            for place in places_of(rights[action.branch], action)
        }
        for place in known.keys() & waiting:
            held[place[0].partition(".")[0]][place] = known[place]
    let_go = _let_go(journal, sync, rights) if is_beginning else Counter()
    for hold in sync.holds:
        if hold.of is not None:
            place = (hold.scope, hold.parent)
            before = known[place].let_go if place in known else 0
            held[hold.scope.partition(".")[0]][place] = HeldBefore(hold.of, before + let_go[place])
    # what is said of a branch as a whole is that it has bad rows, for which removals are left out
    unsure = {error.branch for error in sync.plan.errors if not error.idnumber}
    journal.over_budget.save(way, held, {*parted, *sync.in_doubt, *unsure})


def _let_go(
    journal: Journal, sync: Sync, rights: Mapping[str, type[DataStoreBranch]]
) -> Counter[tuple[str, str]]:
    """How many removals that have been approved are done, by the scopes and parents that they count in."""
    approved = journal.approvals.valid(sync.right.identity(), clock.now())
    return Counter(
        place
        for action in (sync.ready if approved else ())
        if is_removal(action) and action.fingerprint in approved
        for place in places_of(rights[action.branch], action)
    )


def _remember_the_source(
    journal: Journal, way: str, syncs: Sequence[Sync], began: datetime.datetime, only: Only
) -> None:
    """Leave what a source was when all syncs that read it for one target have had their turn.

    A sync that finds nothing to change takes nothing for good of which another is in doubt.
    """
    if any(sync.plan is None or sync.report is None for sync in syncs):
        return
    if any(hold.because in (Because.STALE, Because.CLOCK) for sync in syncs for hold in sync.holds):
        return
    last = journal.readings.last(way)
    if (
        last is not None
        and began < last - TOLERANCE
        and not any(is_removal(action) for sync in syncs for action in sync.ready)
    ):
        # the clock may be wrong, and nobody has said that it is not
        return
    in_doubt = {name for sync in syncs for name in sync.in_doubt}
    readings = {
        left.__name__: left.contents().reading()
        for sync in syncs
        if sync.plan is not None
        for left, _ in sync.plan.pairs
        if left.state() is State.COMPLETE and left.__name__ not in in_doubt
    }
    # of a source nobody knows which branches come from it, so only a run that has looked at all can say that it is good
    is_good = not in_doubt and not only
    sources = {source.name: source for sync in syncs for source in sync.left.sources()} if is_good else {}
    journal.readings.save(way, readings, sources, began)
    journal.contents.add(way, sources.values(), began)


def _remember_missing(journal: Journal, sync: Sync, target: str, began: datetime.datetime) -> None:
    """Count for how many good runs each record has been missing; a source that is in doubt counts for nothing."""
    assert sync.plan is not None
    missing: dict[str, list[str]] = {right.__name__: [] for _, right in sync.plan.pairs}
    for action in sync.plan.actions:
        if action.kind is Kind.OLD:
            missing[action.branch].append(action.idnumber)
    for name, idnumbers in missing.items():
        if name not in sync.in_doubt:
            journal.missing.count(target, name, idnumbers, began)
        else:
            # who is in the source has come back, however little else it is to be believed
            journal.missing.forget_others(target, name, idnumbers)


def use_approvals(journal: Journal, run: int, place: int, target: str) -> None:
    """An approval is for once: what has been done needs another. What has failed, or had no turn, is still meant.

    Args:
        journal: where both are written.
        run: the run's number.
        place: which of its syncs.
        target: what that changes.
    """
    approved = journal.approvals.valid(target, clock.now())
    if approved:
        done = [
            entry.fingerprint
            for outcome in (Outcome.DONE, Outcome.ALREADY)
            for entry in journal.entries(run, place, outcome=outcome)
            if entry.fingerprint in approved
        ]
        journal.approvals.use(target, done, run)


def _let_lapse(journal: Journal, syncs: Sequence[Sync], target: str) -> None:
    """An approval covers what was found when it was given: what is not found any more needs another.

    Nothing is known of what is not found as long as another sync of the same target has not had its turn.
    """
    if any(sync.plan is None or sync.report is None for sync in syncs):
        return
    approved = journal.approvals.valid(target, clock.now())
    undone = journal.undone.of(target)
    found: dict[str, bool] = {}
    for sync in syncs:
        assert sync.plan is not None
        held = sync.held
        for one, key in _found_again(sync.plan, {*approved, *undone}).items():
            found[one] = key in held
    if approved and not any(sync.in_doubt for sync in syncs):
        journal.approvals.lapse(target, found)
    # of a record that could not be looked at, nobody knows whether its change would be found, nor in a bad export
    in_doubt = any(sync.in_doubt or (sync.plan is not None and sync.plan.errors) for sync in syncs)
    journal.undone.drop(target, [one for one in undone if (not found[one] if one in found else not in_doubt)])


def _found_again(plan: Plan, wanted: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    if not wanted:
        return {}
    return {action.fingerprint: action.key for action in plan.actions if action.fingerprint in wanted}
