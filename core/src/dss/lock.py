"""One run at a time: two that write the same target would each act on what the other is just changing."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import attrs
from filelock import FileLock, SoftFileLock, Timeout

from dss import clock
from dss.account import account
from dss.errors import DssError
from dss.private_file import whole_file

HOLDER = "run.json"
"""Who has the lock."""
LOCK = "run.lock"
WITHOUT_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)
"""What a file system answers that cannot lock, such as a share over a network."""
_ANOTHER = "name another with `state`"
_ADVICE = {
    errno.ENOSPC: "make room on its disk",
    errno.EDQUOT: "make room, or ask for more: it is the account's share of the disk that is used up",
    errno.EFBIG: "there is a limit on the size of files (see `ulimit -f`); lift it",
    errno.EIO: "look at its disk, which may be failing",
    errno.EROFS: f"it can only be read there; {_ANOTHER}",
    errno.EMFILE: "too many files are open (see `ulimit -n`); allow more",
    errno.ENFILE: "too many files are open on this machine; close some",
    errno.EEXIST: f"something else has that name; move it away, or {_ANOTHER}",
    errno.ENOTDIR: f"a part of its path is no folder; {_ANOTHER}",
    errno.ENAMETOOLONG: _ANOTHER,
    errno.ELOOP: f"its links lead round in a circle; mend them, or {_ANOTHER}",
}
"""What mends that a folder cannot be written; where nothing is said, it is a matter of permissions."""


class LockedError(DssError):
    """Retry: another run of the same configuration is under way; nothing was done."""


@attrs.frozen
class Holder:
    """The process that has the lock.

    Attributes:
        process: its number.
        host: the machine it runs on.
        who: the account it runs under.
        since: when it began, in words.
        command: what it does, such as `apply`; empty when that is not known.
    """

    process: int
    host: str
    who: str
    since: str
    command: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine, where signals reach it."""
        return os.name == "posix" and self.host == socket.gethostname()

    @classmethod
    def me(cls, command: str) -> Self:
        """This process, now."""
        since = clock.now().astimezone().isoformat(sep=" ", timespec="seconds")
        return cls(os.getpid(), socket.gethostname(), account(), since, command)

    @classmethod
    def of(cls, state: Path) -> Self | None:
        """Who is written down, as long as that process can still be running."""
        try:
            found = cls(**json.loads((state / HOLDER).read_text(encoding="utf-8")))
            return found if not found.is_here or _is_there(found.process) else None
        except (OSError, ValueError, TypeError, OverflowError):
            return None

    def write(self, state: Path) -> None:
        """Write it down, whole or not at all."""
        with whole_file(state / HOLDER) as file:
            file.write(json.dumps(attrs.asdict(self)).encode())

    def __str__(self) -> str:
        command = f"`dss-run {self.command}`, " if self.command else ""
        return f"{command}process {self.process} of {self.who} on {self.host}, since {self.since}"


@contextlib.contextmanager
def one_at_a_time(state: Path, command: str = "") -> Iterator[None]:
    """Keep other writing runs of one configuration out, and of others with the same state folder.

    The lock is the operating system's: it goes with the process, however that ends, and nothing has to be cleaned up.

    Args:
        state: the configuration's state folder, made when it is not there, for its owner only.
        command: what is being done, such as `apply`, for the message to whoever comes second.

    Raises:
        LockedError: another run is under way; it says whose, since when, and which process.
        DssError: the folder cannot be written, or has no locks.
    """
    lock = _acquired(state, command)
    try:
        yield
    finally:
        (state / HOLDER).unlink(missing_ok=True)
        lock.release()


def _acquired(state: Path, command: str) -> FileLock:
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(state / LOCK, timeout=0, mode=0o600)
        with warnings.catch_warnings():
            # where there are no locks, some versions warn and take the presence of a file for one
            warnings.simplefilter("ignore")
            lock.acquire()
        try:
            if isinstance(lock, SoftFileLock):
                raise NotImplementedError
            Holder.me(command).write(state)
        except BaseException:
            lock.release()
            raise
    except Timeout:
        raise LockedError(_locked(state)) from None
    except NotImplementedError:
        raise DssError(_has_no_locks(state)) from None
    except OSError as error:
        if error.errno in WITHOUT_LOCKS:
            raise DssError(_has_no_locks(state)) from None
        raise DssError(_cannot_be_written(state, error)) from None
    return lock


def obstacle(state: Path) -> str | None:
    """Why no run could write to its state folder, as far as can be told without writing; None when one could."""
    there = next(folder for folder in (state, *state.parents) if folder.exists())
    if not there.is_dir():
        return _cannot_be_written(state, OSError(errno.EEXIST, f"`{there}` is no folder"))
    if os.access(there, os.W_OK | os.X_OK):
        return None
    number = errno.EROFS if _can_only_be_read(there) else errno.EACCES
    return _cannot_be_written(state, OSError(number, os.strerror(number)))


def _can_only_be_read(folder: Path) -> bool:
    with contextlib.suppress(OSError, AttributeError):
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    return False


def _locked(state: Path) -> str:
    holder = Holder.of(state)
    if holder is None:
        return (
            "another run of this configuration is under way (just begun); nothing was done. Wait for its end"
        )
    way_out = f", or stop it with `kill {holder.process}`" if holder.is_here else ""
    return f"another run of this configuration is under way ({holder}); nothing was done. Wait for its end{way_out}"


def _cannot_be_written(state: Path, error: OSError) -> str:
    permit = f"let it belong to the account that runs this, or {_ANOTHER}"
    advice = _ADVICE.get(error.errno or 0, permit)
    return f"the state folder `{state}` cannot be written: {error.strerror or error}; {advice}"


def _has_no_locks(state: Path) -> str:
    return (
        f"the state folder `{state}` lies on a file system that cannot lock files, so nothing would keep two runs"
        " apart; name a folder on a disk of this machine with `state`"
    )


def _is_there(process: int) -> bool:
    """Whether there is such a process; what a run that was killed has left behind names nobody."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
