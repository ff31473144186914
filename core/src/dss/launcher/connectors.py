"""`dss-run connectors`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dss.launcher.common_options import debug_option
from dss.launcher.settings import epilog

if TYPE_CHECKING:
    from dss.registry import Registry


@click.command(epilog=epilog("dss-run connectors", "DSS_DISABLE=ldap dss-run connectors"))
@debug_option
def connectors() -> int:
    """List what is installed: connectors and other plugins.

    For each: its name, as the configuration uses it; the distribution it came with, and its version; the hooks it
    implements; the branches it has; what it can do, as far as it declares it. One that is broken is listed with the
    reason and with how to switch it off, and does not keep the others from working; the exit code is then 1.
    """
    from dss.errors import ConnectorError
    from dss.launcher.screen import Screen
    from dss.launcher.visible import visible, visible_lines
    from dss.registry import DISABLE, default_registry

    screen = Screen(sys.stdout)
    registry = default_registry()
    broken = 0
    for name in registry.names():
        distribution, version = registry.distribution(name)
        screen.line(visible(f"{name} {version}".rstrip()), bold=True)
        try:
            parts = _parts(registry, name)
        except ConnectorError as error:
            broken += 1
            screen.line(f"  broken        {visible_lines(str(error))}", colour="red")
            parts = {}
        for what, value in {"distribution": distribution, **parts}.items():
            screen.line(f"  {what:<12}  {visible(value) or 'none'}")
    for name in sorted(registry.disabled):
        screen.line(visible(f"{name}: switched off by {DISABLE}"))
    if not registry.names():
        screen.line("no connector is installed; `pip install dss-powerschool-csv dss-moodle-db`, for example")
    return 1 if broken else 0


def _parts(registry: Registry, name: str) -> dict[str, str]:
    """What a plugin has.

    Raises:
        ConnectorError: it cannot be loaded, or does not give what it should.
    """
    from dss.branches import DataStoreBranch
    from dss.capabilities import Capability
    from dss.tree import DataStoreTree

    branches = registry.classes(name, "branches", DataStoreBranch)
    trees = registry.classes(name, "trees", DataStoreTree)
    declared = [tree.capabilities for tree in trees] + [branch.capabilities for branch in branches]
    able = {one for capabilities in declared for one in capabilities or ()}
    return {
        "hooks": ", ".join(hooks_of(registry.load(name))),
        "branches": ", ".join(branch.__branchname__ for branch in branches if branch.__branchname__),
        "capabilities": ", ".join(one for one in Capability if one in able),
    }


def hooks_of(plugin: object) -> list[str]:
    """The hooks that a plugin implements, by name."""
    from dss import hookspecs

    specified = [name for name in vars(hookspecs) if name.startswith("dss_")]
    mark = f"{hookspecs.PROJECT}_impl"
    return [name for name in specified if hasattr(getattr(plugin, name, None), mark)]
