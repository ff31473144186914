"""Guardians, as a student's row tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from dss.tree import DataStoreTree
from dss_powerschool_csv.cells import addresses, split_name
from dss_powerschool_csv.columns import Columns
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.looks import Plain, addresses_or_blank
from dss_powerschool_csv.numbers import Numbers
from dss_powerschool_csv.reading import Sheet, Tell
from dss_powerschool_csv.tables import GuardianOptions

FAMILY = "Family_Ident"
NOBODY: frozenset[str] = frozenset()


@attrs.frozen
class Parent:
    """A guardian, as one student's row tells of them."""

    number: str
    email: str
    given_name: str | None
    family_name: str | None


class Families:
    """How guardians are derived, for all files.

    Args:
        tree: the tree.
        options: the table `guardians`.

    Attributes:
        idnumber: from a guardian's number to the idnumber.
        same: whether that is the number itself.
        without_family: rows so far that have addresses and no family.
    """

    def __init__(self, tree: DataStoreTree, options: GuardianOptions) -> None:
        self.options = options
        numbers = Numbers(tree, "guardians", "")
        self.idnumber: Callable[[str], str] = numbers.idnumber
        self.same = numbers.expression == "number"
        self.by_family = options.key == "family"
        self.without_family = 0

    def columns_in(self, sheet: Sheet) -> bool:
        """Whether a file has the columns that tell of guardians."""
        return bool(self.options.emails) and all(sheet.place(column) is not None for column in self.needed())

    def needed(self) -> Iterator[str]:
        """The columns that tell of guardians."""
        yield from self.options.emails
        yield from self.options.names
        if self.by_family:
            yield FAMILY

    def named_in(self, columns: list[str]) -> bool:
        """Whether a list of columns has those that tell of guardians."""
        return self.columns_in(Sheet("students", Columns(columns, "students"), False))

    def note(self, tell: Tell) -> None:
        """Tell of students whose guardians cannot be numbered."""
        if self.without_family:
            tell.note(
                f"{self.without_family} rows with guardians' addresses and a blank {FAMILY}: nothing is said of them"
            )


@attrs.define
class Family:
    """How guardians are derived from the rows of one file.

    Attributes:
        emails: places of the columns with addresses.
        names: places of the columns with names.
        family: place of the family's number; None when the address is the number.
    """

    families: Families
    emails: list[int]
    names: list[int]
    family: int | None

    @property
    def plain(self) -> Plain | None:
        """How references are made where all addresses are plain; None when it takes more than their column."""
        if self.family is not None or len(self.emails) != 1:
            return None
        each = "{0}.replace(';', ',').split(',')"
        made = f"frozenset({each})" if self.families.same else f"frozenset(map(guardian, {each}))"
        return Plain(addresses_or_blank, f"({made} if {{0}} else nobody)", self.emails[0])

    def references(self, row: Row) -> frozenset[str] | None:
        """The idnumbers of a student's guardians; None when the row cannot tell."""
        idnumber = self.families.idnumber
        if self.family is None and len(self.emails) == 1:
            found = addresses(row[self.emails[0]])
            return frozenset(found if self.families.same else map(idnumber, found))
        if not any(address for address, _ in self._pairs(row)):
            return NOBODY
        if self.family is not None and not row[self.family].strip():
            self.families.without_family += 1
            return None
        return frozenset(idnumber(parent.number) for parent in self.parents(row))

    def parents(self, row: Row) -> list[Parent]:
        """The guardians in a student's row, each once."""
        pairs = list(self._pairs(row))
        if self.family is None:
            numbers = [address for address, _ in pairs]
        else:
            if not row[self.family].strip():
                return []
            # the place counts, not the address: a family's second guardian stays the second
            numbers = [row[self.family].strip() + "P" * (place + 1) for place in range(len(pairs))]
        made: dict[str, Parent] = {}
        for number, (address, name) in zip(numbers, pairs, strict=True):
            if address:
                given, family = split_name(name) if name else (None, None)
                made.setdefault(number, Parent(number, address, given, family))
        return list(made.values())

    def _pairs(self, row: Row) -> Iterator[tuple[str, str]]:
        """Addresses with the name that belongs to each, blank when none does."""
        if len(self.emails) > 1:
            for place, column in enumerate(self.emails):
                name = row[self.names[place]] if self.names else ""
                found = addresses(row[column])
                # a second address in one guardian's column is that guardian's other one
                yield (found[0] if found else "", name)
            return
        found = list(dict.fromkeys(addresses(row[self.emails[0]])))
        names = [row[place] for place in self.names if row[place].strip()]
        if len(names) != len(found):
            names = [""] * len(found)
        yield from zip(found, names, strict=True)


def family_of(families: Families, sheet: Sheet) -> Family | None:
    """How guardians are derived from a file's rows; None when it does not tell of them."""
    if not families.columns_in(sheet):
        return None
    options = families.options
    return Family(
        families,
        [sheet.need(column) for column in options.emails],
        [sheet.need(column) for column in options.names],
        sheet.need(FAMILY) if families.by_family else None,
    )
