"""The branch classes: the sections in which courses are taught, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from dss.importers import Rows
from dss.models import key
from dss_powerschool_csv.cells import BadCell, whole
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.compiling import Convert, Record, splitters, values_of
from dss_powerschool_csv.courses import COURSE
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.merging import Merging
from dss_powerschool_csv.reading import Reading, Sheet, Tell
from dss_powerschool_csv.spoilt import Spoilt
from dss_powerschool_csv.tables import ClassOptions
from dss_powerschool_csv.teachers import Staff


@attrs.define
class Sections:
    """What the section file knows.

    Attributes:
        by_id: keys of classes by section ID.
        teachers: idnumbers of each class's teachers.
        spoilt: classes whose rows may be cut; nobody is said to teach them.
        unsure: classes whose teachers cannot be told, with the reason.
        doubtful: what keeps us from knowing all teachers of any class.
    """

    by_id: dict[str, str] = attrs.field(factory=dict)
    teachers: dict[str, frozenset[str]] = attrs.field(factory=dict)
    spoilt: set[str] = attrs.field(factory=set)
    unsure: dict[str, str] = attrs.field(factory=dict)
    doubtful: list[str] = attrs.field(factory=list)


class Classes:
    """Reads the section files.

    Args:
        exports: the files.
        tell: where to tell of what is noticed.
        staff: who teaches; None when the export has no teachers.
        courses: the courses there are; None when the export has none.
        teacher: from a TeacherNumber to the idnumber.
    """

    def __init__(
        self,
        exports: Exports,
        tell: Tell,
        staff: Staff | None,
        courses: set[str] | None,
        teacher: Callable[[str], str],
    ) -> None:
        options = exports.options.classes
        assert isinstance(options, ClassOptions)
        self.tell, self.sections = tell, Sections()
        self._staff, self._courses, self._teacher = staff, courses, teacher
        self.reading = Reading(exports, "classes", tell)
        self._options = options
        self.fields = ("idnumber", *dict.fromkeys(["name", "course", "teachers", *options.extra]))
        self.merging = Merging(self.fields, tell)

    def rows(self) -> Rows:
        """The classes; reading begins when the rows are asked for."""
        return Rows(self.fields, self._records())

    def scan(self) -> Sections:
        """Read the files only for which section is which class."""
        for _ in self._records():
            pass
        return self.sections

    def _records(self) -> Iterator[Record]:
        for _ in self.reading.run(self.start, self._spoilt):
            pass
        self.sections.doubtful += self.reading.cut
        yield from self.merging.records()

    def start(self, sheet: Sheet) -> Convert:
        """Prepare for one file.

        Raises:
            ReadError: it lacks a column.
        """
        section_id, parts = sheet.place("ID"), [sheet.need(column) for column in self._options.key]
        course, section = sheet.place(COURSE), sheet.place("Section_Number")
        number = sheet.place("[05]TeacherNumber")
        staff_id = sheet.place("Teacher", "TeacherID") if number is None and self._staff is not None else None
        taught = number is not None or staff_id is not None
        own = {
            "name": (section if course is not None else None, f"row[{course}] + '.' + {{}}"),
            "course": (course, "{}"),
            "teachers": (0 if taught else None, "person"),
        }
        fields = self.reading.expressions(sheet, self.fields[1:], own)
        values = values_of(fields, splitters(self._options))
        told_teachers = fields["teachers"] == "person"

        def take(line: int, row: Row) -> None:
            idnumber = class_key(row, parts, self._options.key)
            if section_id is not None and row[section_id]:
                self._identify(whole(row[section_id], "ID"), idnumber, sheet.at(line))
            teachers = self._teachers(sheet, line, row, idnumber, number, staff_id) if told_teachers else None
            if self._courses is not None and course is not None and row[course] not in self._courses:
                self.tell.freeze(
                    idnumber, sheet.mark(line, f"course `{row[course]}` is not in the course files")
                )
            self.merging.add((idnumber, *values(row, person=teachers)), sheet.at(line))
            if teachers:
                self.sections.teachers[idnumber] = (
                    self.sections.teachers.get(idnumber, frozenset()) | teachers
                )

        def convert(lines: Sequence[int], rows: list[Row]) -> list[Record]:
            for line, row in zip(lines, rows, strict=True):
                try:
                    take(line, row)
                except BadCell as error:
                    told = sheet.mark(line, error)
                    self.tell.report(told)
                    self.sections.doubtful.append(told)
            return []

        return convert

    def _identify(self, own: str, idnumber: str, where: str) -> None:
        known = self.sections.by_id.setdefault(own, idnumber)
        if known != idnumber:
            for one in (known, idnumber):
                self.tell.freeze(
                    one, f"{where}: section ID `{own}` belongs to both `{known}` and `{idnumber}`"
                )

    def _teachers(
        self, sheet: Sheet, line: int, row: Row, idnumber: str, number: int | None, own: int | None
    ) -> frozenset[str] | None:
        """The idnumbers of a section's teachers; None when it cannot be told, which is told."""
        text = row[number if number is not None else own or 0]
        try:
            if text in ("", "0"):
                # a number that is blank in the teacher files is blank here too, and only the ID shows it
                beside = sheet.place("Teacher", "TeacherID") if number is not None else None
                if beside is not None and self._staff is not None and row[beside]:
                    self._refuse_nameless(whole(row[beside], "Teacher"))
                return frozenset()
            if number is None:
                found = self._by_id(whole(text, "Teacher"))
            elif self._staff is None:
                found = self._teacher(text)
            elif text in self._staff.by_number:
                found = self._staff.by_number[text]
            else:
                raise BadCell(f"teacher `{text}` is not in the teacher files")
        except BadCell as error:
            told = sheet.mark(line, error)
            self.tell.freeze(idnumber, told)
            self.sections.unsure.setdefault(idnumber, told)
            return None
        if found is None:
            self.reading.count("whose teacher is no longer active; nobody is named in their place")
            return frozenset()
        return frozenset((found,))

    def _by_id(self, own: str) -> str | None:
        assert self._staff is not None
        if own in self._staff.doubled:
            raise BadCell(f"teacher ID `{own}` belongs to more than one teacher")
        if own not in self._staff.by_id:
            raise BadCell(f"teacher ID `{own}` is not in the teacher files")
        self._refuse_nameless(own)
        return self._staff.by_number.get(self._staff.by_id[own])

    def _refuse_nameless(self, own: str) -> None:
        if self._staff is not None and own in self._staff.nameless:
            raise BadCell(f"teacher ID `{own}` is that of an active teacher without TeacherNumber")

    def _spoilt(self, sheet: Sheet, row: Spoilt) -> None:
        told = sheet.mark(row.first, row.reason)
        self.sections.doubtful.append(told)
        own = sheet.place("ID")
        found = [text for text in row.candidates(own) if text.isdecimal()] if own is not None else []
        if own is not None:
            found += [beside[own] for beside in row.beside]
        if own is None or not found or not self._options.by_id or not row.is_sure(own):
            self.tell.report(told)
        if not self._options.by_id:
            return
        for text in found:
            self.tell.freeze(text, told)
            self.sections.by_id.setdefault(text, text)
            self.sections.spoilt.add(text)


def class_key(row: Sequence[str], places: Sequence[int], columns: Sequence[str]) -> str:
    """A class's number, made of one or several cells.

    Raises:
        BadCell: one of them is blank, or should be a number and is none.
    """
    if len(places) == 1 and columns[0].casefold().endswith("id"):
        return whole(row[places[0]], columns[0])
    for place, column in zip(places, columns, strict=True):
        if not row[place]:
            raise BadCell(f"`{column}` is blank, and is part of the class's number (see `key`)")
    return key(*(row[place] for place in places)) if len(places) > 1 else row[places[0]]
