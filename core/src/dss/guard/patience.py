"""A record may come back: its end waits until it has been missing for long enough."""

from __future__ import annotations

from collections.abc import Callable

from dss import clock
from dss.guard.case import Case, by_branch
from dss.guard.stale import is_clock_wrong
from dss.holding import Because
from dss.memory import Missing
from dss.policies import Removals
from dss.wording import in_words


def too_soon(case: Case) -> None:
    """Hold the end of records that have been missing in too few good runs, this one counted, or for too few days."""
    for name, olds in by_branch(case.olds.values()).items():
        removing = case.policies.removing(name)
        if removing.runs <= 1 and removing.days <= 0:
            continue
        missing = case.memory.missing(name)
        waiting = [old for old in olds if not _is_due(case, removing, missing.get(old.idnumber))]
        case.hold(Because.PATIENCE, waiting, _sentence(name, removing), scope=name)


def _is_due(case: Case, removing: Removals, missing: Missing | None) -> bool:
    runs = 1 + (missing.runs if missing is not None else 0)
    days = 0
    if missing is not None and not is_clock_wrong(case):
        days = (clock.now() - missing.since).days
    return runs >= removing.runs and days >= removing.days


def _sentence(name: str, removing: Removals) -> Callable[[int], str]:
    runs = f"in {removing.runs} good runs" if removing.runs > 1 else ""
    days = f"for {removing.days} {'day' if removing.days == 1 else 'days'}" if removing.days > 0 else ""
    long = " and ".join(part for part in (runs, days) if part)
    return lambda count: (
        f"{in_words(count, 'waits', 'wait', name)}, since the source has not lacked them {long} yet"
    )
