"""`dss-run plan`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dss.launcher.common_options import (
    EVERYTHING,
    config_option,
    debug_option,
    json_option,
    limit_option,
    only_option,
    output_option,
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
        "dss-run plan --limit 10",
        "dss-run plan --only students --only teachers",
        "dss-run plan -o monday.plan",
        "dss-run plan --json > plan.json",
    ),
)
@config_option
@debug_option
@only_option
@limit_option("changes of each branch and kind", EVERYTHING, default=None)
@output_option(
    ", to be looked at with `dss-run show FILE` and carried out, exactly as it is, with `dss-run apply FILE`."
)
@json_option
@report_option
@click.pass_obj
def plan(
    settings: Settings, only: tuple[str, ...], limit: int | None, output: Path | None, as_json: bool
) -> int:
    """Show what would change, and change nothing.

    Reads both systems of every [[sync]] and compares them. The counts come first, then the changes by branch and kind,
    with the values as they are and as they would be; then what is held because too much would be removed, what is left
    alone, what needs attention because it cannot be done, what could not be undone, and notes on what was read.

    With `-o FILE` the changes are written into that file, which only you can read, instead of being listed.
    """
    from dss.launcher.messages import messages
    from dss.launcher.screen import Screen
    from dss.runner import Run

    if as_json and (limit is not None or output is not None):
        raise click.UsageError(
            "`--json` always writes everything, and to standard output; leave out `--limit` and `--output`"
        )
    screen = Screen(sys.stdout)
    with messages(), Run(settings.config) as run:
        settings.run = run
        if output is not None:
            _write(screen, run, only, limit, output)
        else:
            _show(screen, run, only, limit, as_json)
        return run.exit_code()


def _show(screen: Screen, run: Run, only: tuple[str, ...], limit: int | None, as_json: bool) -> None:
    from dss.exit_codes import ExitCode
    from dss.launcher import overview
    from dss.launcher.progress import steps_on
    from dss.launcher.view import SyncView

    with steps_on(sys.stderr) as tell:
        views = [SyncView(sync) for sync in run.plan(only, told=tell)]
    if as_json:
        from dss.launcher.as_json import plan_lines

        screen.lines(plan_lines(views, config=str(run.config.path), exit_code=int(run.exit_code())))
        return
    for view in views:
        overview.whole(screen, view, limit)
    screen.line(overview.summary(views), bold=True)
    if run.exit_code() is ExitCode.CHANGES:
        screen.line("Nothing has been changed; `dss-run apply` does it.")


def _write(screen: Screen, run: Run, only: tuple[str, ...], limit: int | None, output: Path) -> None:
    """Write the plan, and show of it what a person has to know of before applying it."""
    from dss.digests import config_digests
    from dss.filing import split, write_run
    from dss.launcher import overview
    from dss.launcher.progress import steps_on
    from dss.launcher.view import SyncView
    from dss.launcher.visible import visible
    from dss.planfile import check_place

    check_place(output)
    # before anything is read: reading may import more of the user's own modules
    digests = config_digests(run.config, run.registry)
    with steps_on(sys.stderr) as tell:
        syncs = run.plan(only, told=tell)
        tell(f"writing {output}")
        head, foot = write_run(output, syncs, digests, only)
    views = list(map(SyncView, split(syncs)[0], foot.counts))
    for view in views:
        overview.whole(screen, view, limit, listing=False)
    screen.lines(f"{visible(sentence)}." for sentence in head.later)
    screen.line(overview.summary(views), bold=True)
    named = visible(shlex.quote(str(output)))
    screen.line(f"The plan is in {visible(str(output))}. `dss-run show {named}` lists its changes;")
    screen.line(f"`dss-run apply {named}` carries them out, exactly as they are.")
