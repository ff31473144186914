"""`dss-run resume`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dss.launcher.common_options import config_option, debug_option, limit_option, yes_option
from dss.launcher.report_file import report_option
from dss.launcher.running import Running
from dss.launcher.settings import Settings, epilog

if TYPE_CHECKING:
    from dss.exit_codes import ExitCode
    from dss.launcher.screen import Screen
    from dss.resume import Rest
    from dss.runner import Run


@click.command(cls=Running, silent=True, epilog=epilog("dss-run resume", "dss-run resume --yes"))
@config_option
@debug_option
@limit_option("of what could not be done, of each branch and kind")
@yes_option()
@report_option
@click.pass_obj
def resume(settings: Settings, limit: int, yes: bool) -> int:
    """Go on with the last run, after a crash or when it was stopped.

    First looks at the target to find out what became of the changes that were just being made. Then carries out what
    was planned and not tried yet, as it was planned: nothing is done twice, what was held stays held, and what somebody
    has changed meanwhile is left alone and told. The sources are not read. When the configuration has changed since,
    nothing of it is carried out; `dss-run apply` plans anew, and needs no `resume` before it.

    Ends with 0 when there is nothing to resume, or all of it is done, and with 2 when it was cut short before all of it
    had been planned: `dss-run apply` plans the rest.
    """
    from dss.launcher.asking import must_be_answerable
    from dss.launcher.carrying_out import carry_out, show
    from dss.launcher.messages import messages
    from dss.launcher.progress import steps_on
    from dss.launcher.screen import Screen
    from dss.launcher.visible import visible
    from dss.lock import one_at_a_time
    from dss.runner import Run

    must_be_answerable(yes)
    screen = Screen(sys.stdout)
    with messages(), Run(settings.config) as run, one_at_a_time(run.config.state, "resume"):
        settings.run = run
        for sentence in run.settle_doubts():
            settings.speak()
            screen.line(visible(sentence))
        with steps_on(sys.stderr) as tell:
            rest = run.take_up(tell)
        if rest is None:
            screen.line("nothing to resume", bold=True)
            return _code(run, None)
        settings.speak()
        stage = list(rest.syncs.values())
        if stage:
            show(screen, stage, limit)
            if not carry_out(settings, run, screen, stage, limit, yes=yes):
                return _declined()
            run.finish()
        _unplanned(settings, screen, rest)
        return _code(run, rest)


def _unplanned(settings: Settings, screen: Screen, rest: Rest) -> None:
    for sync in rest.unplanned:
        sentence = (
            f"{sync.name} ({sync.left.name} -> {sync.right.name}) was not planned yet when run {rest.row.number} was"
            " cut short; `dss-run apply` plans it"
        )
        settings.said.append(sentence)
        screen.line(sentence)


def _code(run: Run, rest: Rest | None) -> ExitCode:
    from dss.exit_codes import ExitCode, gravest

    codes = [run.exit_code()]
    if rest is not None and rest.unplanned:
        codes.append(ExitCode.CHANGES)
    return gravest(codes)


def _declined() -> ExitCode:
    from dss.exit_codes import ExitCode

    return ExitCode.STOPPED
