"""What became of it: the report at the end of `dss-run apply`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dss.actions import Outcome, Result
from dss.launcher.overview import NOTHING, table
from dss.launcher.screen import Screen
from dss.launcher.visible import masked, visible

if TYPE_CHECKING:
    from dss.apply import Report
    from dss.runner import Sync

NAMED = 10
"""Records named for one reason."""


def report(screen: Screen, syncs: Sequence[Sync]) -> None:
    """Counts by branch and outcome, then everything that was not done with its reason, then what is left to do by hand.

    Names and values are left out: a report ends up in logs and mails.
    """
    for sync in syncs:
        if sync.report is not None and sync.report.counts:
            screen.line()
            screen.line(f"{visible(sync.right.name)}: {sync.report}", bold=True)
            screen.lines(table(list(_rows(sync.report))))
            for outcome in (Outcome.FAILED, Outcome.DROPPED):
                _undone(screen, sync.report, outcome)
            for hold in sync.holds:
                screen.line(f"held: {visible(hold.reason)}; `dss-run plan` shows them", colour="yellow")
            _remarks(screen, sync.report.remarks)


def _rows(found: Report) -> Iterator[list[str]]:
    outcomes = [outcome for outcome in Outcome if found.total(outcome)]
    yield ["", *(outcome.value for outcome in outcomes)]
    for branch, kind in dict.fromkeys((branch, kind) for branch, kind, _ in found.counts):
        numbers = [found.counts[branch, kind, outcome] for outcome in outcomes]
        yield [f"{branch} {kind}", *(str(number or NOTHING) for number in numbers)]


def _undone(screen: Screen, found: Report, outcome: Outcome) -> None:
    """One line for each reason, with those whom it concerns."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for result in found.undone:
        if result.outcome is outcome:
            sort, idnumber = _sorted(result)
            groups.setdefault(sort, []).append(idnumber)
    if groups:
        screen.line(f"{outcome.value}:", bold=True, colour="red")
        screen.lines(
            f"  {' '.join(what)} {_listed(records)}: {reason}" for (*what, reason), records in groups.items()
        )


def _sorted(result: Result) -> tuple[tuple[str, ...], str]:
    action = result.action
    assert action is not None
    what = [action.kind.value, action.branch, *([action.attribute] if action.attribute else [])]
    return (*what, visible(masked(result.reason or "no reason given"))), visible(action.idnumber)


def _listed(records: Sequence[str]) -> str:
    more = f" and {len(records) - NAMED} more" if len(records) > NAMED else ""
    return ", ".join(f"`{record}`" for record in records[:NAMED]) + more


def _remarks(screen: Screen, remarks: Iterable[str]) -> None:
    remarks = list(remarks)
    if remarks:
        screen.line("to be done by hand:", bold=True, colour="yellow")
        screen.lines(f"  {visible(remark)}" for remark in remarks)
