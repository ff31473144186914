"""Help, and what it costs."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from dss.config import DEFAULT_FILE
from dss.exit_codes import ExitCode
from dss.launcher import settings
from dss.launcher.group import COMMANDS, dss_run

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "dss-run.md"


def commands() -> dict[str, click.Command]:
    """Every command by name."""
    context = click.Context(dss_run)
    found = {}
    for name in COMMANDS:
        command = dss_run.get_command(context, name)
        assert command is not None
        found[name] = command
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_has_examples_and_exit_codes(play: Play, name: str) -> None:
    """And says what the command is for."""
    result = play.run(name, "--help")

    assert result.exit_code == 0
    assert f"\n    dss-run {name}" in result.stdout
    assert "Exit codes:" in result.stdout
    assert len(result.stdout.split("Options:")[0].split()) > 30


def test_help_lists_every_command(play: Play) -> None:
    """In the order of a working day."""
    result = play.run("--help")

    places = [result.stdout.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_version_is_the_distributions(play: Play) -> None:
    """As installed."""
    assert play.run("--version").stdout == f"dss-run {version('datastoresync')}\n"


def test_help_imports_nothing_that_a_run_needs() -> None:
    """No connector, nothing heavy: help must answer at once."""
    heavy = (
        "attrs",
        "attr",
        "cattrs",
        "importlib_metadata",
        "logging",
        "pluggy",
        "rich",
        "stamina",
        "dss.runner",
    )
    code = (
        "import sys, contextlib, io\n"
        "from dss.launcher import main\n"
        "sys.argv = ['dss-run', '--help']\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "    main()\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
        "print([name for name in sys.modules if name.startswith('dss_')])\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n[]\n"


def test_the_launchers_own_constants_are_those_of_the_core() -> None:
    """They are repeated so that help need not import the core."""
    assert settings.DEFAULT_FILE == DEFAULT_FILE
    assert all(f"  {code.value}  " in settings.EXIT_CODES for code in ExitCode)


def test_the_reference_names_every_command_option_and_exit_code() -> None:
    """Nothing can be added without being documented."""
    text = REFERENCE.read_text(encoding="utf-8")

    for name, command in commands().items():
        section = text.partition(f"\n## `dss-run {name}")[2].partition("\n## ")[0]
        assert section, name
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option not in ("--config", "--debug"):
                    assert f"`{option}" in section, (name, option)
    for code in ExitCode:
        assert f"| {code.value} |" in text


def test_the_reference_names_every_key_of_the_json(play: Play) -> None:
    """The shape of `plan --json` is a promise."""
    text = REFERENCE.read_text(encoding="utf-8")
    (sync,) = json.loads(play.run("plan", "--json").stdout)["syncs"]

    for key in [*sync, *sync["changes"][0]]:
        assert f"`{key}`" in text, key
