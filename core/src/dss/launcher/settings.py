"""What every command is told: which configuration, and whether tracebacks are wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

DEFAULT_FILE = "dss.toml"

EXIT_CODES = """\
Exit codes:
  0  in step, nothing is left to do
  1  error: the command line, the configuration, a source or a system, a defect
  2  `plan` only: there are changes to apply
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
    """The options that may stand before a command or after it.

    Attributes:
        config: the configuration file.
        debug: whether an error is shown with its traceback.
    """

    def __init__(self) -> None:
        self.config = Path(DEFAULT_FILE)
        self.debug = False


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


def debug_option(function: F) -> F:
    """Give a command `--debug`."""
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_set,
        help="Show the traceback of an error.",
    )(function)
