"""`dss-run claim`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dss.launcher.common_options import config_option, debug_option, limit_option, yes_option
from dss.launcher.settings import Settings, epilog

if TYPE_CHECKING:
    from dss.claiming import Unclaimed
    from dss.launcher.screen import Screen


@click.command(
    epilog=epilog(
        "dss-run claim",
        "dss-run claim students",
        "dss-run claim students:10233 --yes",
        "dss-run claim --none cohorts",
    )
)
@config_option
@debug_option
@click.argument("what", nargs=-1, metavar="[BRANCH[:IDNUMBER]]...")
@click.option(
    "--none",
    "nothing",
    is_flag=True,
    help="They are not ours: leave them alone from now on, and remove only what both systems have today.",
)
@limit_option("records of a branch")
@yes_option("")
@click.pass_obj
def claim(settings: Settings, what: tuple[str, ...], nothing: bool, limit: int, yes: bool) -> int:
    """Say which of the target's records are ours, so that they may be removed one day.

    What dss makes, takes over, or finds in both systems is ours, and is remembered in the state folder. Other records
    of the target are left alone, whatever the source says. Where that record is missing (on the first run, or when
    the state folder was lost) nothing is removed at all, until this command has settled whose the rest is: what is
    in our scope in the target, and not in the source. Nothing is changed in either system.
    """
    from dss.claiming import unclaimed
    from dss.exit_codes import ExitCode
    from dss.launcher.asking import must_be_answerable
    from dss.launcher.messages import messages
    from dss.launcher.progress import steps_on
    from dss.launcher.screen import Screen
    from dss.runner import Run

    must_be_answerable(yes)
    screen = Screen(sys.stdout)
    with messages(), Run(settings.config) as run:
        only = run.choice(what)
        with steps_on(sys.stderr) as tell:
            run.plan(told=tell)
        with run.journal() as journal:
            found = [one for sync in run.syncs for one in unclaimed(journal, sync, only, known_too=nothing)]
            if not found:
                screen.line("there is a record of what is ours, and nothing else to claim", bold=True)
            settled = [_settled(screen, one, limit, nothing=nothing, yes=yes) for one in found]
    return ExitCode.IN_STEP if all(settled) else ExitCode.STOPPED


def _settled(screen: Screen, one: Unclaimed, limit: int, *, nothing: bool, yes: bool) -> bool:
    from dss.launcher.asking import confirmed
    from dss.launcher.visible import visible
    from dss.launcher.words import name_of

    count = len(one.records)
    if not count:
        one.settle([])
        screen.line(visible(f"{one.branch.path()}: all that is there is in the source, and so is ours"))
        return True
    screen.line()
    screen.line(
        visible(
            f"{one.branch.path()}: {count} record{'s are' if count != 1 else ' is'} in our scope, and not in the source"
        ),
        bold=True,
    )
    for idnumber, item in list(one.records.items())[:limit]:
        name = name_of(item)
        screen.line(f"  {visible(idnumber)}" + (f" ({visible(name)})" if name else ""))
    if count > limit:
        screen.line(f"  ... and {count - limit} more")
    question = "Leave them alone from now on?" if nothing else "Are they ours, to be removed one day?"
    if confirmed(question, yes):
        if nothing:
            one.let_go()
        else:
            one.settle(list(one.records))
        screen.line("left alone" if nothing else "claimed")
        return True
    screen.line("nothing was settled")
    return False
