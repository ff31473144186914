"""The committed export files: what the example promises about them."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from generate import generate

EXPORTS = Path(__file__).parent.parent / "exports"
SCHOOLS = ("elem", "sec")


def rows(day: str, table: str) -> list[list[str]]:
    """The rows of both schools' newest files of one table."""
    return [
        row for school in SCHOOLS for row in _read(EXPORTS / day / f"riverbend_{school}_{table}_v1.10.txt")
    ]


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def active(day: str) -> dict[str, list[str]]:
    """The rows of the pupils who come to school, by number."""
    return {row[0]: row for row in rows(day, "students") if row[5] == "0"}


def seats(day: str) -> set[tuple[str, str]]:
    """Pupil and section of the seats that are taken."""
    return {(row[3], row[4]) for row in rows(day, "cc") if not row[4].startswith("-")}


def test_generating_again_writes_the_committed_bytes(tmp_path: Path) -> None:
    """The files depend on the code alone."""
    generate(tmp_path)

    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.txt")}
    kept = {path.relative_to(EXPORTS): path.read_bytes() for path in EXPORTS.rglob("*.txt")}
    assert made == kept


def test_the_files_stay_small() -> None:
    """A clone does not carry much for them."""
    size = sum(path.stat().st_size for path in EXPORTS.rglob("*.txt"))

    assert size < 3_000_000


def test_the_school_has_the_size_it_is_said_to_have() -> None:
    """600 pupils of 450 families, 60 teachers, 80 courses, 250 classes, about 4,500 enrolments."""
    people = active("day1").values()
    teachers = {row[1] for row in rows("day1", "teachers") if row[5:7] == ["1", "1"]}

    assert len(people) == 600
    assert len({row[13] for row in people}) == 450
    assert len(teachers) == 60
    assert len(rows("day1", "courses")) == 80
    assert len(rows("day1", "sections")) == 250
    assert 4450 <= len(seats("day1")) <= 4550


@pytest.mark.parametrize("day", ["day1", "day2"])
def test_every_table_is_rectangular_and_in_composed_unicode(day: str) -> None:
    """Rows of one table have the same number of fields, and no text is in a decomposed form."""
    for table in ("students", "teachers", "courses", "sections", "cc"):
        found = rows(day, table)

        assert len({len(row) for row in found}) == 1, table
        assert all(unicodedata.is_normalized("NFC", cell) for row in found for cell in row), table


@pytest.mark.parametrize("day", ["day1", "day2"])
def test_everything_that_is_referred_to_is_there(day: str) -> None:
    """A seat's pupil and section, a section's course and teacher stand in the files of the same night."""
    sections = {row[0]: row for row in rows(day, "sections")}
    posts = {row[0] for row in rows(day, "teachers") if row[5:7] == ["1", "1"]}
    courses = {row[0] for row in rows(day, "courses")}

    assert {section for _, section in seats(day)} <= sections.keys()
    assert {number for number, _ in seats(day)} <= active(day).keys()
    assert {row[2] for row in sections.values()} <= courses
    assert {row[6] for row in sections.values()} <= posts


def test_names_come_from_many_scripts() -> None:
    """Latin with marks, Greek, Cyrillic, Arabic, Hebrew, and more, eastwards."""
    letters = {each for row in active("day1").values() for each in row[1] + row[2] if each.isalpha()}
    scripts = {unicodedata.name(each).split()[0] for each in letters}

    assert scripts >= {
        *("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "CJK", "HANGUL"),
        *("HIRAGANA", "DEVANAGARI", "THAI", "GEORGIAN"),
    }


def test_names_hold_what_a_careless_reader_trips_over() -> None:
    """Apostrophes in names; quotation marks, commas and ampersands in courses."""
    names = "".join(row[1] for row in active("day1").values())
    courses = "".join(row[1] for row in rows("day1", "courses"))

    assert "'" in names
    assert set('",&') <= set(courses)


def test_twins_bear_one_name() -> None:
    """Same family, names and birthday; the number tells them apart."""
    known = Counter((row[1], row[2], row[8], row[13]) for row in active("day1").values())

    assert [count for count in known.values() if count > 1] == [2]


def test_some_teachers_work_at_both_schools() -> None:
    """They have a row, with an id of its own, in each school's file."""
    found = Counter(row[1] for row in rows("day1", "teachers"))

    assert sum(count == 2 for count in found.values()) == 4


def test_some_teachers_are_parents() -> None:
    """They stand in their children's rows with the e-mail address and family name of their own row."""
    staff = {row[4]: row[2] for row in rows("day1", "teachers")}
    parents = {
        staff[address.strip()]
        for row in active("day1").values()
        for address in row[16].replace(";", ",").split(",")
        if address.strip() in staff and row[14].split(",")[0] == staff[address.strip()]
    }

    assert len(parents) == 5


def test_a_pupil_and_a_teacher_have_the_same_number() -> None:
    """Their numbers come from two lists."""
    teachers = {row[1] for row in rows("day1", "teachers")}

    assert len(teachers & active("day1").keys()) == 1


def test_some_rows_are_nobody_at_school() -> None:
    """Pre-registrations without number, pupils who left, graduates, dropped enrolments, other staff."""
    students = rows("day1", "students")
    status = Counter(row[5] for row in students)

    assert status == {"0": 600, "-1": 3, "2": 10, "3": 6}
    assert [row[5] for row in students if not row[0]] == ["-1"] * 3
    assert sum(row[4].startswith("-") for row in rows("day1", "cc")) > 50
    assert sum(row[5:7] != ["1", "1"] for row in rows("day1", "teachers")) == 5


def test_an_old_file_lies_beside_the_new_one() -> None:
    """Its version is the greater text, and the lesser number; its columns are others."""
    (old,) = EXPORTS.glob("day1/*_v1.9.txt")
    new = old.with_name(old.name.replace("1.9", "1.10"))

    assert old.name > new.name
    assert len(_read(old)[0]) < len(_read(new)[0])


def test_over_night_pupils_come_go_and_return() -> None:
    """Four are new, two of those who had left are back, five leave: few enough for the default budgets."""
    before, after = active("day1"), active("day2")
    left = {row[0] for row in rows("day1", "students") if row[5] == "2"}

    assert len(before.keys() - after.keys()) == 5
    assert len(after.keys() & left) == 2
    assert len(after.keys() - before.keys() - left) == 4


def test_over_night_two_logins_change_hands() -> None:
    """Each of two pupils has the login that was the other's."""
    before, after = active("day1"), active("day2")
    changed = [key for key in before.keys() & after.keys() if before[key][12] != after[key][12]]

    assert len(changed) == 2
    assert [after[key][12] for key in changed] == [before[key][12] for key in reversed(changed)]


def test_over_night_timetables_and_staff_change() -> None:
    """Pupils change classes, classes change hands, one is new; a teacher has another name."""
    before, after = ({row[0]: row for row in rows(day, "sections")} for day in ("day1", "day2"))
    names = [{row[1]: (row[2], row[4]) for row in rows(day, "teachers")} for day in ("day1", "day2")]
    both = {number for number, _ in seats("day1")} & {number for number, _ in seats("day2")}
    moved = {number for number, _ in seats("day1") ^ seats("day2") if number in both}

    assert len(moved) > 15
    assert len(after.keys() - before.keys()) == 2
    assert any(before[key][6] != after[key][6] for key in before)
    assert sum(names[0][key] != names[1][key] for key in names[0]) == 1
