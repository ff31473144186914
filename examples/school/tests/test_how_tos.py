"""The how-tos of the first week and of rollover night, followed from their first command to their last."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import old_moodle
import pytest
import rollover
from demo import LAUNCHER, Play

HERE = Path(__file__).parent.parent
PAGES = HERE.parent.parent / "docs" / "how-to"
PART = re.compile(r"^```(console|sql|toml)\n(.*?)^```$|^<!-- (.*?) -->$", re.DOTALL | re.MULTILINE)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="the pages speak to a shell")]


def follow(
    page: str, folder: Path, events: dict[str, Callable[[Path], None]]
) -> Iterator[tuple[str, list[str]]]:
    """Do what a page says, one part after the other.

    Args:
        page: its name.
        folder: where it is followed.
        events: what happens at the comments that cannot be seen.

    Yields:
        Each command, and what differs between what the page shows and what came.
    """
    code = 0
    for kind, text, event in PART.findall((PAGES / page).read_text("utf-8")):
        if event:
            events[event](folder)
        elif kind == "sql":
            with sqlite3.connect(folder / "moodle.db") as connection:
                connection.executescript(text)
            connection.close()
        elif kind == "toml":
            config = folder / "dss.toml"
            before, _, _ = config.read_text("utf-8").partition("[budgets.students]")
            config.write_text(before + text, "utf-8")
        else:
            for block in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, *shown = block.splitlines()
                if command == "echo $?":
                    yield command, differences(shown, [str(code)])
                    continue
                done = shell(command, folder)
                code = done.returncode
                yield command, differences(shown, done.stdout.splitlines())


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as it stands on the page."""
    path = os.pathsep.join([str(LAUNCHER.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def differences(shown: list[str], came: list[str]) -> list[str]:
    """The first line that did not come where the page has it; three dots are any lines, or the rest of a line."""
    at, skipping = 0, False
    for line in shown:
        if line == "...":
            skipping = True
            continue
        rest = came[at:] if skipping else came[at : at + 1]
        found = next((place for place, one in enumerate(rest) if fits(line, one)), None)
        if found is None:
            return [f"shown: {line}", *came[at : at + 40]]
        at, skipping = at + found + 1, False
    return [] if skipping or at == len(came) else ["not shown:", *came[at:]]


def fits(shown: str, came: str) -> bool:
    """Whether a line is the one that is shown."""
    begin, dots, _ = shown.partition(" ...")
    return came.startswith(begin) if dots and not shown.startswith("  ...") else came == shown


def receive_day_two(folder: Path) -> None:
    """PowerSchool writes the files of the second day."""
    Play(folder).receive("day2")


def receive_new_year(folder: Path) -> None:
    """PowerSchool writes the files of the next school year, of which the first day has come."""
    shutil.rmtree(folder / "exports")
    rollover.roll_over(folder / "exports")
    config = folder / "dss.toml"
    config.write_text(
        config.read_text("utf-8").replace('today = "2026-10-06"', 'today = "2027-08-24"'), "utf-8"
    )


def test_the_first_week(tmp_path: Path) -> None:
    """Every command prints what the page shows."""
    folder = tmp_path / "first-week"
    old_moodle.make(folder)

    events = {"the files of the next day arrive": receive_day_two}
    for command, differs in follow("first-week-with-an-old-moodle.md", folder, events):
        if "old_moodle.py" not in command:
            assert differs == [], command


def test_rollover_night(tmp_path: Path) -> None:
    """Every command prints what the page shows, beginning from two days in step."""
    play = Play(tmp_path / "play")
    play.set_up()
    play.receive("day1")
    play.run("claim", "--yes", expect=0)
    play.run("apply", "--yes", expect=0)
    play.receive("day2")
    play.run("apply", "--yes", expect=0)

    events = {"the files of the new year arrive": receive_new_year}
    for command, differs in follow("rollover-night.md", play.folder, events):
        assert differs == [], command
