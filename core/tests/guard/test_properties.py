"""What holds for every plan, however the two sides differ, whatever is configured, approved and remembered."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from dss import Action, Kind
from dss.actions import Outcome
from dss.apply import apply
from dss.attributes import is_multi
from dss.guard import holds, rederive
from dss.holding import Because, Hold
from dss.memory import Memory, Missing, Reading, Undone
from dss.plan import Plan, make_plan
from dss.policies import Budget, Limit, Policies, Removals, Removing, Shape
from dss.school import Classes, Cohorts, Courses, Enrollments, Guardians, Students, Teachers

EVERYTHING = (Guardians, Students, Teachers, Courses, Classes, Enrollments, Cohorts)
NAMES = tuple(one.__branchname__ for one in EVERYTHING)
UNAPPROVABLE = {because for because in Because if not because.can_be_approved}
NOW = datetime.datetime(2026, 3, 10, tzinfo=datetime.UTC)

few = st.integers(0, 5)
shares = st.sampled_from([0.0, 0.05, 0.3, 1.0])
limits = st.builds(Limit, few, shares)
budgets = st.builds(Budget, st.sampled_from([0, 2, 30]), shares, limits)
scopes = st.sampled_from([*NAMES, "cohorts.members", "students.guardians", "classes.teachers"])
removals = st.builds(
    Removals, st.integers(1, 2), st.just(0), st.lists(st.sampled_from(Removing), unique=True).map(tuple)
)
policies = st.builds(
    Policies,
    budgets=st.dictionaries(scopes, budgets, min_size=3),
    guards=st.dictionaries(
        st.sampled_from(["", *NAMES]), st.builds(Shape, few, shares, shares, shares, shares)
    ),
    removals=st.dictionaries(st.sampled_from(NAMES), removals, max_size=2),
    protected=st.dictionaries(
        st.sampled_from(["", "students", "classes"]), st.just({"idnumber": ("?3", "m1")}), max_size=1
    ),
)


@attrs.frozen
class Case:
    """A plan and what is known of it."""

    plan: Plan
    policies: Policies
    memory: Memory

    @property
    def removals(self) -> list[Action]:
        return [action for action in self.plan.actions if action.removal]


def _sides(draw: Any, idnumbers: list[str]) -> list[tuple[str, bool, bool]]:
    """Each idnumber is on the left, on the right, or on both."""
    where = st.sampled_from([(True, True), (False, True), (True, False)])
    return [(idnumber, *draw(where)) for idnumber in idnumbers]


@st.composite
def trees(draw: Any, plant: Any) -> tuple[Any, Any]:
    """Two schools that have little in common."""
    left, right = plant(*EVERYTHING, allow_empty=True), plant(*EVERYTHING, name="right")
    numbers = [f"s{number}" for number in range(draw(st.integers(0, 7)))]
    parts = st.frozensets(st.sampled_from([*numbers, "t3", "s9"]), max_size=6)
    for name, idnumbers in (("guardians", ["g0", "g1", "g2", "g3"]), ("teachers", ["t2", "t3", "s1"])):
        for idnumber, *there in _sides(draw, idnumbers):
            _put(left, right, name, idnumber, there, {"enabled": draw(st.booleans())}, {"enabled": True})
    for idnumber, *there in _sides(draw, numbers):
        values = {
            "guardians": draw(st.frozensets(st.sampled_from(["g0", "g1", "g2"]), max_size=2)),
            "username": draw(st.sampled_from(["a", "b", idnumber])),
        }
        _put(
            *(left, right, "students", idnumber, there),
            {**values, "enabled": draw(st.sampled_from([True, True, False, None]))},
            {**values, "username": idnumber, "enabled": draw(st.sampled_from([True, True, False]))},
        )
    for idnumber, *there in _sides(draw, ["k0", "k1", "k2"]):
        _put(left, right, "courses", idnumber, there, {"name": "x"}, {"name": draw(st.sampled_from("xy"))})
    course = st.sampled_from(["k0", "k1", "k2", None])
    for idnumber, *there in _sides(draw, ["m0", "m1", "m2"]):
        _put(left, right, "classes", idnumber, there, {"course": draw(course)}, {"course": draw(course)})
        people = draw(st.lists(st.sampled_from([*numbers, "t3"]), unique=True, max_size=6))
        for key, *seen in _sides(draw, [f"{idnumber}|{person}" for person in people]):
            values = {"class_": idnumber, "person": key.partition("|")[2], "role": "student", "enabled": True}
            _put(left, right, "enrollments", key, seen, values, values)
    for idnumber, *there in _sides(draw, ["c0", "c1"]):
        _put(left, right, "cohorts", idnumber, there, {"members": draw(parts)}, {"members": draw(parts)})
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=1)):
        for idnumber in draw(st.lists(st.sampled_from(["s0", "k0", "m0", "m0|s0"]), max_size=1)):
            getattr(left, name).freeze(idnumber, "bad row")
    return left, right


def _put(left: Any, right: Any, name: str, idnumber: str, there: list[bool], ours: Any, theirs: Any) -> None:
    for tree, is_there, values in ((left, there[0], ours), (right, there[1], theirs)):
        if is_there:
            getattr(tree, name).make(idnumber, **values)


@st.composite
def cases(draw: Any, plant: Any) -> Case:
    """A plan, with policies and memories of every sort."""
    plan = make_plan(*draw(trees(plant)))
    everything = {action.fingerprint for action in plan.actions}
    some = st.frozensets(st.sampled_from(sorted(everything))) if everything else st.just(frozenset())
    approved = draw(st.one_of(st.just(frozenset()), some, st.just(frozenset(everything))))
    ours = st.one_of(st.none(), st.dictionaries(st.sampled_from(["s0", "s1", "s2", "m0", "k0"]), st.none()))
    owned = draw(st.one_of(st.none(), st.dictionaries(st.sampled_from(NAMES), ours)))
    readings = draw(st.dictionaries(st.sampled_from(NAMES), st.builds(Reading, st.integers(0, 30), few)))
    memory = Memory(
        approved=approved,
        undone=dict.fromkeys(draw(some), Undone(41)) if draw(st.booleans()) else {},
        owned=None if owned is None else owned.get,
        missing=_missing(draw(st.dictionaries(st.sampled_from(["s1", "s2", "m1"]), few))),
        readings=readings,
    )
    return Case(plan, draw(policies), memory)


def _missing(runs: Mapping[str, int]) -> Any:
    return lambda branch: {idnumber: Missing(NOW, count) for idnumber, count in runs.items()}


def _record(action: Action) -> tuple[str, str]:
    return action.branch, action.idnumber


def _references(case: Case, action: Action) -> set[tuple[str, str]]:
    """What a removal refers to."""
    kinds = getattr(case.plan.right, action.branch).references()
    if action.kind is Kind.REMOVE:
        return {(kind, action.value) for kind in kinds.get(action.attribute, ())}
    found = set()
    for attribute, to in kinds.items():
        value = getattr(action.right, attribute)
        if isinstance(value, str):
            found |= {(kind, value) for kind in to}
    return found


class Outcomes:
    """What is held, and what goes."""

    def __init__(self, case: Case, found: list[Hold]) -> None:
        self.case, self.found = case, found
        self.held = {action.key: hold for hold in found for action in hold.actions}
        self.going = [action for action in case.removals if action.key not in self.held]
        self.gone = {_record(action) for action in self.going if action.kind is Kind.OLD}

    def is_approved(self, action: Action) -> bool:
        return action.fingerprint in self.case.memory.approved

    def check(self) -> None:
        self.one_hold_each()
        self.budgets_are_kept()
        self.nothing_hangs_in_the_air()
        self.what_is_new_is_complete()
        self.approvals_do_what_they_can()

    def one_hold_each(self) -> None:
        assert len(self.held) == sum(len(hold.actions) for hold in self.found)
        assert all(hold.actions for hold in self.found)
        assert {action.key for action in self.case.plan.actions} >= self.held.keys()

    def budgets_are_kept(self) -> None:
        by_scope: dict[tuple[str, str], list[Action]] = {}
        by_parent: dict[tuple[str, str, Any], list[Action]] = {}
        for action in self.going:
            if _references(self.case, action) & self.gone:
                continue  # it counts at the record that goes
            attribute = action.attribute or "" if action.kind is Kind.REMOVE else ""
            by_scope.setdefault((action.branch, attribute), []).append(action)
            parent = action.idnumber if attribute else getattr(action.right, "class_", None)
            if parent is not None:
                by_parent.setdefault((action.branch, attribute, parent), []).append(action)
        for (branch, attribute), actions in by_scope.items():
            self.is_within(
                actions, self.case.policies.budget(branch, attribute), self.size(branch, attribute)
            )
        for (branch, attribute, parent), actions in by_parent.items():
            limit = self.case.policies.budget(branch, attribute).per_parent
            self.is_within(actions, limit, self.size(branch, attribute, parent))

    def is_within(self, actions: list[Action], limit: Limit, of: int) -> None:
        assert all(map(self.is_approved, actions)) or len(actions) <= max(limit.count, limit.share * of)

    def size(self, branch: str, attribute: str, parent: Any = None) -> int:
        items = list(getattr(self.case.plan.right, branch).items())
        if attribute:
            values = [getattr(item, attribute) for key, item in items if parent in (None, key)]
            return sum(len(value) for value in values if is_multi(value))
        return sum(
            getattr(item, "enabled", None) is not False and parent in (None, getattr(item, "class_", None))
            for _, item in items
        )

    def nothing_hangs_in_the_air(self) -> None:
        right = self.case.plan.right
        staying = {
            _record(action): hold
            for hold in self.found
            for action in hold.actions
            if hold.because is not Because.POLICY and action.removal and action.kind is not Kind.REMOVE
        }
        for action in self.going:
            assert not _references(self.case, action) & staying.keys(), action.message
        moved = {
            (*_record(action), action.attribute)
            for action in self.case.plan.actions
            if action.kind is Kind.UPDATE and action.key not in self.held
        }
        for name, attribute, kind in (("classes", "course", "courses"), ("enrollments", "class_", "classes")):
            for idnumber, item in getattr(right, name).items():
                stays = (name, idnumber) not in self.gone and getattr(item, "enabled", None) is not False
                if stays and (name, idnumber, attribute) not in moved:
                    assert (kind, getattr(item, attribute)) not in self.gone

    def what_is_new_is_complete(self) -> None:
        unmade = {
            _record(one) for one in self.case.plan.actions if one.kind is Kind.NEW and one.key in self.held
        }
        right = self.case.plan.right
        for action in self.case.plan.actions:
            if action.key in self.held:
                continue
            assert not any(first.key in self.held for first in action.after)
            if action.kind is Kind.ADD:
                assert _record(action) not in unmade
            if action.kind is Kind.NEW and action.branch == "classes":
                course = action.right.course
                assert ("courses", course) not in unmade or course in right.courses

    def approvals_do_what_they_can(self) -> None:
        for hold in self.found:
            assert hold.because.can_be_approved == (hold.because not in UNAPPROVABLE)
            if hold.because.can_be_approved:
                assert not any(map(self.is_approved, hold.actions))
        for hold in self.found:
            if hold.because is Because.BUDGET:
                branch = hold.actions[0].branch
                assert all(self.is_approved(one) for one in self.going if one.branch == branch)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_budgets_are_never_exceeded_and_nothing_loses_what_it_refers_to(plant: Any, data: Any) -> None:
    """For any two trees, policies, approvals, and whatever earlier runs may have left."""
    case = data.draw(cases(plant))

    Outcomes(case, holds(case.plan, case.policies, case.memory)).check()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=4), limits, st.booleans())
def test_no_parent_loses_more_than_its_limit(
    plant: Any, classes: list[tuple[int, int]], limit: Limit, values: bool
) -> None:
    """Of every class, and of every cohort, all that would go goes, or nothing."""
    left, right = plant(*EVERYTHING, allow_empty=True), plant(*EVERYTHING, name="right")
    for place, (stay, gone) in enumerate(classes):
        people = [f"s{number}" for number in range(stay + gone)]
        if values:
            left.cohorts.make(f"m{place}", members=frozenset(people[:stay]))
            right.cohorts.make(f"m{place}", members=frozenset(people))
            continue
        for tree, numbers in ((left, people[:stay]), (right, people)):
            for one in numbers:
                tree.enrollments.make(f"m{place}|{one}", class_=f"m{place}", person=one, enabled=True)
    generous = Budget(1000, 1.0, limit)
    found = holds(make_plan(left, right), {"enrollments": generous, "cohorts": generous})

    held = [action.idnumber.partition("|")[0] for hold in found for action in hold.actions]

    for place, (stay, gone) in enumerate(classes):
        is_over = gone > max(limit.count, limit.share * (stay + gone))
        assert held.count(f"m{place}") == (gone if is_over else 0)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_plan_from_a_file_is_held_as_it_was(plant: Any, data: Any) -> None:
    """Worked out anew from what stands by itself, the same is held; with later approvals, the same as in a new plan."""
    case = data.draw(cases(plant))
    before = attrs.evolve(case.memory, approved=frozenset())
    unapproved = holds(case.plan, case.policies, before)

    again = rederive(case.plan, unapproved, case.policies, before)
    later = rederive(case.plan, unapproved, case.policies, case.memory)

    assert _keys(again) == _keys(unapproved)
    assert [hold.quiet for hold in again] == [hold.quiet for hold in unapproved]
    assert _keys(later) == _keys(holds(case.plan, case.policies, case.memory))


def _keys(found: list[Hold]) -> set[tuple[Because, tuple[str, ...]]]:
    return {(hold.because, action.key) for hold in found for action in hold.actions}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_nothing_is_tried_that_needs_what_is_held(plant: Any, data: Any) -> None:
    """Applied, whatever is left out is left out as a whole: nothing is dropped for want of what was held."""
    case = data.draw(cases(plant))
    held = {
        action.key: action for hold in holds(case.plan, case.policies, case.memory) for action in hold.actions
    }
    unmade = {action.idnumber for action in held.values() if action.kind is Kind.NEW}

    report = apply(case.plan.right, case.plan.actions, held=set(held))

    assert report.total(Outcome.HELD) == len(held)
    for result in report.undone:
        if result.outcome is Outcome.DROPPED:
            needed = result.reason.split("`")[1]
            assert needed not in unmade or any(needed in getattr(case.plan.left, name) for name in NAMES[:3])
