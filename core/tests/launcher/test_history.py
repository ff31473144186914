"""`dss-run history`."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dss import clock
from dss.actions import Action, Adoption, Kind, Outcome
from dss.journal import Journal, JournalSync, RunState

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "dss-run.md"
NOW = datetime.datetime(2024, 9, 1, 3, 15, tzinfo=datetime.UTC)
TAKES_OVER = Action(Kind.NEW, "students", "4", place=5, adopts=Adoption(55, {"email": "old@example.org"}))
PLANNED: list[tuple[Action, dict[str, Any]]] = [
    (
        Action(Kind.NEW, "students", "1", place=0),
        {"wanted": {"name": "Ana Abel", "email": "ana@example.org"}, "left": {}},
    ),
    (
        Action(Kind.UPDATE, "students", "2", attribute="email", place=1),
        {"was": "old@example.org", "wanted": "ben@example.org", "left": {"name": "Ben Bird"}},
    ),
    (Action(Kind.REMOVE, "students", "2", attribute="clubs", value="tea", place=2), {"value": "tea"}),
    (Action(Kind.ADD, "students", "2", attribute="clubs", value="go", place=3), {"value": "go"}),
    (Action(Kind.OLD, "students", "9", place=4), {"was": {"name": "Eve Elm"}}),
    (
        TAKES_OVER,
        {"wanted": {"name": "Dan Dee"}, "adopts": {"native": 55, "was": {"email": "old@example.org"}}},
    ),
]


@pytest.fixture
def journal(play: Play, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """The journal of the folder; the clock stands."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    shutil.rmtree(play.folder / "state", ignore_errors=True)
    with Journal.open(play.folder / "state") as journal:
        yield journal


def begun(journal: Journal, **more: Any) -> int:
    """A run of which one change is done, one has drifted, one failed, one is held, one in doubt and one not tried."""
    syncs = [JournalSync("sync[0]", "sis", "shop", "shop in /srv")]
    run = journal.begin(more.pop("kind", "apply"), config={}, syncs=syncs, **more)
    journal.plan(run, 0, ((action, json.dumps(raw)) for action, raw in PLANNED))
    actions = [action for action, _ in PLANNED]
    batch = journal.intend(run, 0, [0, 1, 2, 3])
    journal.settle(
        run,
        0,
        [
            (actions[0], Outcome.DONE, "", 17),
            (actions[1], Outcome.DRIFTED, "is 'new@example.org' by now", None),
            (actions[2], Outcome.FAILED, "no club 'tea'", None),
        ],
        batch,
    )
    journal.settle(run, 0, [(actions[4], Outcome.HELD, "1 removal is 33% of 3", None)])
    return run


def ended(journal: Journal, monkeypatch: pytest.MonkeyPatch, **more: Any) -> int:
    """The same run, which ended after a minute and five seconds."""
    run = begun(journal, **more)
    monkeypatch.setattr(clock, "now", lambda: NOW + datetime.timedelta(seconds=65))
    journal.end(run, RunState.STOPPED, 5, "too many failures, the last was 'tea'")
    return run


def test_where_nothing_was_applied_it_says_so(play: Play) -> None:
    """That is no error, and makes nothing; a run that is asked for is."""
    shutil.rmtree(play.folder / "state", ignore_errors=True)

    result = play.run("history")

    assert (result.exit_code, result.stdout) == (0, "nothing has been applied yet\n")
    assert json.loads(play.run("history", "--json").stdout) == {"version": 1, "runs": []}
    assert play.run("history", "1").exit_code == 1
    assert not (play.folder / "state").exists()
    Journal.open(play.folder / "state").close()
    assert play.run("history").stdout == "nothing has been applied yet\n"


def test_runs_are_listed_newest_first(play: Play, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """When, how long, what, who, how it ended, and what became of its changes."""
    first = ended(journal, monkeypatch)
    second = begun(journal, kind="undo", of=first)

    head, *lines = play.run("history").stdout.splitlines()

    assert head.split() == ["run", "began", "took", "what", "by", "state", "exit", "changes"]
    assert [int(line.split()[0]) for line in lines] == [second, first]
    assert " undo of run 1 " in lines[0]
    assert " running " in lines[0]
    assert " 1 min 5 s  apply " in lines[1]
    assert " stopped  5 " in lines[1]
    assert lines[1].endswith("1 done, 1 drifted, 1 failed, 1 held, 2 open")


def test_a_list_can_be_cut_short(play: Play, journal: Journal) -> None:
    """And says so."""
    for _ in range(3):
        begun(journal)

    lines = play.run("history", "--limit", "2").stdout.splitlines()

    assert [line.split()[0] for line in lines] == ["run", "3", "2", "older"]
    assert "older" not in play.run("history", "--limit", "3").stdout
    assert len(json.loads(play.run("history", "--json", "--limit", "2").stdout)["runs"]) == 2
    assert len(json.loads(play.run("history", "--json").stdout)["runs"]) == 3


def test_one_run_is_told_without_names_and_values(
    play: Play, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts, and what was not done with its reason; this is no terminal."""
    run = ended(journal, monkeypatch, plan="monday.plan")

    result = play.run("history", str(run))

    assert result.exit_code == 0
    assert f"run {run}: apply, stopped, exit code 5" in result.stdout
    assert f"(1 min 5 s), by {journal.runs()[0].who}, process {os.getpid()} on {socket.gethostname()}" in (
        result.stdout
    )
    assert "sync[0]: sis -> shop (shop in /srv)" in result.stdout
    assert "from the plan monday.plan" in result.stdout
    assert "why: too many failures, the last was '...'" in result.stdout
    assert [line.split() for line in result.stdout.splitlines() if line.startswith("  students")] == [
        ["students", "new", "1", "-", "-", "-", "1"],
        ["students", "update", "-", "1", "-", "-", "-"],
        ["students", "remove", "-", "-", "1", "-", "-"],
        ["students", "add", "-", "-", "-", "-", "1"],
        ["students", "old", "-", "-", "-", "1", "-"],
    ]
    assert "  remove students clubs `2`: no club '...'" in result.stdout
    assert "  old students `9`: 1 removal is 33% of 3" in result.stdout
    assert "  add students clubs `2`: in doubt" in result.stdout
    assert "  new students `4`: not tried" in result.stdout
    for value in ("Ana", "Ben", "Eve", "example.org", "tea", "go'"):
        assert value not in result.stdout


def test_on_a_terminal_the_changes_are_shown(
    play: Play, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With names and values, and what became of those that were not done."""
    run = ended(journal, monkeypatch)
    lines: list[str] = []

    tell_on_terminal(journal, run, lines)

    text = "\n".join(lines)
    assert "  + 1 (Ana Abel): email 'ana@example.org'\n" in text
    assert "  ~ 2 (Ben Bird): email 'old@example.org' -> 'ben@example.org'  [drifted]" in text
    assert "  - 2: clubs - 'tea'  [failed]" in text
    assert "  + 2: clubs + 'go'  [in doubt]" in text
    assert "  - 9 (Eve Elm)  [held]" in text
    assert "students: 1 adopt" in text
    assert "  = 4 (Dan Dee): takes over record 55  [not tried]" in text
    assert "no club 'tea'" in text


def tell_on_terminal(journal: Journal, run: int, lines: list[str], limit: int = 20) -> None:
    """What a terminal would show of a run."""
    from dss.launcher import history_text
    from dss.launcher.screen import Screen

    screen = Screen(sys.stdout)
    vars(screen)["_write"] = lines.append
    row = journal.run(run)
    assert row is not None
    history_text.run(screen, journal, row, limit=limit, values=True)


def test_a_long_run_is_cut_short(play: Play, journal: Journal) -> None:
    """Records with one reason are one line, and changes are listed up to the limit."""
    run = journal.begin("apply", config={}, syncs=[JournalSync("sync[0]", "sis", "shop", "shop")])
    actions = [Action(Kind.OLD, "students", f"{place:03}", place=place) for place in range(60)]
    journal.plan(run, 0, ((one, "{}") for one in actions))
    journal.settle(run, 0, [(one, Outcome.HELD, "too many", None) for one in actions[:30]])
    journal.settle(
        run, 0, [(one, Outcome.FAILED, f"no `{one.idnumber}` there", None) for one in actions[30:]]
    )
    lines: list[str] = []

    tell_on_terminal(journal, run, lines, limit=5)

    text = "\n".join(lines)
    assert "`009` and 20 more: too many" in text
    assert text.count("there") == 5
    assert "  ... and 25 more of old students" in text
    assert "students: 60 old" in text
    assert "  ... and 55 more" in text


def test_a_record_is_named_once_for_a_reason(play: Play, journal: Journal) -> None:
    """However many of its values were not taken."""
    run = journal.begin("apply", config={}, syncs=[JournalSync("sync[0]", "sis", "shop", "shop")])
    actions = [
        Action(
            Kind.ADD, "students", str(number), attribute="clubs", value=f"c{value}", place=number * 20 + value
        )
        for number in range(3)
        for value in range(15)
    ]
    journal.plan(run, 0, ((action, json.dumps({"value": action.value})) for action in actions))
    journal.settle(run, 0, [(action, Outcome.FAILED, "no such club", None) for action in actions])
    lines: list[str] = []

    tell_on_terminal(journal, run, lines)

    assert "  add students clubs `0`, `1`, `2` (45 changes): no such club" in "\n".join(lines)


def test_a_run_that_died_is_told_with_what_to_do(
    play: Play, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is under way is not taken for dead, nor one of another machine."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: 2**22 + 1)
        died = begun(journal)
        patch.setattr(socket, "gethostname", lambda: "elsewhere")
        begun(journal)
    begun(journal)

    rows = [line.split() for line in play.run("history").stdout.splitlines()[1:]]
    assert ["died" in row for row in rows] == [False, False, True]
    assert ["running" in row for row in rows] == [True, True, False]
    assert f"run {died}: apply, died\n" in play.run("history", str(died)).stdout
    assert "`dss-run resume`" in play.run("history", str(died)).stdout
    assert "resume" not in play.run("history", "3").stdout


def test_what_has_been_forgotten_is_said_to_be(
    play: Play, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts and idnumbers stay."""
    run = ended(journal, monkeypatch)
    journal.expire(NOW + datetime.timedelta(days=1))
    lines: list[str] = []

    tell_on_terminal(journal, run, lines)

    text = "\n".join(lines)
    assert "have been forgotten" in text
    assert "remove students clubs `2`: no reason is known" in text
    (change, *_) = json.loads(play.run("history", str(run), "--json").stdout)["changes"]
    assert (change["idnumber"], change["wanted"], change["outcome"]) == ("1", None, "done")


def test_a_run_as_json_holds_everything(
    play: Play, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every change with its values, what became of it, and why."""
    run = ended(journal, monkeypatch)

    found = json.loads(play.run("history", str(run), "--json").stdout)

    assert (found["run"], found["state"], found["exit_code"], found["open"]) == (run, "stopped", 5, 2)
    assert found["counts"] == {"done": 1, "drifted": 1, "failed": 1, "held": 1}
    assert found["began"] == "2024-09-01T03:15:00+00:00"
    assert [one["outcome"] for one in found["changes"]] == [
        "done",
        "drifted",
        "failed",
        "in doubt",
        "held",
        "not tried",
    ]
    assert found["changes"][0]["wanted"] == {"name": "Ana Abel", "email": "ana@example.org"}
    assert found["changes"][0]["native"] == 17
    assert found["changes"][1]["was"] == "old@example.org"
    assert found["changes"][2]["reason"] == "no club 'tea'"
    assert found["changes"][5]["adopts"] == {"native": 55, "was": {"email": "old@example.org"}}
    assert play.run("history", str(run), "--json", "--limit", "1").exit_code != 0


def test_the_reference_names_every_key_of_the_json(play: Play, journal: Journal) -> None:
    """The shape is a promise."""
    text = REFERENCE.read_text(encoding="utf-8").partition("## `dss-run history")[2].partition("\n## ")[0]
    found = json.loads(play.run("history", str(begun(journal)), "--json").stdout)

    for key in [*found, *found["changes"][0], *found["changes_by_kind"][0], *found["syncs"][0]]:
        assert f"`{key}`" in text, key


def test_an_unknown_run_is_an_error(play: Play, journal: Journal) -> None:
    """With what to do."""
    begun(journal)

    for number in ("7", "99999999999999999999999"):
        result = play.run("history", number)

        assert result.exit_code == 1
        assert result.stderr == f"error: there is no run {number}; `dss-run history` lists all\n"


def test_a_limit_may_be_as_great_as_one_likes(play: Play, journal: Journal) -> None:
    """It is no limit then."""
    begun(journal)

    assert play.run("history", "--limit", "99999999999999999999999").output == play.run("history").output


def test_a_damaged_journal_is_an_error(play: Play) -> None:
    """Not an empty history."""
    shutil.rmtree(play.folder / "state", ignore_errors=True)
    (play.folder / "state").mkdir()
    (play.folder / "state" / "journal.sqlite").write_text("this is no database\n" * 500, encoding="utf-8")

    result = play.run("history")

    assert result.exit_code == 1
    assert "is damaged" in result.stderr


def test_nothing_in_a_line_moves_the_cursor(play: Play, journal: Journal) -> None:
    """What came from outside is shown as it is."""
    run = journal.begin(
        "apply", config={}, syncs=[JournalSync("sync[0]", "sis", "shop", "\x1b[2J")], plan="\x1b[2Jx"
    )
    odd = Action(Kind.OLD, "stu\x1bdents", "\u202e9\ud800", place=0)
    journal.plan(run, 0, [(odd, json.dumps({"was": {"name": "\x1b[31mEve"}}))])
    journal.settle(run, 0, [(odd, Outcome.FAILED, "\x1b[31m", None)])
    lines: list[str] = []

    tell_on_terminal(journal, run, lines)

    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert play.run("history", str(run), "--json").exit_code == 0
