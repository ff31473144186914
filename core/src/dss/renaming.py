"""Give records of a tree other idnumbers, and let every reference follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dss.errors import ConfigError, ConflictError
from dss.keys import key, split_key
from dss.loading import merge
from dss.stored import copy_with

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree

    Branch = type[DataStoreBranch]


def rename(tree: DataStoreTree, renamed: Mapping[tuple[str, str], str]) -> None:
    """Change idnumbers.

    Args:
        tree: the tree, read in.
        renamed: the new idnumber by branch and old idnumber.

    Raises:
        ConfigError: a branch has a record of the new idnumber already.
    """
    for (name, old), new in renamed.items():
        _rename(getattr(tree, name), old, new)
    if renamed:
        _rename_references(tree, renamed)


def _rename(branch: Branch, old: str, new: str) -> None:
    store = branch.contents()
    if new in store.items:
        raise ConfigError(
            f"{branch.path()} has both {old!r} and {new!r}, which are said to be one person; mend the source"
        )
    store.items[new] = _with(store.items.pop(old), {"idnumber": new})
    store.renamed[new] = old
    for kept in (store.native, store.frozen):
        if old in kept:
            kept[new] = kept.pop(old)


def _rename_references(tree: DataStoreTree, renamed: Mapping[tuple[str, str], str]) -> None:
    """Let every reference follow; where the reference is part of a key, the key follows too."""
    for branch in tree.branches:
        news = {
            attribute: mapping
            for attribute, to in branch.references().items()
            if (mapping := {old: new for (name, old), new in renamed.items() if name in to})
        }
        if not news:
            continue
        for idnumber, item in list(branch.items()):
            changed = {}
            for attribute, mapping in news.items():
                value = getattr(item, attribute, None)
                if isinstance(value, str):
                    if value in mapping:
                        changed[attribute] = mapping[value]
                elif value and not mapping.keys().isdisjoint(value):
                    changed[attribute] = type(value)(mapping.get(one, one) for one in value)
            if changed:
                _refer_anew(branch, idnumber, item, changed)
        frozen = branch.contents().frozen
        for idnumber in list(frozen):
            new = _new_key(branch, idnumber, news)
            if new != idnumber:
                frozen[new] = frozen.pop(idnumber)


def _refer_anew(branch: Branch, idnumber: str, item: Any, changed: dict[str, Any]) -> None:
    news = {
        attribute: {getattr(item, attribute): value}
        for attribute, value in changed.items()
        if isinstance(value, str)
    }
    item = _with(item, changed)
    store = branch.contents()
    new = _new_key(branch, idnumber, news)
    if new == idnumber:
        store.items[idnumber] = item
        return
    del store.items[idnumber]
    store.renamed[new] = idnumber
    item = _with(item, {"idnumber": new})
    other = store.items.get(new)
    try:
        # in one class as teacher and as parent alike: the same enrolment, twice
        store.items[new] = item if other is None else merge(other, item)
    except ConflictError as error:
        store.freeze(new, str(error))


def _new_key(branch: Branch, idnumber: str, news: Mapping[str, Mapping[str, str]]) -> str:
    """The idnumber with those of its parts replaced that are references to somebody renamed."""
    parts = list(split_key(idnumber))
    if not branch.key_of or len(parts) != len(branch.key_of):
        return idnumber
    changed = [news.get(name, {}).get(part, part) for name, part in zip(branch.key_of, parts, strict=True)]
    return key(*changed) if changed != parts else idnumber


def _with(item: Any, changed: Mapping[str, Any]) -> Any:
    """The item with other values; a frozen one by way of a copy."""
    try:
        for name, value in changed.items():
            setattr(item, name, value)
    except AttributeError:
        return copy_with(item, changed)
    return item
