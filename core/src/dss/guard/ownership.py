"""Only what is ours: what we did not make or take over is never ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dss.actions import Action, Kind
from dss.guard.case import Branch, Case, by_branch
from dss.holding import Because
from dss.wording import number


def not_ours(case: Case) -> None:
    """Hold the end of records that are not ours, and every removal where nobody knows which are."""
    owned_of = case.memory.owned
    if owned_of is None:
        return
    system = case.plan.right.name
    for name, removals in by_branch(case.removals).items():
        owned = owned_of(name)
        if owned is None:
            case.hold(Because.UNKNOWN, removals, _unknown(name, system), scope=name)
            continue
        olds = (action for action in removals if action.kind is Kind.OLD)
        foreign = [action for action in olds if not _is_ours(action, owned, case.rights[name])]
        case.hold(Because.FOREIGN, foreign, _foreign(name, system), scope=name)


def _is_ours(action: Action, owned: Mapping[str, Any], branch: Branch) -> bool:
    if action.idnumber not in owned:
        return False
    if any(attribute in branch.references() for attribute in branch.key_of):
        # it is nothing but who is where: made anew by the system, or put back by somebody, it is still the same
        return True
    recorded = owned[action.idnumber]
    native = action.native if action.native is not None else branch.native(action.idnumber)
    # a journal may have written a number, or an identifier, as a text
    return recorded is None or native is None or str(recorded) == str(native)


def _unknown(name: str, system: str) -> Callable[[int], str]:
    return lambda count: (
        f"there is no record of which {name} in `{system}` are ours, so nothing may be taken away there:"
        f" {number(count, 'removal waits', 'removals wait')}; see `dss-run claim`"
    )


def _foreign(name: str, system: str) -> Callable[[int], str]:
    return lambda count: (
        f"{number(count, 'record', 'records')} of {name} in `{system}` that we neither made nor took over"
        f" {'is' if count == 1 else 'are'} left alone"
    )
