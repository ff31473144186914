"""The starter file that `dss-run init` writes, made of what the connectors tell of their options."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from dss.branches import DataStoreBranch
from dss.config import BranchConfig
from dss.discovery import discover
from dss.errors import ConfigError
from dss.launcher.options import OFF, OptionLines
from dss.launcher.toml import comment, key_text, value_text
from dss.policies import Budget
from dss.registry import Registry
from dss.specifiers import resolve
from dss.tree import DataStoreTree

OWN = "own"
"""Name of the tree that stands for a class of the user's own, when only one connector is named."""

EXAMPLES = {
    "model": 'model.left = "my_school/Student"',
    "filter": 'filter.left = "my_school/is_ours"',
    "derive": 'derive.left = "my_school/cohorts"',
    "flow": 'flow = { email = "keep" }',
    "attributes": 'attributes = ["given_name", "family_name"]',
    "idnumber": 'idnumber = "S{idnumber}"',
    "allow_empty": "allow_empty = true",
}
"""One setting for each field of `[sync.BRANCH]`."""


@attrs.frozen
class Part:
    """One tree of the file.

    Attributes:
        name: the tree's name in the file.
        connector: None for a tree class of the user's own.
        branches: names, in declared order.
    """

    name: str
    connector: str | None
    options: type | None
    branches: tuple[str, ...]


def starter(connectors: Sequence[str], registry: Registry) -> str:
    """The text of a configuration for these connectors: the first is left, each further one right.

    Raises:
        ConnectorError: one is not installed, or broken.
        ConfigError: one brings no tree.
    """
    parts: list[Part] = []
    for connector in connectors:
        parts.append(_part(connector, registry, {part.name for part in parts}))
    if len(parts) == 1:
        parts.append(Part(OWN, None, None, parts[0].branches))
    left, *rights = parts
    lines = [
        *comment(
            "Configuration of datastoresync. What you have to fill in is marked FILL IN. A setting behind a # without a"
            " blank shows its default; take the # away to change it. Then run `dss-run check`, `dss-run plan`,"
            " `dss-run apply`."
        ),
        *comment(
            "Passwords never stand in this file. In their place stands where they are found, one of the three:"
        ),
        '#   { env = "NAME" }  { file = "path" }  { keyring = "service/user" }',
        "",
        'state = "state/"  # a folder beside this file, for what has to be remembered from run to run',
    ]
    for part in parts:
        lines += ["", *_tree(part, "what is needed" if part is left else "what is changed")]
    for right in rights:
        lines += ["", *_sync(left, right)]
    lines += ["", *_branch_examples(), "", *_budgets(left, rights)]
    return "\n".join(lines) + "\n"


def _part(connector: str, registry: Registry, taken: set[str]) -> Part:
    trees = registry.classes(connector, "trees", DataStoreTree)
    if not trees:
        raise ConfigError(f"plugin `{connector}` brings no tree, so it cannot stand on either side of a sync")
    base = trees[0].__branches__
    if isinstance(base, str):
        base = resolve(base, f"{trees[0].__name__}.__branches__")
    branches: list[type[DataStoreBranch]] = []
    if isinstance(base, type) and issubclass(base, DataStoreBranch):
        branches = discover(base)
    name, number = connector, 1
    while name in taken:
        number += 1
        name = f"{connector}_{number}"
    names = tuple(branch.__branchname__ for branch in branches if branch.__branchname__)
    return Part(name, connector, trees[0].Options, names)


def _tree(part: Part, purpose: str) -> Iterator[str]:
    yield f"[trees.{key_text(part.name)}]  # {purpose}"
    if part.connector is None:
        yield 'tree = "my_trees/MyTree"  # FILL IN: a tree class of your own, in a .py file beside this one'
        return
    yield f"connector = {value_text(part.connector)}"
    if part.options is not None:
        yield from OptionLines(part.name).of(part.options)


def _sync(left: Part, right: Part) -> Iterator[str]:
    both = [name for name in right.branches if name in left.branches]
    yield "[[sync]]"
    yield f"left = {value_text(left.name)}  # what is here ..."
    yield f"right = {value_text(right.name)}  # ... is brought there"
    yield from comment(
        "The order counts: a branch comes after those it refers to. A person who is in several branches of people (a"
        " teacher who is a parent) gets one account, and the branch that comes first here says what is in it."
    )
    yield f"branches = {value_text(both)}" + ("" if both else "  # FILL IN")
    alone = [name for name in right.branches if name not in left.branches]
    if alone:
        yield from comment(
            f"Only {right.name} has {', '.join(alone)}: add them to the list when you derive them, see `derive` below."
        )


def _branch_examples() -> Iterator[str]:
    yield from comment(
        "Each branch may have a table [sync.BRANCH] of its own. A specifier 'my_school/Student' names something in"
        " my_school.py, beside this file."
    )
    yield ""
    yield f"{OFF}[sync.students]"
    for field in attrs.fields(BranchConfig):
        yield from comment(str(field.metadata.get("help", "")))
        yield f"{OFF}{EXAMPLES[field.name]}"


def _budgets(left: Part, rights: Sequence[Part]) -> Iterator[str]:
    default = Budget()
    yield from comment(
        "How much may be removed in one run. A broken export looks as if many people had left at once; so where"
        " removals are more than `count` and more than `share` of what is there, all of them are held until you have"
        " looked."
        " These are the defaults, for every branch:"
    )
    branches = [name for name in rights[0].branches if name in left.branches]
    yield f"{OFF}[budgets.{key_text(branches[0]) if branches else 'students'}]"
    yield f"{OFF}count = {value_text(default.count)}"
    yield f"{OFF}share = {value_text(default.share)}"
