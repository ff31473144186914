"""Rows that have not as many cells as there are columns: a tab or a line break inside a field, or cells cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs


@attrs.frozen
class Spoilt:
    """A row whose cells cannot be told apart any more.

    Attributes:
        first: the line on which it begins.
        last: the line on which it ends.
        cells: what is between its delimiters; of the right number when a line break has cut one row into several lines.
        width: how many there should be.
        before: the sound row in the line above, when this one may be the rest of its last field.
    """

    first: int
    last: int
    cells: Sequence[str]
    width: int
    before: Sequence[str] | None = None

    @property
    def reason(self) -> str:
        """What is wrong with it."""
        if self.last > self.first:
            return f"one row of lines {self.first} to {self.last}: there is a line break inside a field"
        number, width = len(self.cells), self.width
        if self.before is not None:
            return f"it has 1 cell instead of {width}: it is the rest of a field of the row above, or a row cut off"
        if number > width:
            return f"it has {number} cells instead of {width}: there is a delimiter inside a field"
        return f"it has {number} cells instead of {width}: cells are cut off, or there is a line break inside a field"

    def candidates(self, place: int) -> list[str]:
        """The cells that may be the one of column `place`.

        With cells too many, a field before it may have been split; with cells too few, the row may be the first or the
        last part of one that a line break has cut.
        """
        number, width = len(self.cells), self.width
        if place == 0:
            # nothing before it can have moved it
            return list(self.cells[:1])
        if number >= width:
            return list(self.cells[place : place + number - width + 1])
        places = dict.fromkeys((place, place - (width - number)))
        return [self.cells[at] for at in places if 0 <= at < number]


@attrs.define
class Spoiling:
    """Sorts out rows; short ones that follow each other and make up a whole row are taken for one.

    Args:
        width: how many cells a row should have.
        tell: called with every row that has another number.
        before: the last row seen, when it was sound.
    """

    width: int
    tell: Callable[[Spoilt], None]
    before: list[str] | None = None
    _parts: list[tuple[int, list[str]]] = attrs.field(factory=list, init=False)

    @property
    def open(self) -> bool:
        """Whether a short row waits for its other part."""
        return bool(self._parts)

    def sort_out(self, lines: Sequence[int], rows: list[list[str]]) -> tuple[list[int], list[list[str]]]:
        """The good ones of some rows, with their lines; blank lines are passed over."""
        places, good = [], []
        for line, row in zip(lines, rows, strict=True):
            number = len(row)
            if number == self.width:
                self.close()
                places.append(line)
                good.append(row)
                self.before = row
            elif number > self.width:
                self.close()
                self.before = None
                self.tell(Spoilt(line, line, row, self.width))
            elif self._parts or any(row):
                self._add(line, row)
        return places, good

    def _add(self, line: int, row: list[str]) -> None:
        self._parts.append((line, row or [""]))
        cells = _joined(self._parts)
        if len(cells) == self.width:
            self.tell(Spoilt(self._parts[0][0], line, cells, self.width))
            self._parts.clear()
            self.before = None
        elif len(cells) > self.width:
            # the rows before belong together, or do not; this one may begin another
            last = self._parts.pop()
            self.close()
            self._parts.append(last)

    def close(self) -> None:
        """Tell of short rows that found no other part."""
        for line, row in self._parts:
            if any(row):
                # what has no delimiter at all can be the rest of a last field
                self.tell(Spoilt(line, line, row, self.width, self.before if len(row) == 1 else None))
                self.before = None
        self._parts.clear()


def _joined(parts: list[tuple[int, list[str]]]) -> list[str]:
    cells = list(parts[0][1])
    for _, part in parts[1:]:
        cells[-1] += " " + part[0]
        cells.extend(part[1:])
    return cells
