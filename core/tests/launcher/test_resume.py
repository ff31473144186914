"""`dss-run resume`, and what the next `apply` does, after a process has been killed wherever it was."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from dss.actions import Outcome
from dss.journal import Journal, RunState
from dss.run_record import Recording, RunRecord
from dss.runner import Run
from dss.tree import DataStoreTree

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play

DIED = 9


def _killed(play: Play, point: int) -> bool:
    """Apply in a process that dies at one of the numbered points around its writes; whether it came so far."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DIED
    code = 1
    try:
        passed = 0

        def pass_by() -> None:
            nonlocal passed
            passed += 1
            if passed == point:
                os._exit(DIED)

        _watch(Recording, "intend", pass_by)
        _watch(Recording, "settle", pass_by)
        _watch(RunRecord, "recorder", pass_by)
        with Run(play.folder / "dss.toml") as run:
            for sync in run.syncs:
                _watch_batches(type(sync.right), pass_by)
            for stage in run.stages():
                run.plan(syncs=stage)
                run.apply(syncs=stage)
        code = 0
    finally:
        os._exit(code)


def _watch(kind: Any, name: str, pass_by: Callable[[], None]) -> None:
    method = getattr(kind, name)

    def watched(*arguments: Any, **more: Any) -> Any:
        pass_by()
        answer = method(*arguments, **more)
        pass_by()
        return answer

    setattr(kind, name, watched)


def _watch_batches(kind: type[DataStoreTree], pass_by: Callable[[], None]) -> None:
    batch = kind.batch

    @contextlib.contextmanager
    def watched(tree: DataStoreTree) -> Iterator[None]:
        with batch(tree):
            yield
            pass_by()
        pass_by()

    setattr(kind, "batch", watched)  # noqa: B010  a method by the same name


def _outcomes(play: Play, run: int = 1) -> list[tuple[int, str, str, str | None, str | None]]:
    with Journal.open(play.folder / "state") as journal:
        return [
            (entry.sync, entry.kind.value, entry.idnumber, entry.attribute, entry.outcome)
            for entry in journal.entries(run)
        ]


def _snapshot(play: Play) -> dict[str, bytes]:
    return {
        str(path.relative_to(play.folder)): path.read_bytes()
        for path in [*play.folder.glob("*.json"), *(play.folder / "state").glob("journal*")]
    }


def _restore(play: Play, files: dict[str, bytes]) -> None:
    for path in (play.folder / "state").glob("*"):
        path.unlink()
    for name, content in files.items():
        (play.folder / name).write_bytes(content)


def test_killed_anywhere_and_resumed_it_ends_like_one_that_was_not(play: Play) -> None:
    """The target is the same, everything is done once, and the next plan finds nothing."""
    before = _snapshot(play)
    assert play.run("apply", "--yes").exit_code == 0
    wanted, outcomes = play.held_by("shop"), _outcomes(play)
    _restore(play, before)

    for point in range(1, 100, 3):
        if not _killed(play, point):
            break
        resumed = play.run("resume", "--yes")
        if not _outcomes(play):
            # it died before its plan had been written down: there is nothing to go on with
            assert resumed.exit_code == 2, resumed.output
            assert "was not planned yet" in resumed.output
            assert play.run("apply", "--yes").exit_code == 0
        else:
            assert resumed.exit_code == 0, resumed.output
            assert _outcomes(play) == outcomes
        assert play.held_by("shop") == wanted, point
        assert play.run("plan").exit_code == 0
        _restore(play, before)

    assert point > 20


def test_killed_anywhere_the_next_apply_does_the_rest(play: Play) -> None:
    """It finds out what had been done, says so, and plans anew."""
    before = _snapshot(play)
    assert play.run("apply", "--yes").exit_code == 0
    wanted = play.held_by("shop")
    _restore(play, before)

    for point in range(2, 100, 8):
        if not _killed(play, point):
            break
        result = play.run("apply", "--yes")

        assert result.exit_code == 0
        assert "run 1 was cut short" in result.stdout
        assert play.held_by("shop") == wanted
        with Journal.open(play.folder / "state") as journal:
            assert journal.in_question() == []
            row = journal.run(1)
            assert row is not None
            assert row.state is RunState.INTERRUPTED
            # what was made before is known to be ours
            assert set(journal.owned.rows("shop", "students")) >= {"1", "2", "3"}
        _restore(play, before)


def test_what_was_held_when_it_died_stays_held(exodus: Play) -> None:
    """Also what its turn had not come for yet: the plan says from the beginning what is held."""
    exodus.put("shop", {**exodus.held_by("shop")["students"]})
    assert _killed(exodus, 4)

    result = exodus.run("resume", "--yes")

    assert result.exit_code == 0, result.output
    assert "20 changes stay held" in result.stdout
    people = exodus.held_by("shop")["students"]
    assert people["00"]["email"] == "new@example.org"
    assert all(person["enabled"] for person in people.values())


def test_what_somebody_did_meanwhile_is_left_as_it_is(play: Play) -> None:
    """Neither what was in doubt nor what comes after is written over another's change."""
    assert _killed(play, 5)
    data = play.held_by("shop")
    for record in data["students"].values():
        record["email"] = "hand@example.org"
    (play.folder / "shop.json").write_text(json.dumps(data), encoding="utf-8")

    result = play.run("resume", "--yes")

    assert result.exit_code in (0, 4)
    assert play.held_by("shop")["students"]["2"]["email"] == "hand@example.org"


def test_who_came_before_it_died_makes_no_room_for_who_was_held(exodus: Play) -> None:
    """Fourteen of forty wait; twenty had come when it died, or came with the rest of it."""
    exodus.configure("[budgets.students]\ncount = 3\nshare = 0.3\n[guards]\ngrowth = 1.0\n")
    staying = dict(list(exodus.held_by("shop")["students"].items())[:26])
    come = {f"new{number:02}": {"name": f"New {number}", "enabled": True} for number in range(20)}
    exodus.put("sis", {**staying, **come})
    assert _killed(exodus, 5)
    exodus.run("resume", "--yes")
    assert len(exodus.held_by("shop")["students"]) == 60

    result = exodus.run("apply", "--yes")

    assert result.exit_code == 3
    assert "35% of 40, as there were when they were first held" in result.stdout


def test_history_tells_that_a_run_was_resumed(play: Play) -> None:
    """Not that it is still cut short; a program reads the same word."""
    assert _killed(play, 8)
    play.run("resume", "--yes")

    listed, told = play.run("history").stdout, play.run("history", "1").stdout

    assert "resumed  0" in listed
    assert "run 1: apply, resumed, exit code 0" in told
    assert "not tried" not in told
    assert json.loads(play.run("history", "--json").stdout)["runs"][0]["state"] == "resumed"


def test_history_tells_that_a_run_has_left_something(play: Play) -> None:
    """The next `apply` takes nothing up: it plans what is left as a run of its own."""
    assert _killed(play, 8)
    play.run("apply", "--yes")

    told = play.run("history", "1").stdout

    assert "run 1: apply, interrupted" in told
    assert "What it had not tried was left; the next `apply` plans it anew." in told


def test_nothing_to_resume(play: Play) -> None:
    """Without a journal, and after a run that came to its end, it says so, writes nothing, and ends with 0."""
    for path in (play.folder / "state").glob("*"):
        path.unlink()
    first = play.run("resume", "--yes")
    assert not (play.folder / "state" / "journal.sqlite").exists()
    play.run("apply", "--yes")

    second = play.run("resume", "--yes")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert play.spawn("resume", "--yes").stdout == b""


def test_another_configuration_is_not_carried_out(play: Play) -> None:
    """What was planned under other settings is refused, with the reason and the way on."""
    assert _killed(play, 5)
    play.configure("[sync.students]\nflow = { email = 'keep' }\n")

    result = play.run("resume", "--yes")

    assert result.exit_code == 1
    assert (
        "run 1 was planned for another configuration: [sync[0]] of the configuration has changed"
        in result.output
    )
    assert "`dss-run apply` plans anew" in result.output


def test_a_target_that_is_configured_no_more_is_told_and_left(play: Play) -> None:
    """Nobody can look there; it is said again by every run, until the target is back."""
    assert _killed(play, 5)
    data = play.held_by("shop")["students"]
    play.put("mall", data)
    play.configure(config=play.folder.joinpath("dss.toml").read_text().replace("shop", "mall"))

    result = play.run("apply", "--yes")

    assert (
        "cut short while it changed `shop`, which the configuration does not have any more" in result.stdout
    )
    assert result.exit_code == 3
    play.configure()
    assert "run 1 was cut short: of" in play.run("apply", "--yes").stdout


def test_a_sync_that_was_not_planned_yet_is_named(chain: Play) -> None:
    """A second stage is planned when the first has been applied; resuming does not make that up."""
    assert _killed(chain, 6)

    result = chain.run("resume", "--yes")

    assert result.exit_code == 2
    assert (
        "sync[1] (shop -> till) was not planned yet when run 1 was cut short; `dss-run apply` plans it"
        in (result.output)
    )
    # of the other target nobody has said yet what is ours
    assert chain.run("apply", "--yes").exit_code == 3
    assert chain.run("resume", "--yes").exit_code == 0


def test_what_fails_is_not_tried_again(play: Play) -> None:
    """A change that failed before the crash stays failed; exit code 4 tells of those that fail now."""
    play.put("shop", play.held_by("shop")["students"], _refused=["1", "9"])
    assert _killed(play, 9)
    first = [outcome for *_, outcome in _outcomes(play)]
    assert first.count(Outcome.FAILED) == 1

    result = play.run("resume", "--yes")

    assert result.exit_code == 4
    assert "1 failed" in result.stdout


@pytest.mark.parametrize("answer", ["", "n\n"])
def test_without_an_answer_nothing_is_done(play: Play, answer: str) -> None:
    """It asks like `apply`, and needs `--yes` where nobody can answer."""
    assert _killed(play, 5)
    before = play.held_by("shop")

    result = play.run("resume")

    assert result.exit_code == 1
    assert play.held_by("shop") == before
