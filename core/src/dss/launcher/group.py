"""The group of all commands: finds them, and turns whatever goes wrong into a message and an exit code."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from dss.launcher.common_options import config_option, debug_option
from dss.launcher.settings import Settings, epilog
from dss.launcher.signals import stoppable

COMMANDS = (
    "plan",
    "show",
    "apply",
    "approve",
    "claim",
    "explain",
    "history",
    "resume",
    "undo",
    "check",
    "connectors",
    "init",
    "new-connector",
)
"""In the order in which `--help` lists them; each is a module of this package and a function in it."""


class Launcher(click.Group):
    """A group whose commands are imported when they are wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of a working day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(importlib.import_module(f"dss.launcher.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and end the process: no exception leaves this method but `SystemExit`."""
        for name in ("stdin", "stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is None:
                # closed by whoever started this process, as some service managers do; a file that is opened later must
                # not come to stand in its place
                mode = "r" if name == "stdin" else "w"
                setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  to the end
            elif hasattr(stream, "reconfigure"):
                # a name that the terminal's character set lacks is shown as an escape, and is no error
                stream.reconfigure(errors="backslashreplace")
        settings = extra.setdefault("obj", Settings())
        with stoppable():
            try:
                code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            except click.ClickException as error:
                settings.error = error
                error.show()
                code = 1
            except OSError as error:
                from dss.launcher.screen import named

                # what goes wrong in a command is told by `invoke`: this is `--help` that could not be written
                code = _told(named(error, sys.stdout), settings)
            except (Exception, KeyboardInterrupt) as error:
                code = _told(error, settings)
            code = _flushed(code or 0, settings)
            if settings.command:
                from dss.launcher.ending import ended

                code = ended(settings, code)
        sys.exit(code)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command chosen; what fails is told here, before click takes a broken connection for a broken pipe.

        That includes a `sys.exit()` in the user's own code, whose code would be taken for ours.
        """
        try:
            return super().invoke(ctx)
        except (OSError, SystemExit) as error:
            return _told(error, ctx.ensure_object(Settings))


def _told(error: BaseException, settings: Settings) -> int:
    from dss.launcher import faults

    settings.error = error
    # where not even that can be written, the exit code still tells it
    with contextlib.suppress(OSError):
        faults.tell(error, settings)
    return faults.code_of(error)


def _flushed(code: int, settings: Settings) -> int:
    """Write out what still waits, while a failure can be told; Python's own attempt at its end would give 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            from dss.launcher.screen import named, send_to_nowhere

            send_to_nowhere(stream)
            if code != 1 and not isinstance(error, BrokenPipeError):
                code = _told(named(error, stream), settings)
    return code


@click.command(
    "dss-run",
    cls=Launcher,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=epilog(
        "dss-run connectors",
        "dss-run init powerschool_csv moodle_db",
        "dss-run check",
        "dss-run plan",
        "dss-run apply",
    ),
    no_args_is_help=True,
)
@config_option
@debug_option
@click.version_option(package_name="datastoresync", prog_name="dss-run", message="%(prog)s %(version)s")
def dss_run() -> None:
    """Keep two systems in step: read both, compare, show what would change, apply exactly that.

    The left system of a sync says what is needed, the right one is changed. Begin with `dss-run init`, which writes a
    configuration to fill in; then `check` it, look at the `plan`, and `apply` it.
    """
