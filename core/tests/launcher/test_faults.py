"""What goes wrong is told in words, without a traceback, and ends with 1."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dss.launcher.faults import explain

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play

DERIVE = '[sync.courses]\nderive.left = "my_school/courses"\n'


@pytest.mark.parametrize("command", ["plan", "apply", "check"])
def test_a_missing_configuration_is_named(play: Play, command: str) -> None:
    """With how to name or make one."""
    (play.folder / "dss.toml").unlink()

    result = play.run(command, *(["--yes"] if command == "apply" else []))

    assert result.exit_code == 1
    assert f"there is no configuration `{play.folder / 'dss.toml'}`" in result.output
    assert "dss-run init" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("arguments", [("-c", "other.toml", "plan"), ("plan", "-c", "other.toml")])
def test_config_may_stand_before_and_after_the_command(play: Play, arguments: tuple[str, ...]) -> None:
    """Both mean the same."""
    (play.folder / "dss.toml").rename(play.folder / "other.toml")

    assert play.run(*arguments).exit_code == 2


def test_a_tree_that_cannot_be_read_ends_the_run(play: Play) -> None:
    """The importer's own words, and nothing else."""
    play.put("sis", {}, _unreadable="students.txt, line 3: too short")

    result = play.run("plan")

    assert result.exit_code == 1
    assert "error: students.txt, line 3: too short" in result.stderr
    assert result.stdout == ""


def test_an_empty_source_is_an_error(play: Play) -> None:
    """It is more often a fault than the truth."""
    play.put("sis", {})

    result = play.run("plan")

    assert result.exit_code == 1
    assert "`sis.students` has no records at all" in result.stderr


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def courses(tree):\n    return [tree.nothing]\n", "my_school.py, line 2: AttributeError"),
        ("def courses(tree)\n    return []\n", "my_school.py, line 1: SyntaxError"),
        ("import nowhere_to_be_found\n", "my_school.py, line 1: ModuleNotFoundError"),
        ("def courses(tree):\n    return open('no such file')\n", "my_school.py, line 2: FileNotFoundError"),
        ("import sys\n\ndef courses(tree):\n    sys.exit(3)\n", "my_school.py, line 4: SystemExit"),
    ],
)
def test_a_fault_in_the_users_own_code_is_told_with_its_line(play: Play, code: str, said: str) -> None:
    """Neither a traceback, nor the claim that dss is to blame."""
    (play.folder / "my_school.py").write_text(code, encoding="utf-8")
    play.configure(DERIVE)

    result = play.run("plan")

    assert result.exit_code == 1
    assert "error: in your own code" in result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert "defect" not in result.stderr


def test_python_in_the_same_folder_is_not_the_users_code() -> None:
    """As in a home folder that holds both: what trips inside the standard library did not do so by itself."""
    home = Path(sysconfig.get_path("stdlib")).parent

    with pytest.raises(ValueError, match="Expecting") as caught:
        json.loads("not JSON")

    assert "your own code" not in explain(caught.value, home / "dss.toml")


def test_a_defect_says_that_it_is_one(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """And how to see more."""
    monkeypatch.setattr("dss.planning.make_plan", lambda *_: 1 / 0)

    result = play.run("plan")

    assert result.exit_code == 1
    assert "ZeroDivisionError" in result.stderr
    assert "defect" in result.stderr
    assert "--debug" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [("--debug", "plan"), ("plan", "--debug")])
def test_debug_shows_the_traceback(play: Play, arguments: tuple[str, ...]) -> None:
    """Of an error of the user's as well."""
    play.put("sis", {}, _unreadable="too short")

    result = play.run(*arguments)

    assert result.exit_code == 1
    assert "Traceback (most recent call last)" in result.stderr
    assert "error: too short" in result.stderr


@pytest.mark.parametrize(
    "error",
    [BrokenPipeError(32, "Broken pipe"), ConnectionResetError(104, "Connection reset"), MemoryError()],
)
def test_a_lost_connection_is_no_silent_end(
    play: Play, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """A broken pipe of a database is not taken for a reader who has seen enough."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("dss.planning.make_plan", fail)

    result = play.run("plan")

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("error: ")


def test_hostile_text_in_an_error_is_shown_literally(play: Play) -> None:
    """An error's text comes from outside as often as a name does."""
    play.put("sis", {}, _unreadable="\x1b[2Jgone [bold]")

    result = play.run("plan")

    assert "error: \\x1b[2Jgone [bold]" in result.stderr


@pytest.mark.parametrize(
    "arguments", [("plan", "--colour"), ("plane",), ("plan", "--limit", "many"), ("init",)]
)
def test_a_wrong_command_line_ends_with_one(play: Play, arguments: tuple[str, ...]) -> None:
    """2 would mean that there are changes."""
    result = play.run(*arguments)

    assert result.exit_code == 1
    assert "Usage:" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["apply --yes", "plan", "plan --json", "check", "connectors", "--help"])
def test_a_failed_write_of_the_answer_is_an_error(play: Play, command: str, unbuffered: str) -> None:
    """A full disk is told once, and an apply that cannot show its counts changes nothing."""
    before = play.held_by("shop")

    with Path("/dev/full").open("w", encoding="ascii") as full:
        done = subprocess.run(
            [play.program, *command.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1] == "error: standard output: No space left on device"
    assert done.stderr.count(b"No space left") == 1
    assert b"Exception ignored" not in done.stderr
    assert play.held_by("shop") == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_where_nothing_can_be_told_the_exit_code_tells_it(play: Play) -> None:
    """Standard error on a full disk too: 1, and no other code of Python's own."""
    with Path("/dev/full").open("w", encoding="ascii") as full:
        done = subprocess.run([play.program, "apply", "--yes"], stdout=full, stderr=full, check=False)

    assert done.returncode == 1


@pytest.mark.parametrize(("command", "code"), [("plan", 2), ("apply", 1), ("apply --yes", 0)])
def test_closed_streams_are_no_error(play: Play, command: str, code: int) -> None:
    """As some service managers start a process: what is said goes nowhere, the exit code stands."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" {command} <&- >&- 2>&-', play.program], timeout=60, check=False
    )

    assert done.returncode == code


def test_a_busy_target_is_waited_for_and_said(play: Play) -> None:
    """Without a word of what was to be written."""
    text = (play.folder / "my_trees.py").read_text(encoding="utf-8")
    busy = (
        "    tries = 0\n"
        "    @contextlib.contextmanager\n"
        "    def batch(self) -> Iterator[None]:\n"
        "        Right.tries += 1\n"
        "        if Right.tries == 1:\n"
        "            from dss.errors import TemporaryError\n"
        "            raise TemporaryError('locked while writing Ana Abel')\n"
    )
    text = text.replace("    @contextlib.contextmanager\n    def batch(self) -> Iterator[None]:\n", busy)
    (play.folder / "my_trees.py").write_text(text, encoding="utf-8")

    result = play.run("apply", "--yes")

    assert result.exit_code == 0
    assert "warning: the target is busy (TemporaryError); trying again" in result.stderr
    assert "Ana" not in result.output
