"""A planned stage shown, asked about, carried out and reported: what `apply`, `resume` and `undo` have in common."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dss.launcher import overview
from dss.launcher.asking import confirmed
from dss.launcher.report import report
from dss.launcher.screen import Screen
from dss.launcher.visible import visible

if TYPE_CHECKING:
    from dss.launcher.settings import Settings
    from dss.runner import Run
    from dss.stages import Sync


def show(screen: Screen, stage: Sequence[Sync], limit: int) -> None:
    """What a stage would change, as counts, and what a person has to look at."""
    for sync in stage:
        overview.title(screen, sync)
        screen.line()
        overview.counts(screen, sync)
        overview.concerns(screen, sync, limit=limit, values=screen.is_terminal)
        screen.line()
    screen.line(overview.summary(stage), bold=True)


def has_something_to_tell(stage: Sequence[Sync]) -> bool:
    """Whether anything is to be done, is held, or needs attention; notes are nothing of the kind."""
    return any(
        len(sync.ready) or any(not hold.quiet for hold in sync.holds) or (sync.plan and sync.plan.errors)
        for sync in stage
    )


def carry_out(
    settings: Settings, run: Run, screen: Screen, stage: Sequence[Sync], limit: int, *, yes: bool
) -> bool:
    """Ask where there is something to change, and change it.

    Returns:
        False when the answer was no.
    """
    if has_something_to_tell(stage):
        settings.speak()
    if not any(sync.ready for sync in stage):
        run.apply(syncs=stage)
        return True
    targets = dict.fromkeys(visible(sync.right.name) for sync in stage if sync.ready)
    if not confirmed(f"Change {' and '.join(targets)}?", yes):
        _refused(run, screen)
        return False
    _apply(settings, run, screen, stage, limit)
    return True


def _refused(run: Run, screen: Screen) -> None:
    has_written = any(sync.has_written for sync in run.syncs)
    screen.line("nothing more was changed" if has_written else "nothing was changed")
    if has_written:
        run.finish()


def _apply(settings: Settings, run: Run, screen: Screen, stage: Sequence[Sync], limit: int) -> None:
    """Apply; the report comes whatever happens on the way, since what has been done stays done."""
    done = Counter[int]()
    try:
        _with_bars(run, stage, done)
    except BaseException:
        _tell(settings, screen, _stopped(stage, done))
        raise
    finally:
        report(screen, stage, limit)
    _tell(settings, screen, _broken_off(stage))


def _tell(settings: Settings, screen: Screen, sentences: Iterable[str]) -> None:
    """On the screen, and in the report that may be mailed."""
    for sentence in sentences:
        settings.said.append(sentence)
        screen.line(sentence, bold=True)


def _with_bars(run: Run, stage: Sequence[Sync], done: Counter[int]) -> None:
    """Apply with a bar for each sync that has something to do, counting in `done` how far each has come."""
    from dss.launcher.progress import bars_on

    with bars_on(sys.stderr) as bar:
        bars = {
            id(sync): bar(f"changing {sync.right.name}", len(sync.ready) + len(sync.held))
            for sync in stage
            if sync.ready
        }

        def told(sync: Sync, count: int) -> None:
            done[id(sync)] += count
            if id(sync) in bars:
                bars[id(sync)](count)

        run.apply(told, stage)


def _broken_off(stage: Sequence[Sync]) -> Iterator[str]:
    for sync in stage:
        if sync.report is not None and sync.report.stopped:
            left = len(sync.ready) + len(sync.held) - sync.report.total()
            yield (
                f"{visible(sync.right.name)}: stopped, since {visible(sync.report.stopped)}; {left} changes were not"
                " tried. When that is mended, `dss-run resume` goes on with them, or `dss-run apply` plans anew"
            )


def _stopped(stage: Sequence[Sync], done: Counter[int]) -> Iterator[str]:
    for sync in stage:
        if sync.ready and sync.report is None:
            total = len(sync.ready) + len(sync.held)
            yield (
                f"{visible(sync.right.name)}: stopped after {done[id(sync)]} of {total} changes; they stay as they are"
                " now. `dss-run resume` goes on, `dss-run plan` shows what is left"
            )
