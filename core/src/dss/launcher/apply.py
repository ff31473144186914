"""`dss-run apply`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from dss.launcher.listing import LISTED
from dss.launcher.report_file import report_option
from dss.launcher.running import Running
from dss.launcher.settings import Settings, config_option, debug_option, epilog

if TYPE_CHECKING:
    from dss.launcher.screen import Screen
    from dss.runner import Run
    from dss.stages import Sync


@click.command(
    cls=Running,
    silent=True,
    epilog=epilog(
        "dss-run apply",
        "dss-run apply --yes --only students",
        "15 3 * * *  cd /srv/dss && dss-run apply --yes >> dss.log 2>&1",
    ),
)
@config_option
@debug_option
@click.option("--only", multiple=True, metavar="BRANCH", help="Only this branch; may be given several times.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=LISTED,
    metavar="N",
    help="List at most N of what is held, of what needs attention and of what could not be done, of each branch and"
    f" kind; the counts stay whole.  [default: {LISTED}]",
)
@click.option(
    "-y", "--yes", is_flag=True, help="Do not ask; needed where nobody can answer, as in a cron job."
)
@report_option
@click.pass_obj
def apply(settings: Settings, only: tuple[str, ...], limit: int, yes: bool) -> int:
    """Bring the right system into step with the left.

    Plans anew, shows the counts, asks, and carries the changes out: new records first, then updates, removals last. One
    change that fails stops no other. Removals over budget are held back, all of them. The report at the end tells what
    was done, what was not, and why. A sync that reads what an earlier one changes is planned, and asked about, after
    that one. While another apply of the same configuration is under way, nothing is done.

    Written to a log, the report names records by branch and idnumber and leaves out names and values; `dss-run plan`
    shows them.
    """
    from dss.launcher import overview
    from dss.launcher.asking import must_be_answerable
    from dss.launcher.messages import messages
    from dss.launcher.progress import steps_on
    from dss.launcher.screen import Screen
    from dss.lock import one_at_a_time
    from dss.runner import Run

    must_be_answerable(yes)
    screen = Screen(sys.stdout)
    with messages(), Run(settings.config) as run, one_at_a_time(run.config.state, "apply"):
        settings.run = run
        for stage in run.stages():
            with steps_on(sys.stderr) as tell:
                run.plan(only, told=tell, syncs=stage)
            for sync in stage:
                _show(screen, run, sync, limit)
            screen.line(overview.summary(stage), bold=True)
            if not any(sync.ready for sync in stage):
                run.apply(syncs=stage)
            elif _agreed(stage, yes):
                settings.speak()
                _carry_out(settings, run, screen, stage, limit)
            else:
                return _refused(run, screen)
        return run.exit_code()


def _refused(run: Run, screen: Screen) -> int:
    from dss.exit_codes import ExitCode

    has_written = any(sync.has_written for sync in run.syncs)
    screen.line("nothing more was changed" if has_written else "nothing was changed")
    if has_written:
        run.finish()
    return ExitCode.STOPPED


def _show(screen: Screen, run: Run, sync: Sync, limit: int) -> None:
    from dss.launcher import overview

    overview.title(screen, sync)
    screen.line()
    overview.counts(screen, sync)
    overview.concerns(screen, run, sync, limit=limit, values=screen.is_terminal)
    screen.line()


def _agreed(syncs: list[Sync], yes: bool) -> bool:
    from dss.launcher.asking import confirmed
    from dss.launcher.visible import visible

    targets = dict.fromkeys(visible(sync.right.name) for sync in syncs if sync.ready)
    return confirmed(f"Change {' and '.join(targets)}?", yes)


def _carry_out(settings: Settings, run: Run, screen: Screen, stage: list[Sync], limit: int) -> None:
    """Apply; the report comes whatever happens on the way, since what has been done stays done."""
    from dss.launcher.report import report

    done = Counter[int]()
    try:
        _with_bars(run, stage, done)
    except BaseException:
        for sentence in _stopped(stage, done):
            settings.said.append(sentence)
            screen.line(sentence, bold=True)
        raise
    finally:
        report(screen, stage, limit)


def _with_bars(run: Run, stage: list[Sync], done: Counter[int]) -> None:
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


def _stopped(stage: list[Sync], done: Counter[int]) -> Iterator[str]:
    from dss.launcher.visible import visible

    for sync in stage:
        if sync.ready and sync.report is None:
            total = len(sync.ready) + len(sync.held)
            yield (
                f"{visible(sync.right.name)}: stopped after {done[id(sync)]} of {total} changes; they stay as they are"
                " now, and `dss-run plan` shows what is left"
            )
