"""The kind of command that may run where nobody looks on."""

from __future__ import annotations

import sys
from typing import Any

import click

from dss.launcher.settings import Settings


class Running(click.Command):
    """A command that plans or changes: at its end a report can be written, and a failure is told by `on_failure`.

    It gives the run to its `Settings`, as soon as there is one: `settings.run = run`.

    Args:
        silent: with `--yes`, and where the output is no terminal, nothing is printed when the exit code is 0 and nobody
            has called `settings.speak()`. Not so with `--dry-run`, whose output is what it is for.
    """

    def __init__(self, *arguments: Any, silent: bool = False, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.silent = silent

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        settings = ctx.ensure_object(Settings)
        settings.command, settings.limit = str(self.name), ctx.params.get("limit")
        if settings.report is not None:
            from dss.launcher.report_file import writable

            # as long as it is not known to be writable, there is none
            report, settings.report = settings.report, None
            settings.report = writable(report, settings.config)
        is_watched = not ctx.params.get("yes") or ctx.params.get("dry_run") or sys.stdout.isatty()
        if is_watched or not self.silent:
            return super().invoke(ctx)
        from dss.launcher.silence import Silence

        with Silence() as settings.silence:
            code = super().invoke(ctx)
            if code:
                settings.speak()
            return code
