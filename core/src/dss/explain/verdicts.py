"""What was decided about each attribute of one record, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs

from dss.actions import Action, Kind
from dss.attributes import Flow, is_blank, is_multi, model_of
from dss.branches import DataStoreBranch
from dss.doubts import Doubts
from dss.explain.explanation import Attribute, Planned, Value
from dss.wording import number

Branch = type[DataStoreBranch]


@attrs.define
class Case:
    """One record on both sides, and what is planned for it.

    Attributes:
        left: the source's branch.
        right: the target's.
        idnumber: the record.
        planned: its changes.
        errors: what is wrong with it.
        made: branch and idnumber of what the plan makes, of everything that this record refers to.
    """

    left: Branch
    right: Branch
    idnumber: str
    planned: Sequence[Planned]
    errors: Sequence[Action]
    made: Collection[tuple[str, str]] = ()
    doubts: Doubts = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.doubts = Doubts(self.left, self.right)

    @property
    def source(self) -> Any:
        """The source's object."""
        return self.left.contents().items.get(self.idnumber)

    @property
    def target(self) -> Any:
        """The target's object."""
        return self.right.contents().items.get(self.idnumber)

    @property
    def owner(self) -> str | None:
        """The branch that speaks for this person's attributes, where that is not this one."""
        return self.left.contents().owner.get(self.idnumber)

    @property
    def shared(self) -> frozenset[str]:
        """The attributes for which the owner's branch speaks."""
        owner = self.owner
        if owner is None or not hasattr(self.right.tree, owner):
            return frozenset()
        return frozenset(getattr(self.right.tree, owner).names())

    @property
    def is_frozen(self) -> bool:
        """Whether nothing is concluded about the record."""
        return self.idnumber in self.left.contents().frozen or self.idnumber in self.right.contents().frozen

    def first(self, *kinds: Kind) -> Action | None:
        """The first planned change of these kinds."""
        return next((one.action for one in self.planned if one.action.kind in kinds), None)


def attributes(case: Case, lefts: Mapping[str, Value], rights: Mapping[str, Value]) -> Iterator[Attribute]:
    """All attributes of either side, those first that the source has."""
    for name in dict.fromkeys([*lefts, *case.left.names(), *rights, *case.right.names()]):
        left, right = lefts.get(name), rights.get(name)
        why = _not_compared(case, name)
        mine = [one for one in case.planned if one.action.attribute == name]
        if why:
            verdict, differs = why, False
        else:
            verdict, differs = _verdict(case, name, left, right, mine)
        flow = case.right.flow.get(name, Flow.AUTHORITATIVE)
        yield Attribute(name, left, right, str(flow), not why, verdict, differs)


def _not_compared(case: Case, name: str) -> str:
    left, right = case.left, case.right
    if right.flow.get(name) == Flow.IGNORE:
        return "ignored, as configured"
    if name in left.unsaid():
        return "the source has no column for it: never a difference"
    if name in right.unsaid():
        return "the target has no place for it: never a difference"
    explicit = right.attributes if right.attributes is not None else left.attributes
    if explicit is not None and name not in explicit:
        return "not among the configured `attributes`"
    if not _has(left, name):
        return "only the target has it: not compared"
    if not _has(right, name):
        return "only the source has it: not compared"
    if name in case.shared:
        return f"{case.owner} speaks for it: one person in two roles"
    return ""


def _has(branch: Branch, name: str) -> bool:
    model = model_of(branch.klass)
    return name in model.names or (model.dynamic and name in branch.names())


def _verdict(
    case: Case, name: str, left: Value | None, right: Value | None, mine: Sequence[Planned]
) -> tuple[str, bool]:
    """What was decided, and whether something would be done."""
    for error in case.errors:
        if error.attribute == name:
            return f"cannot be done: {error.error}", False
    for value, side in ((left, "source"), (right, "target")):
        if value is not None and value.error:
            return f"the {side}'s value cannot be read ({value.error}), so the record is left alone", False
    if case.is_frozen:
        return "the record is set aside: nothing is concluded", False
    if case.source is None:
        return "the source does not have the record", False
    wanted = left.value if left is not None else None
    if case.target is None:
        return _of_the_new(case, name, wanted, mine)
    if mine:
        return _differs(mine), True
    was = right.value if right is not None else None
    return _unchanged(case, name, was, wanted), False


def _of_the_new(case: Case, name: str, wanted: Any, mine: Sequence[Planned]) -> tuple[str, bool]:
    new = case.first(Kind.NEW)
    if new is None:
        return "the target does not have the record, and it is not made", False
    if new.adopts is not None and name in new.adopts.was:
        was = new.adopts.was[name]
        if was == wanted or wanted is None:
            return "equal in the record that is taken over", False
        if case.right.flow.get(name) in (Flow.CREATE_ONLY, Flow.KEEP) and not is_blank(was):
            return f"{case.right.flow[name]}: the record that is taken over has a value", False
        return "differs in the record that is taken over: changed", True
    if mine:
        return _differs(mine), True
    return ("the source says nothing", False) if wanted is None else ("comes with the new record", True)


def _differs(mine: Sequence[Planned]) -> str:
    counts = {
        kind: sum(one.action.kind is kind for one in mine) for kind in (Kind.UPDATE, Kind.ADD, Kind.REMOVE)
    }
    parts = [
        kind.value if kind is Kind.UPDATE else f"{kind.value} {count}"
        for kind, count in counts.items()
        if count
    ]
    held = sum(bool(one.holds) for one in mine)
    note = "" if not held else ", held" if held == len(mine) else f", {held} of them held"
    return f"differs: {', '.join(parts)}{note}"


def _unchanged(case: Case, name: str, was: Any, wanted: Any) -> str:
    """Why nothing is done about an attribute that both sides have."""
    flow = case.right.flow.get(name, Flow.AUTHORITATIVE)
    if wanted is None:
        return "the source says nothing: never a difference"
    if is_blank(was) and is_blank(wanted):
        return "equal: blank on both sides"
    if _same(was, wanted):
        return "equal"
    if flow is Flow.CREATE_ONLY:
        return "create_only: differs, and only what is new gets it"
    if flow is Flow.KEEP and not is_blank(was):
        return "keep: differs, and the target has a value"
    withheld = list(_withheld(case, name, was, wanted))
    if withheld:
        return f"differs, and nothing is done: {'; '.join(withheld)}"
    if flow is Flow.ADD_ONLY:
        return "add_only: what only the target has stays"
    return "differs, and the model's own `__sub__` does nothing about it"


def _withheld(case: Case, name: str, was: Any, wanted: Any) -> Iterator[str]:
    """Why single values are neither added nor removed."""
    have, want = _members(was), _members(wanted)
    for value in sorted(want - have, key=str):
        if case.doubts.is_nobody(name, value):
            yield f"`{value}` will not be there, so it is not added"
    if case.right.flow.get(name) != Flow.ADD_ONLY:
        for value in sorted(have - want, key=str):
            doubts = Doubts(case.left, case.right)
            if doubts.withhold_value(Action(Kind.REMOVE, attribute=name, value=value)):
                yield f"`{value}` is not removed: {next(iter(doubts.withheld))}"


def _members(value: Any) -> frozenset[Any]:
    return frozenset(value) if is_multi(value) else frozenset()


def _same(was: Any, wanted: Any) -> bool:
    if is_multi(was) and is_multi(wanted):
        return was == wanted or frozenset(was) == frozenset(wanted)
    return bool(was == wanted)


def summary(case: Case, left_out: str) -> str:
    """In one sentence what would happen with the record, and why.

    Args:
        case: the record.
        left_out: why the source leaves it out, where it has it.
    """
    there, here = case.source is not None, case.target is not None
    held = [one for one in case.planned if one.holds]
    late = f"; held: {held[0].holds[0].reason}" if held else ""
    many = len(case.planned)
    if case.is_frozen:
        return "it is set aside: what is said of it is in doubt, so nothing happens to it"
    if case.errors and not case.planned:
        return f"it needs attention: {case.errors[0].error}"
    if new := case.first(Kind.NEW):
        if new.adopts is not None:
            return f"the target's record {new.adopts.native} would be taken over as this one{late}"
        if new.joins is not None:
            return f"the person is there in {new.joins}, and would get this role as well{late}"
        return f"it would be made{late}"
    if case.first(Kind.OLD):
        why = f"the source leaves it out ({left_out})" if left_out else "the source no longer has it"
        return f"{why}, so it would be ended{late}"
    if many:
        names = ", ".join(dict.fromkeys(one.action.attribute or "" for one in case.planned))
        return f"{number(many, 'change', 'changes')} ({names}){f', {len(held)} held' if held else ''}{late}"
    if there and here:
        return "in step: nothing to do"
    if there:
        return "the target does not have it, and it is not made"
    if here:
        why = f"the source leaves it out ({left_out})" if left_out else "the source does not have it"
        return f"{why}; nothing is done about it"
    return f"left out: {left_out}" if left_out else "neither side has it"
