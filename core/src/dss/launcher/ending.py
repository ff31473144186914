"""What is done when a command has ended: the report is written, and a failure is told to whoever is not there."""

from __future__ import annotations

import os

import click

from dss.exit_codes import ExitCode, gravest
from dss.launcher import on_failure, report_file
from dss.launcher.report_text import report_text
from dss.launcher.settings import Settings
from dss.launcher.visible import visible_lines

GOOD = (ExitCode.IN_STEP, ExitCode.CHANGES)
"""What is no failure."""


def ended(settings: Settings, code: int) -> int:
    """Write the report and run `on_failure`; give the exit code as it is then."""
    try:
        text = report_text(settings, code)
        if settings.report is not None:
            code = _saved(settings, text, code)
        if code not in GOOD and not (settings.declined and code == ExitCode.STOPPED):
            _tell_failure(settings, text, code)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        return gravest((ExitCode(code), ExitCode.STOPPED))
    return code


def _saved(settings: Settings, text: str, code: int) -> int:
    assert settings.report is not None
    try:
        report_file.write(settings.report, text)
    except OSError as error:
        reason = error.strerror or str(error)
        _say(f"error: the report `{settings.report}` cannot be written: {reason}")
        settings.report = None
        return ExitCode.ERROR
    return code


def _tell_failure(settings: Settings, text: str, code: int) -> None:
    config = settings.config.absolute()
    command = settings.run.config.on_failure if settings.run is not None else on_failure.command_of(config)
    # not for a run that is part of what tells of another one's failure, or there would be no end
    if command and "DSS_EXIT_CODE" not in os.environ:
        told = {
            "DSS_EXIT_CODE": str(int(code)),
            "DSS_CONFIG": str(config),
            "DSS_COMMAND": settings.command,
            "DSS_REPORT": None if settings.report is None else str(settings.report),
        }
        wrong = on_failure.run(command, config.parent, told, text)
        if wrong is not None:
            _say(f"warning: {wrong}")


def _say(text: str) -> None:
    try:
        click.echo(visible_lines(text), err=True)
    except OSError:
        # nobody can be told that nobody could be told
        return
