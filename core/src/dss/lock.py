"""One run at a time: two that write the same target would each act on what the other is just changing."""

from __future__ import annotations

import contextlib
import datetime
import getpass
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from dss.errors import DssError

HOLDER = "run.txt"
"""Who has the lock, in words."""


class LockedError(DssError):
    """Retry: another run of the same configuration is under way; nothing was done."""


@contextlib.contextmanager
def one_at_a_time(state: Path) -> Iterator[None]:
    """Keep other writing runs of one configuration out.

    The lock is the operating system's: it goes with the process, however that ends, and nothing has to be cleaned up.

    Args:
        state: the configuration's state folder, made when it is not there, for its owner only.

    Raises:
        LockedError: another run is under way; it says whose, since when, and which process.
        DssError: the folder cannot be written.
    """
    lock = _acquired(state)
    try:
        yield
    finally:
        (state / HOLDER).unlink(missing_ok=True)
        lock.release()


def _acquired(state: Path) -> FileLock:
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(state / "run.lock", timeout=0, mode=0o600)
        lock.acquire()
        (state / HOLDER).write_text(_who(), encoding="utf-8")
        (state / HOLDER).chmod(0o600)
    except Timeout:
        raise LockedError(
            f"another run of this configuration is under way ({_holder(state)}); wait for its end, or stop it"
        ) from None
    except OSError as error:
        raise DssError(_cannot_be_written(state, error.strerror or str(error))) from None
    return lock


def obstacle(state: Path) -> str | None:
    """Why no run could write to its state folder, as far as can be told without writing; None when one could."""
    there = next(folder for folder in (state, *state.parents) if folder.exists())
    if not there.is_dir():
        return _cannot_be_written(state, f"`{there}` is no folder")
    return None if os.access(there, os.W_OK | os.X_OK) else _cannot_be_written(state, "Permission denied")


def _cannot_be_written(state: Path, reason: str) -> str:
    return (
        f"the state folder `{state}` cannot be written: {reason}; let it belong to the account that runs this, or name"
        " another with `state`"
    )


def _who() -> str:
    since = datetime.datetime.now(datetime.UTC).astimezone().isoformat(sep=" ", timespec="seconds")
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        # an account without a name, as in some containers
        user = f"user {os.getuid()}" if hasattr(os, "getuid") else "somebody"
    return f"process {os.getpid()} of {user}, since {since}"


def _holder(state: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return (state / HOLDER).read_text(encoding="utf-8").strip() or "just begun"
    return "just begun"
