"""The plan that takes back what one run has done in one sync."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import attrs

from dss import clock
from dss.actions import Action, Kind, Outcome
from dss.assembly import shared_names
from dss.errors import PlanError, StateError
from dss.guard import holds
from dss.journal import Entry, Journal, RunRow
from dss.lines import Lines
from dss.memory import Memory
from dss.only import Only
from dss.ordering import Actions
from dss.plan import Plan
from dss.store import State
from dss.templates import Undo
from dss.undo.earlier import EarlierUndoes
from dss.undo.inverse import Inverse
from dss.undo.keeping import Keeping
from dss.undo.later import with_run_to_begin_with
from dss.undo.returning import Returning
from dss.undo.sections import sync_of
from dss.undo.taken_back import TakenBack, found_again
from dss.unique import arrange

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.holding import Hold
    from dss.policies import Policies
    from dss.stages import Sync

_ADOPTS = '"adopts":'
"""What the line of an action has that takes a record over."""

Record = tuple[str, str]
"""A branch and an idnumber."""


def undo_stages(journal: Journal | None, number: int, syncs: Sequence[Sync]) -> list[list[Sync]]:
    """The syncs in which a run has done anything, the last one first, cut where two of them change one target.

    Args:
        journal: None when there is none.
        number: the run's.
        syncs: of the configuration as it is now.

    Raises:
        StateError: there is no such run, or nothing of it can be undone any more.
    """
    stages: list[list[Sync]] = []
    for sync in _concerned(journal, number, syncs).values():
        target = sync.right.identity()
        if not stages or any(one.right.identity() == target for one in stages[-1]):
            stages.append([])
        stages[-1].append(sync)
    return stages


def undo_run(
    journal: Journal | None,
    number: int,
    syncs: Sequence[Sync],
    only: Only,
    policies: Policies,
    told: Callable[[str], object],
    wanted: Collection[Sync] | None = None,
) -> list[Sync]:
    """Read the targets and give each sync in which a run has done anything a plan that takes it back.

    Args:
        journal: None when there is none.
        number: the run's.
        syncs: of the configuration as it is now.
        only: to what the undo is limited.
        policies: how careful to be.
        told: is called with a sentence when a step begins.
        wanted: those that are planned, such as a stage; None is all.

    Returns:
        These syncs, the last one first.

    Raises:
        StateError: see `undo_stages`.
    """
    found = []
    for place, sync in _concerned(journal, number, syncs).items():
        assert journal is not None
        row = journal.run(number)
        assert row is not None
        if wanted is None or sync in wanted:
            told(f"reading {sync.right.name}")
            sync.right.read(shared_names(sync.config, sync.left, sync.right))
            sync.plan = plan_undo(journal, row, place, sync, only)
            sync.holds = holds_of_undo(sync.plan, journal, policies)
            # the source has not been read, so nothing is to be remembered of it
            sync.is_stored = True
            found.append(sync)
    return found


def _concerned(journal: Journal | None, number: int, syncs: Sequence[Sync]) -> dict[int, Sync]:
    """By their places in a run, the syncs in which it has done anything, the last one first."""
    row = None if journal is None else journal.run(number)
    if row is None or journal is None:
        raise StateError(f"there is no run {number}; `dss-run history` lists those there are")
    if row.expired:
        raise StateError(
            f"run {number} cannot be undone any more: its names and values have been forgotten, as `[expiry] values`"
            " says"
        )
    found: dict[int, Sync] = {}
    for place, there in reversed(list(enumerate(row.syncs))):
        if next(journal.entries(number, place, outcome=Outcome.DONE), None) is None:
            continue
        sync = sync_of(there, syncs)
        if sync is None:
            raise StateError(
                f"run {number} has changed `{there.target}`, which no [[sync]] of the configuration changes any more,"
                " so it cannot be undone with it"
            )
        if sync in found.values():
            raise StateError(
                f"run {number} has changed `{there.target}` in two syncs, of which the configuration has only one: it"
                " cannot be undone with it"
            )
        found[place] = sync
    return found


def plan_undo(journal: Journal, row: RunRow, place: int, sync: Sync, only: Only) -> Plan:
    """What takes back what a run has done in one of its syncs, where it still is as that run has written it.

    What is not as it was written any more, and what cannot be undone, are errors of the plan; what is already back as
    it was before needs nothing, and is put into `sync.back`.

    Args:
        journal: where the run stands.
        row: the run.
        place: which of its syncs.
        sync: the same one of the configuration. Its right tree has been read, its left one is not looked at.
        only: to what the undo is limited.
    """
    planning = _Planning(journal, row, place, sync, only)
    plan = planning.plan()
    back = list(planning.found_back())
    sync.back = {one: source for again in back for one, source in again.items()}
    plan.notes += _back_already(len(back))
    return plan


def look_for_what_is_back(journal: Journal, number: int, sync: Sync, only: Only) -> None:
    """As `plan_undo`, for a sync that has its plan from a file: of that, only what was found back already.

    Args:
        journal: where the run stands; of one that cannot be undone any more, nothing is found.
        number: the run's.
        sync: its right tree has been read.
        only: to what the undo is limited.
    """
    row = journal.run(number)
    for place, there in enumerate([] if row is None or row.expired else row.syncs):
        assert row is not None
        if sync_of(there, [sync]) is not None:
            planning = _Planning(journal, row, place, sync, only)
            planning.plan()
            for again in planning.found_back():
                sync.back = {**sync.back, **again}


def _back_already(count: int) -> list[str]:
    if not count:
        return []
    these = "1 change of it is" if count == 1 else f"{count} changes of it are"
    return [f"{these} back as before already, and held in the next run like all that is undone"]


def holds_of_undo(plan: Plan, journal: Journal, policies: Policies) -> list[Hold]:
    """What of an undo is kept back, by the same rules as in any plan.

    But nobody has to be patient, the source is not asked, and what the journal knows to be ours is ours even before
    all is known that is.
    """
    target = plan.right.identity()
    memory = Memory(
        approved=journal.approvals.valid(target, clock.now()),
        owned=lambda branch: journal.owned.rows(target, branch),
    )
    removals = {name: attrs.evolve(one, runs=1, days=0) for name, one in policies.removals.items()}
    return holds(plan, attrs.evolve(policies, removals=removals), memory)


class _Planning:
    def __init__(self, journal: Journal, row: RunRow, place: int, sync: Sync, only: Only) -> None:
        self._journal, self._row, self._place, self._only = journal, row, place, only
        self._left, self._right = sync.left, sync.right
        names = [
            name
            for name in shared_names(sync.config, sync.left, sync.right)
            if getattr(sync.right, name).state() in (State.COMPLETE, State.UNREAD)
        ]
        self._pairs = [(getattr(sync.left, name), getattr(sync.right, name)) for name in names]
        self._rights: dict[str, type[DataStoreBranch]] = {right.__name__: right for _, right in self._pairs}
        self._lines = Lines(sync.left, sync.right)
        self._back = TakenBack()
        self._partly: Counter[tuple[str, Kind]] = Counter()
        # what is known of whole records; only keys, since there may be very many
        self._made: set[Record] = set()
        self._taken_over: set[Record] = set()
        self._staying: set[Record] = set()
        self._impossible: list[Action] = []
        self._ended: set[Record] = set()
        self._changed: Counter[tuple[str, str, str]] = Counter()
        self._with_values: set[Record] = set()
        for entry in self._entries():
            record = (entry.branch, entry.idnumber)
            if entry.kind is Kind.NEW:
                (self._taken_over if _ADOPTS in entry.line else self._made).add(record)
            elif entry.kind is Kind.OLD:
                self._ended.add(record)
            elif entry.kind is Kind.UPDATE:
                self._changed[*record, entry.attribute or ""] += 1
            elif entry.kind is Kind.ADD and (record in self._made or record in self._taken_over):
                self._with_values.add(record)

    def plan(self) -> Plan:
        """Turn everything round, and put it in order."""
        actions, taking, changed_since = Actions(self._pairs), list[Action](), list[Action]()
        unique = {name: branch.circles() for name, branch in self._rights.items()}
        for action in self._turned_round():
            if action.kind is Kind.ERROR:
                changed_since.append(action)
            elif action.attribute in unique[action.branch] or (
                action.kind is Kind.NEW and unique[action.branch]
            ):
                taking.append(action)
            else:
                actions.add(action)
        arranged = arrange(list(self._rights.values()), taking)
        actions.arrange(action for action in arranged if action.kind is not Kind.ERROR)
        target = self._right.identity()
        errors = [
            *self._impossible,
            *with_run_to_begin_with(self._journal, self._row, target, changed_since),
            *(action for action in arranged if action.kind is Kind.ERROR),
        ]
        if self._staying:
            instead = Keeping(self._rights, self._staying).instead(actions)
            actions.leave_out(lambda action: action.key in instead)
            errors += instead.values()
        errors.sort(
            key=lambda error: (error.branch, error.idnumber, error.attribute or "", error.error or "")
        )
        return Plan(self._left, self._right, self._pairs, actions, errors, list(self._notes()))

    def found_back(self) -> Iterator[dict[str, str]]:
        """Of each change that was back already when `plan` looked, and is not known to be undone, its `found_again`."""
        if not self._back.is_nothing:
            known = self._journal.undone.of(self._right.identity()).keys()
            for entry in self._entries():
                again = dict(found_again(entry, self._back, self._lines))
                if again and not again.keys() & known:
                    yield again

    # -- what was done ---------------------------------------------------------------------------------------------

    def _entries(self) -> Iterator[Entry]:
        for entry in self._journal.entries(self._row.number, self._place, outcome=Outcome.DONE):
            if self._only.has_record(entry.branch, entry.idnumber):
                yield entry

    def _loaded(self, entry: Entry) -> Action:
        """What was done, or an error that says why it cannot be taken back."""
        if entry.branch not in self._rights:
            return self._error(entry, f"{entry.branch} is not synced any more, or cannot be read")
        try:
            action = self._lines.load(entry.line)
        except PlanError as error:
            return self._error(entry, f"cannot be undone: {error}")
        if entry.native is not None:
            action.native = entry.native
        undo = self._right.template.undo_for(action)
        if undo is Undo.NOT:
            return self._error(entry, f"cannot be undone: `{self._right.name}` has no way back from it")
        if undo is Undo.PARTLY:
            self._partly[action.branch, action.kind] += 1
        return action

    def _error(self, entry: Entry, reason: str) -> Action:
        return Action(Kind.ERROR, entry.branch, entry.idnumber, attribute=entry.attribute, error=reason)

    def _notes(self) -> Iterator[str]:
        yield (
            f"takes back what run {self._row.number} ({self._row.kind}, {self._row.began.astimezone():%Y-%m-%d %H:%M})"
            f" has done in {self._right.name}"
        )
        if self._partly:
            found = ", ".join(f"{count} {kind} {branch}" for (branch, kind), count in self._partly.items())
            yield f"of what it has done, this can be undone in part only: {found}"

    # -- turned round ----------------------------------------------------------------------------------------------

    def _turned_round(self) -> Iterator[Action]:
        earlier = EarlierUndoes(self._journal, self._row, self._right.identity(), self._rights, self._lines)
        turning = (self._right, self._rights, self._row.number, self._back, earlier)
        inverse, ended = Inverse(*turning), list[Action]()
        chains: dict[tuple[str, str, str], list[Action]] = {}
        values = self._values_of_made() if self._with_values else {}
        for entry in self._entries():
            record = (entry.branch, entry.idnumber)
            if entry.kind is not Kind.NEW and (record in self._made or self._is_given_back(record)):
                # what was made goes with all that is in it
                continue
            if record in self._staying:
                # one that was taken over and is not given back: its own error says all
                continue
            action = self._loaded(entry)
            if action.kind is Kind.ERROR:
                self._stays(entry)
                self._impossible.append(action)
            elif action.kind is Kind.UPDATE:
                attribute = (*record, action.attribute or "")
                links = chains.setdefault(attribute, []) if self._changed[attribute] > 1 else [action]
                if self._changed[attribute] > 1:
                    links.append(action)
                if len(links) == self._changed[attribute]:
                    chains.pop(attribute, None)
                    yield from inverse.of_update(links)
            elif action.kind in (Kind.ADD, Kind.REMOVE):
                yield from inverse.of_value(action, returns=record in self._ended)
            elif action.kind is Kind.NEW:
                for one in inverse.of_new(action, values.get(record, {})):
                    if one.kind is Kind.ERROR:
                        self._stays(entry)
                    yield one
            else:
                ended.append(action)
        for links in chains.values():
            yield from inverse.of_update(links)
        yield from Returning(*turning).of_olds(ended)

    def _stays(self, entry: Entry) -> None:
        if entry.kind is Kind.NEW and entry.branch in self._rights:
            self._staying.add((entry.branch, entry.idnumber))

    def _is_given_back(self, record: Record) -> bool:
        """Whether a record that was taken over is not ours any more."""
        branch = self._rights.get(record[0])
        return (
            record in self._taken_over
            and branch is not None
            and record[1] not in branch
            and record[1] not in branch.contents().frozen
        )

    def _values_of_made(self) -> dict[Record, dict[str, list[object]]]:
        """What was put into records after they had been made or taken over."""
        found: dict[Record, dict[str, list[object]]] = {}
        for entry in self._entries():
            if entry.kind is Kind.ADD and (entry.branch, entry.idnumber) in self._with_values:
                action = self._loaded(entry)
                if action.kind is Kind.ADD:
                    values = found.setdefault((entry.branch, entry.idnumber), {})
                    values.setdefault(action.attribute or "", []).append(action.value)
        return found
