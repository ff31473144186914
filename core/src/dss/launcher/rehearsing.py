"""`dss-run apply --dry-run`: the plan shown, then what the real handlers make of it, and nothing of it staying."""

from __future__ import annotations

import sys
from pathlib import Path

from dss.launcher.settings import Settings


def rehearse(settings: Settings, file: Path | None, only: tuple[str, ...], limit: int) -> int:
    """Plan, or take up a plan file, and rehearse every sync of it; gives the exit code."""
    from dss.actions import Outcome
    from dss.breaker import Fuse
    from dss.drift import Drift
    from dss.dry_run import rehearse as carry_out
    from dss.exit_codes import ExitCode
    from dss.launcher import rehearsed
    from dss.launcher.carrying_out import show
    from dss.launcher.messages import messages
    from dss.launcher.progress import steps_on
    from dss.launcher.report import report
    from dss.launcher.screen import Screen
    from dss.launcher.signals import stoppable
    from dss.runner import Run

    screen = Screen(sys.stdout)
    with messages(), stoppable(), Run(settings.config) as run:
        settings.run = run
        settings.speak()
        with steps_on(sys.stderr) as tell:
            syncs = run.plan(only, told=tell) if file is None else run.load(file)
            if file is not None:
                run.read_targets(told=tell, syncs=syncs)
        show(screen, syncs, limit)
        is_good = True
        for sync in syncs:
            assert sync.plan is not None
            sync.report, seen = carry_out(
                sync.right,
                sync.plan.actions,
                held=sync.reasons,
                drift=Drift(sync.right),
                fuse=Fuse(run.config.policies.breaker),
            )
            screen.line()
            screen.lines(rehearsed.lines(seen, sync.right.name))
            is_good = is_good and not sync.report.total(Outcome.FAILED, Outcome.DROPPED, Outcome.DRIFTED)
        report(screen, syncs, limit)
        screen.line()
        screen.line("Nothing has been changed: this was a dry run.", bold=True)
        if not is_good:
            return ExitCode.FAILED
        for sync in syncs:
            # for the exit code it is as if nothing had been tried
            sync.report = None
        return run.exit_code()
