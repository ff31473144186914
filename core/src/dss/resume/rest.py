"""What a run has left undone, taken up again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from dss.actions import Action, Outcome, Result
from dss.assembly import shared_names
from dss.digests import differences
from dss.errors import StateError
from dss.exit_codes import ExitCode
from dss.journal import Entry, Journal, RunState
from dss.journal.rows import RunRow
from dss.lines import WAITS, Lines
from dss.only import EVERYTHING, Only
from dss.plan import Plan
from dss.remembering import use_approvals
from dss.run_record import Recording, RunRecord
from dss.undo import sync_of
from dss.wording import number

if TYPE_CHECKING:
    from dss.stages import Sync

_NOT_DONE = (Outcome.DROPPED, Outcome.DRIFTED, Outcome.FAILED, Outcome.HELD)


class OpenActions(Collection[Action]):
    """The actions of one sync of a run that have not been tried, read from the journal each time they are gone through.

    Args:
        journal: stays open for as long as they are wanted.
        run: the run's number.
        place: which of its syncs.
        lines: what makes actions of its lines.
    """

    def __init__(self, journal: Journal, run: int, place: int, lines: Lines) -> None:
        self._journal, self._run, self._place, self._lines = journal, run, place, lines
        self._count = sum(1 for _ in self._entries())

    def _entries(self) -> Iterator[Entry]:
        return self._journal.entries(self._run, self._place, is_open=True)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Action]:
        return (self._lines.load(entry.line) for entry in self._entries())

    def __contains__(self, action: object) -> bool:
        return isinstance(action, Action) and any(action.key == one.key for one in self)


@attrs.frozen
class Rest:
    """What is left to be done of a run.

    Attributes:
        row: the run, as it is when what was in doubt has been settled.
        syncs: by their places in that run, the configuration's syncs in which something is open.
        unplanned: those in which nothing had been planned yet.
    """

    row: RunRow
    syncs: Mapping[int, Sync]
    unplanned: tuple[Sync, ...] = ()


def rest_of(journal: Journal, syncs: Sequence[Sync], digests: Mapping[str, str]) -> Rest | None:
    """What the last run has left undone; None when that is nothing, or when no plan of it can be carried out any more.

    Raises:
        StateError: it was planned for another configuration.
    """
    last = journal.runs(limit=1)
    if not last or last[0].expired:
        return None
    (row,) = last
    planned = {place for place, *_ in journal.counts(row.number)}
    is_cut_short = row.state is not RunState.DONE
    unplanned = [
        sync
        for place, there in enumerate(row.syncs)
        if is_cut_short and place > max(planned, default=-1) and (sync := sync_of(there, syncs)) is not None
    ]
    if not row.open:
        return Rest(row, {}, tuple(unplanned)) if unplanned and row.kind == "apply" else None
    changed = differences(row.config, digests)
    if changed:
        raise StateError(
            f"run {row.number} was planned for another configuration: {'; '.join(changed)}. So what is left of it is"
            " not carried out; `dss-run apply` plans anew"
        )
    found = {}
    for place, there in enumerate(row.syncs):
        if next(journal.entries(row.number, place, is_open=True), None) is not None:
            sync = sync_of(there, syncs)
            if sync is None:
                raise StateError(
                    f"run {row.number} was to change `{there.target}`, which the configuration does not have any more;"
                    " `dss-run apply` plans anew"
                )
            found[place] = sync
    return Rest(row, found, tuple(unplanned) if row.kind == "apply" else ())


def take_up(journal: Journal, rest: Rest, told: Callable[[str], object]) -> None:
    """Give each sync as its plan what is left to be done; the right trees are read, the left ones are not looked at.

    What was held stays held, and what waits for something that was not done is dropped.

    Args:
        journal: stays open until all of it has been applied.
        rest: of the last run.
        told: is called with a sentence when a step begins.
    """
    run = rest.row.number
    for place, sync in rest.syncs.items():
        told(f"reading {sync.right.name}")
        names = shared_names(sync.config, sync.left, sync.right)
        sync.right.read(names)
        lines = Lines(sync.left, sync.right)
        stuck = list(_stuck(journal, run, place, lines))
        journal.settle(
            run, place, [(one.action, one.outcome, one.reason, None) for one in stuck if one.action]
        )
        held = sum(1 for _ in journal.entries(run, place, outcome=Outcome.HELD))
        notes = [
            f"the rest of run {run}, as it was planned on {rest.row.began.astimezone():%Y-%m-%d %H:%M}",
            *([f"{number(held, 'change stays', 'changes stay')} held"] if held else []),
            *(f"dropped: {one.reason}" for one in stuck),
        ]
        pairs = [(getattr(sync.left, name), getattr(sync.right, name)) for name in names]
        sync.plan = Plan(sync.left, sync.right, pairs, OpenActions(journal, run, place, lines), [], notes)
        sync.holds, sync.is_stored = [], True


def _stuck(journal: Journal, run: int, place: int, lines: Lines) -> Iterator[Result]:
    """What waits for a value that was not given up."""
    waiting = [
        lines.load(entry.line) for entry in journal.entries(run, place, is_open=True) if WAITS in entry.line
    ]
    freeing = {(first.branch, first.idnumber) for action in waiting for first in action.after}
    not_done = {
        lines.load(entry.line).key
        for branch, idnumber in sorted(freeing)
        for outcome in _NOT_DONE
        for entry in journal.entries(run, place, outcome=outcome, branch=branch, idnumber=idnumber)
    }
    for action in waiting:
        first = next((first for first in action.after if first.key in not_done), None)
        if first is not None:
            not_done.add(action.key)
            yield action.dropped(
                f"needs {first.branch} `{first.idnumber}` to give up `{first.attribute}` {first.was!r} first"
            )


class ResumedRecord(RunRecord):
    """The journal's page for a run that goes on.

    Args:
        journal: is closed with the record.
        rest: what is left of the run.
        syncs: of the configuration.
    """

    def __init__(self, journal: Journal, rest: Rest, syncs: Sequence[Sync]) -> None:
        super().__init__(journal, rest.row.number, syncs, rest.row.kind)
        self._rest = rest
        # whoever comes after it, should this process die too, has to end it
        journal.go_on(self.number)

    def recorder(self, sync: Sync) -> Recording:
        """Write down what becomes of what is left."""
        return Recording(self.journal, self.number, self._place(sync))

    def remember(self, sync: Sync, only: Only = EVERYTHING) -> None:
        """Take the approvals that it has made use of for used, those from before it was cut short among them."""
        use_approvals(self.journal, self.number, self._place(sync), sync.right.identity())

    def _place(self, sync: Sync) -> int:
        return next(place for place, one in self._rest.syncs.items() if one is sync)

    def end(self, state: RunState, code: ExitCode, reason: str = "") -> None:
        """Write down how the run ended at last."""
        if state is RunState.DONE and self._rest.row.state is not RunState.STOPPED:
            state, reason = RunState.INTERRUPTED, "was cut short, and resumed"
        super().end(state, code, reason)


def resumed(
    state: Path, syncs: Sequence[Sync], digests: Mapping[str, str], told: Callable[[str], object]
) -> tuple[Rest | None, ResumedRecord | None]:
    """Take up what the last run has left undone, see `rest_of` and `take_up`.

    Returns:
        What is left, and the page of that run, as far as there is anything to be carried out.
    """
    looked_at = Journal.look(state)
    if looked_at is None:
        return None, None
    looked_at.close()
    journal = Journal.open(state)
    try:
        rest = rest_of(journal, syncs, digests)
        if rest is not None and rest.syncs:
            take_up(journal, rest, told)
            return rest, ResumedRecord(journal, rest, syncs)
    except BaseException:
        journal.close()
        raise
    journal.close()
    return rest, None
