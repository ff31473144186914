"""The branch teachers, and who is who by the IDs that sections and schedules use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import attrs

from dss.importers import Rows
from dss.tree import DataStoreTree
from dss_powerschool_csv.cells import BadCell, Memo, is_address, login, split_name, whole
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.compiling import Convert, Record, forgiving, splitters, values_of
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.merging import Merging
from dss_powerschool_csv.numbers import Numbers
from dss_powerschool_csv.reading import Reading, Sheet, Tell
from dss_powerschool_csv.spoilt import Spoilt
from dss_powerschool_csv.students import is_among
from dss_powerschool_csv.tables import TeacherOptions

NUMBER = "TeacherNumber"
#: A teacher has one number, and for each school an ID of the table SCHOOLSTAFF, which is what sections name.
IDS = ("SCHOOLSTAFF.ID", "TEACHERS.ID", "ID")
FIELDS = ("given_name", "family_name", "email", "username", "enabled")


@attrs.define
class Staff:
    """Who the teacher file knows.

    Attributes:
        by_number: idnumbers by TeacherNumber; None for who is not active at any school.
        by_id: numbers by SCHOOLSTAFF's ID; blank for a row without number.
        doubled: IDs that belong to more than one number.
        nameless: IDs of active staff whose row has no number; who they are cannot be told.
    """

    by_number: dict[str, str | None] = attrs.field(factory=dict)
    by_id: dict[str, str] = attrs.field(factory=dict)
    doubled: set[str] = attrs.field(factory=set)
    nameless: set[str] = attrs.field(factory=set)


class Teachers:
    """Reads the teacher files: a row for each school in which somebody teaches, united by TeacherNumber.

    Args:
        tree: the tree.
        exports: its files.
        tell: where to tell of what is noticed.
    """

    def __init__(self, tree: DataStoreTree, exports: Exports, tell: Tell) -> None:
        options = exports.options.teachers
        assert isinstance(options, TeacherOptions)
        self.tell, self.staff = tell, Staff()
        self.reading = Reading(exports, "teachers", tell)
        self._options = options
        self.numbers = Numbers(tree, "teachers", NUMBER, width=options.width)
        self._active = Memo(partial(is_among, frozenset(options.active), "Status"))
        self._wanted = Memo(partial(is_among, frozenset(options.staff_status), "StaffStatus"))
        self.fields = ("idnumber", *dict.fromkeys([*FIELDS, *options.extra]))
        self.merging = Merging(self.fields, tell)

    def rows(self) -> Rows:
        """The active teachers; reading begins when the rows are asked for."""
        return Rows(self.fields, self._records())

    def scan(self) -> Staff:
        """Read the files only for who is who."""
        for _ in self._records():
            pass
        return self.staff

    def _records(self) -> Iterator[Record]:
        for _ in self.reading.run(self.start, self._spoilt):
            pass
        for own in sorted(self.staff.doubled):
            self.tell.note(f"ID `{own}` belongs to more than one {NUMBER}; nobody is enrolled by it")
        yield from self.merging.records()

    def start(self, sheet: Sheet) -> Convert:
        """Prepare for one file.

        Raises:
            ReadError: it lacks a column.
        """
        number, own = sheet.need(NUMBER), sheet.place(*IDS)
        fields = self._expressions(sheet)
        names = {"login": login, "mail": self._mail, "split_name": split_name, **splitters(self._options)}
        values, forgive = values_of(fields, names), forgiving(fields, names)
        status = self.reading.deciding(sheet, "SCHOOLSTAFF.Status", "TEACHERS.Status", "Status")
        staff_status = self.reading.deciding(sheet, "StaffStatus") if self._options.staff_status else None

        def is_ours(row: Row) -> bool:
            return (status is None or self._active[row[status]]) and (
                staff_status is None or self._wanted[row[staff_status]]
            )

        def take(line: int, row: Row) -> None:
            text = self._read(row[number])
            if own is not None:
                self._identify(row[own], text)
            if not text:
                # with `only_digits` a row of another number is passed over by the user's own word; a blank is no number
                if row[number] or not any(row) or not is_ours(row):
                    self.reading.count(f"passed over: {NUMBER} is blank, or none")
                else:
                    nameless(line, row)
            elif is_ours(row):
                idnumber = self.numbers.idnumber(text)
                self.staff.by_number[text] = idnumber
                self.merging.add((idnumber, *values(row)), sheet.at(line))
            else:
                self.reading.count(
                    "passed over: Status is not among `active`, or StaffStatus not in `staff_status`"
                )
                self.staff.by_number.setdefault(text, None)

        def nameless(line: int, row: Row) -> None:
            self.tell.report(
                sheet.mark(
                    line,
                    f"`{NUMBER}` is blank in the row of an active member of staff; so whose row it is cannot be told;"
                    " give it one, or another Status, in PowerSchool",
                )
            )
            if own is not None and row[own]:
                self.staff.nameless.add(whole(row[own], "ID"))

        def convert(lines: Sequence[int], rows: list[Row]) -> list[Record]:
            for line, row in zip(lines, rows, strict=True):
                try:
                    take(line, row)
                except BadCell as error:
                    self._bad(sheet, line, row, number, error, forgive)
                    if own is not None and not self.numbers.read_from(row, number):
                        self.staff.nameless.add(row[own].removesuffix(".0"))
            return []

        return convert

    def _read(self, text: str) -> str:
        number = self.numbers.read(text)
        return "" if self._options.only_digits and not number.isdecimal() else number

    def _identify(self, own: str, number: str) -> None:
        own = own and whole(own, "ID")
        if own and self.staff.by_id.setdefault(own, number) != number:
            self.staff.doubled.add(own)

    def _expressions(self, sheet: Sheet) -> dict[str, str]:
        given, family, both = sheet.place("First_Name"), sheet.place("Last_Name"), sheet.place("LastFirst")
        own = {
            "given_name": (given, "{}") if given is not None else (both, "split_name({})[0]"),
            "family_name": (family, "{}") if family is not None else (both, "split_name({})[1]"),
            "email": (sheet.place("Email_Addr", "Email"), "mail({})"),
            "username": (sheet.place("TeacherLoginID", "LoginID"), "login({})"),
            "enabled": (0, "True"),
        }
        return self.reading.expressions(sheet, self.fields[1:], own)

    def _mail(self, text: str) -> str | None:
        if text and not is_address(text):
            self.reading.count("with an e-mail address that is none, such as `unknown@`")
            return None
        return text

    def _bad(
        self, sheet: Sheet, line: int, row: Row, place: int, error: BadCell, values: Callable[[Row], Record]
    ) -> None:
        told = sheet.mark(line, error)
        number = self.numbers.read_from(row, place)
        if not number:
            self.tell.report(told)
            return
        idnumber = self.numbers.idnumber(number)
        self.tell.freeze(idnumber, told)
        self.staff.by_number[number] = idnumber
        # the rest of it may show that this is somebody's other role
        self.merging.add((idnumber, *values(row)), sheet.at(line))

    def _spoilt(self, sheet: Sheet, row: Spoilt) -> None:
        told = sheet.mark(row.first, row.reason)
        # a number of staff is any text, so no cell but the one in its place, or the row's only one, can be trusted
        place = sheet.need(NUMBER)
        sure = place == 0 or len(row.cells) == row.width or bool(row.beside)
        numbers = self.numbers.candidates(row, place) if sure or self._options.only_digits else []
        numbers = [number for number in numbers if not self._options.only_digits or number.isdecimal()]
        if not numbers or not row.is_sure(place):
            self.tell.report(told)
        for number in numbers:
            idnumber = self.numbers.idnumber(number)
            self.tell.freeze(idnumber, told)
            self.staff.by_number.setdefault(number, idnumber)
