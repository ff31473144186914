"""The how-to on explaining one person shows what really comes, word for word."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import moodle
import pytest

HERE = Path(__file__).parent.parent
PAGE = HERE.parent.parent / "docs" / "how-to" / "explain-one-person.md"
LAUNCHER = Path(sys.executable).with_name("dss-run")

pytestmark = pytest.mark.slow


def shown() -> Iterator[tuple[str, list[str]]]:
    """The commands of the page, each with the output that is shown below it."""
    for block in re.findall(r"```console\n\$ dss-run (.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        command, *lines = block.splitlines()
        yield command, lines


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the folder."""
    return subprocess.run(
        [LAUNCHER, *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as two nights have left it."""
    folder = tmp_path_factory.mktemp("play")
    for name in ("dss.toml", "school.py"):
        shutil.copyfile(HERE / name, folder / name)
    moodle.build(folder / "moodle.db")
    shutil.copytree(HERE / "exports" / "day1", folder / "exports")
    run(folder, "claim", "--yes")
    run(folder, "apply", "--yes")
    shutil.rmtree(folder / "exports")
    shutil.copytree(HERE / "exports" / "day2", folder / "exports")
    run(folder, "apply", "--yes")
    return folder


@pytest.mark.parametrize(
    ("command", "lines"), list(shown()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_the_page_shows_is_what_comes(play: Path, command: str, lines: list[str]) -> None:
    """Between two lines that follow each other there is nothing, unless the page says so by dots."""
    came = [dated(line) for line in run(play, *command.split()).stdout.splitlines()]

    at, skipping = 0, False
    for line in map(dated, lines):
        if line == "...":
            skipping = True
            continue
        found = came.index(line, at) if line in came[at:] else None
        assert found is not None, (line, came)
        assert skipping or found == at, (line, came[at])
        at, skipping = found + 1, False
    assert skipping or at == len(came)


def dated(line: str) -> str:
    """The line with any time for the one in it."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "2026-11-23 02:00", line)
