"""`dss-run check`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from dss.launcher.common_options import config_option, debug_option
from dss.launcher.settings import Settings, epilog
from dss.wording import number

if TYPE_CHECKING:
    from dss.stages import Sync
    from dss.tree import Finding

COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}


@click.command(epilog=epilog("dss-run check", "dss-run check --config other.toml"))
@config_option
@debug_option
@click.pass_obj
def check(settings: Settings) -> int:
    """Tell whether everything is in place, and what is missing; write nothing.

    Looks at the configuration, at the connectors, at every system that the configuration names (can it be reached, does
    it permit what is needed), and at whether the right system's template has a handler for each kind of change. Ends
    with 1 when anything is in error, with 0 otherwise; a warning is no error.
    """
    from dss.launcher.messages import messages
    from dss.launcher.screen import Screen
    from dss.launcher.visible import visible_lines

    screen = Screen(sys.stdout)
    found = {"ok": 0, "warning": 0, "error": 0}
    with messages():
        for subject, finding in _findings(settings):
            found[finding.level] = found.get(finding.level, 0) + 1
            text = visible_lines(f"{finding.level:<8} {subject}: {finding.text}")
            screen.line(text.replace("\n", "\n" + " " * 9), colour=COLOURS.get(finding.level))
    errors, warnings = found["error"], found["warning"]
    screen.line()
    screen.line(
        f"{number(errors, 'error', 'errors')}, {number(warnings, 'warning', 'warnings')}"
        if errors or warnings
        else "all is in place",
        bold=True,
    )
    return 1 if errors else 0


def _findings(settings: Settings) -> Iterator[tuple[str, Finding]]:
    """What is looked at and what was found, as it is found."""
    from dss.checking import errors_of
    from dss.config import load_config
    from dss.errors import DssError
    from dss.lock import obstacle
    from dss.runner import Run
    from dss.tree import Finding

    try:
        config = load_config(settings.config)
    except DssError as error:
        yield "configuration", Finding("error", str(error))
        return
    wanted = {tree.connector for tree in config.trees.values()} | {
        name for tree in config.trees.values() for name in tree.plugins
    }
    yield from _connectors({name for name in wanted if name is not None})
    try:
        run = Run(config)
    except DssError as error:
        for text in dict.fromkeys([*errors_of(config), str(error)]):
            yield "configuration", Finding("error", text)
        return
    yield "configuration", Finding("ok", str(config.path))
    if (wrong := obstacle(config.state)) is not None:
        yield "state", Finding("error", wrong)
    with run:
        yield from run.check()
        for sync in run.syncs:
            yield from _handlers(sync)


def _connectors(wanted: set[str]) -> Iterator[tuple[str, Finding]]:
    """A broken connector that the configuration does not use is only a warning."""
    from dss.registry import default_registry
    from dss.tree import Finding

    registry = default_registry()
    broken = registry.load_all()
    for name in sorted(wanted | set(broken)):
        if name in broken:
            yield f"connector {name}", Finding("error" if name in wanted else "warning", str(broken[name]))
        elif name in registry.names():
            version = " ".join(part for part in registry.distribution(name) if part)
            yield f"connector {name}", Finding("ok", version or "registered")


def _handlers(sync: Sync) -> Iterator[tuple[str, Finding]]:
    """Which changes the target's template could not carry out, as far as the declarations tell."""
    from dss.apply import missing_handlers
    from dss.errors import DssError
    from dss.launcher.possible import possible_actions
    from dss.tree import Finding

    names = sync.config.branches or [branch.__name__ for branch in sync.right.branches]
    try:
        missing = missing_handlers(sync.right, possible_actions(sync.left, sync.right, names))
    except DssError as error:
        yield sync.right.name, Finding("error", str(error))
        return
    if missing:
        text = f"no handler for {', '.join(f'`{name}`' for name in missing)}; such changes would be dropped"
        yield sync.right.name, Finding("warning", text)
    else:
        yield sync.right.name, Finding("ok", "a handler for every kind of change")
