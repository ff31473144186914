"""Only one run of a configuration writes at a time."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dss.errors import DssError
from dss.lock import Holder, LockedError, obstacle, one_at_a_time

HOLD = """
import sys, time
from pathlib import Path
from dss.lock import one_at_a_time

with one_at_a_time(Path(sys.argv[1]), "undo"):
    print("locked", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_told_who_is_first(tmp_path: Path) -> None:
    """It does nothing, and its message names the command and the process to wait for, and how to stop it."""
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()

        with (
            pytest.raises(
                LockedError,
                match=rf"`dss-run undo`, process {first.pid} of .* on .*, since 20.*; nothing was done\. Wait for its"
                rf" end, or stop it with `kill {first.pid}`",
            ),
            one_at_a_time(tmp_path, "apply"),
        ):
            pass

        first.kill()


def test_a_run_that_was_killed_locks_nobody_out(tmp_path: Path) -> None:
    """The lock goes with its process; nobody has to delete a file."""
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()
        first.kill()
    left_behind = json.loads((tmp_path / "run.json").read_text("utf-8"))

    with one_at_a_time(tmp_path):
        holder = Holder.of(tmp_path)

    assert left_behind["process"] == first.pid
    assert holder is not None
    assert holder.process == os.getpid()


def test_who_was_killed_is_not_named_as_running(tmp_path: Path) -> None:
    """As long as the next run has not written down who it is, nobody knows."""
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()
        first.kill()
    left_behind = (tmp_path / "run.json").read_bytes()

    with one_at_a_time(tmp_path):
        (tmp_path / "run.json").write_bytes(left_behind)
        with pytest.raises(LockedError, match=r"under way \(just begun\)"), one_at_a_time(tmp_path):
            pass


@pytest.mark.parametrize("text", ["", "process 7 of jane", "[]", '{"process": "x"}', '{"process": 1e400}'])
def test_what_cannot_be_read_names_nobody(tmp_path: Path, text: str) -> None:
    """A holder file that is cut off, or from elsewhere, does not turn into an error of its own."""
    with one_at_a_time(tmp_path):
        (tmp_path / "run.json").write_text(text, "utf-8")
        with pytest.raises(LockedError, match="just begun"), one_at_a_time(tmp_path):
            pass


def test_a_process_on_another_machine_is_believed(tmp_path: Path) -> None:
    """Nothing here tells whether it still runs; and it cannot be stopped from here."""
    with one_at_a_time(tmp_path):
        Holder(2**22 + 1, "elsewhere", "jane", "2026-11-02 03:15:00+01:00", "apply").write(tmp_path)
        with pytest.raises(LockedError) as found, one_at_a_time(tmp_path):
            pass

    assert "process 4194305 of jane on elsewhere, since 2026-11-02 03:15:00+01:00" in str(found.value)
    assert "kill" not in str(found.value)


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Such as a share over a network: the mere presence of a file would lock everybody out after a crash."""
    fcntl = pytest.importorskip("fcntl")

    def without(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", without)

    with pytest.raises(DssError, match="cannot lock files") as found, one_at_a_time(tmp_path):
        pass

    assert not isinstance(found.value, LockedError)


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "make room on its disk"),
        (errno.EDQUOT, "the account's share of the disk"),
        (errno.EROFS, "it can only be read there; name another with `state`"),
        (errno.EIO, "look at its disk"),
        (errno.EACCES, "let it belong to the account that runs this"),
    ],
)
def test_the_advice_is_for_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    """On a full disk another owner would not help."""

    def fails(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("tempfile.mkstemp", fails)

    with pytest.raises(DssError) as found, one_at_a_time(tmp_path):
        pass

    assert str(found.value).startswith(
        f"the state folder `{tmp_path}` cannot be written: {os.strerror(number)}; "
    )
    assert advice in str(found.value)
    assert ("belong" in str(found.value)) == (number == errno.EACCES)


def test_a_state_folder_that_is_a_file(tmp_path: Path) -> None:
    """It is said to be one, whoever finds it first."""
    (tmp_path / "state").write_text("", "utf-8")

    with pytest.raises(DssError, match="something else has that name"), one_at_a_time(tmp_path / "state"):
        pass

    assert "something else has that name" in str(obstacle(tmp_path / "state"))


def test_the_folder_is_its_owners(tmp_path: Path) -> None:
    """It will hold what was done to whom."""
    state = tmp_path / "deep" / "state"

    with one_at_a_time(state):
        modes = [path.stat().st_mode & 0o077 for path in (state, *state.iterdir())]

    assert modes == [0, 0, 0]
    assert not (state / "run.json").exists()


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
