"""The branch courses: what is taught."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dss.importers import Rows
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.compiling import Convert, Record, splitters, values_of
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.merging import Merging
from dss_powerschool_csv.reading import Reading, Sheet, Tell
from dss_powerschool_csv.spoilt import Spoilt
from dss_powerschool_csv.tables import CourseOptions

COURSE = "Course_Number"


class Courses:
    """Reads the course files; what several schools teach is one course.

    Args:
        exports: the files.
        tell: where to tell of what is noticed.
    """

    def __init__(self, exports: Exports, tell: Tell) -> None:
        options = exports.options.courses
        assert isinstance(options, CourseOptions)
        self.tell, self.numbers = tell, set[str]()
        self.reading = Reading(exports, "courses", tell)
        self._options = options
        self.fields = ("idnumber", *dict.fromkeys(["name", "category", *options.extra]))
        self.merging = Merging(self.fields, tell)

    def rows(self) -> Rows:
        """The courses; reading begins when the rows are asked for."""
        return Rows(self.fields, self._records())

    def scan(self) -> set[str]:
        """Read the files only for the courses' numbers."""
        for _ in self._records():
            pass
        return self.numbers

    def _records(self) -> Iterator[Record]:
        for _ in self.reading.run(self.start, self._spoilt):
            pass
        yield from self.merging.records()

    def start(self, sheet: Sheet) -> Convert:
        """Prepare for one file.

        Raises:
            ReadError: it lacks a column.
        """
        number = sheet.need(COURSE)
        own = {
            "name": (sheet.place("Course_Name"), "{}"),
            "category": (sheet.place(self._options.category), "{}"),
        }
        fields = self.reading.expressions(sheet, self.fields[1:], own)
        values = values_of(fields, splitters(self._options))

        def convert(lines: Sequence[int], rows: list[Row]) -> list[Record]:
            for line, row in zip(lines, rows, strict=True):
                if not row[number]:
                    self.reading.count(f"passed over: blank {COURSE}")
                    continue
                self.numbers.add(row[number])
                self.merging.add((row[number], *values(row)), sheet.at(line))
            return []

        return convert

    def _spoilt(self, sheet: Sheet, row: Spoilt) -> None:
        told = sheet.mark(row.first, row.reason)
        place = sheet.need(COURSE)
        found = row.candidates(place) if place == 0 or len(row.cells) == row.width else []
        found += [beside[place] for beside in row.beside]
        found = [number for number in found if number]
        if not found or not row.is_sure(place):
            self.tell.report(told)
        for number in found:
            self.tell.freeze(number, told)
            self.numbers.add(number)
