"""What became of it: the report at the end of `dss-run apply`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dss.actions import Outcome
from dss.launcher.listing import LISTED, chosen, sort_of
from dss.launcher.overview import NOTHING, table
from dss.launcher.screen import Screen
from dss.launcher.visible import masked, visible

if TYPE_CHECKING:
    from dss.report import Report
    from dss.stages import Sync

NAMED = 10
"""Records named for one reason."""


def report(screen: Screen, syncs: Sequence[Sync], limit: int = LISTED) -> None:
    """Counts by branch and outcome, then what was not done with its reason, then what is left to do by hand.

    Names and values are left out: a report ends up in logs and mails.

    Args:
        screen: where it is written.
        syncs: those that have been applied; the others are passed over.
        limit: reasons listed for one outcome, kind and branch.
    """
    for sync in syncs:
        if sync.report is not None and sync.report.counts:
            screen.line()
            screen.line(f"{visible(sync.right.name)}: {sync.report}", bold=True)
            screen.lines(table(list(_rows(sync.report))))
            for outcome in (Outcome.FAILED, Outcome.DRIFTED, Outcome.DROPPED):
                _undone(screen, sync.report, outcome, limit)
            for hold in sync.holds:
                # what was not planned from the source, `plan` knows nothing of
                where = "" if sync.is_stored else "; `dss-run plan` shows them"
                screen.line(f"held: {visible(hold.reason)}{where}", colour="yellow")
            _remarks(screen, sync.report.remarks)


def _rows(found: Report) -> Iterator[list[str]]:
    outcomes = [outcome for outcome in Outcome if found.total(outcome)]
    yield ["", *(outcome.value for outcome in outcomes)]
    for branch, kind in dict.fromkeys((branch, kind) for branch, kind, _ in found.counts):
        numbers = [found.counts[branch, kind, outcome] for outcome in outcomes]
        yield [f"{branch} {kind}", *(str(number or NOTHING) for number in numbers)]


def _undone(screen: Screen, found: Report, outcome: Outcome, limit: int) -> None:
    """One line for each reason, with those whom it concerns; of each kind and branch not too many."""
    groups: dict[str, dict[tuple[str, str], list[str]]] = {}
    for result in found.undone:
        action = result.action
        if result.outcome is outcome and action is not None:
            reason = visible(masked(result.reason or "no reason given"))
            lines = groups.setdefault(visible(f"{action.kind.value} {action.branch}"), {})
            lines.setdefault((action.attribute or "", reason), []).append(visible(action.idnumber))
    if groups:
        screen.line(f"{outcome.value}:", bold=True, colour="red")
    for what, lines in groups.items():
        some = chosen(list(lines), limit, lambda line: (line[0], sort_of(line[1])))
        for attribute, reason in some:
            concerned = " ".join(part for part in (what, attribute) if part)
            screen.line(f"  {concerned} {_listed(lines[attribute, reason])}: {reason}")
        more = sum(map(len, lines.values())) - sum(len(lines[line]) for line in some)
        if more:
            screen.line(f"  ... and {more} more of {what}")


def _listed(records: Sequence[str]) -> str:
    more = f" and {len(records) - NAMED} more" if len(records) > NAMED else ""
    return ", ".join(f"`{record}`" for record in records[:NAMED]) + more


def _remarks(screen: Screen, remarks: Iterable[str]) -> None:
    remarks = list(remarks)
    if remarks:
        screen.line("to be done by hand:", bold=True, colour="yellow")
        screen.lines(f"  {visible(remark)}" for remark in remarks)
