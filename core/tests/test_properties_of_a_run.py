"""What holds for runs, whatever the source says and whatever happens to the target: with a journal and a state."""

from __future__ import annotations

import copy
import random

from core.tests.nights import FIRST, GENEROUS, NO_GUARDS, NUMBERS, School, school, schools, town
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dss import Action, Kind
from dss.actions import Outcome
from dss.holding import Because
from dss.stages import Sync

COUNT, SHARE, PER_PARENT = 2, 0.2, 1
CAREFUL = "".join(
    f"[budgets.{name}]\ncount = {COUNT}\nshare = {SHARE}\nper_parent = {{ count = {PER_PARENT}, share = 0.2 }}\n"
    for name in ("students", "classes", "enrollments", "cohorts")
)
quick = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _actions(sync: Sync) -> list[Action]:
    assert sync.plan is not None
    return list(sync.plan.actions)


def _enabled(system: School) -> set[str]:
    return {number for number, record in system["students"].items() if record["enabled"]}


def _seats(system: School) -> set[tuple[str, str]]:
    """Class and person."""
    return {(one["class_"], one["person"]) for one in system["enrollments"].values() if one["enabled"]}


def _members(system: School) -> set[tuple[str, str]]:
    """Cohort and person."""
    return {(key, person) for key, one in system["cohorts"].items() for person in one["members"] or ()}


def _within(count: int, of: int, allowed: int = COUNT) -> bool:
    return count <= max(allowed, SHARE * of)


@given(wanted=schools(), there=schools(), careful=st.booleans())
@quick
def test_apply_leaves_nothing_but_what_is_held(wanted: School, there: School, careful: bool) -> None:
    """A second plan finds nothing but what the first run has held, and a second run does nothing else."""
    with town(wanted, there, CAREFUL if careful else GENEROUS + NO_GUARDS) as place:
        first = place.apply()
        again = place.plan()

    held = {action.key for hold in first.holds for action in hold.actions}
    assert {action.key for action in _actions(again)} <= held
    assert careful or not held


@given(wanted=schools(), there=schools(), careful=st.booleans())
@quick
def test_a_plan_file_does_what_the_plan_does_once(wanted: School, there: School, careful: bool) -> None:
    """Applied from a file it comes to the same as without one; applied again, it comes to nothing."""
    policies = CAREFUL if careful else GENEROUS + NO_GUARDS
    with town(wanted, there, policies) as place:
        place.apply()
        directly = place.system
    with town(wanted, there, policies) as place:
        file = place.write()
        place.apply_file(file)
        once = copy.deepcopy(place.system)
        again = place.apply_file(file)
        twice = place.system

    assert once == directly
    assert twice == once
    assert again.report is not None
    assert again.report.total(Outcome.DONE) == 0


@given(wanted=schools(), there=schools(), drifted=schools())
@quick
def test_a_plan_file_never_overwrites_what_has_drifted(
    wanted: School, there: School, drifted: School
) -> None:
    """Whatever somebody changes between the writing of a plan and its applying stands."""
    with town(wanted, there, GENEROUS + NO_GUARDS) as place:
        file = place.write()
        for branch in ("students", "cohorts"):
            place.system[branch].update(copy.deepcopy(drifted[branch]))
        after_drift = copy.deepcopy(place.system)
        place.apply_file(file)

    for idnumber in drifted["students"]:
        was, now = there["students"].get(idnumber), place.system["students"][idnumber]
        by_hand = after_drift["students"][idnumber]
        if was is None or (by_hand["email"] or "") != (was["email"] or ""):
            assert now["email"] == by_hand["email"]
    for idnumber, record in drifted["cohorts"].items():
        before = (there["cohorts"].get(idnumber) or {"members": frozenset()})["members"]
        added = record["members"] - before
        if added:
            assert added <= place.system["cohorts"][idnumber]["members"], "who was added by hand stays"


def _check_budgets(before: School, sync: Sync, after: School, approved: set[str]) -> None:
    """At the target itself: nothing went beyond a budget that nobody had approved."""
    done = [action for action in _actions(sync) if action.key not in sync.held]
    meant = {(action.branch, action.idnumber) for action in done if action.fingerprint in approved}
    gone = _enabled(before) - _enabled(after)
    ended = before["classes"].keys() - after["classes"].keys()
    if gone - {number for branch, number in meant if branch == "students"}:
        assert _within(len(gone), len(_enabled(before)))
    seats = {(m, s) for m, s in _seats(before) - _seats(after) if s not in gone and m not in ended}
    if not any(branch == "enrollments" for branch, _ in meant):
        assert _within(len(seats), len(_seats(before)))
        for class_ in {m for m, _ in seats}:
            of = sum(m == class_ for m, _ in _seats(before))
            assert _within(sum(m == class_ for m, _ in seats), of, PER_PARENT)
    cohorts = before["cohorts"].keys() - after["cohorts"].keys()
    members = {(c, s) for c, s in _members(before) - _members(after) if c not in cohorts and s not in gone}
    if not any(branch == "cohorts" for branch, _ in meant):
        assert _within(len(members), len(_members(before)))


def _check_dependents(before: School, sync: Sync, after: School) -> None:
    """Who stays since the removal is held keeps seats and memberships."""
    staying = {
        action.idnumber
        for hold in sync.holds
        if hold.because is not Because.POLICY
        for action in hold.actions
        if action.branch == "students" and action.kind is Kind.OLD
    }
    assert {seat for seat in _seats(before) if seat[1] in staying} <= _seats(after)
    assert {member for member in _members(before) if member[1] in staying} <= _members(after)
    classes = {class_ for class_, _ in _seats(after)}
    assert classes <= after["classes"].keys(), "nobody sits in a class that has gone"


@given(nights=st.lists(st.tuples(schools(), st.booleans()), min_size=1, max_size=4), there=schools())
@few
def test_budgets_hold_and_so_does_what_hangs_on_them(
    nights: list[tuple[School, bool]], there: School
) -> None:
    """Night after night: no budget is exceeded but by what was approved, and no half of anybody is removed."""
    with town(nights[0][0], there, CAREFUL) as place:
        for source, approve in nights:
            place.source = source
            planned = place.plan()
            held = {action.fingerprint for hold in planned.holds for action in hold.actions}
            before = copy.deepcopy(place.system)

            sync = place.apply(approve=approve)

            _check_budgets(before, sync, place.system, held if approve else set())
            _check_dependents(before, sync, place.system)


def _shuffled(one: School, seed: int) -> School:
    """The same in another order."""
    found = {}
    for branch, records in one.items():
        keys = list(records)
        random.Random(seed).shuffle(keys)
        found[branch] = {key: records[key] for key in keys}
    return found


@given(wanted=schools(), there=schools(), seed=st.integers(0, 1000))
@quick
def test_any_order_of_input_gives_the_same_plan_and_the_same_holds(
    wanted: School, there: School, seed: int
) -> None:
    """Order says nothing: fingerprints, their order, reasons and what they hold are the same."""
    found = []
    for one, other in ((wanted, there), (_shuffled(wanted, seed), _shuffled(there, seed))):
        with town(one, other, CAREFUL) as place:
            sync = place.plan()
        held = [(hold.reason, hold.because, [one.fingerprint for one in hold.actions]) for hold in sync.holds]
        found.append(([action.fingerprint for action in _actions(sync)], held))

    assert found[0] == found[1]


presence = st.lists(st.frozensets(st.sampled_from(NUMBERS[:5]), max_size=5), min_size=2, max_size=7)


@given(nights=presence, patience=st.integers(1, 3))
@few
def test_patience_ends_with_the_last_of_so_many_nights_in_a_row(
    nights: list[frozenset[str]], patience: int
) -> None:
    """A record is removed in the night that misses it for the Nth time in a row, never before, and never on return."""
    everybody = school(dict.fromkeys(NUMBERS, "a@x.org"), set(), {})
    policies = f"{GENEROUS}{NO_GUARDS}[removals.students]\nruns = {patience}\n"
    absent = dict.fromkeys(NUMBERS, 0)
    with town(everybody, everybody, policies) as place:
        for missing in nights:
            source = copy.deepcopy(everybody)
            for number in missing:
                del source["students"][number]
            absent = {number: absent[number] + 1 if number in missing else 0 for number in NUMBERS}

            place.apply(source)

            assert _enabled(place.system) == {number for number, count in absent.items() if count < patience}


@given(nights=st.lists(st.tuples(st.sets(st.sampled_from(NUMBERS)), st.booleans()), min_size=2, max_size=6))
@few
def test_nights_on_which_the_source_is_in_doubt_count_for_nobody(nights: list[tuple[set[str], bool]]) -> None:
    """Nobody is removed who has not been missing in two good nights in a row, or whom nobody has approved."""
    everybody = school(dict.fromkeys(NUMBERS, "a@x.org"), set(), {})
    guards = "[guards]\ncount = 2\nshrink = 0.2\n[removals.students]\nruns = 2\n"
    good = dict.fromkeys(NUMBERS, 0)
    with town(everybody, everybody, guards + GENEROUS) as place:
        place.apply()
        for missing, approve in nights:
            source = copy.deepcopy(everybody)
            for number in missing:
                del source["students"][number]
            before, place.source = _enabled(place.system), source
            approved = _olds(place.plan()) if approve else set()

            sync = place.apply(approve=approve)

            is_good = "students" not in sync.in_doubt
            good = {
                number: 0 if number not in missing else good[number] + 1 if is_good else good[number]
                for number in NUMBERS
            }
            gone = before - _enabled(place.system)
            assert all(number in approved or good[number] >= 2 for number in gone)
            assert not gone - missing


def _olds(sync: Sync) -> set[str]:
    return {action.idnumber for action in _actions(sync) if action.kind is Kind.OLD}


@given(first=schools(), second=schools(), there=schools())
@quick
def test_an_approval_covers_what_was_held_and_nothing_that_a_later_run_finds(
    first: School, second: School, there: School
) -> None:
    """What one night's holds were approved for does not let through what the next night would remove beside it."""
    with town(first, there, CAREFUL) as place:
        with place.run() as run:
            (planned,) = run.plan()
            approved = {action.fingerprint for hold in planned.holds for action in hold.actions}
            run.approve([action for hold in planned.holds for action in hold.actions])
        before = copy.deepcopy(place.system)
        sync = place.apply(second)
        found = {action.fingerprint for action in _actions(sync)}
        with place.run() as run, run.journal() as journal:
            (last,) = run.plan()
            left_over = journal.approvals.valid(last.right.identity(), FIRST)

    _check_budgets(before, sync, place.system, approved)
    assert left_over <= found & approved
    done = {action.fingerprint for action in _actions(sync) if action.key not in sync.held}
    assert not left_over & done, "an approval is for once"
