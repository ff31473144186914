"""The guard: which changes of a plan wait until a person has looked at them, and which are not ours to make.

What is over a limit is held as a whole, never the first so many of it. Every action is in one hold at most; the reasons
that no approval overrides come first, so that an approval never uncovers another reason for the same action.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dss.guard.budgets import measured, over_budget, over_budget_by_now
from dss.guard.case import Case
from dss.guard.dependence import spread
from dss.guard.forward import pass_on
from dss.guard.measure import in_doubt
from dss.guard.needed import renumbered, still_needed
from dss.guard.ownership import not_ours
from dss.guard.patience import too_soon
from dss.guard.policy import left_out_by_policy
from dss.guard.protecting import protected
from dss.guard.shapes import out_of_shape
from dss.guard.stale import clock_is_wrong, seen_before, stale
from dss.guard.undone import once_undone
from dss.holding import Because, Hold
from dss.memory import Memory
from dss.plan import Plan
from dss.policies import Budget, Policies

__all__ = ["holds", "in_doubt", "rederive"]

_RULES = (
    not_ours,
    protected,
    left_out_by_policy,
    renumbered,
    still_needed,
    stale,
    seen_before,
    clock_is_wrong,
    out_of_shape,
    once_undone,
    too_soon,
    over_budget,
)


def holds(
    plan: Plan, policies: Policies | Mapping[str, Budget] | None = None, memory: Memory | None = None
) -> list[Hold]:
    """What of a plan is kept back, with what depends on it.

    Args:
        plan: is gone through once, and a second time where whole kinds of changes are held.
        policies: how careful to be; a mapping is that of the budgets alone. What is not named has the default.
        memory: what earlier runs say; without it nothing is judged by them.
    """
    case = Case(plan, _policies(policies), memory or Memory())
    for rule in _RULES:
        rule(case)
    return _with_dependents(case)


def rederive(
    plan: Plan,
    base: Sequence[Hold],
    policies: Policies | Mapping[str, Budget] | None = None,
    memory: Memory | None = None,
) -> list[Hold]:
    """The holds of a plan that comes from a file: those that stand by themselves, with what depends on them now.

    What is not ours, or is protected, is looked up again: it may have become so since, and is never removed. Budgets
    are looked at again where what was not counted (it waited for its time, or had been undone) has been approved since.

    Args:
        plan: its left tree need not have been read.
        base: the holds as they were found when the plan was made; dependent ones among them are worked out anew.
        policies: as in `holds`.
        memory: what a person has approved since is taken out of the holds that can be approved; what is ours.
    """
    case = Case(plan, _policies(policies), memory or Memory())
    for hold in base:
        if hold.because is not Because.DEPENDENT:
            case.take_over(measured(case, hold))
    not_ours(case)
    protected(case)
    over_budget_by_now(case)
    return _with_dependents(case)


def _with_dependents(case: Case) -> list[Hold]:
    pass_on(case)
    spread(case)
    return case.holds


def _policies(given: Policies | Mapping[str, Budget] | None) -> Policies:
    return given if isinstance(given, Policies) else Policies(budgets=given or {})
