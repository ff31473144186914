"""The branch students, and who is who by number and by ID."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

from dss.importers import Rows
from dss.tree import DataStoreTree
from dss_powerschool_csv.cells import BadCell, Memo, is_address, login, split_name, whole
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.compiling import Convert, Record, compiled, forgiving, splitters
from dss_powerschool_csv.families import NOBODY, Families, family_of
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.looks import Plain, address_or_blank, login_or_blank
from dss_powerschool_csv.numbers import Numbers
from dss_powerschool_csv.pupils import Pupils
from dss_powerschool_csv.reading import Reading, Sheet, Tell
from dss_powerschool_csv.spoilt import Spoilt
from dss_powerschool_csv.tables import StudentOptions

NUMBER = "Student_Number"
NAMELESS = (
    f"`{NUMBER}` is blank in the row of an active student; so whose row it is cannot be told; give the student one, or"
    " another Enroll_Status, in PowerSchool"
)
FIELDS = ("given_name", "family_name", "email", "username", "enabled", "grade", "homeroom", "guardians")
#: Who is pre-registered may have no number yet, so nobody misses it.
_PRE_REGISTERED = -1
_MAIL = ("Student_Email", "Email", "Email_Addr")
_PLAIN = {"email": Plain(address_or_blank, "{}"), "username": Plain(login_or_blank, "({} or None)")}


class Students:
    """Reads the student files.

    Args:
        tree: the tree.
        exports: its files.
        tell: where to tell of what is noticed.
    """

    def __init__(self, tree: DataStoreTree, exports: Exports, tell: Tell) -> None:
        options = exports.options.students
        assert isinstance(options, StudentOptions)
        self.reading = Reading(exports, "students", tell)
        self.tell = tell
        self.numbers = Numbers(tree, "students", NUMBER, digits=True, width=options.width)
        self.pupils = Pupils(self.numbers.idnumber)
        self.active = Memo(partial(is_among, frozenset(options.active), "Enroll_Status"))
        self.families = Families(tree, exports.options.guardians)
        self._options = options

    @property
    def fields(self) -> tuple[str, ...]:
        """The attributes of a record."""
        return ("idnumber", *dict.fromkeys([*FIELDS, *self._options.extra]))

    def rows(self) -> Rows:
        """The active students; reading begins when the rows are asked for."""
        return Rows(self.fields, chain.from_iterable(self._blocks()))

    def scan(self) -> Pupils:
        """Read the files only for who is who."""
        for _ in self._blocks():
            pass
        return self.pupils

    def _blocks(self) -> Iterator[list[Record]]:
        yield from self.reading.run(self.start, self._spoilt, blanks=True)
        self.families.note(self.tell)
        self.pupils.by_id.pop("", None)
        self._look_at_numbers()

    def _look_at_numbers(self) -> None:
        """Doubt numbers that a spreadsheet has touched, or that are not made of 0 to 9; such are few."""
        numbers = self.pupils.active
        together = "\n".join(["", *numbers])
        if "\n0" in together:
            for number in numbers:
                bare = number.lstrip("0")
                if bare != number and bare in self.pupils.by_number:
                    self._doubt(
                        (bare, number),
                        "are both among the numbers: has a spreadsheet eaten zeros? See `width`",
                    )
        if not together.isascii():
            for number in numbers:
                if not number.isascii():
                    self._doubt((number,), "has other digits than 0 to 9")

    def _doubt(self, numbers: tuple[str, ...], why: str) -> None:
        for number in numbers:
            self.tell.freeze(
                self.numbers.idnumber(number),
                f"`{NUMBER}`: {' and '.join(f'`{one}`' for one in numbers)} {why}",
            )

    def start(self, sheet: Sheet) -> Convert:
        """Prepare for one file.

        Raises:
            ReadError: it lacks a column.
        """
        number, record = sheet.need(NUMBER), sheet.place("ID")
        status = self.reading.deciding(sheet, "Enroll_Status")
        body = [
            f"number = row[{number}]",
            "if not number.isdecimal():",
            "    number = read(number)",
            *(["number = number.zfill(width)"] if self._options.width else []),
            "if not number:",
            "    blank(row, line_of(row, lines, rows))",
            "    continue",
        ]
        if status is not None:
            body += [f"if not active[row[{status}]]:", "    gone(number, row)", "    continue"]
        body += [f"idnumber = {self.numbers.expression}", "know(number)"]
        if record is not None:
            body += [
                f"own = row[{record}]",
                "if not own.isdecimal():",
                "    own = own.strip() and whole(own, 'ID')",
                "if by_id.setdefault(own, idnumber) is not idnumber:",
                "    twice(own, idnumber, line_of(row, lines, rows))",
            ]
        own = self._own(sheet)
        fields = self.reading.expressions(sheet, self.fields[1:], own)
        plain = self.reading.plain(sheet, own, _PLAIN)
        family = family_of(self.families, sheet)
        if family is not None and (quick := family.plain) is not None:
            plain["guardians"] = quick
        names: dict[str, object] = {
            "read": self.numbers.read,
            "idnumber_of": self.numbers.idnumber,
            "width": self._options.width,
            "active": self.active,
            "know": self.pupils.active.append,
            "by_id": self.pupils.by_id,
            "whole": whole,
            "blank": partial(self._blank, sheet, status, record),
            "gone": partial(self._gone, record),
            "twice": partial(self._twice, sheet),
            "grade": Memo(lambda text: text.strip() and whole(text, "Grade_Level")),
            "homeroom": Memo(str.strip),
            "text": Memo(str.strip),
            **splitters(self._options),
            "mail": self._mail,
            "login": login,
            "split_name": split_name,
            "guardians": family.references if family is not None else None,
            "guardian": self.families.idnumber,
            "nobody": NOBODY,
        }
        names["bad"] = partial(self._bad, sheet, number, forgiving(fields, names))
        return compiled(body, {"idnumber": "idnumber", **fields}, names, plain)

    def _own(self, sheet: Sheet) -> dict[str, tuple[int | None, str]]:
        """Where the columns of the attributes stand, and their expressions."""
        both = sheet.place("LastFirst")
        given, family = sheet.place("First_Name"), sheet.place("Last_Name")
        return {
            "given_name": (given, "text[{}]") if given is not None else (both, "split_name({})[0]"),
            "family_name": (family, "text[{}]") if family is not None else (both, "split_name({})[1]"),
            "email": (sheet.place(*_MAIL), "mail({})"),
            "username": (sheet.place("Network_ID", "Student_Web_ID"), "login({})"),
            "grade": (sheet.place("Grade_Level"), "grade[{}]"),
            "homeroom": (sheet.place("Home_Room"), "homeroom[{}]"),
            "guardians": (0 if self.families.columns_in(sheet) else None, "guardians(row)"),
            "enabled": (0, "True"),
        }

    def _mail(self, text: str) -> str | None:
        text = text.strip()
        if text and not is_address(text):
            self.reading.count("with an e-mail address that is none, such as `unknown`")
            return None
        return text

    def should_have_number(self, status: int | None, row: Row) -> bool:
        """Whether a row without number is a bad one: that of an active student who is not only pre-registered.

        Raises:
            BadCell: its Enroll_Status is no whole number.
        """
        if not any(cell.strip() for cell in row):
            return False
        if status is None:
            return True
        return self.active[row[status]] and int(whole(row[status], "Enroll_Status")) != _PRE_REGISTERED

    def _blank(self, sheet: Sheet, status: int | None, place: int | None, row: Row, line: int) -> None:
        own = row[place].strip() if place is not None else ""
        if self.should_have_number(status, row):
            self.tell.report(sheet.mark(line, NAMELESS))
            self.pupils.nameless.add(_as_id(own))
            return
        self.reading.count(f"passed over: blank {NUMBER}")
        self.pupils.by_id.setdefault(own, None)

    def _gone(self, own: int | None, number: str, row: Row) -> None:
        self.reading.count("passed over: Enroll_Status is not among `active`")
        # the student may be active in another school's file
        self.pupils.gone.add(number)
        if own is not None:
            self.pupils.by_id.setdefault(row[own].strip(), None)

    def _twice(self, sheet: Sheet, own: str, idnumber: str, line: int) -> None:
        known = self.pupils.by_id[own]
        if known is None or not own:
            self.pupils.by_id[own] = idnumber
        elif known != idnumber:
            for one in (known, idnumber):
                self.tell.freeze(
                    one, f"{sheet.at(line)}: ID `{own}` belongs to both `{known}` and `{idnumber}`"
                )

    def _bad(
        self, sheet: Sheet, place: int, values: Callable[[Row], Record], line: int, row: Row, error: BadCell
    ) -> Record | None:
        told = sheet.mark(line, error)
        number = self.numbers.read_from(row, place)
        if not number:
            self.tell.report(told)
            return None
        idnumber = self.numbers.idnumber(number)
        self.tell.freeze(idnumber, told)
        self.pupils.active.append(number)
        # the rest of it may show that this is somebody's other role
        return (idnumber, *values(row))

    def _spoilt(self, sheet: Sheet, row: Spoilt) -> None:
        told = sheet.mark(row.first, row.reason)
        place = sheet.need(NUMBER)
        numbers = self.numbers.candidates(row, place)
        if not numbers or not row.is_sure(place):
            self.tell.report(told)
        for number in numbers:
            idnumber = self.numbers.idnumber(number)
            self.tell.freeze(idnumber, told)
            self.pupils.active.append(number)


def _as_id(text: str) -> str:
    """An internal ID as other files are looked up by it; as it is, where it is none."""
    try:
        return text and whole(text, "ID")
    except BadCell:
        return text


def is_among(values: frozenset[int], column: str, text: str) -> bool:
    """Whether a whole number is one of some.

    Raises:
        BadCell: it is none.
    """
    return int(whole(text, column)) in values
