"""The rows of one CC file: students' seats in classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from dss.errors import ReadError
from dss.models import key
from dss_powerschool_csv.cells import BadCell, Memo, whole
from dss_powerschool_csv.classes import class_key
from dss_powerschool_csv.compiling import Convert, Record, compiled, line_of, splitters, values_of
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.reading import Sheet
from dss_powerschool_csv.spoilt import Spoilt
from dss_powerschool_csv.students import NUMBER

if TYPE_CHECKING:
    from dss_powerschool_csv.enrollments import Enrollments

FIELDS = ("class_", "person", "role", "enabled")
STUDENT = "student"


class Seats:
    """Reads the rows of one CC file.

    Args:
        of: the reading of all of them.
        sheet: the file.

    Raises:
        ReadError: it lacks a column.
    """

    def __init__(self, of: Enrollments, sheet: Sheet) -> None:
        self._of, self._sheet = of, sheet
        self._section = sheet.need("SectionID")
        self._term = of.reading.deciding(sheet, "TermID")
        self._days = tuple(of.reading.deciding(sheet, column) for column in ("DateEnrolled", "DateLeft"))
        self._number, self._id = sheet.place("[01]Student_Number"), sheet.place("StudentID")
        if self._number is None and (self._id is None or of.pupils is None):
            raise ReadError(
                f"{sheet.at(1)}: it has neither `Student_Number` nor, with the student files, `StudentID`; so"
                " whose rows these are cannot be told"
            )
        self._key = (
            [sheet.need(column) for column in of.key] if of.sections is None and not of.by_id else None
        )

    @property
    def convert(self) -> Convert:
        """From the file's rows to records."""
        of, sheet = self._of, self._sheet
        extras = of.reading.expressions(sheet, [name for name in of.options.extra if name not in FIELDS], {})
        fields = {
            "idnumber": f"f'{{class_}}|{{person}}|{STUDENT}'"
            if self._plain()
            else f"key(class_, person, '{STUDENT}')",
            "class_": "class_",
            "person": "person",
            "role": f"'{STUDENT}'",
            "enabled": "True",
            **extras,
        }
        names: dict[str, object] = {
            "key": key,
            "current": of.current,
            "bad": self._bad,
            **splitters(of.options),
        }
        names["slow"] = partial(self._slow, values_of(fields, names))
        if self._key is not None:
            body = [
                "record = slow(row, lines, rows)",
                "if record is not None:",
                "    keep(record)",
                "continue",
            ]
            return compiled(body, fields, names)
        names.update(
            negative=Memo(lambda text: text.strip().startswith("-")), dropped=self._dropped, other=self._other
        )
        body = self._found(names)
        if any(place is not None for place in self._days):
            enrolled, left = self._day_texts()
            body += [f"if not current[{enrolled}][{left}]:", "    other()", "    continue"]
        return compiled(body, fields, names)

    def _found(self, names: dict[str, object]) -> list[str]:
        """Statements that find class and person, or send a row that does not show them plainly to the closer look."""
        of, named = self._of, self._number if self._number is not None else self._id
        class_, person, unsure, number = f"row[{self._section}]", f"row[{named}]", "", []
        if of.sections is not None:
            class_, names["classes"] = f"classes[{class_}]", of.sections.by_id
        else:
            unsure += " or not (class_.isdecimal() and class_.isascii())"
        if of.pupils is not None:
            names["people"] = of.pupils.by_number if self._number is not None else of.pupils.by_id
            person = f"people[{person}]"
        else:
            unsure += " or not (person.isdecimal() and person.isascii())"
            names.update(idnumber_of=of.numbers.idnumber, width=of.numbers.width)
            number = [
                "number = person.zfill(width)" if of.numbers.width else "number = person",
                f"person = {of.numbers.expression}",
            ]
        if self._term is not None:
            unsure += f" or negative[row[{self._term}]]"
        return [
            "try:",
            f"    class_, person = {class_}, {person}",
            "except KeyError:",
            # most rows that name no section are of this kind
            f"    if row[{self._section}].startswith('-'):",
            "        dropped()",
            "        continue",
            "    person = None",
            f"if person is None{unsure}:",
            "    record = slow(row, lines, rows)",
            "    if record is not None:",
            "        keep(record)",
            "    continue",
            *number,
        ]

    def _day_texts(self) -> list[str]:
        return ["''" if place is None else f"row[{place}]" for place in self._days]

    def _plain(self) -> bool:
        """Whether no part of a key can hold what a key's separator has to be told from."""
        return self._of.numbers.plain and self._of.by_id

    def _dropped(self) -> None:
        self._of.reading.count("passed over: dropped (negative SectionID or TermID)")

    def _other(self) -> None:
        self._of.reading.count("passed over: not enrolled yet, or no longer")

    def _slow(
        self, values: Callable[..., Record], found: Row, lines: Sequence[int], rows: list[Row]
    ) -> Record | None:
        """A row that is not plainly that of a known student in a known class."""
        row = [cell.strip() for cell in found]
        section = row[self._section]
        if section.startswith("-") or (self._term is not None and row[self._term].startswith("-")):
            self._dropped()
            return None
        days = ["" if place is None else row[place] for place in self._days]
        if not self._of.current[days[0]][days[1]]:
            self._other()
            return None
        class_, known_class = self._class(row)
        person, number = self._person(row)
        if person is None and number is None:
            self._of.reading.count("passed over: their student is not active, or has no number")
            return None
        if person is not None and known_class:
            return values(row, class_, person)
        what = [] if person is not None else [self._stranger(row)]
        if not known_class:
            what.append(f"section `{section}` is not in the section files")
        told = self._sheet.mark(line_of(found, lines, rows), "; ".join(what))
        self._doubt(told, class_, known_class, person, number)
        return None

    def _doubt(
        self, told: str, class_: str, known_class: bool, person: str | None, number: str | None
    ) -> None:
        """Tell of a row that is not plainly somebody's, and keep what it may stand for from being removed."""
        tell = self._of.tell
        idnumber = person or (number and self._of.numbers.idnumber(number))
        if not known_class and not person:
            # with both unknown, the row may stand for any enrolment
            tell.report(told)
            return
        if class_ and idnumber:
            tell.freeze(key(class_, idnumber, STUDENT), told)
        else:
            tell.note(told)
        # it names another section, or another student, than the enrolment that it may stand for
        if person and not known_class:
            tell.doubt(person, told)
        elif not person:
            tell.doubt(class_, told)

    def _stranger(self, row: Row) -> str:
        if self._is_nameless(row):
            return f"`StudentID` `{row[self._id or 0]}` is that of an active student without `{NUMBER}`"
        if self._number is not None and not row[self._number]:
            return f"`{NUMBER}` is blank; so whose enrolment it is cannot be told"
        place, column = (self._number, NUMBER) if self._number is not None else (self._id, "StudentID")
        return f"`{column}` `{row[place or 0]}` is not in the student files; they may be older or newer than this one"

    def _class(self, row: Row) -> tuple[str, bool]:
        """The class's key, blank when it cannot be made, and whether the class is known."""
        of = self._of
        section = whole(row[self._section], "SectionID")
        if of.sections is None:
            return (section if self._key is None else class_key(row, self._key, of.key)), True
        if section in of.sections.by_id:
            return of.sections.by_id[section], True
        return (section if of.by_id else ""), False

    def _person(self, row: Row) -> tuple[str | None, str | None]:
        """The student's idnumber, None when unknown or not active; and the number, None when not active."""
        of = self._of
        if self._number is not None:
            number = of.numbers.read(row[self._number])
            if not number:
                return self._by_id(row) if self._id is not None and of.pupils is not None else (None, "")
            if of.pupils is None:
                return of.numbers.idnumber(number), number
            if number in of.pupils.by_number:
                person = of.pupils.by_number[number]
                return person, number if person else None
            return None, number
        return self._by_id(row)

    def _by_id(self, row: Row) -> tuple[str | None, str | None]:
        pupils = self._of.pupils
        assert pupils is not None
        assert self._id is not None
        own = whole(row[self._id], "StudentID")
        if pupils.by_id.get(own) or (own in pupils.by_id and own not in pupils.nameless):
            person = pupils.by_id[own]
            return person, "" if person else None
        return None, ""

    def _is_nameless(self, row: Row) -> bool:
        pupils = self._of.pupils
        return (
            pupils is not None
            and self._id is not None
            and row[self._id].removesuffix(".0") in pupils.nameless
        )

    def _bad(self, line: int, row: Row, error: BadCell) -> None:
        row = [cell.strip() for cell in row]
        if row[self._section].startswith("-"):
            return
        told = self._sheet.mark(line, error)
        try:
            (class_, known_class), (person, number) = self._class(row), self._person(row)
        except BadCell:
            self._of.tell.report(told)
            return
        if person is None and number is None:
            return
        self._doubt(told, class_, known_class, person, number)

    def spoilt(self, row: Spoilt) -> None:
        """Freeze every enrolment that a row may tell of whose cells cannot be told apart."""
        told = self._sheet.mark(row.first, row.reason)
        of = self._of
        place = self._number if self._number is not None else self._id
        assert place is not None
        people = (
            {} if of.pupils is None else of.pupils.by_number if self._number is not None else of.pupils.by_id
        )
        classes = of.sections.by_id if of.sections is not None else {}
        found = [(row.candidates(self._section), row.candidates(place))]
        found += [([beside[self._section]], [beside[place]]) for beside in row.beside]
        pairs = [
            (classes[section], person)
            for sections, persons in found
            for section in sections
            for person in map(people.get, persons)
            if section in classes and person
        ]
        if not pairs or not row.is_sure(max(self._section, place)):
            of.tell.report(told)
        for class_, person in pairs:
            of.tell.freeze(key(class_, person, STUDENT), told)
