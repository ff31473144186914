"""The budget on removals: over it, all removals of that scope are held, never the first so many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from dss.actions import Action, Kind
from dss.attributes import is_multi
from dss.branches import DataStoreBranch
from dss.plan import Plan


@attrs.frozen
class Budget:
    """How much may be taken away in one run; it trips when removals exceed the count and the share.

    Attributes:
        count: so many are always allowed.
        share: part of the enabled records in our scope before the run (of the single values, for a multi-valued
            attribute), between 0 and 1.
    """

    count: int = 10
    share: float = 0.05

    def allows(self, removals: int, of: int) -> bool:
        """Whether so many removals are within the budget."""
        return removals <= self.count or removals <= self.share * of


@attrs.frozen
class Hold:
    """Removals that are kept back.

    Attributes:
        scope: a branch, or `branch.attribute`.
        reason: one sentence.
        actions: all of them.
        budget: the scope's own budget, when that is what they exceed; None when they wait for something else.
    """

    scope: str
    reason: str
    actions: list[Action]
    budget: Budget | None = None


DEFAULT = Budget()


def holds(plan: Plan, budgets: Mapping[str, Budget] | None = None) -> list[Hold]:
    """The removals of a plan that are over budget, with all others of that branch and those that depend on them.

    Also held, whatever the budget: somebody who seems to have come back under another number, and what would be gone
    while records that stay refer to it.

    Args:
        budgets: by branch, or by `branch.attribute` for the values of a multi-valued attribute; a branch's budget
            stands for its attributes too. What is not named has the default.
    """
    budgets = budgets or {}
    rights = {right.__name__: right for _, right in plan.pairs}
    scopes: dict[str, list[Action]] = {}
    for action in plan.actions:
        if action.removal:
            scope = f"{action.branch}.{action.attribute}" if action.kind is Kind.REMOVE else action.branch
            scopes.setdefault(scope, []).append(action)
    found = []
    for scope, removals in scopes.items():
        branch = rights[removals[0].branch]
        budget = budgets.get(scope, budgets.get(branch.__name__, DEFAULT))
        of = _size(branch, removals[0])
        if not budget.allows(len(removals), of):
            share = len(removals) / of if of else 1.0
            found.append(
                Hold(
                    scope,
                    f"{len(removals)} removals in {scope} are {share:.0%} of {of};"
                    f" allowed are {budget.count}, or {budget.share:.0%}",
                    removals,
                    budget,
                )
            )
    found += _of_the_same_branch(found, scopes)
    found += _renumbered(plan, found, rights)
    found += _dependent(found, scopes, rights)
    return found + _still_needed(plan, found, scopes, rights)


def _of_the_same_branch(found: Sequence[Hold], scopes: Mapping[str, list[Action]]) -> list[Hold]:
    """Where one budget of a branch is exceeded, all removals of the branch wait: its source is in doubt as a whole."""
    tripped = {hold.actions[0].branch: hold.scope for hold in found}
    held = {hold.scope for hold in found}
    return [
        Hold(
            scope,
            f"{len(removals)} removals in {scope} wait, since too much would go in {tripped[removals[0].branch]}",
            removals,
        )
        for scope, removals in scopes.items()
        if scope not in held and removals[0].branch in tripped
    ]


def _size(branch: type[DataStoreBranch], removal: Action) -> int:
    """What the share is a share of, before the run."""
    if removal.kind is Kind.REMOVE:
        assert removal.attribute is not None
        values: Iterable[Any] = (_value(item, removal.attribute) for item in branch)
        return sum(len(value) for value in values if is_multi(value))
    return sum(_value(item, "enabled") is not False for item in branch)


def _value(item: Any, attribute: str) -> Any:
    try:
        return getattr(item, attribute, None)
    except Exception:  # a user's property may raise anything; the comparison reports it
        return None


def _dependent(
    found: Sequence[Hold], scopes: Mapping[str, list[Action]], rights: Mapping[str, type[DataStoreBranch]]
) -> list[Hold]:
    """Who keeps their account keeps what hangs on it, and what hangs on that: these removals are held as well."""
    held = {action.key for hold in found for action in hold.actions}
    kept = {_record(action) for hold in found for action in hold.actions if action.kind is not Kind.REMOVE}
    more: dict[str, list[Action]] = {}
    spread = bool(kept)
    while spread:
        spread = False
        for scope, removals in scopes.items():
            for action in removals:
                if action.key not in held and any(ref in kept for ref in _refers(action, rights)):
                    held.add(action.key)
                    more.setdefault(scope, []).append(action)
                    if action.kind is not Kind.REMOVE:
                        kept.add(_record(action))
                        spread = True
    return [
        Hold(scope, f"{len(actions)} removals in {scope} belong to records whose removal is held", actions)
        for scope, actions in more.items()
    ]


def _record(action: Action) -> tuple[str, str]:
    return action.branch, action.idnumber


def _refers(action: Action, rights: Mapping[str, type[DataStoreBranch]]) -> Iterable[tuple[str, str]]:
    references = rights[action.branch].references()
    if action.kind is Kind.REMOVE:
        values: dict[str, Any] = {action.attribute or "": action.value}
    else:
        values = {attribute: getattr(action.right, attribute, None) for attribute in references}
    for attribute, value in values.items():
        for branch in references.get(attribute, ()):
            if isinstance(value, str):
                yield branch, value


def _renumbered(
    plan: Plan, found: Sequence[Hold], rights: Mapping[str, type[DataStoreBranch]]
) -> list[Hold]:
    """Whoever cannot be made, since the target has that very person under a number that has gone: the old one stays.

    A number was changed in the source. To take the old account away and make none would lock the person out.
    """
    refused = [
        action
        for action in plan.errors
        if action.left is not None and action.idnumber not in rights[action.branch]
    ]
    if not refused:
        return []
    held = {action.key for hold in found for action in hold.actions}
    waiting: dict[tuple[str, str], list[Action]] = {}
    for old in plan.actions:
        if old.kind is Kind.OLD and old.key not in held:
            for new in refused:
                if new.branch == old.branch and _is_one_person(rights[old.branch], new.left, old.right):
                    waiting.setdefault((old.branch, new.idnumber), []).append(old)
    return [
        Hold(
            branch,
            f"removals in {branch} wait: {', '.join(f'`{old.idnumber}`' for old in olds)} seems to be `{new}` by now,"
            " who cannot be made; if so, give the record in the target the new idnumber, else another login",
            olds,
        )
        for (branch, new), olds in waiting.items()
    ]


def _is_one_person(branch: type[DataStoreBranch], new: Any, old: Any) -> bool:
    """Whether two share a value that is unique, and what else would confirm that they are the same."""
    unique = branch.circles()
    one, other = (
        {name: _value(item, name) for name in (*unique, *itertools.chain(*branch.witnesses))}
        for item in (new, old)
    )
    alike = {name for name, value in one.items() if not is_blank(value) and value == other[name]}
    return any(name in alike for name in unique) and any(
        alike.issuperset(group) for group in branch.witnesses if not set(group) <= set(unique)
    )


def _still_needed(
    plan: Plan,
    found: Sequence[Hold],
    scopes: Mapping[str, list[Action]],
    rights: Mapping[str, type[DataStoreBranch]],
) -> list[Hold]:
    """What has no `enabled` would be gone, and what refers to it out of reach: so it stays as long as that stays."""
    held = {action.key for hold in found for action in hold.actions}
    leaving = {
        _record(action): action
        for removals in scopes.values()
        for action in removals
        if action.kind is Kind.OLD and action.key not in held
    }
    gone = {record for record, old in leaving.items() if not hasattr(old.right, "enabled")}
    if not gone:
        return []
    moving = {(*_record(action), action.attribute) for action in plan.actions if action.kind is Kind.UPDATE}
    bonds = [
        (record, reference)
        for name, branch in rights.items()
        if any(part == kind for kinds in branch.references().values() for kind in kinds for part, _ in gone)
        for idnumber, item in branch.items()
        if _value(item, "enabled") is not False
        for attribute, reference in _single_references(branch, item)
        if reference in gone and (*(record := (name, idnumber)), attribute) not in moving
    ]
    needed: dict[tuple[str, str], list[tuple[str, str]]] = {}
    while more := [
        (record, reference)
        for record, reference in bonds
        if record not in leaving and reference in leaving
    ]:
        for record, reference in more:
            needed.setdefault(reference, []).append(record)
        for _, reference in more:
            leaving.pop(reference, None)
    by_branch: dict[str, list[tuple[str, str]]] = {}
    for reference in needed:
        by_branch.setdefault(reference[0], []).append(reference)
    olds = {_record(action): action for removals in scopes.values() for action in removals}
    return [
        Hold(
            branch,
            f"{len(references)} removals in {branch} wait, since what refers to them stays: "
            + "; ".join(_named(needed[reference]) for reference in references[:3])
            + (" and more" if len(references) > 3 else ""),
            [olds[reference] for reference in references],
        )
        for branch, references in by_branch.items()
    ]


def _named(records: Sequence[tuple[str, str]]) -> str:
    more = f" and {len(records) - 3} more" if len(records) > 3 else ""
    return ", ".join(f"{branch} `{idnumber}`" for branch, idnumber in records[:3]) + more


def _single_references(
    branch: type[DataStoreBranch], item: Any
) -> Iterable[tuple[str, tuple[str, str]]]:
    for attribute, kinds in branch.references().items():
        value = _value(item, attribute)
        if isinstance(value, str):
            yield from ((attribute, (kind, value)) for kind in kinds)
