"""What was just being done when a run was cut short is found out by reading the target."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from core.tests.conftest import Living
from core.tests.undoing import Releasing, Town, cohort, person, town

from dss import Action, DefaultImporter
from dss.actions import Outcome
from dss.exit_codes import ExitCode
from dss.journal import Journal, RunState
from dss.resume import settle_doubts
from dss.run_record import RunRecord
from dss.stages import Sync

Outcomes = dict[tuple[str, str, str | None], str | None]


@pytest.fixture
def build(plant: Any) -> Iterator[Any]:
    """Towns, which are pulled down after the test."""
    made: list[Town] = []

    def builds(**system: Any) -> Town:
        made.append(town(plant, system, Releasing))
        return made[-1]

    yield builds
    for one in made:
        shutil.rmtree(one.state.parent)


def _cut_short(place: Town, sync: Sync, *, done: int) -> list[Action]:
    """All of a plan intended, and so many of its changes made; then the process is gone."""
    assert sync.plan is not None
    record = RunRecord.begin(place.state, {}, [sync])
    recorder = record.recorder(sync)
    actions = list(sync.plan.actions)
    recorder.intend(actions)
    for action in actions[:done]:
        getattr(sync.right.template, action.kind.value)(action)
    record.journal.close()
    return actions


def _settled(place: Town, *syncs: Sync) -> tuple[list[str], Outcomes]:
    with Journal.open(place.state) as journal:
        sentences = [str(one) for one in settle_doubts(journal, syncs)]
        run = journal.runs(limit=1)[0].number
        return sentences, {
            (entry.kind.value, entry.idnumber, entry.attribute): entry.outcome
            for entry in journal.entries(run)
        }


TODAY = {
    "students": [person("1", email="new@x.org"), person("2"), person("5")],
    "cohorts": [cohort("a", "2"), cohort("b", "1")],
}


@pytest.mark.parametrize("done", range(8))
def test_each_change_is_told_by_what_is_there(build: Any, done: int) -> None:
    """As many as were made are done, the others are open again; a second look finds nothing to say."""
    place = build(students=[person("1"), person("3")], cohorts=[cohort("a", "1"), cohort("b", "1", "3")])
    sync = place.plan(**TODAY)
    actions = _cut_short(place, sync, done=done)
    assert len(actions) == 7

    sentences, outcomes = _settled(place, sync)

    told = {0: "none had been made", 7: "all had been made"}.get(
        done, f"{done} had been made, {7 - done} had not"
    )
    assert sentences == [f"run 1 was cut short: of 7 changes that it was just making, {told}"]
    assert list(outcomes.values()) == [Outcome.DONE] * done + [None] * (7 - done)
    assert _settled(place, sync)[0] == []
    with Journal.open(place.state) as journal:
        row = journal.run(1)
        assert row is not None
        assert (row.state, row.exit_code, row.open) == (RunState.INTERRUPTED, ExitCode.STOPPED, 7 - done)
        assert {"2", "5"} & set(journal.owned.rows("right", "students")) == {
            action.idnumber for action in actions[:done] if action.kind == "new"
        }


@pytest.mark.parametrize("done", range(4))
def test_an_exchange_by_way_of_a_spare_value(build: Any, done: int) -> None:
    """One login is changed twice; wherever it stands, what comes before it is done, and what comes after is not."""
    place = build(students=[person("1"), person("2")])
    sync = place.plan(students=[person("1", username="u2"), person("2", username="u1")])
    actions = _cut_short(place, sync, done=done)
    assert len(actions) == 3

    with Journal.open(place.state) as journal:
        settle_doubts(journal, [sync])
        found = [entry.outcome for entry in journal.entries(1)]

    assert found == [Outcome.DONE] * done + [None] * (3 - done)


def test_what_somebody_has_changed_is_not_guessed_at(build: Any) -> None:
    """Neither as it was nor as it was wanted: drifted, with both and what is there."""
    place = build(students=[person("1")])
    sync = place.plan(students=[person("1", email="new@x.org")])
    _cut_short(place, sync, done=0)
    place.target.system["students"]["1"]["email"] = "hand@x.org"

    sentences, outcomes = _settled(place, sync)

    assert list(outcomes.values()) == [Outcome.DRIFTED]
    assert sentences[0].endswith("making, 1 cannot be told; see `dss-run history 1`")
    with Journal.open(place.state) as journal:
        (entry,) = journal.entries(1)
    assert entry.reason.startswith("`email` was '1@x.org' when this was planned, is 'hand@x.org' now")


def test_who_was_taken_over_is_ours(build: Any) -> None:
    """An adoption that was made is done, also where a value was kept."""
    place = build(students=[person("1", email="old@x.org", outside=True)])
    place.target.students.configure(flow={"email": "keep"})
    sync = place.plan(students=[person("1")])
    _cut_short(place, sync, done=1)
    place.target.system["students"]["1"]["email"] = "old@x.org"

    _, outcomes = _settled(place, sync)

    assert list(outcomes.values()) == [Outcome.DONE]


def test_a_target_that_cannot_be_asked(build: Any) -> None:
    """Nobody can tell, so nothing is tried a second time: the next plan looks at all of it."""
    place = build(students=[person("1")])
    sync = place.plan(students=[person("1", email="new@x.org")])
    _cut_short(place, sync, done=1)
    vars(sync.right)["importer"] = None

    _, outcomes = _settled(place, sync)

    assert list(outcomes.values()) == [Outcome.DRIFTED]


def test_a_line_that_no_model_fits_any_more(build: Any) -> None:
    """The code has changed since: what was in doubt cannot be looked at, and that is said."""
    place = build(students=[person("1")])
    sync = place.plan(students=[person("1", email="new@x.org"), person("2")])
    _cut_short(place, sync, done=0)
    sync.right.branches = [branch for branch in sync.right.branches if branch.__name__ != "students"]

    _, outcomes = _settled(place, sync)

    assert set(outcomes.values()) == {Outcome.DRIFTED}


def test_a_target_that_cannot_be_read_leaves_everything_as_it_is(build: Any) -> None:
    """The error passes; what is in doubt stays so, and can be looked at later."""
    place = build(students=[person("1")])
    sync = place.plan(students=[person("1", email="new@x.org")])
    _cut_short(place, sync, done=1)

    class Away(DefaultImporter):
        def readin_items(self, *_: Any) -> Any:
            """It is away."""
            raise OSError("no route to host")

    vars(sync.right)["importer"] = Away(sync.right)
    with pytest.raises(OSError, match="no route"):
        _settled(place, sync)
    vars(sync.right)["importer"] = Living(sync.right)

    _, outcomes = _settled(place, sync)

    assert list(outcomes.values()) == [Outcome.DONE]


def test_an_undo_that_died_is_known(build: Any) -> None:
    """What it had taken back is held in the next run, though it never came to its end."""
    place = build(students=[person("1"), person("2")])
    today = {"students": [person("1", email="n1"), person("2", email="n2")]}
    place.apply(**today)
    sync = place.plan_undo(1)
    record = RunRecord.begin(place.state, {}, [sync], 1)
    recorder = record.recorder(sync)
    assert sync.plan is not None
    actions = list(sync.plan.actions)
    recorder.intend(actions)
    sync.right.template.update(actions[0])
    record.journal.close()

    _settled(place, sync)

    following = place.plan(**today)
    assert [action.idnumber for hold in following.holds for action in hold.actions] == ["1"]
    assert list(following.ready) == []
