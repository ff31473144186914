"""The plan that takes back what one run has done in one sync."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from dss.actions import Action, Kind
from dss.assembly import shared_names
from dss.errors import PlanError
from dss.journal import Entry, Journal, RunRow
from dss.lines import Lines
from dss.only import Only
from dss.ordering import Actions
from dss.plan import Plan
from dss.store import State
from dss.templates import Undo
from dss.undo.done import Done
from dss.undo.earlier import EarlierUndoes
from dss.undo.inverse import Inverse
from dss.undo.keeping import Keeping
from dss.undo.later import with_run_to_begin_with
from dss.undo.leaving import not_given_back
from dss.undo.records import Record, error_on, record_of
from dss.undo.returning import Returning
from dss.undo.taken_back import TakenBack, found_again, last_seen
from dss.unique import arrange

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.pairs import Pair
    from dss.stages import Sync
    from dss.tree import DataStoreTree


def planned(
    journal: Journal, row: RunRow, place: int, sync: Sync, only: Only
) -> tuple[Plan, list[dict[str, str]]]:
    """What takes back what a run has done in one of its syncs.

    Args:
        journal: where the run stands.
        row: the run.
        place: which of its syncs.
        sync: the same one of the configuration, whose right tree has been read.
        only: to what the undo is limited.

    Returns:
        The plan; and of each change that is back already, and not known to be undone, its `found_again`.
    """
    pairs = _pairs(sync)
    rights = {right.__name__: right for _, right in pairs}
    lines = Lines(sync.left, sync.right)
    done = Done(journal, row, place, only)
    turned = _Turned(journal, row, done, sync.right, rights, lines)

    actions, taking, changed_since = Actions(pairs), list[Action](), list[Action]()
    unique = {name: branch.circles() for name, branch in rights.items()}
    for action in turned:
        if action.kind is Kind.ERROR:
            changed_since.append(action)
        elif action.attribute in unique[action.branch] or (action.kind is Kind.NEW and unique[action.branch]):
            taking.append(action)
        else:
            actions.add(action)
    arranged = arrange(list(rights.values()), taking)
    actions.arrange(action for action in arranged if action.kind is not Kind.ERROR)
    errors = [
        *turned.impossible,
        *with_run_to_begin_with(journal, row, sync.right.identity(), changed_since),
        *(action for action in arranged if action.kind is Kind.ERROR),
    ]
    left_behind = {record_of(error): error for error in not_given_back(rights, actions)}
    if left_behind:
        actions.leave_out(lambda action: record_of(action) in left_behind)
        errors += left_behind.values()
    if staying := turned.staying | left_behind.keys():
        instead = Keeping(rights, staying).instead(actions)
        actions.leave_out(lambda action: action.key in instead)
        errors += dict.fromkeys(instead.values())
    errors.sort(key=lambda error: (error.branch, error.idnumber, error.attribute or "", error.error or ""))
    plan = Plan(sync.left, sync.right, pairs, actions, errors, list(_notes(row, sync.right, turned.partly)))
    known = journal.undone.of(sync.right.identity()).keys()
    seen = {} if turned.back.is_nothing else last_seen(journal, row, sync.right.identity())
    return plan, list(_found_back(done, turned.back, known, lines, seen))


def _pairs(sync: Sync) -> list[Pair]:
    """The branches that are compared, as far as the target's can be read."""
    names = shared_names(sync.config, sync.left, sync.right)
    pairs = [(getattr(sync.left, name), getattr(sync.right, name)) for name in names]
    return [pair for pair in pairs if pair[1].state() in (State.COMPLETE, State.UNREAD)]


def _found_back(
    done: Done, back: TakenBack, known: Iterable[str], lines: Lines, seen: Mapping[Record, Entry]
) -> Iterator[dict[str, str]]:
    for entry in () if back.is_nothing else done.entries():
        again = dict(found_again(entry, back, lines, seen))
        if again and not again.keys() & known:
            yield again


def _notes(row: RunRow, right: DataStoreTree, partly: Mapping[tuple[str, Kind], int]) -> Iterator[str]:
    yield (
        f"takes back what run {row.number} ({row.kind}, {row.began.astimezone():%Y-%m-%d %H:%M}) has done in"
        f" {right.name}"
    )
    if partly:
        found = ", ".join(f"{count} {kind} {branch}" for (branch, kind), count in partly.items())
        yield f"of what it has done, this can be undone in part only: {found}"


class _Turned:
    """Everything that a run has done, turned round; to be gone through once, and looked at afterwards.

    Attributes:
        impossible: errors on what cannot be undone at all, whatever is undone first.
        staying: records that were made or taken over, and are neither let go nor given back.
        partly: how many of each kind can be undone in part only.
        back: what is as it was before already.
    """

    def __init__(
        self,
        journal: Journal,
        row: RunRow,
        done: Done,
        right: DataStoreTree,
        rights: Mapping[str, type[DataStoreBranch]],
        lines: Lines,
    ) -> None:
        self.impossible: list[Action] = []
        self.staying: set[Record] = set()
        self.partly: Counter[tuple[str, Kind]] = Counter()
        self.back = TakenBack()
        self._done, self._right, self._rights, self._lines = done, right, rights, lines
        earlier = EarlierUndoes(journal, row, right.identity(), rights, lines)
        self._inverse = Inverse(right, rights, row.number, self.back, earlier)
        self._returning = Returning(right, rights, row.number, self.back, earlier)

    def __iter__(self) -> Iterator[Action]:
        """What takes it back; errors are on what is not as it was written any more."""
        ended: list[Action] = []
        chains: dict[tuple[Record, str | None], list[Action]] = {}
        values = self._values_of_made() if self._done.with_values else {}
        for entry in self._done.entries():
            record = record_of(entry)
            if entry.kind is not Kind.NEW and (record in self._done.made or self._is_given_back(record)):
                # what was made goes with all that is in it
                continue
            if record in self.staying:
                # one that was taken over and is not given back: its own error says all
                continue
            action = self._loaded(entry)
            if action.kind is Kind.ERROR:
                self._stays(entry)
                self.impossible.append(action)
                continue
            if self._right.template.undo_for(action) is Undo.PARTLY:
                self.partly[action.branch, action.kind] += 1
            if action.kind is Kind.UPDATE:
                links = chains.setdefault((record, action.attribute), [])
                links.append(action)
                if len(links) == self._done.steps(entry):
                    yield from self._inverse.of_update(chains.pop((record, action.attribute)))
            elif action.kind in (Kind.ADD, Kind.REMOVE):
                yield from self._inverse.of_value(action, returns=record in self._done.ended)
            elif action.kind is Kind.NEW:
                for one in self._inverse.of_new(action, values.get(record, {})):
                    if one.kind is Kind.ERROR:
                        self._stays(entry)
                    yield one
            else:
                ended.append(action)
        for links in chains.values():
            yield from self._inverse.of_update(links)
        yield from self._returning.of_olds(ended)

    def _loaded(self, entry: Entry) -> Action:
        """What was done, or an error that says why it cannot be taken back."""
        if entry.branch not in self._rights:
            return error_on(entry, f"{entry.branch} is not synced any more, or cannot be read")
        reason = self._rights[entry.branch].contents().frozen.get(entry.idnumber)
        if reason is not None:
            return error_on(entry, f"cannot be told apart in {self._right.name}: {reason}")
        try:
            action = self._lines.load(entry.line)
        except PlanError as error:
            return error_on(entry, f"cannot be undone: {error}")
        if entry.native is not None:
            action.native = entry.native
        if self._right.template.undo_for(action) is Undo.NOT:
            return error_on(entry, f"cannot be undone: `{self._right.name}` has no way back from it")
        return action

    def _stays(self, entry: Entry) -> None:
        if entry.kind is Kind.NEW and entry.branch in self._rights:
            self.staying.add(record_of(entry))

    def _is_given_back(self, record: Record) -> bool:
        """Whether a record that was taken over is not ours any more."""
        branch = self._rights.get(record[0])
        return (
            record in self._done.taken_over
            and branch is not None
            and record[1] not in branch
            and record[1] not in branch.contents().frozen
        )

    def _values_of_made(self) -> dict[Record, dict[str, list[object]]]:
        """What was put into records after they had been made or taken over."""
        found: dict[Record, dict[str, list[object]]] = {}
        for entry in self._done.entries():
            if entry.kind is Kind.ADD and record_of(entry) in self._done.with_values:
                action = self._loaded(entry)
                if action.kind is Kind.ADD:
                    values = found.setdefault(record_of(entry), {})
                    values.setdefault(action.attribute or "", []).append(action.value)
        return found
