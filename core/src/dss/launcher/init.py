"""`dss-run init`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from dss.launcher.common_options import debug_option
from dss.launcher.settings import DEFAULT_FILE, epilog


@click.command(
    epilog=epilog(
        "dss-run init powerschool_csv moodle_db",
        "dss-run init powerschool_csv moodle_db --output school.toml",
        "dss-run init powerschool_csv moodle_db --output -     (to look at it first)",
    )
)
@debug_option
@click.argument("connectors", metavar="CONNECTOR...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default=DEFAULT_FILE,
    show_default=True,
    metavar="FILE",
    help="The file to write; `-` is standard output.",
)
def init(connectors: tuple[str, ...], output: Path) -> int:
    """Write a configuration to fill in, for the connectors named.

    The first connector is the left system, which says what is needed; each further one is a right system, which is
    changed. Every option of a connector is in the file with its explanation and default; what has to be filled in says
    so. A file that is there already is never overwritten. `dss-run connectors` lists what can be named.
    """
    from dss.errors import ConfigError
    from dss.launcher.screen import Screen
    from dss.launcher.starter import starter
    from dss.launcher.visible import visible
    from dss.registry import default_registry

    screen = Screen(sys.stdout)
    text = starter(connectors, default_registry())
    if str(output) == "-":
        screen.lines(text.splitlines())
        return 0
    try:
        with output.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigError(
            f"`{output}` is there already and stays as it is; name another file with --output, or move it away"
        ) from None
    screen.line(f"{visible(str(output))} is written.")
    named = "" if str(output) == DEFAULT_FILE else f" --config {visible(shlex.quote(str(output)))}"
    screen.line(f"Edit it, then run `dss-run check{named}`, which tells what is still missing.")
    return 0
