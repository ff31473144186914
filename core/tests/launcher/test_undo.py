"""`dss-run undo` from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dss.journal import Journal
from dss.runner import Run

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


def test_a_night_is_taken_back_and_not_done_again(play: Play) -> None:
    """The counts, the report, the target as it was; the next run holds all of it and says why."""
    before = play.held_by("shop")["students"]
    play.run("apply", "--yes")

    result = play.run("undo", "1", "--yes")

    assert result.exit_code == 0, result.output
    assert "takes back what run 1 (apply, " in result.stdout
    after = play.held_by("shop")["students"]
    assert after.pop("1")["enabled"] is False
    assert {one: {**record, "clubs": sorted(record["clubs"])} for one, record in after.items()} == before
    again = play.run("apply", "--yes")
    assert again.exit_code == 3
    assert "undone in run 2" in again.stdout
    assert play.held_by("shop")["students"]["2"]["email"] == "old@example.org"


def test_it_says_what_it_would_do_and_asks(play: Play) -> None:
    """Without a terminal nothing is done; what cannot be taken back any more is named, and ends with 4."""
    play.run("apply", "--yes")
    data = play.held_by("shop")
    data["students"]["2"]["email"] = "hand@example.org"
    (play.folder / "shop.json").write_text(json.dumps(data), encoding="utf-8")

    asked = play.run("undo", "1")
    result = play.run("undo", "1", "--yes", "--only", "students:2")

    assert asked.exit_code == 1
    assert "dss-run undo" in asked.stderr
    assert result.exit_code == 4
    assert "students 2 email: is '...' by now, not the '...' that run 1 wrote" in result.stdout
    assert play.held_by("shop")["students"]["2"]["email"] == "hand@example.org"
    assert play.held_by("shop")["students"]["1"]["enabled"] is True


def test_a_plan_of_an_undo_can_be_kept_and_applied(play: Play) -> None:
    """It is an ordinary file; applying it is an undo, in the journal too."""
    play.run("apply", "--yes")

    written = play.run("undo", "1", "-o", "back.plan", "--only", "students:2")
    shown = play.run("show", "back.plan")
    applied = play.run("apply", "back.plan", "--yes")

    assert written.exit_code == 2
    assert "email 'ben@example.org' -> 'old@example.org'" in shown.stdout
    assert applied.exit_code == 0, applied.output
    assert play.held_by("shop")["students"]["2"]["email"] == "old@example.org"
    with Journal.open(play.folder / "state") as journal:
        row = journal.runs(limit=1)[0]
        assert (row.kind, row.of) == ("undo", 1)
        assert len(journal.undone.of("shop")) == 3
    assert play.run("apply", "--yes").exit_code == 3


def test_an_undo_that_was_stopped_is_gone_on_with(play: Play) -> None:
    """`resume` is for undoes too, and what they have taken back by then is known."""
    play.run("apply", "--yes")
    play.put("shop", play.held_by("shop")["students"], _crash="1")

    stopped = play.run("undo", "1", "--yes")
    with Journal.open(play.folder / "state") as journal:
        noted = len(journal.undone.of("shop"))
    play.put("shop", play.held_by("shop")["students"])
    result = play.run("resume", "--yes")

    assert stopped.exit_code == 5
    assert noted > 0
    assert result.exit_code == 0, result.output
    assert play.held_by("shop")["students"]["1"]["enabled"] is False
    assert play.run("apply", "--yes").exit_code == 3
    with Journal.open(play.folder / "state") as journal:
        # and who was let go, with what would bring her back
        assert len(journal.undone.of("shop")) > noted


def test_an_undo_that_was_stopped_is_not_begun_anew(play: Play) -> None:
    """Another undo of the same run names the one to go on with; when that has been done, nothing is left."""
    play.run("apply", "--yes")
    play.put("shop", play.held_by("shop")["students"], _crash="1")
    play.run("undo", "1", "--yes")
    play.put("shop", play.held_by("shop")["students"])
    before = play.held_by("shop")

    anew, written = play.run("undo", "1", "--yes"), play.run("undo", "1", "-o", "back.plan")

    for refused in (anew, written):
        assert refused.exit_code == 1
        assert (
            "run 2 was taking run 1 back and was cut short; `dss-run resume` goes on with it"
            in refused.output
        )
    assert play.held_by("shop") == before
    assert play.run("resume", "--yes").exit_code == 0
    assert "nothing of run 1 is left to be undone" in play.run("undo", "1", "--yes").stdout


def test_an_undo_that_nothing_can_go_on_with_is_begun_anew(play: Play) -> None:
    """Since the configuration is another one by now."""
    play.run("apply", "--yes")
    play.put("shop", play.held_by("shop")["students"], _crash="1")
    play.run("undo", "1", "--yes")
    play.put("shop", play.held_by("shop")["students"])
    play.configure('branches = ["students"]\n')

    result = play.run("undo", "1", "--yes")

    assert result.exit_code == 0, result.output
    assert play.held_by("shop")["students"]["1"]["enabled"] is False


def test_nothing_left_to_undo(play: Play) -> None:
    """A run that changed nothing, and one that is undone already, end with 0."""
    play.run("apply", "--yes")
    play.run("apply", "--yes")
    play.run("undo", "1", "--yes")

    again, empty = play.run("undo", "1", "--yes"), play.run("undo", "2", "--yes")

    assert (again.exit_code, empty.exit_code) == (0, 0)
    assert "nothing of run 1 is left to be undone" in again.stdout
    assert "nothing of run 2 is left to be undone" in empty.stdout


@pytest.mark.parametrize("way", ["at once", "by file"])
def test_where_all_is_back_already_it_is_held_all_the_same(play: Play, way: str) -> None:
    """Nothing has to be changed, but the next run must not do it again."""
    before = play.held_by("shop")["students"]
    play.run("apply", "--yes")
    play.put("shop", before)

    if way == "at once":
        results = [play.run("undo", "1", "--yes")]
    else:
        results = [play.run("undo", "1", "-o", "back.plan"), play.run("apply", "back.plan", "--yes")]
    again = play.run("apply", "--yes")

    assert [result.exit_code for result in results] == [0] * len(results), results
    assert "changes of it are back as before already" in results[0].stdout
    assert again.exit_code == 3
    assert "undone in run 2" in again.stdout
    assert play.held_by("shop")["students"] == before
    assert "nothing of run 1 is left to be undone" in play.run("undo", "1", "--yes").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("7",), "there is no run 7; `dss-run history` lists those there are"),
        (("9" * 30,), f"there is no run {'9' * 30}; `dss-run history` lists those there are"),
        (("0",), "Invalid value"),
        (("1", "--only", "pupils"), "there is no branch `pupils`"),
    ],
)
def test_a_run_that_there_is_not(play: Play, arguments: tuple[str, ...], told: str) -> None:
    """The message says what there is."""
    result = play.run("undo", *arguments, "--yes")

    assert result.exit_code == 1
    assert told in result.output


def test_a_target_that_is_configured_no_more(play: Play) -> None:
    """Nothing is done to another one in its place."""
    play.run("apply", "--yes")
    play.put("mall", play.held_by("shop")["students"])
    play.configure(config=(play.folder / "dss.toml").read_text(encoding="utf-8").replace("shop", "mall"))

    result = play.run("undo", "1", "--yes")

    assert result.exit_code == 1
    assert (
        "run 1 has changed `shop`, which no [[sync]] of the configuration changes any more" in result.output
    )


def test_two_syncs_of_one_target(play: Play) -> None:
    """Each is undone for itself, the last first; and what was undone is remembered for both, night after night."""
    both = "".join(
        f'[[sync]]\nleft = "sis"\nright = "shop"\nbranches = ["{name}"]\n' for name in ("courses", "students")
    )
    trees = (play.folder / "dss.toml").read_text(encoding="utf-8").partition("[[sync]]")[0]
    play.configure(config=trees + both)
    play.put("sis", play.held_by("sis")["students"], courses={"ART": {"name": "Painting"}})
    play.run("apply", "--yes")

    result = play.run("undo", "1", "--yes")

    assert result.exit_code == 0, result.output
    assert play.held_by("shop")["courses"] == {"ART": {"name": "Art"}}
    assert play.held_by("shop")["students"]["2"]["email"] == "old@example.org"
    for _ in range(2):
        assert play.run("apply", "--yes").exit_code == 3
        assert play.held_by("shop")["courses"] == {"ART": {"name": "Art"}}
        assert play.held_by("shop")["students"]["2"]["email"] == "old@example.org"


def test_in_python(play: Play) -> None:
    """`plan_undo` and `apply` of a run do what the command does."""
    play.run("apply", "--yes")

    with Run(play.folder / "dss.toml") as run:
        syncs = run.plan_undo(1, ["students:2"])
        run.apply(syncs=syncs)
        run.finish()

        assert run.exit_code() == 0
    assert play.held_by("shop")["students"]["2"]["email"] == "old@example.org"


def test_held_by_an_undo_is_not_what_plan_shows(play: Play) -> None:
    """It is listed with the undo itself; the next plan is made from the source, and would take nothing back."""
    everybody = {f"{n:02}": {"name": f"P{n}", "email": f"p{n}@x.org", "enabled": True} for n in range(40)}
    play.put("shop", {})
    play.put("sis", everybody)
    play.run("apply", "--yes")

    result = play.run("undo", "1", "--yes")

    assert result.exit_code == 3
    assert "held: 40 removals in students are 100% of 40" in result.stdout
    assert "`dss-run plan` shows them" not in result.stdout


def test_one_change_that_was_undone_is_told_of_as_one(play: Play) -> None:
    """In the words for one."""
    play.run("apply", "--yes")
    play.run("undo", "1", "--yes", "--only", "students:1")

    result = play.run("plan")

    assert "1 change in students waits until it is approved, or the source changes" in result.stdout
