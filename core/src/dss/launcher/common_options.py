"""Options that several commands have, each said once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dss.launcher.listing import LISTED
from dss.launcher.settings import DEFAULT_FILE, Settings

EVERYTHING = f"all changes, and {LISTED} of what needs attention in each branch"
"""What is listed of a plan without `--limit`, in words."""

F = TypeVar("F", bound=Callable[..., Any])


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
    what: str, otherwise: str = str(LISTED), *, default: int | None = LISTED
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
