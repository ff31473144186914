"""`dss-run plan`."""

from __future__ import annotations

import sys

import click

from dss.launcher.listing import LISTED
from dss.launcher.report_file import report_option
from dss.launcher.running import Running
from dss.launcher.settings import Settings, config_option, debug_option, epilog


@click.command(
    cls=Running,
    epilog=epilog(
        "dss-run plan --limit 10",
        "dss-run plan --only students --only teachers",
        "dss-run plan --json > plan.json",
    ),
)
@config_option
@debug_option
@click.option("--only", multiple=True, metavar="BRANCH", help="Only this branch; may be given several times.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    help="List at most N changes of each branch and kind; the counts stay whole.  [default: all changes, and"
    f" {LISTED} of what needs attention in each branch]",
)
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON, for programs.")
@report_option
@click.pass_obj
def plan(settings: Settings, only: tuple[str, ...], limit: int | None, as_json: bool) -> int:
    """Show what would change, and change nothing.

    Reads both systems of every [[sync]] and compares them. The counts come first, then the changes by branch and kind,
    with the values as they are and as they would be; then what is held because too much would be removed, what needs
    attention because it cannot be done, and notes on what was read.
    """
    from dss.exit_codes import ExitCode
    from dss.launcher import overview
    from dss.launcher.messages import messages
    from dss.launcher.progress import steps_on
    from dss.launcher.screen import Screen
    from dss.runner import Run

    if as_json and limit is not None:
        raise click.UsageError(
            "`--limit` shortens what people read, `--json` is always complete; leave one of them out"
        )
    screen = Screen(sys.stdout)
    with messages(), Run(settings.config) as run:
        settings.run = run
        with steps_on(sys.stderr) as tell:
            syncs = run.plan(only, told=tell)
        if as_json:
            from dss.launcher.as_json import plan_lines

            screen.lines(plan_lines(run))
            return run.exit_code()
        for sync in syncs:
            overview.title(screen, sync)
            screen.line()
            overview.counts(screen, sync)
            overview.changes(screen, sync, limit)
            overview.concerns(screen, run, sync, limit=limit, values=True)
            screen.line()
        screen.line(overview.summary(syncs), bold=True)
        if run.exit_code() is ExitCode.CHANGES:
            screen.line("Nothing has been changed; `dss-run apply` does it.")
        return run.exit_code()
