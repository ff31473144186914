"""One person in two roles: a teacher who is also a parent is one account, settled before comparing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dss.errors import ConfigError
from dss.number_spaces import belongs_to
from dss.renaming import rename
from dss.school import Student

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree

Rule = Callable[[Any], object]
Branch = type["DataStoreBranch"]
Branches = Sequence[Branch]
Found = dict[str, list[str]]
"""Idnumbers by branch."""


def same_person(item: Any) -> object:
    """What two records of one person have in common: e-mail address and family name; None when either is blank.

    Pupils are left out: many have their parents' address, and a pupil must not become a parent's account.
    """
    email, name = getattr(item, "email", None), getattr(item, "family_name", None)
    if not email or not name or isinstance(item, Student):
        return None
    return email.casefold(), name.casefold()


def settle(
    left: DataStoreTree,
    names: Sequence[str],
    rule: Rule | None = same_person,
    right: DataStoreTree | None = None,
) -> None:
    """Give the left's records of one person one idnumber, and let the first branch own what they share.

    First is the branch declared first, of those in which the person is not disabled. The idnumber is the one under
    which the target already knows the person, so that an account keeps its number when a role begins or ends; else
    that of the first branch. Where it cannot be told who is who, nothing is merged and that is noted; an account that
    has had several roles then keeps them, and an error says why.

    Args:
        left: read in.
        names: its branches in declared order; those that are of people are looked at.
        rule: what two records of one person have in common, or None for a record that is nobody else; without a rule
            nobody is merged.
        right: the target, read in; None when it is not to be looked at.

    Raises:
        ConfigError: two people who are not one carry the same idnumber, because the number spaces overlap.
    """
    branches = _people(left, names)
    if len(branches) < 2:
        return
    if rule is not None:
        _Settlement(left, branches, _people(right, names) if right is not None else [], rule).carry_out()
    _refuse_clashes(branches)


def _people(tree: DataStoreTree, names: Sequence[str]) -> Branches:
    branches = {branch.__name__: branch for branch in tree.branches if branch.people}
    return [branches[name] for name in names if name in branches]


class _Settlement:
    def __init__(self, tree: DataStoreTree, lefts: Branches, rights: Branches, rule: Rule) -> None:
        self.tree, self.rule = tree, rule
        self.lefts = {branch.__name__: branch for branch in lefts}
        self.rights = {branch.__name__: branch for branch in rights if branch.__name__ in self.lefts}
        self.known = {idnumber for branch in rights for idnumber in branch.contents().items}
        self.renamed: dict[tuple[str, str], str] = {}
        self.owners: list[tuple[str, str, str]] = []

    def carry_out(self) -> None:
        foreign = {name: self._foreign(name) for name in self.rights}
        earlier = self._grouped((self.rights[name], items) for name, items in foreign.items())
        for signs, found in self._grouped((one, one.items()) for one in self.lefts.values()).items():
            before = {name: ids for name, ids in earlier.get(signs, {}).items() if name in found}
            if all(len(ids) == 1 for ids in found.values()):
                if len(found) > 1 or before:
                    self._unite({name: ids[0] for name, ids in found.items()}, before)
            elif len(found) > 1:
                self._leave_apart(found, before)
        rename(self.tree, self.renamed)
        for name, target, owner in self.owners:
            self.lefts[name].contents().owner[target] = owner
        for name, items in foreign.items():
            self._keep_who_cannot_be_told(self.lefts[name], [idnumber for idnumber, _ in items])

    def _grouped(self, parts: Iterable[tuple[Branch, Iterable[tuple[str, Any]]]]) -> dict[object, Found]:
        """Records with the same signs: signs -> branch -> idnumbers."""
        groups: dict[object, Found] = {}
        for branch, items in parts:
            failed: list[str] = []
            for idnumber, item in items:
                try:
                    signs = self.rule(item)
                    if signs is not None:
                        groups.setdefault(signs, {}).setdefault(branch.__name__, []).append(idnumber)
                except (
                    Exception
                ) as error:  # a property of the user's that raises is reported by the comparison
                    failed.append(f"{idnumber}: {type(error).__name__}: {error}")
            if failed and self.rule is not same_person:
                text = f"`same_person` failed for {len(failed)}, who are taken for nobody else; first {failed[0]}"
                branch.note(text)
        return groups

    def _foreign(self, name: str) -> list[tuple[str, Any]]:
        """Who is in a branch of the target, and not on the left, under a number that another branch gives."""
        others = [space for branch, space in self.tree.idnumber_templates.items() if branch != name]
        left = self.lefts[name]
        return [
            (idnumber, item)
            for idnumber, item in self.rights[name].items()
            if idnumber not in left and any(belongs_to(idnumber, space) for space in others)
        ]

    def _unite(self, found: dict[str, str], before: Found) -> None:
        target = next((idnumber for idnumber in found.values() if idnumber in self.known), None)
        strays = {idnumber for ids in before.values() for idnumber in ids}
        if target is None and len(strays) == 1:
            (target,) = strays
            elsewhere = [name for name, branch in self.lefts.items() if target in branch]
            if elsewhere:
                self._freeze({name: [found[name], target] for name in before}, _parted(elsewhere, target))
                # what is new in the other role would overwrite that by which the target knows them for one
                numbers = ", ".join(dict.fromkeys(found[name] for name in before))
                self._freeze({name: [target] for name in elsewhere}, _parted(list(before), numbers))
                return
        # a role that the source has ended does not speak for an account that another still needs
        owner, *others = sorted(found, key=lambda name: self._is_ended(name, found[name]))
        target = target or found[owner]
        self.renamed.update({(name, old): target for name, old in found.items() if old != target})
        self.owners += [(name, target, owner) for name in others]

    def _is_ended(self, name: str, idnumber: str) -> bool:
        try:
            return getattr(self.lefts[name].get(idnumber), "enabled", None) is False
        except Exception:  # a property of the user's that raises is reported by the comparison
            return False

    def _leave_apart(self, found: Found, before: Found) -> None:
        who = "; ".join(f"{name} {', '.join(ids)}" for name, ids in found.items())
        text = f"may be one person in two roles, but more than one record fits, so none is merged: {who}"
        self.lefts[next(iter(found))].note(text)
        fresh = {name: [one for one in found[name] if one not in self.known] for name in before}
        self._freeze({name: [*fresh[name], *ids] for name, ids in before.items()}, text)

    def _keep_who_cannot_be_told(self, left: Branch, foreign: Sequence[str]) -> None:
        """Somebody of whom only bad rows are known may stand in the target under the number of another role."""
        unknown = [idnumber for idnumber in left.contents().frozen if idnumber not in left]
        there = [idnumber for idnumber in foreign if idnumber not in left and idnumber not in unknown]
        if unknown:
            self._freeze(
                {left.__name__: there}, f"may be one of {', '.join(unknown[:5])}, whose rows are bad"
            )

    def _freeze(self, idnumbers: Found, reason: str) -> None:
        for name, ids in idnumbers.items():
            for idnumber in ids:
                self.lefts[name].freeze(idnumber, reason)


def _parted(branches: Sequence[str], idnumber: str) -> str:
    return (
        f"was one person with {' and '.join(branches)} {idnumber}, and no longer looks like it; make e-mail and family"
        " name alike in the source, or part the two in the target"
    )


def _refuse_clashes(branches: Branches) -> None:
    seen: dict[str, Branch] = {}
    for branch in branches:
        owner = branch.contents().owner
        for idnumber in branch.contents().items:
            other = seen.setdefault(idnumber, branch)
            merged = idnumber in owner or idnumber in other.contents().owner
            if other is not branch and not merged:
                raise ConfigError(
                    f"{other.path()} and {branch.path()} both have a person with the idnumber {idnumber!r}, who are"
                    " not one; give the branches number spaces that cannot meet (`idnumber` in their `[sync.BRANCH]`"
                    " tables)"
                )
