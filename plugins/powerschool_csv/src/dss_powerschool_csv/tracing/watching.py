"""Rows that tell of one record, watched while the reader reads them.

The reader itself reads, a row at a time: so what is found has its line numbers, its reasons and its values. Nothing of
this runs in a normal run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from dss_powerschool_csv.compiling import Convert, Record
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.merging import Merging
from dss_powerschool_csv.reading import Reading, Sheet, Silent

About = Callable[[Row], bool]


@attrs.define(eq=False)
class Hit:
    """A row that tells of the record.

    Attributes:
        sheet: its file.
        line: the line on which it begins.
        row: its cells, as the reader had them.
        record: what was made of it; None when it was left out.
        said: why it was left out, or what is wrong with it.
    """

    sheet: Sheet
    line: int
    row: Row
    record: Record | None
    said: list[str]


class Listener(Silent):
    """Hears what the reader tells of one record.

    Args:
        idnumber: the record.

    Attributes:
        now: what is told while a row is looked at; None between rows.
        loose: what is told of no row in particular, or of one whose cells cannot be told apart.
    """

    def __init__(self, idnumber: str) -> None:
        self.idnumber = idnumber
        self.now: list[str] | None = None
        self.loose: list[str] = []

    def freeze(self, idnumber: str, reason: str) -> None:
        """Hear that a record is set aside."""
        if idnumber == self.idnumber:
            (self.loose if self.now is None else self.now).append(reason)


class Overheard(Merging):
    """Unites rows as ever; what is added under one idnumber is kept as well."""

    def __init__(self, fields: Sequence[str], tell: Listener) -> None:
        super().__init__(fields, tell)
        self._idnumber = tell.idnumber
        self.added: list[Record] = []

    def add(self, record: Record, where: str) -> None:
        """Take in what a row says."""
        if record[0] == self._idnumber:
            self.added.append(record)
        super().add(record, where)


class Watch:
    """Watches one reading.

    Args:
        reading: is watched from now on.
        tell: where the reader tells of what it notices.
        about: called with each file; gives what tells whether a row of it is about the record at all.
        merging: where the reader unites rows, if it does.

    Attributes:
        hits: the rows found so far.
    """

    def __init__(
        self,
        reading: Reading,
        tell: Listener,
        about: Callable[[Sheet], About],
        merging: Overheard | None = None,
    ) -> None:
        self.hits: list[Hit] = []
        self._reading, self._tell, self._about, self._merging = reading, tell, about, merging
        reading.watch = self._watched

    def _watched(self, sheet: Sheet, convert: Convert) -> Convert:
        about = self._about(sheet)

        def by_row(lines: Sequence[int], rows: list[Row]) -> list[Record]:
            for line, row in zip(lines, rows, strict=True):
                self._look(sheet, convert, line, row, is_mine=about(row))
            return []

        return by_row

    def _look(self, sheet: Sheet, convert: Convert, line: int, row: Row, *, is_mine: bool) -> None:
        counts = dict(self._reading.counts) if is_mine else {}
        said = self._tell.now = []
        made = [record for record in convert([line], [row]) if record[0] == self._tell.idnumber]
        self._tell.now = None
        if self._merging is not None:
            made += self._merging.added
            self._merging.added.clear()
        if made or said:
            self.hits.append(Hit(sheet, line, row, made[0] if made else None, said))
        elif is_mine:
            why = [what for what, number in self._reading.counts.items() if number != counts.get(what)]
            self.hits.append(Hit(sheet, line, row, None, why))
