"""`dss-run approve`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dss.launcher.common_options import config_option, debug_option, limit_option, only_option, yes_option
from dss.launcher.settings import Settings, epilog

if TYPE_CHECKING:
    from dss.config import Config
    from dss.launcher.screen import Screen
    from dss.runner import Run


@click.command(
    epilog=epilog(
        "dss-run approve",
        "dss-run approve 3f9a 71c02b",
        "dss-run approve --only students:10233 --yes",
        "dss-run approve --plan monday.plan",
        "dss-run approve --list",
        "dss-run approve --revoke 3f9a",
    )
)
@config_option
@debug_option
@click.argument("fingerprints", nargs=-1)
@only_option
@click.option(
    "--plan",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Look at what is held in a plan file, and not at a new plan.",
)
@limit_option("changes of each hold", "all", default=None)
@click.option("--list", "listing", is_flag=True, help="List the approvals there are; approve nothing.")
@click.option("--revoke", is_flag=True, help="Take approvals back: those named, or all.")
@yes_option("With it and without a name, everything that is held is approved.")
@click.pass_obj
def approve(
    settings: Settings,
    fingerprints: tuple[str, ...],
    only: tuple[str, ...],
    file: Path | None,
    limit: int | None,
    listing: bool,
    revoke: bool,
    yes: bool,
) -> int:
    """Say that changes which are held are meant.

    Plans anew (or reads a plan file), shows what is held, with names, and asks, one hold after the other. What is
    approved is carried out by the next `dss-run apply`; nothing is changed now. An approval is of single changes, known
    by their fingerprints: it survives a new plan, covers nothing that a later run finds, and lapses when it is not used
    within `[expiry] approvals` days, or when the change is not found any more. In part: name fingerprints, or --only.

    Records that are not ours, or protected, cannot be approved; see `dss-run claim`.
    """
    from dss.launcher.asking import must_be_answerable
    from dss.launcher.messages import messages
    from dss.launcher.progress import steps_on
    from dss.launcher.screen import Screen
    from dss.runner import Run

    screen = Screen(sys.stdout)
    if listing or revoke:
        from dss.config import load_config

        return _listed(screen, load_config(settings.config), fingerprints, revoke=revoke)
    must_be_answerable(yes)
    with messages(), Run(settings.config) as run:
        with steps_on(sys.stderr) as tell:
            if file is None:
                run.plan(told=tell)
            else:
                run.read_targets(told=tell, syncs=run.load(file))
        return _asked(screen, run, fingerprints, only, limit, yes=yes)


def _asked(
    screen: Screen,
    run: Run,
    fingerprints: tuple[str, ...],
    only: tuple[str, ...],
    limit: int | None,
    *,
    yes: bool,
) -> int:
    from dss.approving import chosen
    from dss.exit_codes import ExitCode
    from dss.launcher.asking import confirmed
    from dss.launcher.visible import visible
    from dss.launcher.words import alone

    holds = [hold for sync in run.syncs for hold in sync.holds]
    found = chosen(holds, fingerprints, run.choice(only))
    if not found:
        screen.line("nothing is held that could be approved", bold=True)
        return ExitCode.IN_STEP
    approved = 0
    for hold, actions in found:
        screen.line()
        screen.line(f"held: {visible(hold.reason)}", bold=True, colour="yellow")
        screen.lines(f"  {action.fingerprint}  {alone(action)}" for action in actions[:limit])
        if limit is not None and len(actions) > limit:
            screen.line(f"  ... and {len(actions) - limit} more")
        what = "this one" if len(actions) == 1 else f"these {len(actions)}"
        if confirmed(f"Approve {what}?", yes):
            run.approve(actions)
            approved += len(actions)
    screen.line()
    if not approved:
        screen.line("nothing was approved")
        return ExitCode.STOPPED
    days = run.config.policies.expiry.approvals
    them = "it" if approved == 1 else "them"
    screen.line(
        f"{approved} approved for {days} days; the next `dss-run apply` carries {them} out", bold=True
    )
    return ExitCode.IN_STEP


def _listed(screen: Screen, config: Config, fingerprints: tuple[str, ...], *, revoke: bool) -> int:
    from dss import clock
    from dss.approving import named
    from dss.exit_codes import ExitCode
    from dss.journal import Journal
    from dss.launcher.visible import visible

    with Journal.open(config.state) as journal:
        now = clock.now()
        there = [one for one in journal.approvals.all() if one.until > now and one.used is None]
        wanted = named(fingerprints, [one.fingerprint for one in there])
        for one in there:
            if not fingerprints or one.fingerprint in wanted:
                attribute = f" {one.attribute}" if one.attribute else ""
                screen.line(
                    visible(
                        f"{one.fingerprint}  {one.kind} {one.branch} {one.idnumber}{attribute}, until"
                        f" {one.until.astimezone():%Y-%m-%d %H:%M}, by {one.who}"
                    )
                )
        if revoke:
            journal.approvals.revoke(
                [one.fingerprint for one in there if not fingerprints or one.fingerprint in wanted]
            )
            screen.line("taken back" if there else "there are no approvals", bold=True)
        elif not there:
            screen.line("there are no approvals")
    return ExitCode.IN_STEP
