"""The demo as `make demo` runs it: every command by the real launcher, every exit code as promised."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


def demo(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the demo into a folder."""
    command = [sys.executable, str(HERE / "demo.py"), str(folder)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=600)


def test_the_demo_runs_to_its_end_and_leaves_a_folder_to_play_with(tmp_path: Path) -> None:
    """It checks every exit code itself; a person can go on in the folder, and start the demo again."""
    done = demo(tmp_path / "play")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Your turn" in done.stdout
    assert {path.name for path in (tmp_path / "play").iterdir()} >= {
        "dss.toml",
        "school.py",
        "exports",
        "moodle.db",
    }


def test_the_demo_does_not_overwrite_a_folder_of_somebody_else(tmp_path: Path) -> None:
    """A folder that it has not made is left alone."""
    (tmp_path / "mine.txt").write_text("precious", "utf-8")

    done = demo(tmp_path)

    assert done.returncode == 1
    assert "was not made by this demo" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
