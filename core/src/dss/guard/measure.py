"""Which branches of a source looked well enough to be what the next run is measured by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from dss.guard.case import is_removal
from dss.guard.shapes import blank_references, lost_columns, would_come
from dss.holding import Because, Hold
from dss.memory import Memory, Reading
from dss.plan import Plan
from dss.policies import Limit, Policies, Shape

_IN_DOUBT = (Because.SHAPE, Because.STALE, Because.CLOCK)


def in_doubt(plan: Plan, holds: Sequence[Hold], policies: Policies, memory: Memory) -> set[str]:
    """The branches of which a source may be wrong: what it said of them must not become the measure.

    Not only where that very reason holds something. When half of a file is missing, another reason may have held
    everything before; and a target that takes no blanks leaves nothing to hold of a column that has gone blank.

    Args:
        plan: as it was judged.
        holds: what was held of it.
        policies: as in `holds`.
        memory: what it was judged by.
    """
    found = {hold.scope.partition(".")[0] for hold in holds if hold.because in _IN_DOUBT}
    removals = Counter(
        action.branch for hold in holds if not hold.quiet for action in hold.actions if is_removal(action)
    )
    found |= _without_a_column(plan, memory)
    # what is said of a branch as a whole is that it has bad rows, for which removals are left out
    waiting = {error.branch for error in plan.errors if not error.idnumber}
    waiting.update(
        action.branch
        for hold in holds
        if hold.because is Because.SHAPE
        for action in hold.actions
        if is_removal(action)
    )
    for left, right in plan.pairs:
        name = right.__name__
        was = memory.readings.get(name)
        if was is None or name in found:
            continue
        now, shape = left.contents().reading(), policies.shape(name)
        has_shrunk = not shape.takes_for_whole(now.keys, was.keys)
        # what was let through is accepted, and with it the new size
        if (
            (has_shrunk and removals[name] > min(shape.count, was.keys // 2))
            or _has_gone_blank(plan, name, now, was, shape)
            or (any(blank_references(name, left, was, shape)) and _is_named(plan, name, waiting))
        ):
            found.add(name)
    return found


def _is_named(plan: Plan, name: str, branches: Collection[str]) -> bool:
    """Whether one of some branches refers to the records of another."""
    rights = (right for _, right in plan.pairs if right.__name__ in branches)
    return any(name in kinds for right in rights for kinds in right.references().values())


def _without_a_column(plan: Plan, memory: Memory) -> set[str]:
    """Branches that have lost a column that tells who belongs to them, unless that has been accepted.

    Who would come for it tomorrow is held only as long as it counts as lost; so it does until those have been approved
    who come for it today. One file may be what several branches are made of, and is accepted for all of them.
    """
    lost = {
        right.__name__: columns
        for left, right in plan.pairs
        if (was := memory.readings.get(right.__name__)) is not None and (columns := lost_columns(left, was))
    }
    if not lost:
        return set()
    accepted, refused = set[str](), set[str]()
    for action in plan.actions:
        if action.branch in lost and would_come(action):
            (accepted if action.fingerprint in memory.approved else refused).update(lost[action.branch])
    return {name for name, columns in lost.items() if columns - (accepted - refused)}


def _has_gone_blank(plan: Plan, name: str, now: Reading, was: Reading, shape: Shape) -> bool:
    """Whether a column has gone blank, and the target takes no blanks there."""
    limit = Limit(shape.count, shape.blanks)
    blank = {
        attribute
        for attribute, count in now.blanks.items()
        if not limit.allows(count - was.blanks.get(attribute, 0), now.rows)
    }
    return bool(blank) and any(
        count > shape.count for attribute, count in _refused(plan, name).items() if attribute in blank
    )


def _refused(plan: Plan, name: str) -> Counter[str]:
    attributes: Iterable[str | None] = (error.attribute for error in plan.errors if error.branch == name)
    return Counter(attribute for attribute in attributes if attribute is not None)
