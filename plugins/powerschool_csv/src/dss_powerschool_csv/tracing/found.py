"""Rows that were found, and their cells as they stand in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dss.importers import Origin
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.tables import FileOptions
from dss_powerschool_csv.tracing.making import what_was_made
from dss_powerschool_csv.tracing.watching import Hit, Listener

_WHY_NONE = {
    "email": "no e-mail address",
    "username": "a login that PowerSchool has disabled, or leaves to another system",
}


class Found:
    """The rows of one record in the files of a branch.

    Args:
        exports: the files, of which those with such rows are read once more.
        files: the branch whose files they are.
        hits: the rows.
    """

    def __init__(self, exports: Exports, files: str, hits: Sequence[Hit]) -> None:
        self.hits = hits
        self.form = exports.form(files)
        self._options = exports.options.of_file(files)
        self._raw: dict[tuple[str, int], Row] = {}
        for name in dict.fromkeys(hit.sheet.name for hit in hits):
            lines = {hit.line for hit in hits if hit.sheet.name == name}
            rows = exports.raw_rows(files, name, lines)
            self._raw.update(((name, line), row) for line, row in rows.items())

    @property
    def options(self) -> FileOptions:
        """The options of these files."""
        return self._options

    def row(self, hit: Hit, rule: str = "") -> Origin:
        """The row itself, with what is wrong with it, or why it was left out."""
        said = [text.removeprefix(f"{hit.sheet.at(hit.line)}: ") for text in hit.said]
        if hit.record is not None:
            said = [f"set aside: {text}" for text in said]
        return Origin(
            "", None, self._lines(hit), "; ".join([*said, *([rule] if rule else [])]), hit.record is not None
        )

    def raw(self, hit: Hit, place: int) -> str:
        """A cell as it stands there."""
        return self._raw.get((hit.sheet.name, hit.line), hit.row)[place]

    def cell(self, hit: Hit, attribute: str, place: int, rule: str, *, taken: bool | None = None) -> Origin:
        """A cell, and what was made of it."""
        # a cell below the line ends of earlier ones stands further down than its row begins
        row = self._raw.get((hit.sheet.name, hit.line), hit.row)
        line = hit.line + sum(cell.count("\n") for cell in row[:place])
        name = hit.sheet.columns.names[place]
        column = name if hit.sheet.header else f"{place + 1} ({name})"
        return Origin(
            attribute,
            row[place],
            f"{hit.sheet.name}, line {line}, column {column}",
            rule,
            hit.record is not None if taken is None else taken,
        )

    def plain(self, hit: Hit, fields: Sequence[str], passed_over: Iterable[str] = ()) -> Iterator[Origin]:
        """The cells of all attributes that are made of one cell each.

        Args:
            hit: the row.
            fields: the attributes of a record, in their order.
            passed_over: attributes that are told of otherwise.
        """
        for attribute in fields:
            place = hit.sheet.places.get(attribute)
            if place is not None and attribute not in passed_over and hit.record is not None:
                made = hit.record[fields.index(attribute)]
                rule = self._made(attribute, self.raw(hit, place), made)
                yield self.cell(hit, attribute, place, rule)

    def _made(self, attribute: str, raw: str, made: Any) -> str:
        return what_was_made(
            raw, made, entities=self.form.entities, why_none=_WHY_NONE.get(attribute, "it has no meaning")
        )

    def _lines(self, hit: Hit) -> str:
        row = self._raw.get((hit.sheet.name, hit.line), hit.row)
        last = hit.line + sum(cell.count("\n") for cell in row)
        lines = f"line {hit.line}" if last == hit.line else f"lines {hit.line} to {last}"
        return f"{hit.sheet.name}, {lines}"


def loose(tell: Listener) -> Iterator[Origin]:
    """What was told of the record, and of no row whose cells can be told apart."""
    for text in dict.fromkeys(tell.loose):
        place, colon, why = text.partition(": ")
        if colon and place.startswith("`") and ", line " in place:
            yield Origin("", None, place.replace("`", ""), why, taken=False)
        else:
            yield Origin("", None, "the export as a whole", text, taken=False)
