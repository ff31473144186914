"""Rows that have not as many cells as there are columns: a tab or a line break inside a field, or cells cut off."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import attrs

#: With more cells than these too many, nothing can be told of a row.
_TOO_MANY = 20
#: Of so many sound rows, what is usual can be seen.
_ENOUGH = 200
#: What only one in so many cells is like is not usual.
_SELDOM = 20
_LONGEST = 40
_NUMBER = re.compile(r"-?[0-9.]+")


class Usual:
    """What the cells of a file are like, as some sound rows of it show."""

    def __init__(self, rows: Sequence[Sequence[str]] = ()) -> None:
        self._rows = rows
        self._shapes: dict[int, set[str]] = {}

    def has(self, cells: Iterable[str], place: int) -> bool:
        """Whether one of some cells is like those in a column, as far as letters and digits go."""
        shapes = self._shapes.get(place)
        if shapes is None:
            found = Counter(_shape(row[place]) for row in self._rows)
            shapes = self._shapes[place] = {
                shape for shape, number in found.items() if number * _SELDOM >= len(self._rows)
            }
        return any(_shape(cell) in shapes for cell in cells)

    @functools.cached_property
    def numbered(self) -> bool:
        """Whether rows begin with a number."""
        return sum(_NUMBER.fullmatch(row[0].strip()) is not None for row in self._rows) * 2 > len(self._rows)


@attrs.frozen
class Spoilt:
    """A row whose cells cannot be told apart any more.

    Attributes:
        first: the line on which it begins.
        last: the line on which it ends.
        cells: what is between its delimiters; of the right number when a line break has cut one row into several lines.
        width: how many there should be.
        beside: the sound rows in the lines above and below, when this one may belong to a field of theirs.
        lost: whether another row, of which no more is left, may be in it.
        usual: what the cells of the file are like.
    """

    first: int
    last: int
    cells: Sequence[str]
    width: int
    beside: tuple[Sequence[str], ...] = ()
    lost: bool = False
    usual: Usual = attrs.field(factory=Usual)

    @property
    def reason(self) -> str:
        """What is wrong with it."""
        if self.last > self.first:
            return f"one row of lines {self.first} to {self.last}: there is a line break inside a field"
        number, width = len(self.cells), self.width
        if self.beside:
            return f"it has 1 cell instead of {width}: it is the rest of a field of the row above, or a row cut off"
        if number > width:
            return f"it has {number} cells instead of {width}: there is a delimiter inside a field"
        return f"it has {number} cells instead of {width}: cells are cut off, or there is a line break inside a field"

    def candidates(self, place: int) -> list[str]:
        """The cells that may be the one of column `place`; none when nothing can be told.

        With cells too many, a field before it may have been split, or the cell itself; with cells too few, the row may
        be the first or the last part of one that a line break has cut.
        """
        number, width = len(self.cells), self.width
        if number > width + _TOO_MANY:
            return []
        if number > width:
            return list(dict.fromkeys(self._in_pieces(place, number - width)))
        if number == width:
            cell = self.cells[place]
            return list(dict.fromkeys((cell.replace("\n", ""), cell.replace("\n", " "))))
        places = dict.fromkeys((place, place - (width - number))) if place else (0,)
        return [self.cells[at] for at in places if 0 <= at < number]

    def _in_pieces(self, place: int, more: int) -> list[str]:
        # nothing before the first can have moved it
        firsts = range(place, place + more + 1) if place else (0,)
        found = [self.cells[first] for first in firsts]
        if not self.usual.has(found, place):
            ends = range(place + 1, place + more + 1)
            found += ["".join(self.cells[first : end + 1]) for first in firsts for end in ends if end > first]
        return found

    def is_sure(self, place: int) -> bool:
        """Whether the cell of column `place` is among the candidates for certain, and no other row is in this one."""
        number = len(self.cells)
        if self.lost or self.beside or number == self.width:
            return not self.lost
        # the last cell of a short row may itself have been cut
        return (number > self.width or place < number - 1) and self.usual.has(self.candidates(place), place)


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
    _usual: Usual = attrs.field(factory=Usual, init=False)
    _parts: list[tuple[int, list[str]]] = attrs.field(factory=list, init=False)

    @property
    def open(self) -> bool:
        """Whether a short row waits for its other part."""
        return bool(self._parts)

    def sort_out(self, lines: Sequence[int], rows: list[list[str]]) -> tuple[list[int], list[list[str]]]:
        """The good ones of some rows, with their lines; blank lines are passed over."""
        sound = [row for row in rows if len(row) == self.width][:_ENOUGH]
        self._usual = Usual(sound) if sound else self._usual
        places, good = [], []
        for line, row in zip(lines, rows, strict=True):
            number = len(row)
            if number == self.width:
                self.close(row)
                places.append(line)
                good.append(row)
                self.before = row
            elif number > self.width:
                self.close()
                self.before = None
                self.tell(Spoilt(line, line, row, self.width, usual=self._usual))
            elif self._parts or any(row):
                self._add(line, row)
        return places, good

    def _add(self, line: int, row: list[str]) -> None:
        self._parts.append((line, row or [""]))
        cells = _joined(self._parts)
        if len(cells) == self.width:
            lost = any(self._may_begin_a_row(part[0]) for _, part in self._parts[1:])
            self.tell(Spoilt(self._parts[0][0], line, cells, self.width, (), lost, self._usual))
            self._parts.clear()
            self.before = None
        elif len(cells) > self.width:
            # the rows before belong together, or do not; this one may begin another
            last = self._parts.pop()
            self.close()
            self._parts.append(last)

    def close(self, after: list[str] | None = None) -> None:
        """Tell of short rows that found no other part; `after` is the sound row that follows them."""
        for line, row in self._parts:
            if any(row):
                # what has no delimiter at all can be the rest of a last field, or the beginning of a first one
                beside = (
                    tuple(one for one in (self.before, after) if one is not None) if len(row) == 1 else ()
                )
                lost = self._may_begin_a_row(row[0]) if beside else False
                self.tell(Spoilt(line, line, row, self.width, beside, lost, self._usual))
                self.before = None
        self._parts.clear()

    def _may_begin_a_row(self, cell: str) -> bool:
        """Whether a cell is like the first ones of rows; where these are numbers, only a number is."""
        cell = cell.strip()
        return _NUMBER.fullmatch(cell) is not None if self._usual.numbered else bool(cell)


def _shape(cell: str) -> str:
    """A cell with one letter for any letter and one digit for any digit, so that `MUS07` is like `ENG11`."""
    return "".join(
        "9" if sign.isdecimal() else "A" if sign.isalpha() else sign for sign in cell.strip()[:_LONGEST]
    )


def _joined(parts: list[tuple[int, list[str]]]) -> list[str]:
    cells = list(parts[0][1])
    for _, part in parts[1:]:
        cells[-1] += "\n" + part[0]
        cells.extend(part[1:])
    return cells
