"""`dss-run new-connector`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from dss.launcher.common_options import debug_option
from dss.launcher.settings import epilog


@click.command(
    "new-connector",
    epilog=epilog(
        "dss-run new-connector card_file",
        "dss-run new-connector card_file --output ~/projects --license Apache-2.0",
    ),
)
@debug_option
@click.argument("name")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    show_default=True,
    metavar="FOLDER",
    help="Where the project's folder is made.",
)
@click.option(
    "--license",
    "licence",
    default="MIT",
    show_default=True,
    metavar="SPDX",
    help="The licence, as an SPDX expression; of any but MIT you add the text yourself.",
)
def new_connector(name: str, output: Path, licence: str) -> int:
    """Write a connector's project, to begin a connector of your own with.

    NAME is what will stand behind `connector =` in a configuration, such as card_file; the folder and the distribution
    are then dss-card-file, the import package dss_card_file. The project is complete: it reads and writes people and
    groups, in a JSON file that stands for your system; it is tested by the conformance suite, typed, and says where to
    put your system's calls. A folder that is there already is never touched.
    """
    from dss.errors import ConfigError
    from dss.launcher.screen import Screen
    from dss.launcher.visible import visible
    from dss.registry import BUILTIN, default_registry
    from dss.scaffold import MIT, names_of, project_files, write_project

    names = names_of(name)
    registry = default_registry()
    if names.name in {*registry.names(), *registry.disabled, BUILTIN}:
        raise ConfigError(
            f"connector name `{names.name}` is taken by a plugin that is installed (see `dss-run connectors`); choose"
            " another, since two of one name cannot be used together"
        )
    folder = output / names.folder
    texts = project_files(names, licence)
    write_project(folder, texts)

    screen = Screen(sys.stdout)
    place = visible(str(folder))
    screen.line(
        f"{place} is written: {len(texts)} files, of which README.md says what to change, and in what order."
    )
    if licence != MIT:
        screen.line("It has no file LICENSE yet: put the text of your licence there.")
    screen.line("Next:")
    screen.line(f"  cd {visible(shlex.quote(str(folder)))} && pip install -e '.[test]'")
    screen.line("  pytest")
    screen.line(f"  dss-run init {names.name}")
    return 0
