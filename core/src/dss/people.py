"""One person in two roles: a teacher who is also a parent is one account, settled on the left before comparing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from dss.errors import ConfigError
from dss.keys import key

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree

Rule = Callable[[Any], object]


def same_person(item: Any) -> object:
    """What two records of one person have in common: e-mail address and family name; None when either is blank."""
    email, name = getattr(item, "email", None), getattr(item, "family_name", None)
    if not email or not name:
        return None
    return email.casefold(), name.casefold()


def settle(tree: DataStoreTree, names: Sequence[str], rule: Rule = same_person) -> None:
    """Give records of one person in several people branches one idnumber, and let the first branch own what they share.

    Args:
        tree: the left tree, read in.
        names: its branches in declared order; those that are of people are looked at.
        rule: what two records of one person have in common, or None. Where more than one record of one branch has
            the same, it cannot be told who is who: that is noted, and nothing is merged.

    Raises:
        ConfigError: two people who are not one carry the same idnumber, because the number spaces overlap.
    """
    branches = [branch for branch in tree.branches if branch.people and branch.__name__ in names]
    branches.sort(key=lambda branch: list(names).index(branch.__name__))
    if len(branches) < 2:
        return
    renamed: dict[tuple[str, str], str] = {}
    for signs, found in _groups(branches, rule).items():
        if len(found) < 2:
            continue
        if any(len(idnumbers) > 1 for idnumbers in found.values()):
            who = "; ".join(f"{branch} {', '.join(idnumbers)}" for branch, idnumbers in found.items())
            tree_branch = next(branch for branch in branches if branch.__name__ in found)
            tree_branch.note(
                f"may be one person in two roles, but more than one record fits, so none is merged: {who}"
            )
            continue
        del signs
        owner, *others = found
        target = found[owner][0]
        for other in others:
            branch: type[DataStoreBranch] = getattr(tree, other)
            old = found[other][0]
            if old != target:
                _rename(branch, old, target)
                renamed[other, old] = target
            branch.contents().owner[target] = owner
    _refuse_clashes(branches)
    if renamed:
        _rename_references(tree, renamed)


def _groups(branches: Sequence[type[DataStoreBranch]], rule: Rule) -> dict[object, dict[str, list[str]]]:
    """Records with the same signs: signs -> branch -> idnumbers; only signs that appear in the smaller branches twice count."""
    groups: dict[object, dict[str, list[str]]] = {}
    for branch in branches:
        for idnumber, item in branch.items():
            try:
                signs = rule(item)
            except Exception:  # a user's property may raise anything; the comparison reports it
                continue
            if signs is not None:
                groups.setdefault(signs, {}).setdefault(branch.__name__, []).append(idnumber)
    return groups


def _rename(branch: type[DataStoreBranch], old: str, new: str) -> None:
    store = branch.contents()
    item = _with(store.items.pop(old), {"idnumber": new})
    if old in store.native:
        store.native[new] = store.native.pop(old)
    if old in store.frozen:
        store.frozen[new] = store.frozen.pop(old)
    if new in store.items:
        raise ConfigError(
            f"{branch.path()} has both {old!r} and {new!r}, which are said to be one person; mend the source"
        )
    store.items[new] = item


def _refuse_clashes(branches: Sequence[type[DataStoreBranch]]) -> None:
    seen: dict[str, type[DataStoreBranch]] = {}
    for branch in branches:
        owner = branch.contents().owner
        for idnumber in branch.keys():
            other = seen.setdefault(idnumber, branch)
            if other is not branch and idnumber not in owner:
                raise ConfigError(
                    f"{other.path()} and {branch.path()} both have a person with the idnumber {idnumber!r}, who are not one;"
                    " give the branches number spaces that cannot meet (`idnumber` in their `[sync.BRANCH]` tables)"
                )


def _rename_references(tree: DataStoreTree, renamed: Mapping[tuple[str, str], str]) -> None:
    """Let every reference follow; where the reference is part of a key, the key follows too."""
    for branch in tree.branches:
        references = branch.references()
        mapping = {
            attribute: {old: new for (name, old), new in renamed.items() if name in to}
            for attribute, to in references.items()
        }
        for idnumber, item in list(branch.items()):
            changed = {}
            for attribute, news in mapping.items():
                value = getattr(item, attribute, None)
                if isinstance(value, str):
                    if value in news:
                        changed[attribute] = news[value]
                elif value and not news.keys().isdisjoint(value):
                    changed[attribute] = type(value)(news.get(one, one) for one in value)
            if changed:
                _refer_anew(branch, idnumber, item, changed)


def _refer_anew(branch: type[DataStoreBranch], idnumber: str, item: Any, changed: dict[str, Any]) -> None:
    item = _with(item, changed)
    if not branch.key_of or branch.key_of[0] not in {*changed, *branch.names()}:
        branch.contents().items[idnumber] = item
        return
    new = key(*(str(getattr(item, part)) for part in branch.key_of))
    store = branch.contents()
    if new == idnumber:
        store.items[idnumber] = item
        return
    del store.items[idnumber]
    if new in store.items:
        # in one class as teacher and parent alike: the same enrolment, twice
        return
    store.items[new] = _with(item, {"idnumber": new})


def _with(item: Any, changed: Mapping[str, Any]) -> Any:
    """The item with other values; a frozen one by way of a copy."""
    try:
        for name, value in changed.items():
            setattr(item, name, value)
    except attrs.exceptions.FrozenError:
        aliases = {field.name: field.alias for field in attrs.fields(type(item))}
        return attrs.evolve(item, **{aliases[name]: value for name, value in changed.items()})
    return item
