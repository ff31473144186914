"""What came of a run, counts first, for a file or a mail: the words of the screen, without names and values."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from dss import clock
from dss.actions import Outcome
from dss.exit_codes import ExitCode
from dss.launcher import overview
from dss.launcher.faults import explain
from dss.launcher.listing import LISTED
from dss.launcher.report import report
from dss.launcher.screen import Screen
from dss.launcher.settings import Settings
from dss.launcher.visible import masked, visible, visible_lines
from dss.wording import number

if TYPE_CHECKING:
    from dss.stages import Sync

WORDS = {
    ExitCode.IN_STEP: "in step",
    ExitCode.ERROR: "error",
    ExitCode.CHANGES: "changes",
    ExitCode.HELD: "held",
    ExitCode.FAILED: "some failed",
    ExitCode.STOPPED: "stopped",
    ExitCode.LOCKED: "locked",
}

BROKEN_OFF = "the rest of this report could not be written"


def report_text(settings: Settings, code: int) -> str:
    """The whole report; it is made even where making it goes wrong half-way."""
    text = io.StringIO()
    screen = Screen(text)
    try:
        _write(screen, settings, ExitCode(code))
    except Exception as error:  # what is told of a run must never be lost for a fault in telling it
        screen.line(f"{BROKEN_OFF}: {type(error).__name__}")
    return text.getvalue()


def is_report(text: str) -> bool:
    """Whether a text begins as a report does."""
    if text.startswith(f"{BROKEN_OFF}: "):
        return True
    first, _, rest = text.partition("\n")
    is_counted = first.partition(": ")[0] in WORDS.values()
    return (
        is_counted
        and re.search(r"^dss-run [^\n]*\n[^\n]* to [^\n]*, exit code \d", rest, re.MULTILINE) is not None
    )


def _write(screen: Screen, settings: Settings, code: ExitCode) -> None:
    run = settings.run
    planned = [] if run is None else [sync for sync in run.syncs if sync.plan is not None]
    screen.line(f"{WORDS[code]}: {_counts(settings, planned, code)}")
    screen.lines(visible(sentence) for sentence in settings.said)
    screen.line()
    screen.line(visible(f"dss-run {settings.command}, {settings.config.absolute()}"))
    screen.line(f"{_moment(settings.began)} to {_moment(clock.now())}, exit code {int(code)}")
    if settings.error is not None:
        screen.line()
        screen.line(visible_lines(masked(explain(settings.error, settings.config))))
    for sync in planned:
        screen.line()
        _sync(screen, sync, LISTED if settings.limit is None else settings.limit)


def _sync(screen: Screen, sync: Sync, limit: int) -> None:
    overview.title(screen, sync)
    if sync.report is not None and sync.report.counts:
        report(screen, [sync], limit)
    else:
        overview.counts(screen, sync)
    overview.concerns(screen, sync, limit=limit, values=False)


def _counts(settings: Settings, planned: Sequence[Sync], code: ExitCode) -> str:
    """Such as `6 done, 1 failed, 80 held, 1 needs attention`; before anything was applied, what there is to do."""
    reports = [sync.report for sync in planned if sync.report is not None]
    errors = sum(len(sync.plan.errors) for sync in planned if sync.plan is not None)
    found = [(sum(report.total(outcome) for report in reports), outcome.value) for outcome in Outcome]
    parts = [f"{count} {outcome}" for count, outcome in found if count]
    if parts:
        return ", ".join(parts) + (f", {number(errors, 'needs', 'need')} attention" if errors else "")
    if settings.said:
        return "not all was done"
    if code in (ExitCode.ERROR, ExitCode.STOPPED, ExitCode.LOCKED):
        return "nothing was changed"
    return overview.summary(planned).removeprefix("in step: ")


def _moment(moment: datetime) -> str:
    return moment.astimezone().isoformat(sep=" ", timespec="seconds")
