"""Read a plan file, a line at a time; nothing in it is believed before its checksum has been found right."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from dss.actions import Action, Kind
from dss.errors import PlanError
from dss.one_line import from_line
from dss.planfile.heads import FORMAT, VERSION, Foot, Head, read
from dss.planfile.writing import DIGEST

LONGEST_HEAD = 64 * 1024 * 1024
"""Bytes of a first line; it holds notes, and nothing that grows with the number of changes."""

BLOCK = 1024 * 1024

_FOOT = re.compile(re.escape(DIGEST.encode("ascii")) + rb'([0-9a-f]{64})"\}\n\Z')
_BEGIN_OF_FOOT = b'{"end":true,'
# as they are written; whatever else is JSON is looked into
_FRONT = re.compile(r'\{"sync":(\d+),(?:"held":\[([\d,]+)\],)?(?:"place":\d+,)?"kind":"([a-z]+)"')


class PlanFile:
    """A plan in a file. Its first line is read and checked now, the others as they are asked for.

    Args:
        path: the file.

    Attributes:
        path: the file.
        head: its first line.

    Raises:
        PlanError: it cannot be read, is no plan, or one of another version.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._is: tuple[int, ...] | None = None
        self._foot: Foot | None = None
        with self._open() as file:
            self.head = self._read_head(file.readline(LONGEST_HEAD))

    def verify(self) -> Foot:
        """Go through the file once, and look whether it is whole and as it was written.

        Raises:
            PlanError: it is cut short, goes on after its end, or has been changed.
        """
        if self._foot is None:
            self._foot = self._verified()
        return self._foot

    def lines(self, sync: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The actions of one sync, in order: each as a line for `Lines.load`, and the numbers of the holds on it.

        Raises:
            PlanError: as `verify`, which comes first.
        """
        self.verify()
        for line in self._between():
            place, held, kind = _front(line)
            if place == sync and kind != Kind.ERROR:
                yield line, held

    def errors(self, sync: int) -> Iterator[Action]:
        """What could not be carried out, without the records."""
        self.verify()
        for line in self._between():
            place, _, kind = _front(line)
            if place == sync and kind == Kind.ERROR:
                raw = from_line(line)
                yield Action(
                    kind, raw["branch"], raw["idnumber"], attribute=raw.get("attribute"), error=raw["error"]
                )

    # -- the file --------------------------------------------------------------------------------------------------

    def _open(self) -> IO[bytes]:
        try:
            if not stat.S_ISREG(self.path.stat().st_mode):
                raise PlanError(
                    f"`{self.path}` is no ordinary file; name a file that `dss-run plan -o` has written"
                )
            file = self.path.open("rb", BLOCK)
        except FileNotFoundError:
            raise PlanError(
                f"there is no plan `{self.path}`; write one with `dss-run plan -o {shlex.quote(str(self.path))}`"
            ) from None
        except OSError as error:
            raise PlanError(f"`{self.path}` cannot be read: {error.strerror or error}") from None
        found = os.fstat(file.fileno())
        now = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        if self._is is not None and now != self._is:
            file.close()
            raise PlanError(f"`{self.path}` has been changed while it was read; try again")
        self._is = now
        return file

    def _between(self) -> Iterator[str]:
        """All lines but the first and the last."""
        with self._open() as file:
            file.readline()
            for line in file:
                if not line.startswith(_BEGIN_OF_FOOT):
                    yield line.decode("ascii")[:-1]

    # -- the first line --------------------------------------------------------------------------------------------

    def _read_head(self, line: bytes) -> Head:
        if not line:
            raise PlanError(f"`{self.path}` is empty, and so no plan; write it again with `dss-run plan -o`")
        if not line.startswith(b"{") or f'"{FORMAT}"'.encode() not in line[:200]:
            raise PlanError(f"`{self.path}` is no plan; name a file that `dss-run plan -o` has written")
        if line.endswith(b"\r\n"):
            raise PlanError(
                f"`{self.path}` has been changed: its lines end as on Windows; copy it as it is, as a binary file"
            )
        if not line.endswith(b"\n"):
            raise self._cut_short()
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            raise self._changed("its first line cannot be read") from None
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            raise PlanError(f"`{self.path}` is no plan; name a file that `dss-run plan -o` has written")
        if raw.get("version") != VERSION:
            raise PlanError(
                f"`{self.path}` is a plan of version {raw.get('version')!r:.20}, and this dss-run reads version"
                f" {VERSION}; plan again with the one that is to apply it"
            )
        try:
            return read(raw, Head)
        except Exception:  # whatever is wrong in it, it was not written so
            raise self._changed("its first line is not as one is written") from None

    # -- the whole -------------------------------------------------------------------------------------------------

    def _verified(self) -> Foot:
        digest, last, count = hashlib.sha256(), b"", 0
        with self._open() as file:
            for line in file:
                if last.startswith(_BEGIN_OF_FOOT):
                    raise self._changed("it goes on after its last line")
                digest.update(last)
                last = line
                count += 1
        if count < 2 or not last.startswith(_BEGIN_OF_FOOT):
            raise self._changed("its last line is none") if _is_foot_like(last) else self._cut_short()
        found = _FOOT.search(last)
        if found is None:
            raise self._cut_short() if not last.endswith(b"\n") else self._changed("its last line is damaged")
        digest.update(last[: found.start()])
        if digest.hexdigest() != found[1].decode("ascii"):
            raise self._changed("its checksum is wrong")
        try:
            foot = read(json.loads(last), Foot)
        except Exception:  # whatever is wrong in it, it was not written so
            raise self._changed("its last line is not as one is written") from None
        if not len(foot.counts) == len(foot.holds) == len(foot.errors) == len(self.head.syncs):
            raise self._changed("its first line and its last do not agree")
        return foot

    def _cut_short(self) -> PlanError:
        return PlanError(
            f"`{self.path}` is cut short: its last line is missing, so nobody knows what else was planned; write or"
            " copy it again"
        )

    def _changed(self, how: str) -> PlanError:
        return PlanError(
            f"`{self.path}` is not as it was written: {how}; plan again, or copy it again as a binary file"
        )


def _front(line: str) -> tuple[int, tuple[int, ...], str]:
    """Which sync a line belongs to, what holds it, and of which kind it is."""
    found = _FRONT.match(line)
    if found is not None:
        held = found[2]
        return int(found[1]), tuple(map(int, held.split(","))) if held else (), found[3]
    try:
        raw: dict[str, Any] = from_line(line)
        return int(raw["sync"]), tuple(raw.get("held", ())), str(raw["kind"])
    except Exception:
        raise PlanError(f"a line of the plan is no action: {line:.80}") from None


def _is_foot_like(line: bytes) -> bool:
    return line.endswith(b'"}\n') and DIGEST.encode("ascii") in line
