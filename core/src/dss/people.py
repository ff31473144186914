"""One person in two roles: a teacher who is also a parent is one account, settled before comparing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dss.errors import ConfigError
from dss.number_spaces import belongs_to
from dss.renaming import rename

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree

Rule = Callable[[Any], object]
Branches = Sequence[type["DataStoreBranch"]]


def same_person(item: Any) -> object:
    """What two records of one person have in common: e-mail address and family name; None when either is blank."""
    email, name = getattr(item, "email", None), getattr(item, "family_name", None)
    if not email or not name:
        return None
    return email.casefold(), name.casefold()


def settle(
    left: DataStoreTree, names: Sequence[str], rule: Rule = same_person, right: DataStoreTree | None = None
) -> None:
    """Give the left's records of one person one idnumber, and let the first branch own what they share.

    The idnumber is the one under which the target already knows the person, so that an account keeps its number when
    a role begins or ends; else that of the branch declared first.

    Args:
        left: read in.
        names: its branches in declared order; those that are of people are looked at.
        rule: what two records of one person have in common, or None. Where more than one record of one branch has
            the same, it cannot be told who is who: that is noted, and nothing is merged.
        right: the target, read in; None when it is not to be looked at.

    Raises:
        ConfigError: two people who are not one carry the same idnumber, because the number spaces overlap.
    """
    branches = _people(left, names)
    if len(branches) < 2:
        return
    theirs = _people(right, names) if right is not None else []
    known = {idnumber for branch in theirs for idnumber in branch.contents().items}
    renamed: dict[tuple[str, str], str] = {}
    owners: dict[str, tuple[str, list[str]]] = {}
    for found in _merged(branches, rule):
        owner, *others = found
        target = next((idnumber for idnumber in found.values() if idnumber in known), found[owner])
        renamed.update({(name, old): target for name, old in found.items() if old != target})
        owners[target] = owner, others
    rename(left, renamed)
    for target, (owner, others) in owners.items():
        for other in others:
            getattr(left, other).contents().owner[target] = owner
    rename(left, _number_of_another_role(left, branches, theirs, rule))
    _refuse_clashes(branches)


def _people(tree: DataStoreTree, names: Sequence[str]) -> Branches:
    branches = {branch.__name__: branch for branch in tree.branches if branch.people}
    return [branches[name] for name in names if name in branches]


def _merged(branches: Branches, rule: Rule) -> Iterable[dict[str, str]]:
    """People with more than one role: the idnumber in each branch, in the branches' order."""
    groups: dict[object, dict[str, list[str]]] = {}
    for branch in branches:
        for signs, idnumbers in _signs(branch.items(), rule).items():
            groups.setdefault(signs, {})[branch.__name__] = idnumbers
    for found in groups.values():
        if len(found) < 2:
            continue
        if all(len(idnumbers) == 1 for idnumbers in found.values()):
            yield {name: idnumbers[0] for name, idnumbers in found.items()}
            continue
        who = "; ".join(f"{name} {', '.join(idnumbers)}" for name, idnumbers in found.items())
        next(branch for branch in branches if branch.__name__ in found).note(
            f"may be one person in two roles, but more than one record fits, so none is merged: {who}"
        )


def _signs(items: Iterable[tuple[str, Any]], rule: Rule) -> dict[object, list[str]]:
    signs: dict[object, list[str]] = {}
    for idnumber, item in items:
        try:
            sign = rule(item)
        except Exception:  # noqa: S112  a user's property may raise anything; the comparison reports it
            continue
        if sign is not None:
            signs.setdefault(sign, []).append(idnumber)
    return signs


def _number_of_another_role(
    left: DataStoreTree, branches: Branches, theirs: Branches, rule: Rule
) -> Mapping[tuple[str, str], str]:
    """Who had two roles and has lost the one that gave the number keeps the number all the same.

    That is: in a branch, the one record that the target does not have, and the one that only the target has, are by
    the rule the same person, and the number there comes from another branch's number space.
    """
    templates = left.idnumber_templates
    rights = {branch.__name__: branch for branch in theirs}
    known = {idnumber for branch in theirs for idnumber in branch.contents().items}
    here = {idnumber for branch in branches for idnumber in branch.contents().items}
    renamed = {}
    for branch in branches:
        right = rights.get(branch.__name__)
        if right is None:
            continue
        spaces = [templates[name] for name in templates if name != branch.__name__]
        foreign = [
            (idnumber, item)
            for idnumber, item in right.items()
            if idnumber not in here and any(belongs_to(idnumber, template) for template in spaces)
        ]
        if not foreign:
            continue
        ours = _signs(((idnumber, item) for idnumber, item in branch.items() if idnumber not in known), rule)
        for sign, idnumbers in _signs(foreign, rule).items():
            mine = ours.get(sign, [])
            if len(idnumbers) == 1 and len(mine) == 1:
                renamed[branch.__name__, mine[0]] = idnumbers[0]
    return renamed


def _refuse_clashes(branches: Branches) -> None:
    seen: dict[str, type[DataStoreBranch]] = {}
    for branch in branches:
        owner = branch.contents().owner
        for idnumber in branch.contents().items:
            other = seen.setdefault(idnumber, branch)
            if other is not branch and idnumber not in owner:
                raise ConfigError(
                    f"{other.path()} and {branch.path()} both have a person with the idnumber {idnumber!r}, who are"
                    " not one; give the branches number spaces that cannot meet (`idnumber` in their `[sync.BRANCH]`"
                    " tables)"
                )
