"""What every command is told: which configuration, and whether tracebacks are wanted."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dss.launcher.listing import LISTED

if TYPE_CHECKING:
    from dss.launcher.silence import Silence
    from dss.runner import Run

DEFAULT_FILE = "dss.toml"

EVERYTHING = f"all changes, and {LISTED} of what needs attention in each branch"
"""What is listed of a plan without `--limit`, in words."""

EXIT_CODES = """\
Exit codes:
  0  in step, nothing is left to do
  1  error: the command line, the configuration, a source or a system, a defect
  2  there are changes to apply, which `plan` or `undo -o` has found, or `resume` has not planned
  3  changes are held back until somebody has looked
  4  some records or changes could not be carried out
  5  stopped before its end, or the question answered with no
  6  another run of this configuration is under way
"""


def epilog(*examples: str) -> str:
    """What stands below the options in a command's help: examples, and the exit codes."""
    lines = "".join(f"\n  {example}" for example in examples)
    # click leaves a paragraph that begins with this mark as it is
    return f"\b\nExamples:{lines}\n\n\b\n{EXIT_CODES}"


F = TypeVar("F", bound=Callable[..., Any])


class Settings:
    """The options that may stand before a command or after it, and what there is to tell at its end.

    Attributes:
        config: the configuration file.
        debug: whether an error is shown with its traceback.
        report: the file into which a report is written.
        command: the command's name, once it has begun; only of those that plan or change.
        limit: how many lines of one kind are listed.
        began: when it began.
        silence: what is held back until there is something to tell.
        run: the run, once there is one.
        said: sentences that stand in the report below its counts.
        error: what ended it.
        declined: whether somebody was asked, and did not agree.
    """

    def __init__(self) -> None:
        self.config = Path(DEFAULT_FILE)
        self.debug = False
        self.report: Path | None = None
        self.command = ""
        self.limit: int | None = None
        self.began = datetime.datetime.now(datetime.UTC)
        self.silence: Silence | None = None
        self.run: Run | None = None
        self.said: list[str] = []
        self.error: BaseException | None = None
        self.declined = False

    def speak(self) -> None:
        """End the silence: there is something to tell."""
        if self.silence is not None:
            self.silence.end()


def _set(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value:
        settings = context.ensure_object(Settings)
        setattr(settings, str(parameter.name), value)


def config_option(function: F) -> F:
    """Give a command `--config`."""
    return click.option(
        "-c",
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        expose_value=False,
        callback=_set,
        help=f"The configuration.  [default: {DEFAULT_FILE}]",
    )(function)


def only_option(function: F) -> F:
    """Give a command `--only`."""
    return click.option(
        "--only",
        multiple=True,
        metavar="BRANCH[:IDNUMBER]",
        help="Only this branch, or this one record; may be given several times.",
    )(function)


def limit_option(
    what: str, otherwise: str = f"{LISTED}", *, default: int | None = LISTED
) -> Callable[[F], F]:
    """Give a command `--limit`.

    Args:
        what: is cut short.
        otherwise: what is listed without it, in words.
        default: the same; None is for the command to decide.
    """
    return click.option(
        "--limit",
        type=click.IntRange(min=0),
        default=default,
        metavar="N",
        help=f"List at most N {what}; the counts stay whole.  [default: {otherwise}]",
    )


def yes_option(more: str = "Needed where nobody can answer, as in a cron job.") -> Callable[[F], F]:
    """Give a command that asks `--yes`.

    Args:
        more: a sentence on it.
    """
    return click.option("-y", "--yes", is_flag=True, help=f"Do not ask. {more}".rstrip())


def output_option(what: str) -> Callable[[F], F]:
    """Give a command that plans `--output`.

    Args:
        what: is done with it, in words.
    """
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=f"Write the plan into FILE{what}",
    )


def json_option(function: F) -> F:
    """Give a command `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Write everything as JSON, for programs.")(
        function
    )


def debug_option(function: F) -> F:
    """Give a command `--debug`."""
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_set,
        help="Show the traceback of an error.",
    )(function)
