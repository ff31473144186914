"""What cannot be done while something else is held: what refers to what is new or returns, what waits for a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dss.actions import Action, Kind
from dss.attributes import value_of
from dss.guard.case import Case, Record, by_branch, is_return, record_of
from dss.holding import Because
from dss.wording import number


def pass_on(case: Case) -> None:
    """Hold what depends on new records, on returns, and on changes, that are held."""
    while found := [*_after_what_is_held(case), *_of_what_is_not_made(case)]:
        for name, actions in by_branch(found).items():
            case.hold(Because.DEPENDENT, actions, _sentence(name), scope=name)


def _after_what_is_held(case: Case) -> Iterator[Action]:
    for action in case.waiting:
        if action.key in case.held:
            # nobody is left with a value that was only for the moment
            yield from (
                first
                for first in action.after
                if first.key not in case.held and _is_on_the_way(first, action)
            )
        elif any(first.key in case.held for first in action.after):
            yield action


def _is_on_the_way(first: Action, action: Action) -> bool:
    """Whether a change only makes way for another one of the same attribute: to a spare value, and then on."""
    return record_of(first) == record_of(action) and first.attribute == action.attribute


def _of_what_is_not_made(case: Case) -> list[Action]:
    """One pass over the plan, in which what is new comes in the order in which it refers to one another."""
    held = [action for hold in case.holds for action in hold.actions]
    out = {record_of(action) for action in held if is_return(action)}
    missing = {record_of(action) for action in held if action.kind is Kind.NEW}
    if not missing and not out:
        return []
    found = []
    made: set[Record] = set()
    if out:
        # changes come after all that is new
        made.update(
            record_of(one) for one in case.plan.actions if is_return(one) and one.key not in case.held
        )
    numbers = {idnumber for _, idnumber in (*missing, *out)}
    for action in case.plan.actions:
        if action.key in case.held:
            continue
        if _lacks(case, action, missing, made) or _lacks_anybody(case, action, out, made):
            found.append(action)
            if action.kind is Kind.NEW:
                missing.add(record_of(action))
        elif action.kind is Kind.NEW and action.idnumber in numbers:
            made.add(record_of(action))
    return found


def _lacks(case: Case, action: Action, missing: set[Record], made: set[Record]) -> bool:
    if action.kind is Kind.ADD and record_of(action) in missing:
        return True
    if action.kind is Kind.NEW and action.joins is not None and (action.joins, action.idnumber) in missing:
        return True
    return any(
        any((kind, value) in missing for kind in kinds)
        and not any((kind, value) in made or _exists(case, (kind, value)) for kind in kinds)
        for kinds, value in _needs(case, action)
    )


def _lacks_anybody(case: Case, action: Action, out: set[Record], made: set[Record]) -> bool:
    """Whether an action is for somebody whose return is held, and who is not there in another role either."""
    if action.kind is Kind.ADD and record_of(action) in out:
        return True
    return bool(out) and any(
        any((kind, value) in out for kind in kinds)
        and not any((kind, value) in made or case.is_there((kind, value)) for kind in kinds)
        for kinds, value in _needs(case, action)
    )


def _needs(case: Case, action: Action) -> Iterator[tuple[tuple[str, ...], str]]:
    """The idnumbers that must be there for an action, with the branches in which one may be."""
    for attribute, kinds in case.references[action.branch].items():
        if action.kind is Kind.NEW or is_return(action):
            value = value_of(action.right, attribute)
        elif action.attribute == attribute and action.kind in (Kind.ADD, Kind.UPDATE):
            value = action.value if action.kind is Kind.ADD else action.wanted
        else:
            continue
        if isinstance(value, str) and value:
            yield kinds, value


def _exists(case: Case, record: Record) -> bool:
    branch = case.branch(record[0])
    return branch is not None and record[1] in branch


def _sentence(name: str) -> Callable[[int], str]:
    return lambda count: (
        f"{number(count, 'change', 'changes')} in {name} cannot be made before others that are held"
    )
