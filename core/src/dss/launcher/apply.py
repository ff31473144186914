"""`dss-run apply`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dss.launcher.common_options import config_option, debug_option, limit_option, only_option, yes_option
from dss.launcher.report_file import report_option
from dss.launcher.running import Running
from dss.launcher.settings import Settings, epilog


@click.command(
    cls=Running,
    silent=True,
    epilog=epilog(
        "dss-run apply",
        "dss-run apply monday.plan",
        "dss-run apply --yes --only students --only teachers:T117",
        "dss-run apply --dry-run",
        "15 3 * * *  cd /srv/dss && dss-run apply --yes",
    ),
)
@config_option
@debug_option
@click.argument("file", required=False, type=click.Path(path_type=Path))
@only_option
@limit_option(
    "of what is held, of what needs attention and of what could not be done, of each branch and kind"
)
@click.option("--dry-run", is_flag=True, help="Let the real handlers do it, and have all of it taken back.")
@yes_option()
@report_option
@click.pass_obj
def apply(
    settings: Settings, file: Path | None, only: tuple[str, ...], limit: int, dry_run: bool, yes: bool
) -> int:
    """Bring the right system into step with the left.

    Plans anew, shows the counts, asks, and carries the changes out: new records first, then updates, removals last.
    With FILE, which `dss-run plan -o FILE` has written, carries out exactly what stands there. Each batch is read again
    just before it is written: what somebody else has changed since is left alone and told. One change that fails stops
    no other. Removals over budget are held back, all of them. A sync that reads what an earlier one changes is planned,
    and asked about, after that one. While another run of the same configuration is under way, nothing is done.

    Written to a log, the report names records by branch and idnumber and leaves out names and values; `dss-run plan`
    shows them. With `--yes`, and without a terminal, nothing is printed when nothing was to be done.
    """
    from dss.launcher.asking import must_be_answerable
    from dss.launcher.carrying_out import carry_out, show
    from dss.launcher.messages import messages
    from dss.launcher.progress import steps_on
    from dss.launcher.screen import Screen
    from dss.lock import one_at_a_time
    from dss.runner import Run

    if file is not None and only:
        raise click.UsageError(
            "a plan file is applied as it is; make a smaller one with `dss-run plan -o FILE --only`"
        )
    if dry_run:
        from dss.launcher.rehearsing import rehearse

        return rehearse(settings, file, only, limit)
    must_be_answerable(yes)
    screen = Screen(sys.stdout)
    with messages(), Run(settings.config) as run, one_at_a_time(run.config.state, "apply"):
        settings.run = run
        if settled := run.settle_doubts():
            settings.speak()
            screen.lines(settled)
        for stage in [run.load(file)] if file is not None else run.stages():
            with steps_on(sys.stderr) as tell:
                if file is None:
                    run.plan(only, told=tell, syncs=stage)
                else:
                    run.read_targets(told=tell, syncs=stage)
            show(screen, stage, limit)
            if not carry_out(settings, run, screen, stage, limit, yes=yes):
                return _declined()
            if run.is_stopped:
                break
        run.finish()
        return run.exit_code()


def _declined() -> int:
    from dss.exit_codes import ExitCode

    return ExitCode.STOPPED
