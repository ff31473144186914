"""What a connector gives, record by record, before the core makes items of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dss.branches import DataStoreBranch
from dss.errors import ConfigError
from dss.importers import Rows, Scope, opened
from dss.testing.rig import plain
from dss.tree import DataStoreTree


def raw(tree: DataStoreTree, branch: str, *, named: bool = True) -> Iterator[Any]:
    """What the connector gives for a branch, record by record, before anything is made of it."""
    bound = getattr(tree, branch)
    with opened(tree.hooks.readin_branch(tree, bound)) as given:
        if given is None or given == ():
            # the importer has called `branch.make` itself
            yield from ({"idnumber": one, **vars_of(item, bound)} for one, item in made(bound))
        elif isinstance(given, Rows) and not named:
            yield from given.rows
        else:
            yield from given


def by_key(tree: DataStoreTree, branch: str, keys: Iterable[str], scope: Scope = Scope.OURS) -> Iterator[Any]:
    """What the connector gives for some keys."""
    if tree.importer is None:
        raise ConfigError(f"`{type(tree).__name__}` has no importer, and a hook reads whole branches only")
    yield from tree.importer.readin_items(getattr(tree, branch), list(keys), scope)


def made(bound: type[DataStoreBranch]) -> list[tuple[str, Any]]:
    """The items that an importer has made itself, in a branch that counts as unread."""
    return list(bound.contents().items.items())


def vars_of(item: Any, bound: type[DataStoreBranch]) -> dict[str, Any]:
    """The attributes of an item."""
    return {name: getattr(item, name, None) for name in bound.names()}


def same(value: Any) -> Any:
    """A record, or records, by which two can be compared; collections of values are sets."""
    if isinstance(value, dict):
        return {key: same(one) for key, one in value.items() if one is not None}
    return plain(value)
