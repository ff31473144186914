"""`--report FILE`: what came of a run, for a mail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dss.launcher import report_file

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


def report_of(play: Play, *arguments: str) -> str:
    """Run a command with `--report`; what stands in the file."""
    play.run(*arguments, "--report", "last.txt")
    return (play.folder / "last.txt").read_text(encoding="utf-8")


def test_the_counts_come_first(play: Play) -> None:
    """Then which run it was, then by system what was done and what was not."""
    play.put("shop", play.held_by("shop")["students"], _refused=["1"])

    text = report_of(play, "apply", "--yes")

    lines = text.splitlines()
    assert lines[0] == "some failed: 4 done, 1 failed"
    assert lines[2] == f"dss-run apply, {play.folder / 'dss.toml'}"
    assert lines[3].endswith(", exit code 4")
    assert "shop: 4 done, 1 failed" in lines
    assert "  new students `1`: ValueError: the address '...' is taken" in lines
    assert "to be done by hand:\n  empty the cache" in text


def test_names_and_values_are_left_out(exodus: Play) -> None:
    """Who gets the mail need not see who has left."""
    exodus.put("sis", exodus.held_by("sis")["students"], _notes=["'Person 1' has two rows"])

    text = report_of(exodus, "apply", "--yes")

    assert text.startswith("held: 1 done, 20 held\n")
    assert "! old students 20\n" in text
    assert "'...' has two rows" in text
    assert "Person" not in text
    assert "example.org" not in text


def test_in_step_is_reported_although_nothing_is_printed(play: Play) -> None:
    """Its age tells that the job still runs."""
    play.run("apply", "--yes")

    text = report_of(play, "apply", "--yes")

    assert text.startswith("in step: nothing to do\n")
    assert "students    3     4" in text


def test_a_plan_can_be_reported(play: Play) -> None:
    """For the weeks in which nothing is applied yet."""
    assert report_of(play, "plan").startswith("changes: 5 changes to apply\n")


@pytest.mark.parametrize(
    ("begins", "config", "more"),
    [
        ("error: nothing was changed\n", "[trees.sis]\n", {}),
        ("error: nothing was changed\n", None, {"_unreadable": "is cut off"}),
    ],
)
def test_an_error_is_reported(play: Play, begins: str, config: str | None, more: dict[str, str]) -> None:
    """Of the configuration, and of a source."""
    play.put("sis", {}, **more)
    if config:
        play.configure(config=config)

    text = report_of(play, "apply", "--yes")

    assert text.startswith(begins)
    assert "\nerror: " in text


def test_a_run_that_was_stopped_is_reported(play: Play) -> None:
    """With how far it came."""
    play.put("shop", play.held_by("shop")["students"], _crash="2")

    text = report_of(play, "apply", "--yes")

    assert text.startswith("stopped: not all was done\nshop: stopped after 1 of 5 changes; ")


@pytest.mark.skipif(os.name != "posix", reason="needs modes")
def test_the_file_is_its_owners_and_leaves_nothing_beside_it(play: Play) -> None:
    """Also where a report lay before that everybody could read."""
    report_of(play, "plan")
    (play.folder / "last.txt").chmod(0o644)
    before = set(play.folder.iterdir())

    report_of(play, "plan")

    assert (play.folder / "last.txt").stat().st_mode & 0o777 == 0o600
    assert {path for path in play.folder.iterdir() if "last" in path.name} == {play.folder / "last.txt"}
    assert before <= set(play.folder.iterdir())


@pytest.mark.parametrize(
    ("report", "told"),
    [
        ("gone/last.txt", "there is no folder"),
        (".", "that is no file"),
        ("dss.toml", "that is the configuration"),
        ("/dev/null", "that is no file"),
    ],
)
def test_a_report_that_cannot_be_is_refused_at_once(play: Play, report: str, told: str) -> None:
    """Before anything is read or done."""
    before, config = play.held_by("shop"), (play.folder / "dss.toml").read_text("utf-8")

    result = play.run("apply", "--yes", "--report", report)

    assert result.exit_code == 1
    assert told in result.stderr
    assert "reading" not in result.stderr
    assert play.held_by("shop") == before
    assert (play.folder / "dss.toml").read_text("utf-8") == config


@pytest.mark.parametrize("there", ["state/journal.sqlite", "moodle.db", "students.txt", "job.log"])
def test_a_file_that_is_no_report_stays(play: Play, there: str) -> None:
    """A slip in the name must not cost an export, a database or the journal; nothing is read or done."""
    play.run("apply", "--yes")
    if not (play.folder / there).exists():
        (play.folder / there).write_bytes(b"error: \xff\nStudent_Number\n10001\n")
    play.put("shop", {})
    before, target = (play.folder / there).read_bytes(), play.held_by("shop")

    result = play.run("apply", "--yes", "--report", there)

    assert result.exit_code == 1
    assert "is there already, and is no report; name another file" in result.stderr
    assert "reading" not in result.stderr
    assert (play.folder / there).read_bytes() == before
    assert play.held_by("shop") == target


@pytest.mark.skipif(os.name != "posix", reason="needs /dev/stdout")
def test_the_log_is_not_replaced_by_the_report(play: Play) -> None:
    """`/dev/stdout` may be an ordinary file, from which the rest of the output would be lost."""
    before = play.held_by("shop")

    with (play.folder / "job.log").open("wb") as log:
        command = [str(play.program), "apply", "--yes", "--report", "/dev/stdout"]
        done = subprocess.run(command, cwd=play.folder, stdin=subprocess.DEVNULL, stdout=log, check=False)

    assert done.returncode == 1
    assert (play.folder / "job.log").read_bytes() == b""
    assert play.held_by("shop") == before


@pytest.mark.parametrize("before", ["empty", "good", "bad", "cut short"])
def test_an_earlier_report_is_replaced(play: Play, before: str) -> None:
    """Also one of a run that came to nothing, and a file that was made for it."""
    match before:
        case "empty":
            (play.folder / "last.txt").touch()
        case "good":
            report_of(play, "apply", "--yes")
        case "bad":
            play.put("sis", {}, _unreadable="is cut off")
            report_of(play, "apply", "--yes")
            play.put("sis", {})
        case _:
            text = "the rest of this report could not be written: KeyError\n"
            (play.folder / "last.txt").write_text(text, encoding="utf-8")
    then = (play.folder / "last.txt").read_text(encoding="utf-8")

    text = report_of(play, "plan")

    assert text.splitlines()[2].startswith("dss-run plan, ")
    assert text != then


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_link_stays_a_link(play: Play) -> None:
    """The report comes where it leads to."""
    (play.folder / "reports").mkdir()
    (play.folder / "last.txt").symlink_to("reports/today.txt")

    text = report_of(play, "plan")

    assert (play.folder / "last.txt").is_symlink()
    assert (play.folder / "reports" / "today.txt").read_text("utf-8") == text


def test_a_report_that_is_lost_is_an_error(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done stays done, and who waits for the report is told that there is none."""

    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report_file, "write", full)

    result = play.run("apply", "--yes", "--report", "last.txt")

    assert result.exit_code == 1
    assert "last.txt` cannot be written: No space left on device" in result.stderr
    assert "shop: 5 done" in result.stdout
    assert not (play.folder / "last.txt").exists()
