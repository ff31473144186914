"""The budget on removals: over it, all removals of that scope are held, never the first so many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dss.actions import Action, Kind
from dss.attributes import is_multi
from dss.branches import DataStoreBranch
from dss.holding import Because, Hold
from dss.plan import Plan
from dss.policies import Budget
from dss.waiting import record_of, renumbered, still_needed, value_of
from dss.wording import in_words


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
        budget = budgets.get(scope, budgets.get(branch.__name__, Budget()))
        of = _size(branch, removals[0])
        if not budget.allows(len(removals), of):
            share = len(removals) / of if of else 1.0
            found.append(
                Hold(
                    scope,
                    f"{in_words(len(removals), 'is', 'are', scope)} {share:.0%} of {of};"
                    f" allowed are {budget.count}, or {budget.share:.0%}",
                    removals,
                    Because.BUDGET,
                    budget=budget,
                )
            )
    found += _of_the_same_branch(found, scopes)
    found += [Hold(*waiting, Because.NEEDED) for waiting in renumbered(plan, _keys(found), rights)]
    found += _dependent(found, scopes, rights)
    found += [Hold(*waiting, Because.NEEDED) for waiting in still_needed(plan, _keys(found), rights)]
    return found + _dependent(found, scopes, rights)


def _keys(found: Iterable[Hold]) -> set[tuple[str, ...]]:
    return {action.key for hold in found for action in hold.actions}


def _of_the_same_branch(found: Sequence[Hold], scopes: Mapping[str, list[Action]]) -> list[Hold]:
    """Where one budget of a branch is exceeded, all removals of the branch wait: its source is in doubt as a whole."""
    tripped = {hold.actions[0].branch: hold.scope for hold in found}
    held = {hold.scope for hold in found}
    return [
        Hold(
            scope,
            f"{in_words(len(removals), 'waits', 'wait', scope)}, since too much would go in"
            f" {tripped[removals[0].branch]}",
            removals,
            Because.BUDGET,
        )
        for scope, removals in scopes.items()
        if scope not in held and removals[0].branch in tripped
    ]


def _size(branch: type[DataStoreBranch], removal: Action) -> int:
    """What the share is a share of, before the run."""
    if removal.kind is Kind.REMOVE:
        assert removal.attribute is not None
        values: Iterable[Any] = (value_of(item, removal.attribute) for item in branch)
        return sum(len(value) for value in values if is_multi(value))
    return sum(value_of(item, "enabled") is not False for item in branch)


def _dependent(
    found: Sequence[Hold], scopes: Mapping[str, list[Action]], rights: Mapping[str, type[DataStoreBranch]]
) -> list[Hold]:
    """Who keeps their account keeps what hangs on it, and what hangs on that: these removals are held as well."""
    held = {action.key for hold in found for action in hold.actions}
    kept = {record_of(action) for hold in found for action in hold.actions if action.kind is not Kind.REMOVE}
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
                        kept.add(record_of(action))
                        spread = True
    return [
        Hold(
            scope,
            in_words(len(actions), "belongs to a record", "belong to records", scope)
            + " whose removal is held",
            actions,
            Because.DEPENDENT,
        )
        for scope, actions in more.items()
    ]


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
