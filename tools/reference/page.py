"""What the blocks of a page may say, by short names: `show(hooks.overview())`."""

from __future__ import annotations

import importlib

from tools.reference import capabilities, checks, classes, commands, configuration, errors, exit_codes, hooks

__all__ = [
    "capabilities",
    "checks",
    "classes",
    "commands",
    "configuration",
    "errors",
    "exit_codes",
    "hooks",
    "show",
]


def show(text: str) -> None:
    """Write the block, set off from the comments around it."""
    importlib.import_module("cog").out(f"\n{text}\n\n")
