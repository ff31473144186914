"""What became of what a run was doing when it was cut short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from dss.actions import Action, Kind, Outcome, Result
from dss.drift import Drift
from dss.errors import PlanError
from dss.exit_codes import ExitCode
from dss.journal import Entry, Journal, RunRow, RunState
from dss.lines import Lines
from dss.undo import note_undone, sync_of
from dss.wording import number

if TYPE_CHECKING:
    from dss.stages import Sync


@attrs.frozen
class Settled:
    """What became of a run that was cut short.

    Attributes:
        run: its number.
        done: changes in doubt that have been made.
        again: changes in doubt that have not been made, and can be tried again.
        unclear: changes in doubt of which nobody can tell, or that have been overtaken.
        lost: targets that the configuration does not have any more, so that nothing can be looked at there.
    """

    run: int
    done: int = 0
    again: int = 0
    unclear: int = 0
    lost: tuple[str, ...] = ()

    def __str__(self) -> str:
        total = self.done + self.again + self.unclear
        if self.lost:
            where = ", ".join(f"`{one}`" for one in self.lost)
            return (
                f"run {self.run} was cut short while it changed {where}, which the configuration does not have any"
                f" more: what became of it there is not known, see `dss-run history {self.run}`"
            )
        if not total:
            return f"run {self.run} was cut short, between two batches"
        if total in (self.done, self.again):
            what = "all had been made" if self.done else "none had been made"
        else:
            counts = ((self.done, "had been made"), (self.again, "had not"), (self.unclear, "cannot be told"))
            what = ", ".join(f"{count} {word}" for count, word in counts if count)
        more = f"; see `dss-run history {self.run}`" if self.unclear else ""
        changes = number(total, "change", "changes")
        return f"run {self.run} was cut short: of {changes} that it was just making, {what}{more}"


def settle_state(state: Path, syncs: Sequence[Sync]) -> list[Settled]:
    """As `settle_doubts`, for the journal of a state folder; where nothing is in doubt, nothing is written."""
    looked_at = Journal.look(state)
    if looked_at is None:
        return []
    with looked_at:
        if not looked_at.in_question():
            return []
    with Journal.open(state) as journal:
        return settle_doubts(journal, syncs)


def settle_doubts(journal: Journal, syncs: Sequence[Sync]) -> list[Settled]:
    """Find out, by reading the targets, what became of what runs were doing when they were cut short; end those runs.

    What is as it was wanted has been done, what is as it was before has not and is open again; anything else counts as
    drifted. A run on a target that the configuration does not have any more is left as it is.

    Args:
        journal: where the outcomes are written down.
        syncs: of the configuration as it is now.

    Returns:
        Of each run that died, or of which something was in doubt, what there is to say.
    """
    return [
        settled for row in journal.in_question() if (settled := _settle_run(journal, row, syncs)) is not None
    ]


def _settle_run(journal: Journal, row: RunRow, syncs: Sequence[Sync]) -> Settled | None:
    found, lost = Settled(row.number), []
    for place, there in enumerate(row.syncs):
        doubts = list(journal.entries(row.number, place, in_doubt=True))
        sync = sync_of(there, syncs)
        if sync is None and doubts:
            lost.append(there.target)
            continue
        judged = _Judging(sync, doubts) if sync is not None else None
        if judged is not None:
            for batch, results in judged.by_batch().items():
                journal.settle(row.number, place, results, batch)
            found = attrs.evolve(
                found,
                done=found.done + judged.count(Outcome.DONE),
                unclear=found.unclear + judged.count(Outcome.DRIFTED),
                again=found.again + len(judged.again),
            )
        journal.reopen(row.number, place, judged.again if judged is not None else [])
    if row.kind == "undo":
        note_undone(journal, row.number, syncs)
    if lost:
        return attrs.evolve(found, lost=tuple(lost))
    if row.ended is None:
        journal.end(row.number, RunState.INTERRUPTED, ExitCode.STOPPED, "was cut short")
        return found
    return found if found.done or found.again or found.unclear else None


class _Judging:
    """What became of the changes of one sync that are in doubt.

    Attributes:
        again: places of those that have not been made.
    """

    def __init__(self, sync: Sync, doubts: Sequence[Entry]) -> None:
        self._drift = Drift(sync.right)
        self._results: list[Result] = []
        self._batches = {entry.place: entry.batch for entry in doubts}
        self.again: list[int] = []
        right, lines = sync.right, Lines(sync.left, sync.right)
        chains: dict[tuple[Any, ...], list[Action]] = {}
        for entry in doubts:
            try:
                action = lines.load(entry.line)
            except PlanError as error:
                self._results.append(_stub(entry).drifted(f"was in doubt, and cannot be looked at: {error}"))
                continue
            if right.importer is None or right.is_derived(action.branch):
                reason = f"was in doubt, and `{right.name}` cannot be asked for single records"
                self._results.append(action.drifted(f"{reason}; the next plan tells"))
                continue
            # one attribute may be changed twice: to a spare value, and then to the one wanted
            once = (action.branch, action.idnumber, action.attribute)
            chains.setdefault(once if action.kind is Kind.UPDATE else action.key, []).append(action)
        self._judge(list(chains.values()))

    def _judge(self, chains: list[list[Action]]) -> None:
        """Look at the last link of each chain, and at the one before where that one tells nothing."""
        drifted: dict[int, list[Result]] = {id(chain): [] for chain in chains}
        while chains:
            answers = {id(one.action): one for one in self._drift.judge([chain[-1] for chain in chains])}
            rest = []
            for chain in chains:
                action, later = chain.pop(), drifted[id(chain)]
                answer = answers.get(id(action))
                if answer is not None and answer.outcome is Outcome.DRIFTED:
                    later.append(answer)
                    if chain:
                        rest.append(chain)
                    else:
                        self._results += later
                    continue
                # it stands here: what comes before has been done, what comes after has not
                self._results += [one.done() for one in chain]
                self.again += [one.action.place for one in later if one.action is not None]
                if answer is None:
                    self.again.append(action.place)
                else:
                    self._results.append(action.done(answer.native))
            chains = rest

    def by_batch(self) -> Mapping[int | None, list[tuple[Action, Outcome, str, Any]]]:
        """What is known by now, as the journal takes it."""
        found: dict[int | None, list[tuple[Action, Outcome, str, Any]]] = {}
        for one in self._results:
            assert one.action is not None
            batch = self._batches[one.action.place]
            found.setdefault(batch, []).append((one.action, one.outcome, one.reason, one.native))
        return found

    def count(self, outcome: Outcome) -> int:
        """How many had this outcome."""
        return sum(one.outcome is outcome for one in self._results)


def _stub(entry: Entry) -> Action:
    return Action(entry.kind, entry.branch, entry.idnumber, attribute=entry.attribute, place=entry.place)
