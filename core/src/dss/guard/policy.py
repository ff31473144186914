"""What is done about somebody who is gone, as `[removals]` has it: a policy, so nobody has to look at it."""

from __future__ import annotations

from collections.abc import Callable

from dss.actions import Kind
from dss.attributes import value_of
from dss.guard.case import Case, Record, by_scope, record_of
from dss.holding import Because
from dss.policies import Removing
from dss.wording import in_words


def left_out_by_policy(case: Case) -> None:
    """Hold what a policy leaves out: the end of the record itself, or what refers to it."""
    lacking = {
        what: {name for name in case.rights if what not in case.policies.removing(name).policy}
        for what in Removing
    }
    if not any(lacking.values()):
        return
    disabled = {record_of(action) for action in case.removals if action.kind is not Kind.REMOVE}
    for scope, removals in by_scope(case.removals).items():
        own = [
            action
            for action in removals
            if action.kind is not Kind.REMOVE and action.branch in lacking[Removing.DISABLE]
        ]
        case.hold(Because.POLICY, own, _sentence(scope, Removing.DISABLE, scope), scope=scope)
        for name in sorted(lacking[Removing.STRIP]):
            of_leavers = [
                action
                for action in removals
                if any(
                    record[0] == name and (record in disabled or _has_left(case, record))
                    for record in case.refers_to(action)
                )
            ]
            case.hold(Because.POLICY, of_leavers, _sentence(scope, Removing.STRIP, name), scope=scope)


def _has_left(case: Case, record: Record) -> bool:
    """Whether somebody was ended by an earlier run, and has not come back."""
    right, left = case.rights[record[0]], case.lefts[record[0]]
    if value_of(right.get(record[1]), "enabled") is not False:
        return False
    return record[1] not in left or value_of(left[record[1]], "enabled") is False


def _sentence(scope: str, lacking: Removing, name: str) -> Callable[[int], str]:
    return lambda count: (
        f"{in_words(count, 'is', 'are', scope)} left out by policy: `removals.{name}.policy` is without"
        f" '{lacking.value}'"
    )
