"""What the reading of every branch has in common: its files one after the other, and what is said about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NoReturn, Protocol

import attrs

from dss.errors import ReadError
from dss_powerschool_csv.client import TABLES, Exports
from dss_powerschool_csv.columns import Columns
from dss_powerschool_csv.compiling import Convert, Record
from dss_powerschool_csv.looks import Plain
from dss_powerschool_csv.spoilt import Spoilt

#: What these mean does not depend on the column from which they come.
_CHECKED = ("email", "username")
_FEW = 3
_MANY = 20


class Tell(Protocol):
    """Where what is noticed goes: a branch, or nowhere."""

    def freeze(self, idnumber: str, reason: str) -> None:
        """Set a record aside."""

    def doubt(self, reference: str, reason: str) -> None:
        """Doubt that what refers to a record is all there."""

    def report(self, problem: str) -> None:
        """Report a row that cannot be tied to a record."""

    def note(self, text: str) -> None:
        """Tell people something."""

    def absent(self, *attributes: str) -> None:
        """Say that there is no column."""

    def undecided(self, *columns: str) -> None:
        """Say that there is no column that tells who belongs here."""


class Silent:
    """Says nothing: for a second look at a file whose own branch has told, or will tell, all."""

    def freeze(self, idnumber: str, reason: str) -> None:
        """Say nothing."""

    def doubt(self, reference: str, reason: str) -> None:
        """Say nothing."""

    def report(self, problem: str) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def absent(self, *attributes: str) -> None:
        """Say nothing."""

    def undecided(self, *columns: str) -> None:
        """Say nothing."""


@attrs.define(eq=False)
class Sheet:
    """One file while it is read.

    Attributes:
        name: what messages call it.
        columns: its columns.
        header: whether their names come from the file.
        bad: how many of its rows were bad so far.
        first: what was wrong with the first of them.
        places: where the columns of attributes stand that are read from one.
    """

    name: str
    columns: Columns
    header: bool
    bad: int = 0
    first: str = ""
    places: dict[str, int] = attrs.field(factory=dict)

    def at(self, line: int) -> str:
        """A line of it, for messages."""
        return f"`{self.name}`, line {line}"

    def place(self, *wanted: str) -> int | None:
        """Where the first of several columns stands that there is.

        Raises:
            ReadError: it cannot be told which column is meant.
        """
        try:
            return self.columns.find_first(wanted)
        except LookupError as error:
            self._fail(f"{error}; name the table too, as in `STUDENTS.ID`")

    def need(self, *wanted: str) -> int:
        """Where the first of several columns stands.

        Raises:
            ReadError: there is none of them.
        """
        place = self.place(*wanted)
        if place is None:
            self._fail(f"it has no column `{wanted[0]}`; there are `{'`, `'.join(self.columns.names)}`")
        return place

    def _fail(self, reason: str) -> NoReturn:
        where = self.at(1) if self.header else f"`columns` of `{self.name}`"
        raise ReadError(f"{where}: {reason}")

    def mark(self, line: int, reason: object) -> str:
        """Count a bad row; gives the text that tells of it."""
        self.bad += 1
        told = f"{self.at(line)}: {reason}"
        self.first = self.first or told
        return told


class Reading:
    """The reading of one branch's files.

    Args:
        exports: the files.
        files: the branch whose files are read; guardians are read from the students'.
        tell: where to tell of what is noticed.
    """

    def __init__(self, exports: Exports, files: str, tell: Tell) -> None:
        self.exports, self.files, self.tell = exports, files, tell
        self.chosen = exports.files(files)
        self.options = exports.options.of_file(files)
        self.done = False
        """Whether all files have been read to their end."""
        self.absent: set[str] | None = None
        """Attributes that none of the files read so far has a column for."""
        self.undecided: set[str] = set()
        """Columns that tell who belongs here, and that one of the files does not have."""
        self.cut: list[str] = []
        """What was told of files that may be cut off."""
        self.watch: Callable[[Sheet, Convert], Convert] | None = None
        """Called once a file with what makes records of its rows; gives what is to do so instead, see `tracing`."""
        self.counts: dict[str, int] = {}
        """How many rows there were of each sort that is told of in a note."""

    def count(self, what: str, number: int = 1) -> None:
        """Count rows of one sort, to be told in a note."""
        self.counts[what] = self.counts.get(what, 0) + number

    def deciding(self, sheet: Sheet, *columns: str) -> int | None:
        """Where the first of several columns stands that tell who belongs here.

        Raises:
            ReadError: it cannot be told which column is meant.
        """
        place = sheet.place(*columns)
        if place is None:
            self.undecided.add(columns[-1])
        return place

    def missing(self, attributes: Sequence[str]) -> None:
        """Say which attributes a file has no column for; those that no file has are told."""
        self.absent = set(attributes) if self.absent is None else self.absent & set(attributes)

    def run(
        self, start: Callable[[Sheet], Convert], spoilt: Callable[[Sheet, Spoilt], None], blanks: bool = False
    ) -> Iterator[list[Record]]:
        """Read all files, a block at a time.

        Args:
            start: called with each file; gives what makes records of its rows.
            spoilt: called with each row that has not as many cells as there are columns.
            blanks: whether blanks around cells may stay in the rows.

        Raises:
            ReadError: a file cannot be read whole, or most of its rows are bad.
        """
        for file in self.chosen:
            sheets: list[Sheet] = []

            def tell(row: Spoilt, sheets: list[Sheet] = sheets) -> None:
                spoilt(sheets[0], row)

            with self.exports.open(self.files, file, tell, blanks) as source:
                sheet = Sheet(file.name, Columns(source.names, TABLES[self.files]), source.form.header)
                sheets.append(sheet)
                convert, rows_seen = start(sheet), 0
                if self.watch is not None:
                    convert = self.watch(sheet, convert)
                for lines, rows in source.blocks():
                    rows_seen += len(rows)
                    yield convert(lines, rows)
                self._judge(sheet, rows_seen)
                if source.lost_letters and self.files in ("students", "teachers"):
                    self.tell.note(
                        f"`{file.name}` has {source.lost_letters} question marks, which may be letters that the"
                        " character set of the export does not have"
                    )
                if source.cut:
                    # every row ends with a line end, so what should follow this one may never have been written
                    told = (
                        f"`{file.name}` has no line end after its last row, so it may be cut off there, and rows may be"
                        " missing; export it again, or add a line end if you know that this is all of it"
                    )
                    self.cut.append(told)
                    self.tell.report(told)
        self._finish()

    def _judge(self, sheet: Sheet, rows: int) -> None:
        bad = sheet.bad
        if (bad >= _FEW and bad >= rows) or (bad > _MANY and bad * 2 > rows):
            raise ReadError(
                f"{sheet.first}; so are {bad - 1} more rows of this file, which is most of it: are these the"
                " columns, the dates and the delimiter that the configuration tells?"
            )

    def _finish(self) -> None:
        self.done = True
        if self.absent:
            self.tell.absent(*sorted(self.absent))
        self.tell.undecided(*sorted(self.undecided))
        for what, number in self.counts.items():
            self.tell.note(f"{number} {'row' if number == 1 else 'rows'} {what}")
        for file in self.exports.undeclared(self.files):
            self.tell.note(f"`{file.name}` is of a school that `schools` does not list; it is not read")
        for note in self.exports.dates_differ(self.files):
            self.tell.note(note)

    def expressions(
        self, sheet: Sheet, attributes: Sequence[str], own: Mapping[str, tuple[int | None, str]]
    ) -> dict[str, str]:
        """An expression for each attribute, `None` for one that the file has no column for.

        Args:
            sheet: the file.
            attributes: in their order.
            own: what the connector knows of: where the column stands, and its expression, with `{}` for the cell.

        Raises:
            ReadError: a column that the configuration names is not there.
        """
        made = {}
        for attribute in attributes:
            place, expression = own.get(attribute, (None, "{}"))
            if attribute in self.options.extra:
                place = sheet.need(self.options.extra[attribute])
                if attribute in self.options.split:
                    expression = f"{attribute}_values[{{}}]"
                elif attribute not in _CHECKED:
                    expression = "{}.strip()"
            made[attribute] = "None" if place is None else expression.format(f"row[{place}]")
            if place is not None:
                sheet.places[attribute] = place
        self.missing([attribute for attribute, text in made.items() if text == "None"])
        return made

    def plain(
        self, sheet: Sheet, own: Mapping[str, tuple[int | None, str]], plain: Mapping[str, Plain]
    ) -> dict[str, Plain]:
        """Those of `plain` that the file has a column for, with its place; the arguments are as in `expressions`."""
        found = {}
        for attribute, one in plain.items():
            column = self.options.extra.get(attribute)
            place = own[attribute][0] if column is None else sheet.need(column)
            if place is not None and attribute not in self.options.split:
                found[attribute] = attrs.evolve(one, place=place)
        return found
