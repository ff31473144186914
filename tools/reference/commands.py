"""The commands of `dss-run`, as click knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
from tools.reference.docstrings import paragraphs
from tools.reference.markdown import block, code, table

from dss.launcher.group import dss_run

SHARED = ("config", "debug", "help")
"""Options that may stand before every command too, and that are described once."""


def all_commands() -> dict[str, click.Command]:
    """Every command by name, in the order in which `--help` lists them."""
    assert isinstance(dss_run, click.Group)
    context = click.Context(dss_run)
    found = {name: dss_run.get_command(context, name) for name in dss_run.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None and not command.hidden}


def options_of(command: click.Command) -> Iterator[click.Option]:
    """A command's own options."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name not in SHARED and not parameter.hidden:
            yield parameter


def overview() -> str:
    """All commands in a table."""
    return table(
        ["command", "what it does"],
        [
            (f"[`dss-run {name}`](#dss-run-{name})", _summary(command))
            for name, command in all_commands().items()
        ],
    )


def shared() -> str:
    """The options that stand before a command."""
    # as it is run, since `-h` stands in its settings
    context = dss_run.make_context("dss-run", [], resilient_parsing=True)
    options = [one for one in dss_run.get_params(context) if isinstance(one, click.Option)]
    return _table(options)


def described(name: str) -> str:
    """One command: in a sentence, its usage, its options.

    Args:
        name: the command.
    """
    command = all_commands()[name]
    context = click.Context(command, info_name=f"dss-run {name}")
    usage = " ".join(
        ["dss-run", name, *(_usage(one) for one in options_of(command)), *_arguments(command, context)]
    )
    options = list(options_of(command))
    return "\n\n".join(
        filter(None, [_summary(command), block(usage, "text"), _table(options) if options else ""])
    )


def _arguments(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            yield parameter.make_metavar(context)


def _usage(option: click.Option) -> str:
    shortest = min(option.opts, key=len)
    shown = shortest if option.is_flag else f"{shortest} {option.metavar}"
    return f"[{shown}]..." if option.multiple else f"[{shown}]"


def _table(options: list[click.Option]) -> str:
    rows = []
    for option in options:
        value = "" if option.is_flag or not option.metavar else f" {option.metavar}"
        names = ", ".join(
            code(f"{name}{value if name.startswith('--') else ''}") for name in sorted(option.opts, key=len)
        )
        rows.append((names, _help(option)))
    return table(["option", "meaning"], rows)


def _help(option: click.Option) -> str:
    text = re.sub(r"\s*\[default: (.*?)\]", r" Default: \1.", " ".join((option.help or "").split()))
    if option.show_default and option.default is not None and "Default:" not in text:
        text += f" Default: `{option.default}`."
    return text


def _summary(command: click.Command) -> str:
    return next(iter(paragraphs(command.help or "")), "")
