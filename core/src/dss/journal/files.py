"""Where the journal lies, and whose it is: it tells what was done to whom, and what may be removed."""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
import tempfile
from pathlib import Path

from dss.errors import JournalError
from dss.lock import HOLDER, LOCK

NAME = "journal.sqlite"
BESIDE = ("-wal", "-shm", "-journal")
"""Ends of the names of what SQLite keeps beside a database."""
OURS = {NAME, *(NAME + end for end in BESIDE), HOLDER, LOCK}
"""What dss puts into a state folder."""


def prepared(state: Path) -> Path:
    """Make the folder and the file, for their owner only, where they are missing; look whose they are where not.

    Raises:
        JournalError: they cannot be made, or somebody else could change them.
    """
    path = state / NAME
    try:
        if not state.is_dir():
            _make_folder(state)
        _check_folder(state)
        if not os.path.lexists(path):
            _make_file(path)
        for one in (path, *(path.with_name(NAME + end) for end in BESIDE)):
            _check_file(one)
    except OSError as error:
        raise JournalError(
            f"the journal `{path}` cannot be opened: {error.strerror or error}; let the state folder belong to the"
            " account that runs this, or name another with `state`"
        ) from None
    return path


def found(state: Path) -> Path | None:
    """The journal's file, for reading; None when there is none.

    Raises:
        JournalError: it is no plain file, or may not be looked at.
    """
    path = state / NAME
    try:
        kind = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise JournalError(f"the journal `{path}` cannot be read: {error.strerror or error}") from None
    _check_kind(path, kind)
    return path


def can_be_written(path: Path) -> bool:
    """Whether this account could write a file that is there, and others beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)


def _make_folder(state: Path) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        state.mkdir(mode=0o700)
        # a mask may have taken away too much
        state.chmod(0o700)
        _give_to_owner_of(state.parent, state)


def _make_file(path: Path) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, flags, 0o600))
        path.chmod(0o600)
        _give_to_owner_of(path.parent, path)
        _settle(path.parent)


def _settle(folder: Path) -> None:
    """Have on the disk what a folder lists; or a power cut could take a file away whose content is safe."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            # some file systems cannot, and need not
            with contextlib.suppress(OSError):
                os.fsync(opened)
        finally:
            os.close(opened)


def _give_to_owner_of(folder: Path, made: Path) -> None:
    """What root makes for a service account must be that account's, or its next run could not write it."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        owner = folder.stat()
        if owner.st_uid != 0:
            os.chown(made, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _check_folder(state: Path) -> None:
    if not hasattr(os, "geteuid"):
        return
    seen = state.stat()
    if seen.st_uid not in (0, os.geteuid()) and os.geteuid() != 0 and not _is_mine(state, seen.st_uid):
        raise JournalError(
            f"the state folder `{state}` belongs to {_name_of(seen.st_uid)}, who could put another journal in its"
            " place; let it belong to the account that runs this, or name another with `state`"
        )
    if not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_IRGRP | stat.S_IROTH):
        return
    if {one.name for one in state.iterdir()} <= OURS:
        # made by hand; nothing of anybody else's is in it
        with contextlib.suppress(OSError):
            state.chmod(0o700)
            return
    if seen.st_mode & stat.S_IWOTH and not seen.st_mode & stat.S_ISVTX:
        raise JournalError(
            f"anybody may write to the state folder `{state}`, and so could put another journal in its place; take that"
            f" away (`chmod o-w {shlex.quote(str(state))}`), or name another folder with `state`"
        )


def _check_file(path: Path) -> None:
    try:
        seen = path.lstat()
    except FileNotFoundError:
        return
    _check_kind(path, seen.st_mode)
    if not hasattr(os, "geteuid"):
        return
    if seen.st_uid != os.geteuid() and os.geteuid() != 0 and not _is_mine(path.parent, seen.st_uid):
        raise JournalError(
            f"the journal `{path}` belongs to {_name_of(seen.st_uid)}; run dss as that account, or let the whole state"
            " folder belong to the account that runs this"
        )
    if stat.S_IMODE(seen.st_mode) & 0o077:
        # a backup that was put back, or a copy, under a mask that lets others read
        with contextlib.suppress(OSError):
            path.chmod(0o600)


def _check_kind(path: Path, mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise JournalError(
            f"the journal `{path}` is a symbolic link; name the folder in which it really lies with `state`"
        )
    if not stat.S_ISREG(mode):
        raise JournalError(
            f"the journal `{path}` is no file; move it away, or name another folder with `state`"
        )


def _is_mine(folder: Path, owner: int) -> bool:
    """Whether what I make in a folder gets this owner: a file server may give all files one, and containers others."""
    with contextlib.suppress(OSError), tempfile.NamedTemporaryFile(dir=folder, prefix=".owner") as made:
        return os.fstat(made.fileno()).st_uid == owner
    return False


def _name_of(owner: int) -> str:
    try:
        import pwd

        return f"`{pwd.getpwuid(owner).pw_name}`"
    except (ImportError, KeyError):
        return f"user {owner}"
