"""A delimited file, read as a stream of blocks of rows.

What is wrong with the file as a whole raises `ReadError`, which ends the reading of the tree; what is wrong with one
row is handed to `spoilt`. A block is a few hundred rows, so memory does not grow with the file.
"""

from __future__ import annotations

import contextlib
import csv
import html
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NoReturn

from dss_powerschool_csv.cells import tidy
from dss_powerschool_csv.columns import looks_like_header
from dss_powerschool_csv.spoilt import Spoiling, Spoilt
from dss_powerschool_csv.texts import Digested, Format, TextFile, lines_of

_ROWS = 250

Row = list[str]
Block = tuple[Sequence[int], list[Row]]


class DelimitedFile:
    """One file, open for reading; a context manager.

    Args:
        path: where it is.
        name: what messages call it.
        form: how it is written.
        spoilt: called with every row that has not as many cells as there are columns.
        blanks: whether blanks around a cell may stay, because the caller sees to them; looking for them takes time.
        raw: whether cells are given as they stand there, with blanks, control characters and entities.
        digested: as for `TextFile`.

    Attributes:
        names: the columns' names, known once entered.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        form: Format,
        spoilt: Callable[[Spoilt], None] = lambda spoilt: None,
        blanks: bool = False,
        raw: bool = False,
        digested: Digested | None = None,
    ) -> None:
        self.name, self.form = name, form
        self._raw = raw
        self.names: tuple[str, ...] = form.columns
        self._text = TextFile(path, name, form, blanks, digested)
        self._spoilt = spoilt
        self._line = 0  # lines given out, or passed over, so far

    @property
    def cut(self) -> bool:
        """Whether the last line has no line end."""
        return self._text.cut

    @property
    def lost_letters(self) -> int:
        """How many question marks and replacement characters there are, which may once have been letters."""
        return self._text.lost_letters

    def fail(self, reason: str, line: int | None = None) -> NoReturn:
        """Give the file up.

        Raises:
            ReadError: always.
        """
        self._text.fail(reason, line)

    # -- opening ---------------------------------------------------------------------------------------------------

    def __enter__(self) -> DelimitedFile:
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._text)
            self._texts = self._text.blocks()
            self._rows = self._quoted_rows() if self.form.quoted else self._plain_rows()
            self._first = self._read_first()
            self._open = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._open.close()

    def _read_first(self) -> Block:
        """The first rows: read the names off them, or make sure that they are data."""
        lines, rows = self._next_rows()
        if not rows:
            self.fail("it is empty; PowerSchool writes a file anew every night, so look at the export's log")
        if self.form.header:
            if not self.form.columns:
                self.names = tuple(tidy(cell) for cell in rows[0])
            elif len(rows[0]) != len(self.names):
                self.fail(f"its header has {len(rows[0])} cells, `columns` lists {len(self.names)}", lines[0])
            lines, rows = self._without_blank(lines[1:], rows[1:])
            if not rows:
                lines, rows = self._next_rows()
            if not rows:
                self.fail(
                    "it has a header line and nothing below it; a night of no data is more often a fault", 1
                )
        elif looks_like_header(rows[0], self.names):
            self.fail(
                "its first line holds names of columns, and none was expected; take `columns` out of the"
                " configuration to have them read from the file, or set `header = true` to pass that line over",
                lines[0],
            )
        self._check_width(lines, rows)
        return lines, rows

    def _next_rows(self) -> Block:
        """The next block that has anything in it; an empty one at the end."""
        for block in self._rows:
            lines, rows = self._without_blank(*block)
            if rows:
                return lines, rows
        return (), []

    @staticmethod
    def _without_blank(lines: Sequence[int], rows: list[Row]) -> Block:
        """The rows without the blank ones before the first."""
        first = next((place for place, row in enumerate(rows) if any(row)), len(rows))
        return (lines[first:], rows[first:]) if first else (lines, rows)

    def _check_width(self, lines: Sequence[int], rows: list[Row]) -> None:
        found = Counter(len(row) for row in rows[:200] if any(row))
        if not found:
            return
        wanted = len(self.names)
        # a row or two may be spoilt: what most of the first rows have is the file's width
        width = max(found, key=lambda width: (found[width], width == wanted))
        if width == wanted or (wanted in found and found[width] < 3):
            return
        source = "its header names" if self.form.header and not self.form.columns else "`columns` lists"
        first = next(row for row in rows if len(row) == width)[0]
        likely = max("\t,;|", key=first.count)
        hint = ""
        if width == 1 and likely in first:
            hint = f"; it has `{repr(likely)[1:-1]}` in it, so look at `delimiter`"
        self.fail(
            f"its rows have {width} cell{'s' if width != 1 else ''}, {source} {wanted}; somebody has changed the list"
            f" of fields{hint}",
            next(line for line, row in zip(lines, rows, strict=True) if len(row) == width),
        )

    # -- bytes to rows ---------------------------------------------------------------------------------------------

    def _plain_rows(self) -> Iterator[Block]:
        """Rows of a file without quoting: what is between two delimiters is the cell, whatever it is."""
        mark = self.form.delimiter
        for text in self._texts:
            texts = text.split("\n")
            if texts[-1] == "":
                texts.pop()
            rows = [line.split(mark) for line in texts]
            first = self._line + 1
            self._line += len(rows)
            yield range(first, self._line + 1), self._tidied(rows) if self._text.untidy else rows

    def _quoted_rows(self) -> Iterator[Block]:
        """Rows of a file with quoted cells, which may hold delimiters, quotes and line ends."""
        untidy = False

        def lines() -> Iterator[str]:
            nonlocal untidy
            for text in self._texts:
                untidy = untidy or self._text.untidy
                yield from (
                    text.splitlines(keepends=True)
                    if text.isascii() and not self._text.untidy
                    else lines_of(text)
                )

        reader = csv.reader(lines(), delimiter=self.form.delimiter, strict=True)
        while True:
            try:
                rows = list(islice(reader, _ROWS))
            except csv.Error as error:
                self.fail(
                    f"the quotes around its cells are not in order ({error}); see `quoted`", reader.line_num
                )
            if not rows:
                return
            first = self._line + 1
            self._line = reader.line_num
            places: Sequence[int] = range(first, self._line + 1)
            if len(places) != len(rows):
                places = self._places(rows, first)
                rows = self._tidied(rows)
            yield places, self._tidied(rows) if untidy else rows

    def _places(self, rows: list[Row], line: int) -> list[int]:
        """The lines on which rows begin, when some cells have line ends in them."""
        places = []
        for row in rows:
            places.append(line)
            ends = sum(cell.count("\n") for cell in row)
            if ends and any(
                cell.count(self.form.delimiter) >= max(len(row) - 1, 2) for cell in row if "\n" in cell
            ):
                self.fail(
                    f"a quote that opens in this line closes {ends} lines later, with whole rows in between; see"
                    " `quoted`",
                    line,
                )
            line += 1 + ends
        return places

    def _tidied(self, rows: list[Row]) -> list[Row]:
        if self._raw:
            return rows
        if self.form.entities:
            return [[tidy(unicodedata.normalize("NFC", html.unescape(cell))) for cell in row] for row in rows]
        return [[tidy(cell) for cell in row] for row in rows]

    # -- rows of the right width -----------------------------------------------------------------------------------

    def blocks(self) -> Iterator[Block]:
        """All rows that have as many cells as there are columns, in blocks, with the lines on which they begin.

        Raises:
            ReadError: the file is cut short, is not in its character set, or was changed while it was read.
        """
        width = len(self.names)
        spoiling = Spoiling(width, self._spoilt)
        lines, rows = self._first
        while True:
            if set(map(len, rows)) <= {width} and not spoiling.open:
                good: Block = lines, rows
                spoiling.before = rows[-1] if rows else None
            else:
                good = spoiling.sort_out(lines, rows)
            following = next(self._rows, None)
            if following is None:
                break
            yield good
            lines, rows = following
        if self.cut and rows and len(rows[-1]) < width:
            self.fail(
                f"it ends in the middle of a row, of {len(rows[-1])} cells instead of {width}, without a line"
                " end; it was cut off, or is still being written",
                lines[-1],
            )
        spoiling.close()
        yield good
