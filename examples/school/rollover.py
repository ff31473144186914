"""Write the exports of the first night of the next school year: everybody a grade up, and all classes new.

Grade twelve has graduated, a new kindergarten has come, sections and schedules are those of the new year::

    python examples/school/rollover.py exports
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
FIRST_DAY, LAST_DAY, TERM = "08/23/2027", "06/17/2028", "3700"
ACTIVE, GRADUATED = "0", "3"
ELEMENTARY, SECONDARY = "elem", "sec"
NEWCOMERS = 40

Row = list[str]
# places of the columns that `dss.toml` lists
NUMBER, LAST, FIRST, GRADE, STATUS, SCHOOL, ROOM = 0, 1, 2, 4, 5, 6, 7
LOGIN, FAMILY, MOTHER, FATHER, EMAIL, ID, DCID = 12, 13, 14, 15, 16, 17, 18


def roll_over(folder: Path) -> None:
    """Write all files into `folder`, made of those of the example's second day."""
    folder.mkdir(parents=True, exist_ok=True)
    schools = (ELEMENTARY, SECONDARY)
    for table in ("courses", "teachers"):
        for school in schools:
            _write(folder, school, table, _read(school, table))
    pupils = [row for school in schools for row in _read(school, "students")]
    seats = [row for school in schools for row in _read(school, "cc")]
    timetables = _timetables(pupils, seats)
    pupils = [*_risen(pupils), *_newcomers(pupils)]
    for school in schools:
        sections = [
            [str(int(row[0]) + 1000), str(int(row[1]) + 1000), *row[2:4], TERM, *row[5:]]
            for row in _read(school, "sections")
        ]
        _write(folder, school, "sections", sections)
        code = {ELEMENTARY: "100", SECONDARY: "200"}[school]
        own = [row for row in pupils if row[SCHOOL] == code]
        _write(folder, school, "students", own)
        _write(folder, school, "cc", _seats(own, timetables, code))


def _timetables(pupils: list[Row], seats: list[Row]) -> dict[str, list[list[str]]]:
    """By grade, the sections in which each pupil of it sat."""
    by_pupil: dict[str, list[str]] = {}
    for row in seats:
        if not row[4].startswith("-"):
            by_pupil.setdefault(row[3], []).append(row[4])
    found: dict[str, list[list[str]]] = {}
    for row in pupils:
        if row[STATUS] == ACTIVE and row[NUMBER] in by_pupil:
            found.setdefault(row[GRADE], []).append(by_pupil[row[NUMBER]])
    return found


def _risen(pupils: list[Row]) -> list[Row]:
    made = []
    for row in pupils:
        row = list(row)
        if row[STATUS] == ACTIVE and row[GRADE] == "12":
            row[STATUS] = GRADUATED
        elif row[STATUS] == ACTIVE:
            grade = int(row[GRADE]) + 1
            row[GRADE], row[ROOM] = str(grade), f"{grade}{row[ROOM][-1]}"
            row[SCHOOL] = "100" if grade <= 5 else "200"
        made.append(row)
    return made


def _newcomers(pupils: list[Row]) -> list[Row]:
    """A kindergarten of children whose names others have too, and whose parents are new."""
    before = [row for row in pupils if row[STATUS] == ACTIVE and row[GRADE] == "0"][:NEWCOMERS]
    made = []
    for place, (row, other) in enumerate(zip(before, before[1:] + before[:1], strict=True)):
        number = str(13001 + place)
        new = [*row]
        new[NUMBER], new[FIRST], new[LOGIN], new[FAMILY] = number, other[FIRST], "", f"F{4901 + place}"
        new[MOTHER], new[FATHER], new[EMAIL] = f"{row[LAST]}, Robin", "", f"family.{number}@example.org"
        new[ID], new[DCID] = str(6001 + place), str(46001 + place)
        made.append(new)
    return made


def _seats(pupils: list[Row], timetables: dict[str, list[list[str]]], code: str) -> list[Row]:
    made: list[Row] = []
    turn: dict[str, int] = {}
    for row in pupils:
        choices = timetables.get(row[GRADE]) if row[STATUS] == ACTIVE else None
        if not choices:
            continue
        place = turn[row[GRADE]] = turn.get(row[GRADE], -1) + 1
        for section in choices[place % len(choices)]:
            number = 800_000 + len(made) + 50_000 * (code == "200")
            head = [str(number), str(number + 100_000), row[ID], row[NUMBER], str(int(section) + 1000)]
            made.append([*head, TERM, code, FIRST_DAY, LAST_DAY, "1(A)"])
    return made


def _read(school: str, table: str) -> list[Row]:
    path = HERE / "exports" / "day2" / f"riverbend_{school}_{table}_v1.10.txt"
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def _write(folder: Path, school: str, table: str, rows: list[Row]) -> None:
    text = "".join("\t".join(row) + "\n" for row in rows)
    (folder / f"riverbend_{school}_{table}_v1.10.txt").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    roll_over(Path(sys.argv[1] if len(sys.argv) > 1 else "exports"))
