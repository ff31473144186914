"""Carrying actions out: batches, answers, failures, and what hangs on one another."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
import stamina

from dss import Action, DataStoreTree, DefaultTemplate, Kind, Outcome, Result, handler
from dss.actions import Adoption
from dss.apply import apply, missing_handlers
from dss.errors import TemporaryError
from dss.plan import make_plan
from dss.school import Classes, Cohorts, Courses, Enrollments, Guardians, Students


@pytest.fixture(autouse=True)
def _quick_retries() -> Iterator[None]:
    stamina.set_testing(True, attempts=4)
    yield
    stamina.set_testing(False)


class Bracketed(DataStoreTree):
    """A target with transactions: what was written in a batch that fails is not there."""

    written: list[str]
    batches = 0
    commit_fails = 0
    commit_error = OSError("disk full")

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        before = list(self.written)
        self.batches += 1
        try:
            yield
            if self.commit_fails:
                self.commit_fails -= 1
                raise self.commit_error
        except BaseException:
            self.written = before
            raise


def _outcomes(report: Any) -> list[tuple[str, str]]:
    return [(result.action.idnumber, str(result.outcome)) for result in report.undone]


def _students(plant: Any, count: int, template: type, **kwargs: Any) -> tuple[Any, Any]:
    left, right = plant(Students), plant(Students, name="right", template=template, **kwargs)
    for number in range(count):
        left.students.make(f"{number:04}", given_name=f"name {number}", enabled=True)
    return left, right


def test_a_second_run_finds_nothing(plant: Any) -> None:
    """After everything is done the right store is as wanted: new, changed, single values, and what has ended."""
    declarations = (Students, Guardians, Cohorts)
    left, right = plant(*declarations, allow_empty=True), plant(*declarations, name="right")
    left.students.make("1", given_name="Ada", guardians=frozenset({"g"}), enabled=True)
    left.students.make("2", given_name="Bo", enabled=True)
    left.guardians.make("g", enabled=True)
    left.cohorts.make("c", members=frozenset({"1", "2"}))
    right.students.make("2", given_name="Bob", enabled=False)
    right.students.make("3", enabled=True)
    right.cohorts.make("c", members=frozenset({"2", "3"}))
    right.cohorts.make("gone", members=frozenset({"2"}))

    report = left >> right

    assert not report.undone
    assert list(left - right) == []
    assert right.students["3"].enabled is False
    assert "gone" not in right.cohorts
    assert (left >> right).total() == 0


@attrs.frozen
class Icy:
    idnumber: str
    name: str | None = None
    tags: frozenset[str] | None = None


class IcyThings:
    __branchname__ = "things"
    klass = Icy


def test_frozen_models_are_brought_up_to_date(plant: Any) -> None:
    """A model whose objects cannot be changed is replaced in the store, so a second run finds nothing."""
    left, right = plant(IcyThings), plant(IcyThings, name="right")
    left.things.make("1", name="new", tags=frozenset("ab"))
    right.things.make("1", name="old", tags=frozenset("bc"))

    report = left >> right

    assert report.total(Outcome.DONE) == 3
    assert right.things["1"] == Icy("1", "new", frozenset("ab"))


@attrs.define
class Stated:
    idnumber: str
    status: int = 0

    @property
    def enabled(self) -> bool:
        return self.status == 0


class StatedThings:
    __branchname__ = "things"
    klass = Stated


def test_who_has_been_ended_is_ended_once(plant: Any) -> None:
    """Also where being enabled follows from something else that the handler has changed in the target alone."""
    left, right = plant(StatedThings, allow_empty=True), plant(StatedThings, name="right")
    right.things.make("1")

    report = left >> right

    assert report.total(Outcome.DONE) == 1
    assert list(left - right) == []


def test_one_failure_never_stops_the_others(plant: Any) -> None:
    """A handler that raises, or answers with something else, fails for that one action only."""

    class Picky(DefaultTemplate):
        def new_students(self, action: Action) -> Any:
            if action.idnumber == "0001":
                raise ValueError("no room\nfor this one")
            return "yes" if action.idnumber == "0002" else None

    left, right = _students(plant, 4, Picky)

    report = left >> right

    assert _outcomes(report) == [("0001", "failed"), ("0002", "failed")]
    assert report.undone[0].reason == "ValueError: no room for this one"
    assert "answered with str; wanted None or a `Result`" in report.undone[1].reason
    assert list(right.students.keys()) == ["0000", "0003"]


def test_a_result_says_done_dropped_or_failed(plant: Any) -> None:
    """A handler's own word stands, and only what is done changes the store."""

    class Wordy(DefaultTemplate):
        def new(self, action: Action) -> Result:
            return {
                "0000": action.done(native=70),
                "0001": Result.already(),
                "0002": action.dropped("not today"),
                "0003": Result.failed("broken"),
            }[action.idnumber]

    left, right = _students(plant, 4, Wordy)

    report = left >> right

    assert report.total(Outcome.DONE) == 1
    assert report.total(Outcome.ALREADY) == 1
    assert [(str(result.outcome), result.reason) for result in report.undone] == [
        ("dropped", "not today"),
        ("failed", "broken"),
    ]
    assert list(right.students.keys()) == ["0000", "0001"]
    assert right.students.native("0000") == 70


def test_a_bulk_handler_gets_batches_and_answers_in_any_order(plant: Any) -> None:
    """`@handler(bulk=…)` gets up to so many actions a call; whom it does not answer has failed."""
    sizes = []

    class Bulky(DefaultTemplate):
        @handler(bulk=3)
        def new_students(self, actions: list[Action]) -> Iterator[Result]:
            sizes.append(len(actions))
            for action in reversed(actions):
                if action.idnumber != "0004":
                    yield action.done(native=int(action.idnumber))

    left, right = _students(plant, 7, Bulky)

    report = left >> right

    assert sizes == [3, 3, 1]
    assert _outcomes(report) == [("0004", "failed")]
    assert report.undone[0].reason == "no answer from handler `new_students`"
    assert right.students.native("0006") == 6


def test_a_bulk_handler_that_breaks_off_keeps_what_it_answered(plant: Any) -> None:
    """What was answered before an exception counts; the rest has failed with its reason."""

    class Breaking(DefaultTemplate):
        @handler(bulk=10)
        def new(self, actions: list[Action]) -> Iterator[Result]:
            yield actions[0].done()
            raise OSError("cut off")

    left, right = _students(plant, 3, Breaking)

    report = left >> right

    assert _outcomes(report) == [("0001", "failed"), ("0002", "failed")]
    assert report.undone[0].reason == "handler `new`: OSError: cut off"


def test_a_bulk_handler_that_answers_nothing_or_twice_is_found_out(plant: Any) -> None:
    """None is no answer for many, and one action is answered once."""

    class Silent(DefaultTemplate):
        @handler(bulk=10)
        def new(self, actions: list[Action]) -> None:
            return None

    class Twice(DefaultTemplate):
        @handler(bulk=10)
        def new(self, actions: list[Action]) -> list[Result]:
            return [actions[0].done(), actions[0].done(), actions[1].done()]

    silent, twice = _students(plant, 2, Silent), _students(plant, 2, Twice)

    first, second = silent[0] >> silent[1], twice[0] >> twice[1]

    assert "returned NoneType; wanted an iterable" in first.undone[0].reason
    assert _outcomes(first) == [("0000", "failed"), ("0001", "failed")]
    assert _outcomes(second) == [("0001", "failed")]
    assert "answered an action twice" in second.undone[0].reason


def test_a_record_s_actions_stay_together(plant: Any) -> None:
    """`@handler(per="record")` gets all actions of one record in one call, and never part of them in a bulk."""
    calls = []

    class Whole(DefaultTemplate):
        @handler(per="record", bulk=4)
        def update(self, actions: list[Action]) -> Iterator[Result]:
            calls.append([(action.idnumber, action.attribute) for action in actions])
            return (action.done() for action in actions)

    left, right = plant(Students), plant(Students, name="right", template=Whole)
    for number in "123":
        left.students.make(number, given_name="a", family_name="b", email="c")
        right.students.make(number, given_name="x", family_name="y", email="z")

    report = left >> right

    assert not report.undone
    assert [[idnumber for idnumber, _ in call] for call in calls] == [["1"] * 3, ["2"] * 3, ["3"] * 3]


def test_one_record_s_handler_may_answer_none(plant: Any) -> None:
    """A handler of one record that returns None has done all of it."""

    class Whole(DefaultTemplate):
        @handler(per="record")
        def update_students(self, actions: list[Action]) -> None:
            self.tree.calls.append(len(actions))

    left, right = plant(Students), plant(Students, name="right", template=Whole)
    left.students.make("1", given_name="a", family_name="b")
    right.students.make("1", given_name="x", family_name="y")

    report = left >> right

    assert report.total(Outcome.DONE) == 2
    assert right.calls == [2]
    assert list(left - right) == []


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Kind.UPDATE, ["update_students_email", "update_students", "update_email", "update"]),
        (Kind.NEW, ["new_students", "new"]),
        (Kind.OLD, ["old_students", "old"]),
        (Kind.ADD, ["add_students_email", "add_email", "add"]),
        (Kind.REMOVE, ["remove_students_email", "remove_email", "remove"]),
    ],
)
def test_the_most_special_handler_is_called(plant: Any, kind: Kind, names: list[str]) -> None:
    """Handlers are looked up from the most special name to the most general."""
    for place in range(len(names)):
        methods = {
            name: (lambda self, action, name=name: self.tree.calls.append(name)) for name in names[place:]
        }
        tree = plant(Students, template=type("Some", (DefaultTemplate,), methods))
        item = tree.students.make("1")
        action = Action(
            kind, "students", "1", item, item, None if kind in (Kind.NEW, Kind.OLD) else "email", "v"
        )

        list(tree.template.handle([action]))

        assert tree.calls == [names[place]]


def test_missing_handlers_are_named_before_anything_is_done(plant: Any, caplog: Any) -> None:
    """What the template lacks is listed once each; such actions are dropped, saying what to define."""

    class Half(DefaultTemplate):
        def new_students(self, action: Action) -> None:
            assert "right" not in caplog.text or "has no handler" in caplog.text

    left, right = plant(Students, Cohorts), plant(Students, Cohorts, name="right", template=Half)
    left.students.make("1", email="a")
    left.students.make("2", email="a")
    left.students.make("3", email="a")
    left.cohorts.make("c", members=frozenset("12"))
    right.students.make("1", email="b")
    right.students.make("2", email="b")
    right.cohorts.make("c")

    missing = missing_handlers(right, make_plan(left, right).actions)
    report = left >> right

    assert missing == ["update_students", "add_cohorts_members"]
    assert "Half has no handler for: update_students, add_cohorts_members" in caplog.text
    assert report.undone[-1].reason == (
        "no handler; define `add_cohorts_members` or `add_members` or `add` on the template"
    )
    assert report.total(Outcome.DONE) == 1


# -- what hangs on one another -------------------------------------------------------------------------------------


def test_what_refers_to_a_failed_record_is_dropped(plant: Any) -> None:
    """When a class could not be made, its enrolments are dropped naming it, and their handler is not called."""

    class NoClasses(DefaultTemplate):
        def new_classes(self, action: Action) -> Any:
            return action.failed("no")

        def new(self, action: Action) -> None:
            self.tree.calls.append(action.idnumber)

        add = new

    declarations = (Students, Courses, Classes, Enrollments)
    left = plant(*declarations)
    right = plant(*declarations, name="right", template=NoClasses)
    left.students.make("1")
    left.courses.make("m")
    left.classes.make("m1", course="m")
    left.enrollments.make("m1|1|student", class_="m1", person="1", role="student")

    report = left >> right

    assert right.calls == ["1", "m"]
    assert [result.reason for result in report.undone] == ["no", "needs classes `m1`, which is not there"]


def test_single_values_of_a_failed_record_are_dropped(plant: Any) -> None:
    """The adds that follow a new record are dropped when it could not be made, or the value's record is missing."""

    class No(DefaultTemplate):
        def new_cohorts(self, action: Action) -> Any:
            return action.failed("no")

        def add_members(self, action: Action) -> None:
            raise AssertionError

    left, right = plant(Students, Cohorts), plant(Students, Cohorts, name="right", template=No)
    left.students.make("1")
    right.students.make("1")
    left.cohorts.make("c", members=frozenset("1"))
    left.cohorts.make("d", members=frozenset("9"))
    right.cohorts.make("d")

    report = left >> right

    assert [result.reason for result in report.undone] == [
        "no",
        "needs cohorts `c`, which is not there",
        "needs students or teachers or guardians `9`, which is not there",
    ]


def test_a_record_finds_the_native_id_made_a_moment_ago(plant: Any) -> None:
    """What a handler says with `done(native=…)` is known to the handlers of what refers to it."""

    class Numbering(DefaultTemplate):
        def new_students(self, action: Action) -> Any:
            return action.done(native=41)

        def new(self, action: Action) -> None:
            pass

        def add_members(self, action: Action) -> None:
            self.tree.calls.append(self.tree.students.native(action.value))

    left, right = plant(Students, Cohorts), plant(Students, Cohorts, name="right", template=Numbering)
    left.students.make("1")
    left.cohorts.make("c", members=frozenset("1"))

    report = left >> right

    assert not report.undone
    assert right.calls == [41]


def test_a_second_role_waits_for_the_first(plant: Any) -> None:
    """Who joins another branch's account is dropped when that account could not be made."""
    right = plant(Guardians, Students, name="right")
    item = right.students.build({"idnumber": "1"})

    report = apply(right, [Action(Kind.NEW, "students", "1", item, item, joins="guardians")])

    assert right.calls == []
    assert report.undone[0].reason == "needs guardians `1`, which is not there"


def test_a_second_role_has_the_first_one_s_native(plant: Any) -> None:
    """One account in two branches has one native id, whichever branch is asked."""
    right = plant(Guardians, Students, name="right")
    right.guardians.bring_up_to_date("1", right.guardians.build({"idnumber": "1"}), native=7)
    item = right.students.build({"idnumber": "1"})

    apply(right, [Action(Kind.NEW, "students", "1", item, item, joins="guardians")])

    assert right.students.native("1") == 7


def test_an_adopted_record_has_the_native_found(plant: Any) -> None:
    """What is taken over is known by the id it always had."""
    right = plant(Students, name="right")
    item = right.students.build({"idnumber": "1"})

    apply(right, [Action(Kind.NEW, "students", "1", item, item, adopts=Adoption(9, {}), native=9)])

    assert right.students.native("1") == 9


def test_a_change_may_bring_another_native(plant: Any) -> None:
    """A target that cannot move a record makes it anew elsewhere, and what follows has to find it there."""

    class Moving(DefaultTemplate):
        def update(self, action: Action) -> Result:
            return action.done(native=8)

    right = plant(Students, name="right", template=Moving)
    item = right.students.build({"idnumber": "1", "grade": "6"})
    right.students.bring_up_to_date("1", item, native=7)

    apply(right, [Action(Kind.UPDATE, "students", "1", item, item, "grade", was="6", wanted="7")])

    assert right.students.native("1") == 8


def test_what_waits_within_a_batch_comes_in_a_later_call(plant: Any) -> None:
    """A bulk handler may answer in any order, so it never gets an action together with one that must come first."""
    calls = []

    class Bulky(DefaultTemplate):
        @handler(bulk=100)
        def update(self, actions: list[Action]) -> Iterator[Result]:
            calls.append([action.idnumber for action in actions])
            return (action.done() for action in actions)

    left, right = plant(Students), plant(Students, name="right", template=Bulky)
    for idnumber, username, was in (("a", "2", "1"), ("b", "3", "2"), ("c", "5", "4")):
        left.students.make(idnumber, username=username, given_name="new")
        right.students.make(idnumber, username=was, given_name="old")

    report = left >> right

    assert not report.undone
    assert calls == [["b", "a", "b", "c", "c"], ["a"]]


def test_held_actions_are_left_undone(plant: Any) -> None:
    """What is held is reported as such, its handler is not called, and the others go on."""
    right = plant(Students, name="right")
    items = [right.students.make(number, enabled=True) for number in "12"]
    actions = [Action(Kind.OLD, "students", item.idnumber, None, item, removal=True) for item in items]

    report = apply(right, actions, held={actions[0].key})

    assert [action.idnumber for action in right.calls] == ["2"]
    assert _outcomes(report) == [("1", "held")]
    assert right.students["1"].enabled is True


# -- the target's bracket -------------------------------------------------------------------------------------------


class Writing(DefaultTemplate):
    """Writes to `tree.written`; is disturbed as often as `tree.disturbed` says, at the second record."""

    tree: Any

    def new(self, action: Action) -> None:
        self.tree.written.append(action.idnumber)
        if action.idnumber == "0001" and self.tree.disturbed:
            self.tree.disturbed -= 1
            self.tree.written.pop()
            raise TemporaryError("busy")


def test_a_busy_target_is_asked_again(plant: Any) -> None:
    """A whole batch is tried again when the target takes it whole or not at all; nothing is written twice."""
    left, right = _students(plant, 3, Writing, kind=Bracketed)
    right.written, right.disturbed = [], 2

    report = left >> right

    assert not report.undone
    assert right.written == ["0000", "0001", "0002"]
    assert right.batches == 3


def test_without_a_bracket_only_what_is_open_is_tried_again(plant: Any) -> None:
    """A target that writes at once keeps what it has answered, so a second try does not write it a second time."""
    left, right = _students(plant, 3, Writing)
    right.written, right.disturbed = [], 2

    report = left >> right

    assert not report.undone
    assert right.written == ["0000", "0001", "0002"]


def test_a_target_that_stays_busy_fails_the_batch(plant: Any) -> None:
    """After some tries the batch has failed, whole where it is bracketed; without a bracket what was done is done."""
    left, right = _students(plant, 3, Writing, kind=Bracketed)
    right.written, right.disturbed = [], 99
    other_left, other_right = _students(plant, 3, Writing)
    other_right.written, other_right.disturbed = [], 99

    report, other = left >> right, other_left >> other_right

    assert _outcomes(report) == [("0000", "failed"), ("0001", "failed"), ("0002", "failed")]
    assert len(right.students) == 0
    assert _outcomes(other) == [("0001", "failed"), ("0002", "failed")]
    assert list(other_right.students.keys()) == ["0000"]


def test_after_a_batch_that_found_the_target_busy_nothing_more_is_tried(plant: Any) -> None:
    """To wait again for every batch would take all night, and help nobody."""
    left, right = _students(plant, 1100, Writing, kind=Bracketed)
    right.written, right.disturbed = [], 99

    report = left >> right

    assert right.batches == 4
    assert (report.total(Outcome.FAILED), report.total(Outcome.DROPPED)) == (500, 600)
    assert "still busy" in report.undone[-1].reason


def test_a_handler_that_ends_the_program_ends_its_batch_only(plant: Any) -> None:
    """What others have answered before and after is not lost."""

    class Quitting(DefaultTemplate):
        def new_students(self, action: Action) -> None:
            if action.idnumber == "0210":
                sys.exit(4)

    left, right = _students(plant, 1100, Quitting)

    report = left >> right

    assert report.total(Outcome.DONE) == 810
    assert {result.reason for result in report.undone} == {"SystemExit: 4"}


@attrs.define
class Checked:
    idnumber: str
    name: str | None = attrs.field(default=None, validator=attrs.validators.max_len(3))


class CheckedThings:
    __branchname__ = "things"
    klass = Checked


def test_a_model_that_refuses_what_the_target_has_taken_stops_nobody_else(plant: Any) -> None:
    """The handler has written it; the record is set aside, and the rest of the plan is carried out."""
    left, right = plant(IcyThings), plant(CheckedThings, name="right")
    for idnumber, name in (("1", "much too long"), ("2", "two")):
        left.things.make(idnumber, name=name)
        right.things.make(idnumber, name="old")

    report = left >> right

    assert report.total(Outcome.DONE) == 2
    assert right.things["2"].name == "two"
    assert "refuses `name` 'much too long' as it now is" in right.things.contents().frozen["1"]


def test_answers_count_only_when_the_bracket_has_closed(plant: Any) -> None:
    """When the batch cannot be committed, all its actions have failed, whatever the handlers had said."""
    left, right = _students(plant, 2, Writing, kind=Bracketed)
    right.written, right.disturbed = [], 0
    right.commit_fails = 1

    report = left >> right

    assert _outcomes(report) == [("0000", "failed"), ("0001", "failed")]
    assert report.undone[0].reason == "OSError: disk full"
    assert (len(right.students), right.written) == (0, [])


def test_a_bulk_handler_may_be_disturbed_too(plant: Any) -> None:
    """A busy target is asked again also when a bulk handler says so in the midst of its answers."""

    class Bulky(DefaultTemplate):
        tree: Any

        @handler(bulk=10)
        def new(self, actions: list[Action]) -> Iterator[Result]:
            for action in actions:
                if action.idnumber == "0001" and self.tree.disturbed:
                    self.tree.disturbed -= 1
                    raise TemporaryError("busy")
                self.tree.written.append(action.idnumber)
                yield action.done()

    left, right = _students(plant, 3, Bulky)
    right.written, right.disturbed = [], 1

    report = left >> right

    assert not report.undone
    assert right.written == ["0000", "0001", "0002"]


def test_batches_are_cut_by_size_and_kind(plant: Any) -> None:
    """A long plan is written batch by batch, and progress is told after each."""
    told: list[int] = []
    left, right = _students(plant, 1201, Writing, kind=Bracketed)
    right.written, right.disturbed = [], 0

    apply(right, list(make_plan(left, right).actions), told=told.append)

    assert told == [500, 500, 201]
    assert right.batches == 3


def test_what_is_left_to_do_by_hand_is_told(plant: Any) -> None:
    """`after_run` is asked after a run that wrote; when it fails, the report of what was written still stands."""

    class Cached(DataStoreTree):
        def after_run(self) -> list[str]:
            return ["purge the caches"]

    class Broken(DataStoreTree):
        def after_run(self) -> list[str]:
            raise OSError("away")

    reports = []
    for kind in (Cached, Broken):
        left, right = _students(plant, 1, Writing, kind=kind)
        right.written, right.disturbed = [], 0
        reports.append(left >> right)
        reports.append(left >> right)

    assert [report.remarks for report in reports] == [
        ["purge the caches"],
        [],
        ["what follows a run could not be done: OSError: away"],
        [],
    ]


def test_a_report_at_a_prompt_is_counts_and_nothing_else(plant: Any) -> None:
    """`left >> right` is echoed there; whom it concerns is in `undone`."""

    class Choosy(DefaultTemplate):
        def new(self, action: Action) -> Result:
            return (
                action.done()
                if action.idnumber == "0000"
                else action.failed(f"no room for {action.left.email}")
            )

    left, right = _students(plant, 3, Choosy)
    for student in left.students:
        student.email = "ada@example.org"

    report = left >> right

    assert repr(report) == "<Report: 1 done, 2 failed>"
    assert len(report.undone) == 2
    assert repr(left >> left) == "<Report: nothing to do>"
