"""A source older than the last one, or one seen before, and a clock that stands before the last run."""

from __future__ import annotations

import datetime

from dss import clock
from dss.guard.case import Case, by_branch, is_removal
from dss.holding import Because
from dss.sources import Source
from dss.wording import in_words, number

TOLERANCE = datetime.timedelta(hours=1)
"""Clocks are set, and machines differ a little."""


def stale(case: Case) -> None:
    """Hold every change where the left was read from something older than in the last good run.

    Removals are held apart from other changes, so that who lets the one go does not let the other go unseen.
    """
    if not case.memory.sources:
        return
    older = [
        _older(source, then)
        for source in case.plan.left.sources()
        if (then := case.memory.sources.get(source.name)) is not None and _is_older(source, then)
    ]
    if not older:
        return
    reason = "; ".join(older)
    for name, removals in by_branch(case.removals).items():
        case.hold(
            Because.STALE,
            removals,
            lambda count, name=name: f"{reason}: {in_words(count, 'waits', 'wait', name)}",  # type: ignore[misc]
            scope=name,
        )
    others = by_branch(action for action in case.plan.actions if not is_removal(action))
    for name, actions in others.items():
        case.hold(
            Because.STALE,
            actions,
            lambda count, name=name: (  # type: ignore[misc]
                f"{reason}: {number(count, 'other change', 'other changes')} in {name}"
                f" {'waits' if count == 1 else 'wait'}"
            ),
            scope=name,
        )


def seen_before(case: Case) -> None:
    """Note that the left has nothing but what good runs before the last one have read, however it is dated.

    An old export may have been put in place; or somebody has come and left again, so it is no reason to hold anything.
    The same as in the last run is what a holiday looks like, and not worth a word.
    """
    memory = case.memory
    changed = [
        source
        for source in case.plan.left.sources()
        if (then := memory.sources.get(source.name)) is not None and then.digest != source.digest
    ]
    seen = [memory.contents.get((source.name, source.digest)) for source in changed]
    case.plan.notes += [
        f"{source.name} is once more what it was on {_moment(when)}, byte for byte; is it an old export?"
        for source, when in zip(changed, seen, strict=True)
        if when is not None and None not in seen
    ]


def _is_older(source: Source, then: Source) -> bool:
    if source.modified is None or then.modified is None or source.digest == then.digest:
        return False
    return source.modified < then.modified


def _older(source: Source, then: Source) -> str:
    assert source.modified is not None
    assert then.modified is not None
    return (
        f"{source.name} is older ({_moment(source.modified)}) than the one that the last good run has read"
        f" ({_moment(then.modified)})"
    )


def clock_is_wrong(case: Case) -> None:
    """Hold all removals where the clock stands before the last run: nothing that counts days can be believed."""
    if not is_clock_wrong(case):
        return
    assert case.memory.last_run is not None
    last = _moment(case.memory.last_run)
    reason = f"this machine's clock says {_moment(clock.now())}, and the last good run was at {last}"
    for name, removals in by_branch(case.removals).items():
        case.hold(
            Because.CLOCK,
            removals,
            lambda count, name=name: f"{reason}: {in_words(count, 'waits', 'wait', name)}",  # type: ignore[misc]
            scope=name,
        )


def is_clock_wrong(case: Case) -> bool:
    """Whether the clock stands more than an hour before the last run."""
    last = case.memory.last_run
    return last is not None and clock.now() < last - TOLERANCE


def _moment(at: datetime.datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"
