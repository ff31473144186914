"""A sorted sequence of any length: in memory while it is short, in temporary files when it is not.

A plan is as long as two systems are apart. On the day a large district is taken over that may be everything, and the
records themselves already fill the memory; so beyond a limit, actions wait on disk, as sorted runs that are merged when
they are read. The files have no name in any folder: they are gone with the process, however it ends.
"""

from __future__ import annotations

import heapq
import itertools
import pickle
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, Generic, TypeVar

T = TypeVar("T")

LIMIT = 100_000
"""Items kept in memory before they are written out as a run."""

CHUNK = 500
"""Items written and read together."""


class Spool(Generic[T]):
    """Things put in, in any order, to be gone through in theirs, as often as wanted.

    Args:
        place: what an item is sorted by; items of one place stay in the order they came in.
        pack: what of an item goes into a file, in its own words: texts, numbers, tuples, objects of importable classes.
        unpack: the item again.
        limit: items kept in memory; default is `LIMIT`.
    """

    def __init__(
        self,
        place: Callable[[T], Any],
        pack: Callable[[T], Any],
        unpack: Callable[[Any], T],
        limit: int | None = None,
    ) -> None:
        self._place, self._pack, self._unpack = place, pack, unpack
        self._limit = LIMIT if limit is None else limit
        self._memory: list[T] = []
        self._sorted = True
        self._runs: list[IO[bytes] | list[T]] = []
        self._length = 0
        weakref.finalize(self, _close, self._runs)

    def append(self, item: T) -> None:
        """Put an item in."""
        self._memory.append(item)
        self._sorted = False
        self._length += 1
        if len(self._memory) >= self._limit:
            self._write_run()

    def extend(self, items: Iterable[T]) -> None:
        """Put items in."""
        for item in items:
            self.append(item)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        self._sort()
        if not self._runs:
            return iter(self._memory)
        # what came in earlier stands in an earlier run, and `merge` keeps the order of its inputs among equals
        return heapq.merge(*(self._read_run(run) for run in self._runs), iter(self._memory), key=self._place)

    def close(self) -> None:
        """Let go of the files."""
        _close(self._runs)

    def _sort(self) -> None:
        if not self._sorted:
            self._memory.sort(key=self._place)
            self._sorted = True

    def _write_run(self) -> None:
        self._sort()
        run = tempfile.TemporaryFile(prefix="dss-plan-")  # noqa: SIM115  lives as long as the spool
        items = iter(self._memory)
        try:
            while chunk := [self._pack(item) for item in itertools.islice(items, CHUNK)]:
                pickle.dump(chunk, run, protocol=pickle.HIGHEST_PROTOCOL)
            run.flush()
        except (pickle.PicklingError, AttributeError, TypeError):
            # objects of a class that cannot be imported by its name, one made inside a function say: they stay here
            run.close()
            self._runs.append(self._memory)
        else:
            self._runs.append(run)
        self._memory = []

    def _read_run(self, run: IO[bytes] | list[T]) -> Iterator[T]:
        if isinstance(run, list):
            yield from run
            return
        # several readers may go through one file; each knows where it is
        position = 0
        while True:
            run.seek(position)
            try:
                chunk = pickle.load(run)  # noqa: S301  our own file, which nobody else can open
            except EOFError:
                return
            position = run.tell()
            for packed in chunk:
                yield self._unpack(packed)


def _close(runs: list[Any]) -> None:
    for run in runs:
        if not isinstance(run, list):
            run.close()
    runs.clear()
