"""What the pages have to speak of, and what none of them does.

It looks at the finished pages and not at what generates them: a block that somebody has taken out is found too.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

import attrs
from tools.reference import commands, configuration, errors, hooks
from tools.reference.sections import below

import dss
import dss.testing
from dss.capabilities import Capability
from dss.exit_codes import ExitCode
from dss.registry import default_registry
from dss.tree import DataStoreTree


@attrs.frozen
class Wanted:
    """A name that has to stand in a page.

    Attributes:
        what: what it is, for whoever is told that it is missing.
        text: what has to stand there. Code may go on: `--limit N` is enough for `--limit`, and `students.width` for
            both of its keys.
        page: the file's name.
        section: the heading below which it has to stand; empty for anywhere.
        is_whole: no other name that ends alike will do, such as `model.left` for `left`.
    """

    what: str
    text: str
    page: str
    section: str = ""
    is_whole: bool = False

    def is_in(self, pages: Mapping[str, str]) -> bool:
        """Whether it stands there."""
        page = pages.get(self.page, "")
        where = below(page, self.section) if self.section else page
        if not self.text.endswith("`"):
            return self.text in where
        before, _, name = self.text.removesuffix("`").rpartition("`")
        prefix = "" if self.is_whole else r"(?:\w+\.)?"
        return (
            re.search(rf"{re.escape(before)}`{prefix}{re.escape(name)}(?:[ .][^`\n]*)?`", where) is not None
        )


def undocumented(wanted: Iterable[Wanted], pages: Mapping[str, str]) -> list[str]:
    """What is not where it has to be.

    Args:
        wanted: the names.
        pages: their texts by file name.
    """
    return [
        f"{one.what}: {one.page} does not speak of it" + (f" below `{one.section}`" if one.section else "")
        for one in wanted
        if not one.is_in(pages)
    ]


def everything() -> Iterator[Wanted]:
    """All hooks, capabilities, exit codes, exceptions, commands with their options, keys, and public names."""
    for name in hooks.all_hooks():
        yield Wanted(f"hook `{name}`", f"### `{name}`", "hooks.md", "The hooks")
    for capability in Capability:
        text = f"| `Capability.{capability.name}` | `{capability.value}`"
        yield Wanted(f"capability `{capability.value}`", text, "capabilities.md")
    for code in ExitCode:
        yield Wanted(f"exit code {code.value}", f"| {code.value} |", "dss-run.md", "Exit codes")
    for name, error in errors.all_errors().items():
        yield Wanted(f"exception `{name}`", f"`{error.__module__}.{name}`", "errors.md")
    yield from _commands()
    yield from _keys()
    for name in dss.__all__:
        is_module = isinstance(getattr(importlib.import_module("dss"), name), ModuleType)
        text = f"`dss.{name}`" if is_module else f"### `{name}`"
        yield Wanted(f"`dss.{name}`", text, "classes.md")
    for name in dss.testing.__all__:
        yield Wanted(f"`dss.testing.{name}`", f"`dss.testing.{name}`", "testing.md")


def options_of_connectors(page: str) -> Iterator[Wanted]:
    """All options of the installed connectors.

    Args:
        page: the name of a connector's page, with its own name for `{name}`.
    """
    registry = default_registry()
    for name in registry.names():
        for tree in registry.classes(name, "trees", DataStoreTree):
            for option in dict.fromkeys(configuration.options_of(tree.Options)):
                yield Wanted(f"option `{option}` of {name}", f"| `{option}`", page.format(name=name))


def _commands() -> Iterator[Wanted]:
    for name, command in commands.all_commands().items():
        heading = f"`dss-run {name}`"
        yield Wanted(f"command `{name}`", f"dss-run {name}", "dss-run.md", heading)
        for option in commands.options_of(command):
            for spelling in option.opts:
                yield Wanted(f"`dss-run {name} {spelling}`", f"`{spelling}`", "dss-run.md", heading)


def _keys() -> Iterator[Wanted]:
    """Keys of the configuration: each is to have a row of a table, since a text may name it for another reason."""
    page = "configuration.md"
    for key in configuration.top_keys():
        yield Wanted(f"key `{key.name}`", f"| `{key.name}`", page, "At the top", is_whole=True)
    for name, (heading, cls) in configuration.TABLES.items():
        for key in configuration.keys_of(cls):
            yield Wanted(f"key `{name}.{key.name}`", f"| `{key.name}`", page, f"`{heading}`", is_whole=True)
