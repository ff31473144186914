"""Names of columns, as PowerSchool, its reports and its administrators write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NUMBERED = re.compile(r"\[\s*([0-9]+)\s*\]\s*(.+)")
#: Numbers by which AutoSend and Quick Export name the table of a joined field.
_TABLES = {1: "students", 2: "courses", 3: "sections", 4: "cc", 5: "teachers", 13: "terms"}


def normal(name: str) -> tuple[str, str]:
    """Table (blank when none is named) and field, in lower case.

    `STUDENTS.Student_Number`, `[01]Student_Number` and `student_number ` all name one field.
    """
    text = name.strip().strip("\ufeff").strip('"').strip().casefold()
    found = _NUMBERED.fullmatch(text)
    if found is not None:
        number = int(found[1])
        return _TABLES.get(number, str(number)), found[2].strip()
    table, dot, field = text.rpartition(".")
    return (table.strip(), field.strip()) if dot else ("", text)


class Columns:
    """The columns of one file, found by name.

    Args:
        names: the columns in their order.
        table: the file's own table; of two columns with one field, its own is meant.
    """

    def __init__(self, names: Sequence[str], table: str) -> None:
        self.names = tuple(names)
        self.table = table
        self._normal = [normal(name) for name in names]

    def find(self, wanted: str) -> int | None:
        """Where a column stands; None when the file does not have it.

        Raises:
            LookupError: several columns could be meant.
        """
        table, field = normal(wanted)
        fitting = [place for place, (_, other) in enumerate(self._normal) if other == field]
        for tables in ({table} if table else {"", self.table}, {""} if table else set[str]()):
            best = [place for place in fitting if self._normal[place][0] in tables]
            if len(best) > 1:
                names = "`, `".join(self.names[place] for place in best)
                raise LookupError(f"columns `{names}` are all named `{wanted}`")
            if best:
                return best[0]
        if table or not fitting:
            return None
        if len(fitting) > 1:
            names = "`, `".join(self.names[place] for place in fitting)
            raise LookupError(f"`{wanted}` may be any of the columns `{names}`")
        return fitting[0]

    def find_first(self, wanted: Iterable[str]) -> int | None:
        """Where the first of several names stands that the file has."""
        for name in wanted:
            place = self.find(name)
            if place is not None:
                return place
        return None


def looks_like_header(row: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a row that should be data consists of names of columns."""
    known = {normal(name)[1] for name in names}
    hits = sum(1 for cell in row if cell and normal(cell)[1] in known)
    return hits >= min(2, len(names))
