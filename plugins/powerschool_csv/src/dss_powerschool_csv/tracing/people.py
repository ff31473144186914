"""Where the values of students, guardians and teachers came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from dss.importers import Origin
from dss.tree import DataStoreTree
from dss_powerschool_csv.cells import addresses, split_name
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.families import Family, Parent, family_of
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.guardians import FIELDS, Guardians
from dss_powerschool_csv.numbers import Numbers
from dss_powerschool_csv.reading import Sheet
from dss_powerschool_csv.students import NUMBER, Students
from dss_powerschool_csv.teachers import NUMBER as STAFF_NUMBER
from dss_powerschool_csv.teachers import Teachers
from dss_powerschool_csv.tracing.found import Found, loose
from dss_powerschool_csv.tracing.making import cleaned, listed, numbered
from dss_powerschool_csv.tracing.watching import About, Hit, Listener, Overheard, Watch


def find_students(
    tree: DataStoreTree, exports: Exports, idnumber: str
) -> tuple[Students, list[Hit], Listener]:
    """The rows of one student, those that are left out as well."""
    tell = Listener(idnumber)
    students = Students(tree, exports, tell)
    watch = Watch(students.reading, tell, lambda sheet: _by_number(students.numbers, sheet, NUMBER, idnumber))
    exhaust(students.rows().rows)
    return students, watch.hits, tell


def exhaust(rows: Iterable[object]) -> None:
    """Read to the end."""
    for _ in rows:
        pass


def _by_number(numbers: Numbers, sheet: Sheet, column: str, idnumber: str) -> About:
    place = sheet.need(column)

    def about(row: Row) -> bool:
        number = numbers.read_from(row, place)
        return bool(number) and numbers.idnumber(number) == idnumber

    return about


def trace_student(tree: DataStoreTree, exports: Exports, idnumber: str) -> Iterator[Origin]:
    """Every cell that a student was made of."""
    students, hits, tell = find_students(tree, exports, idnumber)
    found = Found(exports, "students", hits)
    active = exports.options.students.active
    for hit in hits:
        yield found.row(hit)
        yield _number(tree, found, hit, "students", hit.sheet.need(NUMBER), students.numbers, idnumber)
        yield from found.plain(hit, students.fields, ("enabled", "guardians"))
        yield from _status(found, hit, ("Enroll_Status",), active, "active")
        family = family_of(students.families, hit.sheet)
        if family is not None and hit.record is not None:
            yield from _references(tree, found, hit, family)
    yield from loose(tell)


def _number(
    tree: DataStoreTree, found: Found, hit: Hit, branch: str, place: int, numbers: Numbers, idnumber: str
) -> Origin:
    raw = found.raw(hit, place)
    text, steps = cleaned(raw, entities=found.form.entities)
    template = tree.idnumber_templates.get(branch, "{idnumber}")
    rule = numbered(text, numbers.read_from(hit.row, place), template, idnumber)
    return found.cell(hit, "idnumber", place, "; ".join([*steps, *([rule] if rule else [])]))


def _status(
    found: Found, hit: Hit, columns: Sequence[str], wanted: Sequence[int], option: str
) -> Iterator[Origin]:
    """The cell by which a row counts or does not."""
    place = hit.sheet.place(*columns)
    values = ", ".join(map(str, wanted))
    if place is not None:
        is_wanted = found.raw(hit, place).strip().removesuffix(".0") in map(str, wanted)
        rule = (
            f"among `{option}` ({values}), so the row counts"
            if is_wanted
            else f"not among `{option}` ({values})"
        )
        yield found.cell(hit, "enabled", place, rule, taken=is_wanted and hit.record is not None)
    elif option == "active" and hit.record is not None:
        yield attrs.evolve(
            found.row(hit),
            attribute="enabled",
            rule=f"no column {columns[0]}, so everybody in the file counts",
        )


def _references(tree: DataStoreTree, found: Found, hit: Hit, family: Family) -> Iterator[Origin]:
    """The cells that a student's guardians were made of."""
    idnumber_of = family.families.idnumber
    parents = family.parents(hit.row)
    for place in family.emails:
        here = addresses(hit.row[place])
        named = [
            f"`{parent.email}` is guardian `{idnumber_of(parent.number)}`"
            for parent in parents
            if parent.email in here
        ]
        rule = "; ".join(named) if named else "no address here, so no guardian"
        yield found.cell(hit, "guardians", place, rule)
    if family.family is not None and parents:
        numbers = listed([parent.number for parent in parents])
        rule = f"with P for the first guardian and PP for the second: {numbers}{_space(tree)}"
        yield found.cell(hit, "guardians", family.family, rule)


def _space(tree: DataStoreTree) -> str:
    template = tree.idnumber_templates.get("guardians", "{idnumber}")
    return "" if template == "{idnumber}" else f"; their number space is `{template}`"


def trace_guardian(tree: DataStoreTree, exports: Exports, idnumber: str) -> Iterator[Origin]:
    """Every cell, in rows of children, that a guardian was made of."""
    tell = Listener(idnumber)
    guardians = Guardians(tree, exports, tell)
    guardians.merging = merging = Overheard(FIELDS, tell)
    families = guardians.families

    def about(sheet: Sheet) -> About:
        family = family_of(families, sheet)
        return lambda row: family is not None and _parent(family, row, idnumber) is not None

    hits = Watch(guardians.students.reading, tell, about, merging).hits
    exhaust(guardians.rows().rows)
    found = Found(exports, "students", hits)
    students = exports.options.students
    for hit in hits:
        child = guardians.students.numbers.read_from(hit.row, hit.sheet.need(NUMBER))
        whose = f"in the row of student `{guardians.students.numbers.idnumber(child)}`" if child else ""
        if hit.record is None and not hit.said:
            whose = (
                f"left out: it is {whose}, who does not count"
                if child
                else "left out: the child has no number"
            )
        yield found.row(hit, whose)
        family = family_of(families, hit.sheet)
        parent = _parent(family, hit.row, idnumber) if family is not None else None
        if family is not None and parent is not None:
            yield from _guardian(tree, found, hit, family, parent, idnumber)
        yield from _status(found, hit, ("Enroll_Status",), students.active, "students.active")
    yield from loose(tell)


def _parent(family: Family, row: Row, idnumber: str) -> Parent | None:
    made = (parent for parent in family.parents(row) if family.families.idnumber(parent.number) == idnumber)
    return next(made, None)


def _guardian(
    tree: DataStoreTree, found: Found, hit: Hit, family: Family, parent: Parent, idnumber: str
) -> Iterator[Origin]:
    template = tree.idnumber_templates.get("guardians", "{idnumber}")
    email = next(
        (place for place in family.emails if parent.email in addresses(hit.row[place])), family.emails[0]
    )
    there = addresses(hit.row[email])
    which = f"the {_ordinal(there.index(parent.email) + 1)} of {len(there)} addresses: `{parent.email}`"
    raw, steps = cleaned(found.raw(hit, email), entities=found.form.entities)
    read = which if len(there) > 1 else "" if raw == parent.email else f"read as `{parent.email}`"
    read = "; ".join(filter(None, [*steps, read]))
    space = numbered(parent.number, parent.number, template, idnumber)
    if family.family is None:
        key, how = email, "; ".join(filter(None, ["the address is the number", read, space]))
    else:
        place = len(parent.number) - len(hit.row[family.family].strip())
        key, how = family.family, f"with {'P' * place} for guardian {place} of the family: `{parent.number}`"
        how = "; ".join(filter(None, [how, space]))
    yield found.cell(hit, "idnumber", key, how)
    yield found.cell(hit, "email", email, read)
    for number, place in enumerate(family.names):
        given, last = split_name(hit.row[place])
        if len(family.emails) > 1:
            is_theirs = family.emails[number] == email
        else:
            is_theirs = (given, last) == (parent.given_name, parent.family_name)
        if is_theirs and parent.given_name is not None:
            text = found.raw(hit, place)
            yield found.cell(hit, "given_name", place, "" if text == given else f"of it `{given}`")
            yield found.cell(hit, "family_name", place, "" if text == last else f"of it `{last}`")
            break


def _ordinal(number: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th")


def trace_teacher(tree: DataStoreTree, exports: Exports, idnumber: str) -> Iterator[Origin]:
    """Every cell that a member of staff was made of, a row for each school."""
    tell = Listener(idnumber)
    teachers = Teachers(tree, exports, tell)
    teachers.merging = merging = Overheard(teachers.fields, tell)
    hits = Watch(
        teachers.reading,
        tell,
        lambda sheet: _by_number(teachers.numbers, sheet, STAFF_NUMBER, idnumber),
        merging,
    ).hits
    exhaust(teachers.rows().rows)
    found = Found(exports, "teachers", hits)
    options = exports.options.teachers
    for hit in hits:
        yield found.row(hit)
        yield _number(tree, found, hit, "teachers", hit.sheet.need(STAFF_NUMBER), teachers.numbers, idnumber)
        yield from found.plain(hit, teachers.fields, ("enabled",))
        columns = ("SCHOOLSTAFF.Status", "TEACHERS.Status", "Status")
        yield from _status(found, hit, columns, options.active, "active")
        if options.staff_status:
            yield from _status(found, hit, ("StaffStatus",), options.staff_status, "staff_status")
    yield from loose(tell)
