"""What a run has written into a Moodle is taken back, and what it has taken over is given back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from core.tests import undoing
from core.tests.undoing import Generous
from hypothesis import given, settings
from hypothesis import strategies as st
from plugins.moodle_db.tests.conftest import School, Site
from plugins.moodle_db.tests.test_round_trip import days, school_of

from dss.apply import apply
from dss.attributes import names_of
from dss.config import SyncConfig
from dss.guard import holds
from dss.holding import Because
from dss.journal import Journal
from dss.plan import make_plan
from dss.policies import Policies
from dss.remembering import memory_of
from dss.report import Report
from dss.resume import settle_doubts
from dss.run_record import RunRecord
from dss.stages import Sync
from dss_moodle_db.branches import MoodleTree

View = dict[str, dict[str, dict[str, Any]]]


@attrs.define
class Runs(undoing.Runs):
    """Runs on one Moodle, with a journal; each with a tree of its own, as another process would have."""

    url: str
    state: Path
    options: dict[str, Any] = attrs.field(factory=dict)
    policies: Policies = attrs.field(factory=Generous)
    trees: list[MoodleTree] = attrs.field(factory=list)

    def sync(self, *source: Any, **_: Any) -> Sync:
        """A source, and the Moodle."""
        moodle = MoodleTree(url=self.url, category="Category 1", **self.options)
        self.trees.append(moodle)
        school = source[0] if source else School()
        return Sync("sync[0]", SyncConfig("sis", "moodle"), school, moodle)

    def plan(self, *source: Any, **_: Any) -> Sync:
        """Compare and guard."""
        sync = self.sync(*source)
        +sync.right
        sync.plan = make_plan(sync.left, sync.right)
        with Journal.open(self.state) as journal:
            for branch in sync.right.branches:
                journal.owned.complete(sync.right.identity(), branch.__name__)
            sync.holds = holds(sync.plan, self.policies, memory_of(journal, sync.left, sync.right))
        return sync

    def view(self) -> View:
        """What dss sees of the Moodle."""
        sync = self.sync()
        +sync.right
        return {
            branch.__name__: {
                idnumber: {name: getattr(item, name) for name in names_of(item)}
                for idnumber, item in branch.items()
            }
            for branch in sync.right.branches
        }

    def close(self) -> None:
        """Let go of all connections."""
        for tree in self.trees:
            tree.close()


@pytest.fixture
def runs(site: Site, tmp_path: Path) -> Iterator[Runs]:
    """Runs on the fresh site."""
    made = Runs(site.url, tmp_path / "state")
    yield made
    made.close()


def _reasons(report: Report) -> list[str]:
    return [result.reason for result in report.undone]


def test_an_account_that_was_taken_over_is_as_it_was_found(
    runs: Runs, site: Site, school: School, make_school: Any
) -> None:
    """Every column but the time of its last change, and it is in no cohort of ours."""
    site.account(
        "Ana.Abel",
        idnumber="1",
        firstname="Ana",
        lastname="Abel",
        email="Old@x.org",
        city="Bergen",
        suspended=1,
    )
    before = site.user("1")
    school.person("students", "1", given_name="Ana", family_name="Abel", username="aabel", email="new@x.org")
    assert _reasons(runs.apply(school)) == []
    assert site.user("1")["username"] == "aabel"
    assert site.user("1")["suspended"] == 0

    sync = runs.plan_undo(1)
    messages = [action.message for action in sync.plan.actions] if sync.plan else []
    report = runs.carry_out(sync, of=1)

    assert messages == [f"release students 1: give record {before['id']} back as it was found"]
    assert _reasons(report) == []
    assert {**site.user("1"), "timemodified": 0} == {**before, "timemodified": 0}
    assert site.members("dss-students") == set()
    following = runs.plan(school)
    assert [hold.reason.partition(":")[0] for hold in following.holds] == ["undone in run 2"]
    assert list(following.ready) == []

    runs.undo(2)
    assert site.user("1")["username"] == "aabel"
    assert site.members("dss-students") == {"1"}


def test_who_was_made_is_suspended_and_leaves_the_classes(runs: Runs, site: Site, school: School) -> None:
    """With the places in classes and cohorts that the same run gave; courses and groups are let go."""
    school.person("students", "1")
    school.course("C", "C.1")
    school.enrol("C.1", "1")
    school.cohorts.make("k", name="K", members=frozenset({"1"}))
    runs.apply(school)

    report = runs.undo(1)

    assert _reasons(report) == []
    view = runs.view()
    assert view["students"]["1"]["enabled"] is False
    assert {name: set(view[name]) for name in ("courses", "classes", "enrollments", "cohorts")} == {
        "courses": set(),
        "classes": set(),
        "enrollments": set(),
        "cohorts": set(),
    }
    following = runs.plan(school)
    assert list(following.ready) == []
    assert {hold.because for hold in following.holds} == {Because.UNDONE}


def test_two_pupils_get_their_usernames_back(runs: Runs, site: Site, make_school: Any) -> None:
    """An exchange, which goes by way of a third name, is exchanged back."""
    school = make_school()
    for one, name in (("1", "ada"), ("2", "bo")):
        school.person("students", one, username=name)
    runs.apply(school)
    swapped = make_school()
    for one, name in (("1", "bo"), ("2", "ada")):
        swapped.person("students", one, username=name)
    assert _reasons(runs.apply(swapped)) == []
    assert site.user("1")["username"] == "bo"

    report = runs.undo(2)

    assert _reasons(report) == []
    assert (site.user("1")["username"], site.user("2")["username"]) == ("ada", "bo")
    assert list(runs.plan(swapped).ready) == []


def test_one_of_two_roles_that_ended_begins_again(runs: Runs, site: Site, make_school: Any) -> None:
    """The account has been ours all the time: only the role comes back."""
    both, one = make_school(), make_school()
    for school in (both, one):
        school.person("students", "1")
    both.person("teachers", "1")
    both.teachers.contents().owner["1"] = "students"
    runs.apply(both)
    assert site.members("dss-teachers") == {"1"}
    runs.apply(one)
    assert site.members("dss-teachers") == set()

    report = runs.undo(2)

    assert _reasons(report) == []
    assert site.members("dss-teachers") == {"1"}
    assert site.user("1")["suspended"] == 0


def test_the_end_of_one_of_two_roles_is_known_after_a_crash(runs: Runs, make_school: Any) -> None:
    """The account is active in the other role, so it is not a stranger's that has taken her number."""
    both, one = make_school(), make_school()
    for school in (both, one):
        school.person("students", "1")
    both.person("teachers", "1")
    both.teachers.contents().owner["1"] = "students"
    runs.apply(both)
    sync = runs.plan(one)
    assert sync.plan is not None
    record = RunRecord.begin(runs.state, {}, [sync])
    recorder = record.recorder(sync)
    (ends,) = sync.plan.actions
    recorder.intend([ends])
    apply(sync.right, [ends])
    record.journal.close()

    with Journal.open(runs.state) as journal:
        (settled,) = settle_doubts(journal, [runs.sync()])

    assert (ends.message.partition(" (")[0], settled.done) == ("old teachers 1", 1)


def test_a_group_that_was_taken_over_has_its_name_and_number_again(
    runs: Runs, site: Site, make_school: Any
) -> None:
    """It is a teacher's own group again."""
    school = make_school()
    school.course("C")
    runs.apply(school)
    course = site.value("SELECT id FROM mdl_course WHERE idnumber = 'C'")
    site.add("groups", courseid=course, idnumber="C.1", name="Class C.1", description="mine")
    more = make_school()
    more.course("C", "C.1")
    assert _reasons(runs.apply(more)) == []
    assert site.value("SELECT idnumber FROM mdl_groups") != "C.1"

    report = runs.undo(2)

    assert _reasons(report) == []
    assert site.row("SELECT idnumber, name, description FROM mdl_groups") == {
        "idnumber": "C.1",
        "name": "Class C.1",
        "description": "mine",
    }


def test_an_account_that_has_got_another_role_is_not_given_back(
    runs: Runs, site: Site, make_school: Any
) -> None:
    """A later run has made her a teacher too; she stays as she is, and it is told."""
    site.account("ana", idnumber="1", firstname="Given 1", lastname="Family 1", email="old@x.org")
    first, second = make_school(), make_school()
    first.person("students", "1")
    runs.apply(first)
    second.person("students", "1")
    second.person("teachers", "1")
    second.teachers.contents().owner["1"] = "students"
    runs.apply(second)

    report = runs.undo(1)

    assert [reason.partition("account ")[2].partition(" ")[2] for reason in _reasons(report)] == [
        "is still one of our teachers"
    ]
    assert site.user("1")["email"] == "1@school.example"


LOST = "is not in the target any more"
"""What is told of a suspended place in a class that has just gone to another course: it does not go along."""


@pytest.mark.parametrize("way", ["beside another place", "its class goes there", "its class goes elsewhere"])
def test_a_place_that_was_suspended_comes_back(runs: Runs, make_school: Any, way: str) -> None:
    """Where Moodle cannot tell it from none, too, if need be by a second undo; it is not suspended again."""
    first, second = make_school(), make_school()
    for school in (first, second):
        school.person("students", "1")
        school.course("A", "A.2")
        school.enrol("A.2", "1")
    first.course("B" if way == "its class goes there" else "A", "A.1")
    second.course("C" if way == "its class goes elsewhere" else "A", "A.1")
    first.enrol("A.1", "1")
    second.enrol("A.1", "1", enabled=False)
    runs.apply(first)
    before = runs.view()
    assert _reasons(runs.apply(second)) == []
    is_there = "A.1|1|student" in runs.view()["enrollments"]

    sync = runs.plan_undo(2)
    report = runs.carry_out(sync, of=2)

    assert is_there is (way == "its class goes elsewhere")
    assert sync.plan is not None
    assert sync.plan.errors == []
    assert _reasons(report) == ([LOST] if is_there else [])
    assert not is_there or _reasons(runs.undo(2)) == []
    assert runs.view()["enrollments"] == before["enrollments"]
    assert list(runs.plan(second).ready) == []
    if not is_there:
        assert _reasons(runs.undo(3)) == []
        again = runs.plan(second)
        assert again.plan is not None
        assert list(again.plan.actions) == []


@settings(max_examples=10, deadline=None)
@given(st.tuples(days, days))
def test_a_day_is_taken_back(empty_site: Path, two: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Whatever two days look like: what was there is as it was, what is new is suspended or gone, and it waits."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "moodle.db"
        shutil.copyfile(empty_site, path)
        runs = Runs(f"sqlite:///{path}", Path(folder) / "state")
        first, second = map(school_of, two)
        runs.apply(first)
        before = runs.view()
        runs.apply(second)
        number = runs.last()

        sync = runs.plan_undo(number)
        report = runs.carry_out(sync, of=number)

        assert sync.plan is not None
        assert [error.message for error in sync.plan.errors] == []
        assert {*_reasons(report)} <= {LOST}
        assert not report.undone or _reasons(runs.undo(number)) == []
        after = runs.view()
        for name, records in after.items():
            for idnumber, record in records.items():
                if idnumber in before[name]:
                    assert record == before[name][idnumber]
                else:
                    assert record["enabled"] is False
            assert before[name].keys() <= records.keys()
        following = runs.plan(second)
        assert [action.message for action in following.ready] == []
        assert {hold.because for hold in following.holds} <= {Because.UNDONE, Because.DEPENDENT}
        runs.close()
