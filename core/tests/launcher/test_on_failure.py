"""Whoever is not there is told that a run did not end well."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from dss.launcher import on_failure
from dss.launcher.group import COMMANDS, dss_run
from dss.launcher.running import Running

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play

KEEPER = """\
#!{python}
import json, os, sys
from pathlib import Path

told = {{key: value for key, value in os.environ.items() if key.startswith("DSS_")}}
said = {{"arguments": sys.argv[1:], "folder": os.getcwd(), "input": sys.stdin.read(), "told": told}}
Path({place!r}).write_text(json.dumps(said), encoding="utf-8")
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs are made by their first line")


def program(path: Path, text: str) -> Path:
    """Make a program."""
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def kept(play: Play, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command of the configuration writes down what it was told."""
    monkeypatch.delenv("DSS_REQUIRE_SERVICES", raising=False)
    place = play.folder / "told.json"
    program(play.folder / "tell", KEEPER.format(python=sys.executable, place=str(place)))
    configure(play)
    return place


def configure(play: Play, more: str = "") -> None:
    """A configuration with `on_failure`, which has to stand above the tables."""
    play.configure(more)
    path = play.folder / "dss.toml"
    path.write_text('on_failure = ["./tell", "admin", "it\'s"]\n' + path.read_text("utf-8"), "utf-8")


def said(kept: Path) -> Any:
    """What it was told."""
    return json.loads(kept.read_text(encoding="utf-8"))


def test_a_failure_is_told_with_its_report(play: Play, kept: Path) -> None:
    """No shell takes the words apart; it runs beside the configuration, and gets the report without values."""
    play.put("shop", play.held_by("shop")["students"], _refused=["1"])

    result = play.run("apply", "--yes", "--report", "last.txt")

    assert result.exit_code == 4
    found = said(kept)
    assert found["arguments"] == ["admin", "it's"]
    assert Path(found["folder"]) == play.folder
    assert found["told"] == {
        "DSS_EXIT_CODE": "4",
        "DSS_CONFIG": str(play.folder / "dss.toml"),
        "DSS_COMMAND": "apply",
        "DSS_REPORT": str(play.folder / "last.txt"),
    }
    assert found["input"] == (play.folder / "last.txt").read_text("utf-8")
    assert found["input"].startswith("some failed: 4 done, 1 failed\n")
    assert "ana@example.org" not in found["input"]


@pytest.mark.parametrize(("arguments", "code"), [(("plan",), 2), (("apply", "--yes"), 0)])
def test_what_ends_well_is_not_told(play: Play, kept: Path, arguments: tuple[str, ...], code: int) -> None:
    """Neither changes nor that all is done."""
    assert play.run(*arguments).exit_code == code
    assert not kept.exists()


def test_a_plan_that_cannot_be_made_is_told(play: Play, kept: Path) -> None:
    """With the error, in the words of the screen, without what it quotes."""
    play.put("sis", {}, _unreadable="the row of 'Ana Abel' is cut off")

    result = play.run("plan")

    assert result.exit_code == 1
    assert said(kept)["told"]["DSS_COMMAND"] == "plan"
    assert "DSS_REPORT" not in said(kept)["told"]
    assert said(kept)["input"].startswith("error: nothing was changed\n")
    assert "the row of '...' is cut off" in said(kept)["input"]
    assert "Ana" not in said(kept)["input"]


def test_what_is_held_is_told(exodus: Play, kept: Path) -> None:
    """By record, not by name."""
    assert exodus.run("apply", "--yes").exit_code == 3

    text = said(kept)["input"]
    assert text.startswith("held: 1 done, 20 held\n")
    assert "old students 20\n" in text
    assert "Person" not in text


@pytest.mark.parametrize(
    "broken",
    [
        "budgets = 3\n",
        "[trees.third]\nconnector = 3\n",
        "[trees.sis\n",
        "this is no TOML\n",
        "[[sync]]\nleft = 'x'\n",
    ],
)
def test_a_broken_configuration_is_told(play: Play, kept: Path, broken: str) -> None:
    """Whatever is wrong elsewhere in the file, as long as the one line can be read."""
    configure(play, broken)

    result = play.run("apply", "--yes")

    assert result.exit_code == 1
    assert said(kept)["told"]["DSS_EXIT_CODE"] == "1"
    assert "dss.toml" in said(kept)["input"]


def test_a_forgotten_yes_is_told(play: Play, kept: Path) -> None:
    """A cron job that would have to ask is a failure that nobody would see."""
    assert play.run("apply").exit_code == 1
    assert "no terminal to ask on" in said(kept)["input"]


def test_a_report_that_cannot_be_is_told(play: Play, kept: Path) -> None:
    """Before anything is done, and without a report file."""
    before = play.held_by("shop")

    result = play.run("apply", "--yes", "--report", "gone/last.txt")

    assert result.exit_code == 1
    assert play.held_by("shop") == before
    assert "there is no folder" in said(kept)["input"]
    assert "DSS_REPORT" not in said(kept)["told"]


def test_a_wrong_command_line_is_not_told(play: Play, kept: Path) -> None:
    """Who mistypes is there."""
    assert play.run("apply", "--yess").exit_code == 1
    assert not kept.exists()


@pytest.mark.parametrize("arguments", [("check",), ("connectors",), ("init", "nothing")])
def test_other_commands_tell_nobody(play: Play, kept: Path, arguments: tuple[str, ...]) -> None:
    """They are for a person to look at."""
    play.put("sis", {}, _unreadable="x")

    play.run(*arguments)

    assert not kept.exists()


@pytest.mark.parametrize("where", ["reading", "writing"])
def test_a_shutdown_is_told(play: Play, kept: Path, where: str) -> None:
    """SIGTERM while it reads, and while it writes."""
    text = (play.folder / "my_trees.py").read_text(encoding="utf-8")
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    old = 'print("reading students")' if where == "reading" else "raise KeyboardInterrupt"
    (play.folder / "my_trees.py").write_text(text.replace(old, killed), encoding="utf-8")
    play.put("shop", play.held_by("shop")["students"], _crash="2")

    done = play.spawn("apply", "--yes")

    assert done.returncode == 5
    assert said(kept)["told"]["DSS_EXIT_CODE"] == "5"
    told = {
        "reading": "stopped: nothing was changed\n",
        "writing": "stopped: not all was done\nshop: stopped after 1 of 5 changes",
    }
    assert said(kept)["input"].startswith(told[where])


def test_a_locked_configuration_is_told(play: Play, kept: Path) -> None:
    """A run that hangs for days shows in the next one's mail."""
    from dss.lock import one_at_a_time

    with one_at_a_time(play.folder / "state", "apply"):
        result = play.run("apply", "--yes")

    assert result.exit_code == 6
    assert said(kept)["input"].startswith("locked: nothing was changed\n")
    assert "`dss-run apply`, process" in said(kept)["input"]


def test_its_own_failure_is_a_warning(play: Play, kept: Path) -> None:
    """The exit code stays that of the run."""
    play.put("sis", {}, _unreadable="x")
    program(play.folder / "tell", "#!/bin/sh\nexit 3\n")

    result = play.run("plan")

    assert result.exit_code == 1
    assert "warning: `on_failure`: `./tell` ended with exit code 3" in result.stderr


def test_a_command_that_is_not_there_is_a_warning(play: Play, kept: Path) -> None:
    """With what is wrong."""
    play.put("sis", {}, _unreadable="x")
    (play.folder / "tell").unlink()

    result = play.run("plan")

    assert result.exit_code == 1
    assert "warning: `on_failure`: `./tell` cannot be run: No such file or directory" in result.stderr


def test_it_does_not_tell_of_itself(play: Play, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `dss-run` that the command itself starts ends the chain."""
    play.put("sis", {}, _unreadable="x")
    monkeypatch.setenv("DSS_EXIT_CODE", "1")

    play.run("plan")

    assert not kept.exists()


def has_ended(process: int) -> bool:
    """Whether a process ends, as one that is being killed does in a moment."""
    until = time.monotonic() + 10
    while is_running(process) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_running(process)


def is_running(process: int) -> bool:
    """Whether a process is there and has not ended; where nobody asks for its end, it stays on as a zombie."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text("utf-8").rpartition(")")[2].split()[0] != "Z"


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    """Nothing stays behind, and the time limit is told."""
    text = f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/child\nwait\n"
    hanging = program(tmp_path / "hang", text)
    began = time.monotonic()

    wrong = on_failure.run([str(hanging)], tmp_path, {}, "", limit=1.0)

    assert time.monotonic() - began < 20
    assert wrong == f"`on_failure`: `{hanging}` took longer than 1 s and was ended"
    assert has_ended(int((tmp_path / "child").read_text("utf-8")))


def test_a_second_signal_ends_the_waiting_too(play: Play, kept: Path) -> None:
    """Whoever is told to stop while it tells of a failure stops, and leaves nothing behind."""
    play.put("sis", {}, _unreadable="x")
    program(play.folder / "tell", f"#!/bin/sh\necho $$ > {play.folder}/child\nkill -TERM $PPID\nsleep 60\n")
    began = time.monotonic()

    done = play.spawn("plan")

    assert time.monotonic() - began < 30
    assert done.returncode == 1
    assert done.stderr.endswith(b"stopped\n")
    assert not is_running(int((play.folder / "child").read_text("utf-8")))


def test_every_command_that_plans_or_changes_takes_part() -> None:
    """A new one cannot forget it."""
    for name in ("plan", "apply", "resume", "undo"):
        if name in COMMANDS:
            command = dss_run.get_command(click.Context(dss_run), name)
            assert isinstance(command, Running), name
            assert any("--report" in parameter.opts for parameter in command.params), name


def test_a_command_that_reads_nothing_is_no_failure(tmp_path: Path) -> None:
    """Most tell of a failure in words of their own."""
    assert on_failure.run(["true"], tmp_path, {}, "x" * 1_000_000) is None


def test_a_name_without_a_slash_is_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In PATH, never in the current folder by itself."""
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin" / "mail-me", f"#!/bin/sh\ncat > {tmp_path}/mail\n")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")

    assert on_failure.run(["mail-me"], tmp_path, {}, "told") is None
    assert (tmp_path / "mail").read_text("utf-8") == "told"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('on_failure = ["a", "b"]\n', ("a", "b")),
        ('\ufeffon_failure = ["a"]\n', ("a",)),
        ('on_failure = [\n  "a",  # ]\n  "b",\n]\nbroken\n', ("a", "b")),
        ('broken\non_failure=["a"]\n', ("a",)),
        ('[trees.x]\non_failure = ["a"]\nbroken\n', ()),
        ('on_failure = "a"\n', ()),
        ("on_failure = [1]\n", ()),
        ("on_failure = [\n", ()),
        ("", ()),
    ],
)
def test_the_command_is_found_in_a_broken_file(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    """As long as it stands where it belongs and is itself in order."""
    (tmp_path / "dss.toml").write_text(text, encoding="utf-8")

    assert on_failure.command_of(tmp_path / "dss.toml") == words


def test_a_file_that_is_not_there_has_none(tmp_path: Path) -> None:
    """Nor can anybody be told of it."""
    assert on_failure.command_of(tmp_path / "dss.toml") == ()
