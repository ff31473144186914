"""The budgets on removals: over one, all removals of that scope are held, never the first so many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import attrs

from dss.actions import Action, Kind
from dss.attributes import is_multi, value_of
from dss.guard.case import Branch, Case, Key, Record, by_branch, by_scope, record_of, scope_of
from dss.holding import Because, Hold
from dss.policies import Budget, Limit
from dss.wording import in_words, number

NOT_COUNTED = frozenset(
    (Because.UNKNOWN, Because.FOREIGN, Because.PROTECTED, Because.POLICY, Because.PATIENCE, Because.UNDONE)
)
"""What waits for one of these is not about to be removed, and must not use up what others are allowed."""


def over_budget(case: Case) -> None:
    """Hold the removals of branches, multi-valued attributes and parents of which too much would go.

    All of them are counted, approved or not. What refers to a record that goes itself counts there alone.
    """
    _judge(case, case.removals)


def over_budget_by_now(case: Case) -> None:
    """The same for a stored plan of which something is let through by now that was not counted when it was made.

    What has been carried out meanwhile, by an earlier run of the same plan, is not about to be removed any more.
    """
    if any(hold.because in NOT_COUNTED for hold in case.freed):
        _judge(case, [action for action in case.removals if not case.is_done(action)])


def measured(case: Case, hold: Hold) -> Hold:
    """A hold of a stored plan with what its share is a share of now, before that plan is carried out."""
    branch = case.rights[hold.actions[0].branch]
    if hold.because is Because.BUDGET and hold.budget is not None:
        before = _Before.of_place(case, (hold.scope, ""), _size(branch, hold.actions[0]))
        return attrs.evolve(hold, of=before.of)
    parent = _parent(branch, hold.actions[0]) if hold.because is Because.PARENT else None
    if parent is None:
        return hold
    size = _sizes(branch, hold.actions[0], {parent})[parent]
    return attrs.evolve(hold, parent=parent, of=_Before.of_place(case, (hold.scope, parent), size).of)


def places_of(branch: Branch, removal: Action) -> Iterator[tuple[str, str]]:
    """The scopes that a removal counts in, with the parent it is taken from, as in `Memory.over_budget`."""
    yield scope_of(removal), ""
    if (parent := _parent(branch, removal)) is not None:
        yield scope_of(removal), parent


def _judge(case: Case, due: Sequence[Action]) -> None:
    along = _along_with_records(case)
    counted = [
        action for action in due if action.key not in along and case.because(action) not in NOT_COUNTED
    ]
    everything = by_branch(due)
    for name, removals in by_branch(counted).items():
        _judge_branch(case, name, by_scope(removals), by_scope(everything[name]))
    by_all = by_scope(due)
    for scope, removals in by_scope(counted).items():
        _judge_parents(case, scope, removals, by_all[scope])


def _judge_branch(
    case: Case, name: str, scopes: dict[str, list[Action]], everything: dict[str, list[Action]]
) -> None:
    branch, tripped = case.rights[name], ""
    for scope, removals in scopes.items():
        budget = _budget(case, removals[0])
        if budget.allows(_counted(case, (scope, ""), removals), 0):
            continue
        before = _Before.of_place(case, (scope, ""), _size(branch, removals[0]))
        if not budget.allows(len(removals) + before.let_go, before.of):
            tripped = tripped or scope
            approved = sum(map(case.is_approved, removals))
            reason = _over(scope, len(removals), before, budget, approved)
            case.hold(Because.BUDGET, everything.pop(scope), reason, scope=scope, budget=budget, of=before.of)
    # where one budget of a branch is exceeded, its source is in doubt as a whole
    for scope, removals in everything.items() if tripped else ():
        case.hold(Because.BUDGET, removals, _with(scope, tripped), scope=scope)


def _judge_parents(case: Case, scope: str, removals: Sequence[Action], due: Sequence[Action]) -> None:
    branch, limit = case.rights[removals[0].branch], _budget(case, removals[0]).per_parent
    by_parent: dict[Any, list[Action]] = {}
    for action in removals:
        parent = _parent(branch, action)
        if parent is not None:
            by_parent.setdefault(parent, []).append(action)
    suspects = {
        parent
        for parent, found in by_parent.items()
        if not limit.allows(_counted(case, (scope, parent), found), 0)
    }
    if not suspects:
        return
    sizes = _sizes(branch, removals[0], suspects)
    before = {parent: _Before.of_place(case, (scope, parent), sizes[parent]) for parent in suspects}
    over = {
        parent
        for parent, one in before.items()
        if not limit.allows(len(by_parent[parent]) + one.let_go, one.of)
    }
    everything: dict[Any, list[Action]] = {}
    for action in due if over else ():
        everything.setdefault(_parent(branch, action), []).append(action)
    for parent in (parent for parent in by_parent if parent in over):
        approved = sum(map(case.is_approved, by_parent[parent]))
        what = f"{scope} of {_kind_of_parent(branch, removals[0])} `{parent}`"
        reason = _over(what, len(by_parent[parent]), before[parent], limit, approved)
        case.hold(
            Because.PARENT,
            everything[parent],
            reason,
            scope=scope,
            budget=limit,
            parent=parent,
            of=before[parent].of,
        )


def _counted(case: Case, place: tuple[str, str], removals: Sequence[Action]) -> int:
    before = case.memory.over_budget.get(place)
    return len(removals) + (before.let_go if before is not None else 0)


@attrs.frozen
class _Before:
    """What removals are measured by.

    What comes while removals are held, which may be of the same bad source, makes no room for them; nor does it that
    some of them have been approved and done.

    Attributes:
        of: what their share is a share of.
        let_go: how many count with them.
        has_grown: whether there is more by now.
    """

    of: int
    let_go: int = 0
    has_grown: bool = False

    @classmethod
    def of_place(cls, case: Case, place: tuple[str, str], now: int) -> _Before:
        then = case.memory.over_budget.get(place)
        if then is None:
            return cls(now)
        was = now + then.let_go
        return cls(min(was, then.of), then.let_go, was > then.of)


def _over(scope: str, count: int, before: _Before, limit: Limit, approved: int) -> Callable[[int], str]:
    share = (count + before.let_go) / before.of if before.of else 1.0
    what = in_words(count, "is", "are", scope)
    if before.let_go:
        done = number(before.let_go, "that was approved and is done", "that were approved and are done")
        what = f"{in_words(count, 'waits', 'wait', scope)}: with {done}, they are"
    since = ", as there were when they were first held" if before.has_grown else ""
    rest = f"; {approved} of them {'is' if approved == 1 else 'are'} approved" if approved else ""
    return lambda _: (
        f"{what} {_more_than(limit.share, share)} of {before.of}{since}; allowed are"
        f" {limit.count}, or {100 * limit.share:g}%{rest}"
    )


def _more_than(allowed: float, share: float) -> str:
    """A share in per cent, with as many decimals as it takes to tell it from the one that is allowed."""
    texts = (f"{100 * share:.{decimals}f}" for decimals in range(3))
    return f"{next((text for text in texts if float(text) > round(100 * allowed, 9)), f'{100 * share:g}')}%"


def _with(scope: str, tripped: str) -> Callable[[int], str]:
    return lambda count: f"{in_words(count, 'waits', 'wait', scope)}, since too much would go in {tripped}"


def _budget(case: Case, removal: Action) -> Budget:
    attribute = removal.attribute if removal.kind is Kind.REMOVE else None
    return case.policies.budget(removal.branch, attribute or "")


def _size(branch: Branch, removal: Action) -> int:
    """What the share is a share of, before the run."""
    if removal.kind is Kind.REMOVE:
        values: Iterable[Any] = (value_of(item, removal.attribute or "") for item in branch)
        return sum(len(value) for value in values if is_multi(value))
    return sum(value_of(item, "enabled") is not False for item in branch)


# -- parents -----------------------------------------------------------------------------------------------------------


def _parent(branch: Branch, action: Action) -> Any:
    """What a removal is taken from: the record itself for a single value, else what the branch names."""
    if action.kind is Kind.REMOVE:
        return action.idnumber
    if branch.parent is None:
        return None
    item = action.right if action.right is not None else action.left
    value = value_of(item, branch.parent)
    return value if isinstance(value, str) and value else None


def _kind_of_parent(branch: Branch, removal: Action) -> str:
    if removal.kind is Kind.REMOVE or branch.parent is None:
        return branch.__name__
    return " or ".join(branch.references().get(branch.parent, (branch.parent,)))


def _sizes(branch: Branch, removal: Action, parents: Collection[Any]) -> Counter[Any]:
    """How much each parent has before the run."""
    if removal.kind is Kind.REMOVE:
        values = {parent: value_of(branch.get(parent), removal.attribute or "") for parent in parents}
        return Counter({parent: len(value) for parent, value in values.items() if is_multi(value)})
    assert branch.parent is not None
    return Counter(
        parent
        for item in branch
        if (parent := value_of(item, branch.parent)) in parents and value_of(item, "enabled") is not False
    )


# -- what counts at a record that goes ---------------------------------------------------------------------------------


def _along_with_records(case: Case) -> set[Key]:
    """Removals that refer to a record which goes itself, and so count there alone.

    Every chain of these ends at a record that does count; records that refer to one another in a ring all count.
    """
    going = {record for record, old in case.olds.items() if case.because(old) is not Because.POLICY}
    if not going:
        return set()
    olds: dict[Record, list[Action]] = {}
    rest: list[Action] = []
    sure: list[Record] = []
    for action in case.removals:
        anchors = _anchors(case, action, going)
        if action.kind is not Kind.OLD:
            rest += [action] if anchors else []
        elif anchors:
            for anchor in anchors:
                olds.setdefault(anchor, []).append(action)
        elif record_of(action) in going:
            sure.append(record_of(action))
    reached, found = set(sure), set[Key]()
    while sure:
        for old in olds.get(sure.pop(), ()):
            if record_of(old) not in reached:
                reached.add(record_of(old))
                sure.append(record_of(old))
                found.add(old.key)
    return found | {action.key for action in rest}


def _anchors(case: Case, action: Action, going: Collection[Record]) -> list[Record]:
    """The records that an action refers to and that go; nobody goes who stays in another role."""
    found = []
    for kinds, value in case.reference_values(action):
        ending = [(kind, value) for kind in kinds if (kind, value) in going]
        if ending and all((kind, value) in going or not case.is_there((kind, value)) for kind in kinds):
            found += ending
    return found
