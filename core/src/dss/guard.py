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
    """

    scope: str
    reason: str
    actions: list[Action]


DEFAULT = Budget()


def holds(plan: Plan, budgets: Mapping[str, Budget] | None = None) -> list[Hold]:
    """The removals of a plan that are over budget, with those that depend on a record so held.

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
                )
            )
    return found + _dependent(found, scopes, rights)


def _size(branch: type[DataStoreBranch], removal: Action) -> int:
    """What the share is a share of, before the run."""
    if removal.kind is Kind.REMOVE:
        assert removal.attribute is not None
        values: Iterable[Any] = (getattr(item, removal.attribute, None) for item in branch)
        return sum(len(value) for value in values if is_multi(value))
    return len([item for item in branch if getattr(item, "enabled", None) is not False])


def _dependent(
    found: Sequence[Hold], scopes: Mapping[str, list[Action]], rights: Mapping[str, type[DataStoreBranch]]
) -> list[Hold]:
    """Who keeps their account keeps what hangs on it: removals that refer to a held record are held as well."""
    held = {
        (action.branch, action.idnumber)
        for hold in found
        for action in hold.actions
        if action.kind is Kind.OLD
    }
    if not held:
        return []
    tripped = {hold.scope for hold in found}
    more = []
    for scope, removals in scopes.items():
        if scope not in tripped:
            kept = [action for action in removals if any(ref in held for ref in _refers(action, rights))]
            if kept:
                more.append(
                    Hold(
                        scope,
                        f"{len(kept)} removals in {scope} belong to records whose removal is held",
                        kept,
                    )
                )
    return more


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
