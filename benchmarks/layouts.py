"""The two tables that are compared: their columns, and how a cell with several values is written.

Every side of a benchmark reads the same files and must end up with the same values: plain text, and a
frozen set of texts (or whatever its library prefers) for a multi-valued cell, whose order means nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

SEPARATOR = ";"
EMPTY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Layout:
    """One table.

    Attributes:
        name: Name of the table and of the branch made of it.
        fields: Columns in the files' order; the first is the key, `idnumber`.
        several: Those columns whose cells hold several values, separated by `SEPARATOR`.
    """

    name: str
    fields: tuple[str, ...]
    several: tuple[str, ...] = ()

    @property
    def positions(self) -> tuple[int, ...]:
        """Where the multi-valued columns stand in a row."""
        return tuple(self.fields.index(name) for name in self.several)


STUDENTS = Layout(
    "students",
    (
        "idnumber",
        "given_name",
        "family_name",
        "email",
        "username",
        "grade",
        "homeroom",
        "phone",
        "house",
        "birthday",
        "guardians",
        "clubs",
    ),
    ("guardians", "clubs"),
)
ENROLLMENTS = Layout("enrollments", ("idnumber", "class_", "person", "role", "start", "period"))
LAYOUTS = {layout.name: layout for layout in (STUDENTS, ENROLLMENTS)}


def several(cell: str) -> frozenset[str]:
    """The values of a multi-valued cell; none for an empty one."""
    return frozenset(cell.split(SEPARATOR)) if cell else EMPTY


def setter(layout: Layout) -> Callable[[list[str]], tuple[object, ...]]:
    """A function that turns a row of the table into a tuple of its values."""
    positions = layout.positions
    if not positions:
        return tuple

    def values(row: list[str]) -> tuple[object, ...]:
        cells: list[object] = list(row)
        for position in positions:
            cells[position] = several(row[position])
        return tuple(cells)

    return values
