"""The first runs of all, small steps and then the whole; and runs that count for nobody."""

from __future__ import annotations

from core.tests.nights import GENEROUS, NO_GUARDS, NUMBERS, school, town

from dss.store import NATIVE

SEATS = {("m0", number) for number in NUMBERS}
GUARDS = "[guards]\ncount = 2\n"


def test_after_one_record_the_whole_is_still_the_first_run() -> None:
    """A run for one record is no measure of the source: that all others are new then is as it must be."""
    everybody = school(dict.fromkeys(NUMBERS, "a@x.org"), SEATS, {"c": NUMBERS})
    with town(everybody, school({}, set(), {}), GENEROUS + GUARDS) as place:
        with place.run() as run:
            run.plan(["students:s00", "classes"])
            (one,) = run.apply()
        whole = place.apply()

    assert one.in_doubt == {"students"}
    assert whole.holds == []
    assert place.system["students"].keys() == set(NUMBERS)


def test_a_branch_that_was_taken_whole_is_a_measure() -> None:
    """After a run for all students another school's students wait."""
    ours = school(dict.fromkeys(NUMBERS, "a@x.org"), set(), {})
    others = school({f"x{number}": "a@x.org" for number in range(12)}, set(), {})
    with town(ours, school({}, set(), {}), GENEROUS + GUARDS) as place:
        with place.run() as run:
            run.plan(["students"])
            run.apply()
        place.night += 1
        whole = place.apply(others)

    assert [hold.because for hold in whole.holds] == ["shape"]
    assert place.system["students"].keys() == set(NUMBERS)


def test_what_fills_an_attribute_that_nobody_had_is_no_trip() -> None:
    """Cohorts that had no member get some."""
    before = school(dict.fromkeys(NUMBERS, "a@x.org"), set(), {"c": []})
    after = school(dict.fromkeys(NUMBERS, "a@x.org"), set(), {"c": NUMBERS})
    with town(before, before, GENEROUS + GUARDS) as place:
        place.apply()
        second = place.apply(after)

    assert second.holds == []
    assert place.system["cohorts"]["c"]["members"] == frozenset(NUMBERS)


def test_who_returns_on_a_bad_night_begins_anew() -> None:
    """Missing once, there on a night on which half the others are not, missing again: that is once, not twice."""
    everybody = school(dict.fromkeys(NUMBERS, "a@x.org"), set(), {})
    without = school(dict.fromkeys(NUMBERS[1:], "a@x.org"), set(), {})
    half = school(dict.fromkeys(NUMBERS[:6], "a@x.org"), set(), {})
    with town(everybody, everybody, f"{GENEROUS}{GUARDS}[removals.students]\nruns = 2\n") as place:
        place.apply()
        nights = [place.apply(source).in_doubt for source in (without, half, without)]
        enabled = place.system["students"]["s00"]["enabled"]
        place.apply(without)

    assert nights == [set(), {"students"}, set()]
    assert enabled
    assert not place.system["students"]["s00"]["enabled"]


def test_what_was_made_again_is_still_ours() -> None:
    """A cohort that ended, was made again with another id of the target, and ends again the next night, ends."""
    with_cohort = school(dict.fromkeys(NUMBERS, "a@x.org"), set(), {"a": [], "b": []})
    without = school(dict.fromkeys(NUMBERS, "a@x.org"), set(), {"a": []})
    with town(with_cohort, with_cohort, GENEROUS + NO_GUARDS) as place:
        for night, source in enumerate((with_cohort, without, with_cohort, without)):
            for cohort in place.system["cohorts"].values():
                cohort.setdefault(NATIVE, night)
            last = place.apply(source)

    assert last.holds == []
    assert place.system["cohorts"].keys() == {"a"}
