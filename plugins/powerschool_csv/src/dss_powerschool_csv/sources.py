"""By what the files of an export are known again: their content, and when they were written."""

from __future__ import annotations

import datetime
import hashlib
import os
from functools import partial
from pathlib import Path

from dss.errors import ReadError
from dss.sources import Source
from dss_powerschool_csv.newest import Chosen
from dss_powerschool_csv.texts import Digested

_State = tuple[int, int, int]


class Sources:
    """The files that have been read to their end, by a name that is the same every night.

    A file is digested while it is read, once; what has been digested is known by its size, time and number.
    """

    def __init__(self) -> None:
        self._read: dict[str, Source] = {}
        self._digests: dict[tuple[Path, _State], str] = {}

    def watch(self, name: str, file: Chosen) -> Digested | None:
        """What is to be called when a file has been read; None when its digest is known already."""
        try:
            state = file.path.stat()
        except OSError:
            return None
        known = self._digests.get((file.path, _state(state)))
        if known is not None:
            self._read[name] = _source(name, state, known)
            return None
        return partial(self._take, name, file.path)

    def _take(self, name: str, path: Path, state: os.stat_result, digest: str) -> None:
        self._digests[path, _state(state)] = digest
        self._read[name] = _source(name, state, digest)

    @property
    def read(self) -> list[Source]:
        """What has been read."""
        return list(self._read.values())

    def look_at(self, name: str, file: Chosen) -> Source:
        """The same of a file that need not have been read.

        Raises:
            ReadError: it cannot be.
        """
        try:
            with file.path.open("rb") as opened:
                state = os.fstat(opened.fileno())
                digest = self._digests.get((file.path, _state(state)))
                if digest is None:
                    digest = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise ReadError(f"`{file.name}`: it cannot be read: {error.strerror or error}") from error
        self._digests[file.path, _state(state)] = digest
        return _source(name, state, digest)


def _state(state: os.stat_result) -> _State:
    return state.st_size, state.st_mtime_ns, state.st_ino


def _source(name: str, state: os.stat_result, digest: str) -> Source:
    return Source(name, digest, datetime.datetime.fromtimestamp(state.st_mtime, datetime.UTC))
