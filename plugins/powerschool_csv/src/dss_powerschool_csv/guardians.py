"""The branch guardians, derived from the students' rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dss.errors import NotProvided
from dss.importers import Rows
from dss.tree import DataStoreTree
from dss_powerschool_csv.cells import BadCell
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.compiling import Convert, Record
from dss_powerschool_csv.families import Families, Family, family_of
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.merging import Merging
from dss_powerschool_csv.reading import Sheet, Silent, Tell
from dss_powerschool_csv.spoilt import Spoilt
from dss_powerschool_csv.students import NAMELESS, NUMBER, Students

FIELDS = ("idnumber", "given_name", "family_name", "email", "enabled")


class Guardians:
    """Reads the student files for the guardians of active students.

    Args:
        tree: the tree.
        exports: its files.
        tell: where to tell of what is noticed.

    Raises:
        NotProvided: by its configuration, this export has no guardians.
    """

    def __init__(self, tree: DataStoreTree, exports: Exports, tell: Tell) -> None:
        self.tell = tell
        self.families = Families(tree, exports.options.guardians)
        if not exports.options.guardians.emails:
            raise NotProvided("`guardians.emails` is empty: the export does not tell of guardians")
        columns = exports.options.students.columns
        if exports.provides("students") and columns and not self.families.named_in(columns):
            raise NotProvided(
                f"`students.columns` has no `{'`, `'.join(self.families.needed())}`: the export does not tell"
                " of guardians"
            )
        # what a student's row says of the student is read, and told, by the branch students
        self.students = Students(tree, exports, Silent())
        self.merging = Merging(FIELDS, tell)

    def rows(self) -> Rows:
        """The guardians; reading begins when the rows are asked for."""
        return Rows(FIELDS, self._records())

    def _records(self) -> Iterator[Record]:
        for _ in self.students.reading.run(self.start, self._spoilt):
            pass
        for told in self.students.reading.cut:
            self.tell.report(told)
        self.families.note(self.tell)
        self.tell.undecided(*sorted(self.students.reading.undecided))
        self.tell.absent("username", *([] if self.families.options.names else ["given_name", "family_name"]))
        yield from self.merging.records()

    def start(self, sheet: Sheet) -> Convert:
        """Prepare for one file.

        Raises:
            ReadError: it lacks a column.
        """
        for column in self.families.needed():
            sheet.need(column)
        family = family_of(self.families, sheet)
        assert family is not None
        number, status = sheet.need(NUMBER), self.students.reading.deciding(sheet, "Enroll_Status")
        read, active = self.students.numbers.read, self.students.active

        def convert(lines: Sequence[int], rows: list[Row]) -> list[Record]:
            for line, row in zip(lines, rows, strict=True):
                try:
                    if not read(row[number]):
                        if self.students.should_have_number(status, row):
                            self.tell.report(f"{sheet.mark(line, NAMELESS)}; it may tell of guardians")
                        continue
                    if status is not None and not active[row[status]]:
                        continue
                except BadCell as error:
                    self._doubt(
                        family,
                        row,
                        f"{sheet.mark(line, error)}; the guardians in this row are left as they are",
                    )
                self._add(family, row, sheet.at(line))
            return []

        return convert

    def _add(self, family: Family, row: Row, where: str) -> None:
        for parent in family.parents(row):
            idnumber = self.families.idnumber(parent.number)
            self.merging.add((idnumber, parent.given_name, parent.family_name, parent.email, True), where)

    def _doubt(self, family: Family, row: Row, told: str) -> None:
        for parent in family.parents(row):
            self.tell.freeze(self.families.idnumber(parent.number), told)

    def _spoilt(self, sheet: Sheet, row: Spoilt) -> None:
        # whose parents stand in it cannot be told, and they may stand nowhere else
        self.tell.report(f"{sheet.mark(row.first, row.reason)}; it may tell of guardians")
