"""People's numbers: as a file has them, and as the target knows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from dss.tree import DataStoreTree
from dss_powerschool_csv.cells import BadCell, person_number
from dss_powerschool_csv.spoilt import Spoilt

_PROBE = "\x00"


class Numbers:
    """The numbers of one people branch.

    Args:
        tree: the tree, which knows the number space.
        branch: the people branch.
        column: the column's name, for messages.
        digits: whether only digits are a number.
        width: leading zeros are added up to so many digits.

    Attributes:
        width: as given.
        idnumber: from a number to the idnumber.
        expression: how Python writes the idnumber of `number`; without a call where the tree only adds to it.
        plain: whether idnumbers made of digits can stand in a key as they are.
    """

    def __init__(
        self, tree: DataStoreTree, branch: str, column: str, digits: bool = False, width: int = 0
    ) -> None:
        self.width = width
        self._read: Callable[[str], str] = partial(person_number, column=column, digits=digits, width=width)
        self.idnumber: Callable[[str], str] = partial(tree.idnumber, branch)
        self.expression, self.plain = "idnumber_of(number)", False
        parts = (
            tree.idnumber(branch, _PROBE).split(_PROBE)
            if type(tree).idnumber is DataStoreTree.idnumber
            else []
        )
        if len(parts) == 2:
            before, after = parts
            self.idnumber = lambda number: before + number + after
            self.expression = f"{before!r} + number + {after!r}" if before or after else "number"
            self.plain = not any(mark in before + after for mark in "|\\")

    def read(self, text: str) -> str:
        """The number in a cell; blank for none.

        Raises:
            BadCell: it holds something else.
        """
        return self._read(text)

    def read_from(self, row: Sequence[str], place: int) -> str:
        """The number in a row; blank where there is none, or something else."""
        try:
            return self._read(row[place])
        except BadCell:
            return ""

    def candidates(self, row: Spoilt, place: int) -> list[str]:
        """What may be the number in a row whose cells cannot be told apart."""
        found = [self.read_from([cell], 0) for cell in row.candidates(place)]
        found += [self.read_from(beside, place) for beside in row.beside]
        return [number for number in dict.fromkeys(found) if number]
