"""Where a person stands in a course is always what the classes say."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dss_moodle_db.standing import Standing

STUDENT, TEACHER = 5, 3
OURS = frozenset({STUDENT, TEACHER})
GROUPS = (11, 12, 13)

seats = st.frozensets(st.tuples(st.sampled_from(GROUPS), st.sampled_from((STUDENT, TEACHER))))


def seen(standing: Standing) -> set[tuple[int, int]]:
    """The enrollments that would be read."""
    if standing.active is None:
        return set()
    return {(group, role) for group in standing.groups for role in standing.roles_in(group)}


@settings(deadline=None, max_examples=60)
@given(st.lists(seats, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_what_was_done_is_what_is_read(wanted: list[frozenset[tuple[int, int]]], random: object) -> None:
    """Through any sequence of timetables, whatever the order in which changes come."""
    standing = Standing(OURS)
    for seats_now in wanted:
        before = seen(standing)
        comes, goes = sorted(seats_now - before), sorted(before - seats_now)
        random.shuffle(comes)  # type: ignore[attr-defined]
        random.shuffle(goes)  # type: ignore[attr-defined]
        for group, role in comes:
            standing.enrol(group, role)
        for group, role in goes:
            standing.leave(group, role)

        assert seen(standing) == seats_now
        assert bool(standing.active) is bool(seats_now)


@settings(deadline=None, max_examples=60)
@given(st.lists(seats, min_size=1, max_size=4))
def test_rights_are_never_more_than_the_classes_give(wanted: list[frozenset[tuple[int, int]]]) -> None:
    """Somebody who teaches no class of the course any more is no teacher there, while active in it."""
    standing = Standing(OURS)
    for seats_now in wanted:
        before = seen(standing)
        for group, role in sorted(seats_now - before):
            standing.enrol(group, role)
        for group, role in sorted(before - seats_now):
            standing.leave(group, role)

        if standing.active:
            assert standing.roles == {role for _, role in seats_now}


def test_a_role_held_by_hand_outlives_ours() -> None:
    """Enrolled as a teacher by hand, and in a class as a student: only the student ends."""
    standing = Standing(OURS, active=True, roles={TEACHER})
    standing.enrol(11, STUDENT)
    assert seen(standing) == {(11, STUDENT)}

    standing.leave(11, STUDENT)

    assert (standing.active, standing.roles, standing.groups) == (True, {TEACHER}, {})


def test_other_roles_keep_the_enrolment_alive() -> None:
    """A manager of the course, made by hand, is not locked out with the last class."""
    standing = Standing(OURS, active=True, roles={STUDENT}, other_roles=True, groups={11: 0})

    standing.leave(11, STUDENT)

    assert (standing.active, standing.roles) == (True, set())


def test_a_membership_notes_its_role_only_where_it_must() -> None:
    """With one role in a course nothing of ours stands in the group."""
    standing = Standing(OURS)
    standing.enrol(11, STUDENT)
    standing.enrol(12, STUDENT)
    plain = dict(standing.groups)

    standing.enrol(12, TEACHER)

    assert plain == {11: 0, 12: 0}
    assert standing.groups == {11: STUDENT, 12: 0}


def test_who_comes_back_gets_the_old_rights_not_back() -> None:
    """A teacher who left comes back as a student."""
    standing = Standing(OURS)
    standing.enrol(11, TEACHER)
    standing.leave(11, TEACHER)
    assert (standing.active, standing.roles) == (False, {TEACHER})

    standing.enrol(12, STUDENT)

    assert (standing.active, standing.roles, seen(standing)) == (True, {STUDENT}, {(12, STUDENT)})


def test_the_last_class_is_suspended_and_the_others_end() -> None:
    """Moodle suspends for a whole course."""
    standing = Standing(OURS)
    standing.enrol(11, STUDENT)
    standing.enrol(12, STUDENT)

    standing.disable(11, STUDENT)
    between = (standing.active, set(standing.groups))
    standing.disable(12, STUDENT)

    assert between == (True, {12})
    assert (standing.active, set(standing.groups)) == (False, {12})
