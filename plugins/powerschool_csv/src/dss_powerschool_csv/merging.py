"""Rows of several files, or of several schools, that tell of one thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dss_powerschool_csv.compiling import Record
from dss_powerschool_csv.reading import Tell


class Merging:
    """Unites rows by idnumber; what is blank in one is taken from another.

    Args:
        fields: the attributes; the first is the idnumber.
        tell: where to tell of rows that disagree. Which of them is right cannot be known, so the record is frozen.
    """

    def __init__(self, fields: Sequence[str], tell: Tell) -> None:
        self._fields = fields
        self._tell = tell
        self._known: dict[str, tuple[list[object], str]] = {}

    def __contains__(self, idnumber: str) -> bool:
        return idnumber in self._known

    def add(self, record: Record, where: str) -> None:
        """Take in what a row says.

        Args:
            record: values in the order of the fields.
            where: file and line, for messages.
        """
        idnumber = record[0]
        if idnumber not in self._known:
            self._known[idnumber] = (list(record), where)
            return
        known, first = self._known[idnumber]
        for place, value in enumerate(record):
            was = known[place]
            if value == was or value is None or value == "":
                continue
            if was is None or was == "":
                known[place] = value
            elif isinstance(was, frozenset) and isinstance(value, frozenset):
                known[place] = was | value
            else:
                self._tell.freeze(
                    idnumber,
                    f"`{self._fields[place]}` is `{was}` in {first} and `{value}` in {where}; mend one of them",
                )

    def records(self) -> Iterator[Record]:
        """All records, in the order in which they were first met."""
        return (tuple(known) for known, _ in self._known.values())
