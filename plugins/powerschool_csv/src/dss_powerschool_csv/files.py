"""A delimited file, read as a stream of blocks of rows.

What is wrong with the file as a whole raises `ReadError`, which ends the reading of the tree; what is wrong with one row
is handed to `spoilt`. A block is a few hundred rows, so memory does not grow with the file.
"""

from __future__ import annotations

import csv
import html
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NoReturn

import attrs

from dss.errors import ReadError
from dss_powerschool_csv.cells import tidy
from dss_powerschool_csv.charset import Decoder, NotWhatItClaims, line_of, refuse_other_kinds
from dss_powerschool_csv.columns import looks_like_header
from dss_powerschool_csv.spoilt import Spoiling, Spoilt

#: Bytes at a time. The rows of larger blocks do not fit into a processor's cache, which doubles the time of reading.
BLOCK = 32 * 1024
LONGEST_LINE = 1024 * 1024
_ROWS = 250

Row = list[str]
Block = tuple[Sequence[int], list[Row]]


@attrs.frozen
class Format:
    """How a file is written.

    Attributes:
        encoding: the codec's name.
        delimiter: one character.
        quoted: cells may stand in double quotes; otherwise a quote is text like any other.
        header: whether the first line holds names.
        columns: the names, when they do not come from the file.
        entities: whether HTML entities stand for letters.
    """

    encoding: str = "utf-8"
    delimiter: str = "\t"
    quoted: bool = False
    header: bool = False
    columns: tuple[str, ...] = ()
    entities: bool = False


class DelimitedFile:
    """One file, open for reading; a context manager.

    Args:
        path: where it is.
        name: what messages call it.
        form: how it is written.
        spoilt: called with every row that has not as many cells as there are columns.
        blanks: whether blanks around a cell may stay, because the caller sees to them; looking for them takes time.

    Attributes:
        names: the columns' names, known once entered.
        cut: whether the last line has no line end, though it has all its cells.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        form: Format,
        spoilt: Callable[[Spoilt], None] = lambda spoilt: None,
        blanks: bool = False,
    ) -> None:
        self.path, self.name, self.form = path, name, form
        self.names: tuple[str, ...] = form.columns
        self._blanks = blanks
        self.cut = False
        self._spoilt = spoilt
        self._line = 0  # lines given out, or passed over, so far
        self._untidy = False
        self._file: BinaryIO

    @property
    def lost_letters(self) -> int:
        """How many question marks and replacement characters there are, which may once have been letters."""
        return self._decoder.lost

    def fail(self, reason: str, line: int | None = None) -> NoReturn:
        """Give the file up."""
        where = f"`{self.name}`" + (f", line {line}" if line else "")
        raise ReadError(f"{where}: {reason}")

    # -- opening ---------------------------------------------------------------------------------------------------

    def __enter__(self) -> DelimitedFile:
        try:
            self._file = self.path.open("rb")
        except OSError as error:
            self.fail(f"it cannot be opened: {error.strerror or error}")
        try:
            self._before = os.fstat(self._file.fileno())
            self._decoder = Decoder(self.form.encoding)
            self._texts = self._read_texts()
            self._rows = self._quoted_rows() if self.form.quoted else self._plain_rows()
            self._first = self._read_first()
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

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
                self.fail("it has a header line and nothing below it; a night of no data is more often a fault", 1)
        elif looks_like_header(rows[0], self.names):
            self.fail(
                "its first line holds names of columns, and none was expected; take `columns` out of the configuration"
                " to have them read from the file, or set `header = true` to pass that line over",
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
        others = [repr(mark)[1:-1] for mark in "\t,;|" if mark != self.form.delimiter and mark in rows[0][0]]
        hint = f"; it has `{others[0]}`, so look at `delimiter`" if width == 1 and others else ""
        self.fail(
            f"its rows have {width} cells, {source} {wanted}; somebody has changed the list of fields{hint}",
            next(line for line, row in zip(lines, rows, strict=True) if len(row) == width),
        )

    # -- bytes to rows ---------------------------------------------------------------------------------------------

    def _read_texts(self) -> Iterator[str]:
        """Text in blocks that end with a line end, except perhaps the last."""
        decoder, rest, at = self._decoder, "", 0
        while True:
            try:
                block = self._file.read(BLOCK)
                if not at:
                    refuse_other_kinds(block[:1024], self.form.encoding)
                text = decoder.decode(block, final=not block)
                if not block:
                    decoder.finish()
            except OSError as error:
                self.fail(f"it cannot be read: {error.strerror or error}")
            except NotWhatItClaims as error:
                self.fail(str(error), line_of(self._file, at + error.at))
            at += len(block)
            end = text.rfind("\n") + 1
            if end:
                yield self._normal(rest + text[:end] if rest else text[:end])
                rest = text[end:]
            else:
                rest += text
            if len(rest) > LONGEST_LINE:
                self.fail(
                    f"this line is longer than {LONGEST_LINE:,} characters; is this a delimited file?",
                    line_of(self._file, at - len(block)),
                )
            if not block:
                break
        self._check_unchanged()
        if rest:
            self.cut = True
            yield self._normal(rest)

    def _normal(self, text: str) -> str:
        """Letters in NFC; looks also whether any cell of the block needs tidying."""
        untidy = False
        if self._decoder.odd:
            if not unicodedata.is_normalized("NFC", text):
                text = unicodedata.normalize("NFC", text)
            untidy = self._decoder.needs_tidying(text)
        if self.form.entities and "&" in text:
            untidy = True
        if not self._blanks and not untidy:
            mark = self.form.delimiter
            untidy = (
                f" {mark}" in text
                or f"{mark} " in text
                or " \n" in text
                or "\n " in text
                or text[0] == " "
                or text[-1] == " "
                or (self.form.quoted and ('" ' in text or ' "' in text))
            )
        self._untidy = untidy
        return text

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
            yield range(first, self._line + 1), self._tidied(rows) if self._untidy else rows

    def _quoted_rows(self) -> Iterator[Block]:
        """Rows of a file with quoted cells, which may hold delimiters, quotes and line ends."""
        untidy = False

        def lines() -> Iterator[str]:
            nonlocal untidy
            for text in self._texts:
                untidy = untidy or self._untidy
                yield from text.splitlines(keepends=True) if text.isascii() and not self._untidy else _lines(text)

        reader = csv.reader(lines(), delimiter=self.form.delimiter, strict=True)
        while True:
            try:
                rows = list(islice(reader, _ROWS))
            except csv.Error as error:
                self.fail(f"the quotes around its cells are not in order ({error}); see `quoted`", reader.line_num)
            if not rows:
                return
            first = self._line + 1
            self._line = reader.line_num
            places: Sequence[int] = range(first, self._line + 1)
            if len(places) != len(rows):
                places = self._places(rows, first)
            yield places, self._tidied(rows) if untidy else rows

    def _places(self, rows: list[Row], line: int) -> list[int]:
        """The lines on which rows begin, when some cells have line ends in them."""
        places = []
        for row in rows:
            places.append(line)
            ends = sum(cell.count("\n") for cell in row)
            if ends and any(cell.count(self.form.delimiter) >= max(len(row) - 1, 2) for cell in row if "\n" in cell):
                self.fail(
                    f"a quote that opens in this line closes {ends} lines later, with whole rows in between; see `quoted`",
                    line,
                )
            line += 1 + ends
        return places

    def _tidied(self, rows: list[Row]) -> list[Row]:
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
                f"it ends in the middle of a row, of {len(rows[-1])} cells instead of {width}, without a line end; it was"
                " cut off, or is still being written",
                lines[-1],
            )
        spoiling.close()
        yield good

    def _check_unchanged(self) -> None:
        before = self._before
        try:
            now = [os.fstat(self._file.fileno()), self.path.stat()]
        except OSError:
            self.fail("it was taken away while it was read; read again when the export is complete")
        for after in now:
            if (before.st_size, before.st_mtime_ns, before.st_ino) != (
                after.st_size,
                after.st_mtime_ns,
                after.st_ino,
            ):
                self.fail("it was changed while it was read; read again when the export is complete")


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends; unlike `splitlines`, only `\\n` is one."""
    at = 0
    while (end := text.find("\n", at) + 1) > 0:
        yield text[at:end]
        at = end
    if at < len(text):
        yield text[at:]
