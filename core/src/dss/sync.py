"""`left >> right`: compare, check the removal budgets, call the handlers; no files, no journal."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dss.apply import apply, missing_handlers
from dss.errors import BudgetExceeded
from dss.guard import holds
from dss.plan import make_plan
from dss.report import Report

if TYPE_CHECKING:
    from dss.tree import DataStoreTree

log = logging.getLogger("dss")


def sync(left: DataStoreTree, right: DataStoreTree) -> Report:
    """Carry out what `left - right` finds on the right tree.

    Raises:
        BudgetExceeded: there are more removals than the budget allows; nothing has been written.
    """
    plan = make_plan(left, right)
    held = holds(plan, getattr(right, "budgets", None))
    if any(hold.budget is not None for hold in held):
        raise BudgetExceeded(
            "nothing was done: "
            + "; ".join(hold.reason for hold in held)
            + "; look at them, then raise the budget"
            " (`tree.budgets`) if they are meant",
            [action for hold in held for action in hold.actions],
        )
    for hold in held:
        log.warning("%s", hold.reason)
    for action in plan.errors:
        log.warning("%s", action.message)
    missing = missing_handlers(right, plan.actions)
    if missing:
        log.warning("%s has no handler for: %s", type(right.template).__qualname__, ", ".join(missing))
    return apply(right, plan.actions, held={action.key for hold in held for action in hold.actions})
