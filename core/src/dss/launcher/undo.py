"""`dss-run undo`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dss.launcher.common_options import (
    config_option,
    debug_option,
    limit_option,
    only_option,
    output_option,
    yes_option,
)
from dss.launcher.report_file import report_option
from dss.launcher.running import Running
from dss.launcher.settings import Settings, epilog

if TYPE_CHECKING:
    from dss.launcher.screen import Screen
    from dss.runner import Run


@click.command(
    cls=Running,
    epilog=epilog(
        "dss-run undo 41",
        "dss-run undo 41 --only students --only teachers:T117",
        "dss-run undo 41 -o undo.plan",
    ),
)
@config_option
@debug_option
@click.argument("number", metavar="RUN", type=click.IntRange(min=1))
@only_option
@output_option(" and change nothing; `dss-run apply FILE` carries it out.")
@limit_option(
    "of what is held, of what cannot be undone and of what could not be done, of each branch and kind"
)
@yes_option()
@report_option
@click.pass_obj
def undo(
    settings: Settings, number: int, only: tuple[str, ...], output: Path | None, limit: int, yes: bool
) -> int:
    """Take back what one run has done; `dss-run history` tells its number.

    Makes a plan from the values that the journal has kept, shows the counts, asks, and carries it out, like any other:
    removals over budget are held, and everything is read again just before it is written. What was made is ended as if
    it had left the source, what was taken over is given back, what was ended comes back. What is not as that run has
    written it any more is left as it is, and listed. The sources are not read.

    What has been undone is not done again by the next run: it is held until it is approved, or until the source says
    something else. An undo can be undone.
    """
    from dss.exit_codes import ExitCode
    from dss.launcher.asking import must_be_answerable
    from dss.launcher.carrying_out import carry_out, show
    from dss.launcher.messages import messages
    from dss.launcher.progress import steps_on
    from dss.launcher.screen import Screen
    from dss.launcher.visible import visible
    from dss.lock import one_at_a_time
    from dss.planfile import check_place
    from dss.runner import Run

    if output is None:
        must_be_answerable(yes)
    else:
        check_place(output)
    screen = Screen(sys.stdout)
    with messages(), Run(settings.config) as run, one_at_a_time(run.config.state, "undo"):
        settings.run = run
        run.choice(only)
        screen.lines(map(visible, run.settle_doubts()))
        if output is not None:
            return _written(run, screen, number, only, output, limit)
        for stage in run.undo_stages(number):
            with steps_on(sys.stderr) as tell:
                run.plan_undo(number, only, tell, stage)
            if any(sync.plan and (len(sync.plan.actions) or sync.plan.errors or sync.back) for sync in stage):
                show(screen, stage, limit)
                if not carry_out(settings, run, screen, stage, limit, yes=yes):
                    return ExitCode.STOPPED
                if run.is_stopped:
                    break
        if not any(sync.report is not None for sync in run.syncs):
            _nothing(run, screen, number)
        else:
            run.finish()
        return run.exit_code()


def _nothing(run: Run, screen: Screen, number: int) -> None:
    if not any(sync.plan is not None and sync.plan.errors for sync in run.syncs):
        screen.line(f"nothing of run {number} is left to be undone", bold=True)


def _written(run: Run, screen: Screen, number: int, only: tuple[str, ...], output: Path, limit: int) -> int:
    from dss.filing import write_run
    from dss.launcher.carrying_out import show
    from dss.launcher.progress import steps_on
    from dss.launcher.visible import visible

    with steps_on(sys.stderr) as tell:
        stage = run.plan_undo(number, only, tell)
    show(screen, stage, limit)
    write_run(output, [sync for sync in run.syncs if sync.plan is not None], run.digests, only, number)
    screen.line(
        f"The plan is in {visible(str(output))}."
        f" `dss-run apply {visible(shlex.quote(str(output)))}` carries it out."
    )
    return run.exit_code()
