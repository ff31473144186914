"""Lines put aside until their turn comes to be shown: few in memory, many in a temporary file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

IN_MEMORY = 1000
"""Lines of one pile kept in memory."""


class Pile:
    """Lines in the order in which they were put, to be gone through once.

    Args:
        limit: lines beyond which it is full; None is never.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit, self._count = limit, 0
        self._lines: list[str] = []
        self._file: IO[str] | None = None

    @property
    def is_full(self) -> bool:
        """Whether it takes no more."""
        return self._limit is not None and self._count >= self._limit

    def put(self, line: str) -> None:
        """Put a line on it; there is no newline in it."""
        self._lines.append(line)
        self._count += 1
        if len(self._lines) >= IN_MEMORY:
            if self._file is None:
                # a name that the terminal's character set lacks is the screen's affair, and not the file's
                self._file = tempfile.TemporaryFile(  # noqa: SIM115  closed with the pile
                    "w+", encoding="utf-8", errors="surrogatepass", newline="\n", prefix="dss-lines-"
                )
            self._file.writelines(f"{one}\n" for one in self._lines)
            self._lines.clear()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        if self._file is not None:
            self._file.seek(0)
            yield from (line.removesuffix("\n") for line in self._file)
        yield from self._lines

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
