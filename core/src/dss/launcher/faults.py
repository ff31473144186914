"""What went wrong, in words for the person at the keyboard; a traceback only with `--debug`."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

import click

from dss.errors import DssError
from dss.exit_codes import ExitCode
from dss.launcher.settings import Settings
from dss.launcher.visible import visible_lines
from dss.lock import LockedError


def tell(error: BaseException, settings: Settings) -> None:
    """Tell of an error on the standard error stream."""
    if settings.debug:
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    click.echo(visible_lines(explain(error, settings.config)), err=True)


def code_of(error: BaseException) -> ExitCode:
    """What `dss-run` ends with for this error."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return ExitCode.STOPPED
    return ExitCode.LOCKED if isinstance(error, LockedError) else ExitCode.ERROR


def explain(error: BaseException, config: Path) -> str:
    """One error in words: whose it is, what and where it is, and what to do."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "stopped"
    if isinstance(error, DssError):
        return f"error: {error}"
    if isinstance(error, click.ClickException):
        return f"error: {error.format_message()}"
    if isinstance(error, MemoryError):
        return "error: there is not enough memory; run on a larger machine, or fewer branches at a time with --only"
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    own = _place_in(error, config.absolute().parent)
    if own is not None:
        return f"error: in your own code, {own}: {said}"
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"error: {where}{error.strerror}"
    place = _last_place(error)
    return (
        f"error: {said}{f' ({place})' if place else ''}\n"
        "This is a defect of dss or of a connector, not of yours; run again with --debug, and report what it shows."
    )


def _place_in(error: BaseException, folder: Path) -> str | None:
    """The last line of the user's own modules, those in the configuration's folder, that the error came through."""
    if isinstance(error, SyntaxError) and error.filename and _is_own(Path(error.filename), folder):
        return f"{error.filename}, line {error.lineno}"
    own = None
    for frame in traceback.extract_tb(error.__traceback__):
        if _is_own(Path(frame.filename), folder):
            own = f"{frame.filename}, line {frame.lineno}"
    return own


def _is_own(path: Path, folder: Path) -> bool:
    # the folder may well be somebody's home, in which Python itself is installed
    if {"site-packages", "dist-packages"} & set(path.parts) or path.is_relative_to(
        sysconfig.get_path("stdlib")
    ):
        return False
    return path.is_relative_to(folder) and not path.is_relative_to(Path(__file__).parents[1])


def _last_place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else ""
