"""Only one run of a configuration writes at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dss.errors import DssError
from dss.lock import LockedError, one_at_a_time

HOLD = """
import sys, time
from pathlib import Path
from dss.lock import one_at_a_time

with one_at_a_time(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_told_who_is_first(tmp_path: Path) -> None:
    """It does nothing, and its message names the process to wait for."""
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()

        with (
            pytest.raises(LockedError, match=f"process {first.pid} of .*, since 20"),
            one_at_a_time(tmp_path),
        ):
            pass

        first.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_run_that_was_killed_locks_nobody_out(tmp_path: Path) -> None:
    """The lock goes with its process; nobody has to delete a file."""
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()
        os.kill(first.pid, signal.SIGKILL)

    with one_at_a_time(tmp_path):
        assert (tmp_path / "run.txt").read_text().startswith(f"process {os.getpid()}")


def test_the_folder_is_its_owners(tmp_path: Path) -> None:
    """It will hold what was done to whom."""
    state = tmp_path / "deep" / "state"

    with one_at_a_time(state):
        modes = [path.stat().st_mode & 0o077 for path in (state, *state.iterdir())]

    assert modes == [0, 0, 0]
    assert not (state / "run.txt").exists()


def test_a_folder_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    """A file in its place, say."""
    (tmp_path / "state").write_text("not a folder")

    with (
        pytest.raises(DssError, match=r"state folder .* cannot be written"),
        one_at_a_time(tmp_path / "state"),
    ):
        pass


def test_what_fails_inside_passes_through(tmp_path: Path) -> None:
    """An error of the run itself is none of the lock's."""
    with pytest.raises(FileNotFoundError), one_at_a_time(tmp_path):
        (tmp_path.parent / "not there").read_text()
