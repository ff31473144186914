"""Where the values of courses, classes and enrollments came from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol

import attrs

from dss.importers import Origin
from dss.keys import split_key
from dss.tree import DataStoreTree
from dss_powerschool_csv.cells import BadCell, whole
from dss_powerschool_csv.classes import Classes, Sections, class_key
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.courses import COURSE, Courses
from dss_powerschool_csv.enrollments import TEACHER, Enrollments
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.pupils import Pupils
from dss_powerschool_csv.reading import Sheet, Tell
from dss_powerschool_csv.seats import STUDENT
from dss_powerschool_csv.teachers import NUMBER as STAFF_NUMBER
from dss_powerschool_csv.teachers import Staff
from dss_powerschool_csv.tracing.found import Found, loose
from dss_powerschool_csv.tracing.making import what_was_made
from dss_powerschool_csv.tracing.people import exhaust, find_students
from dss_powerschool_csv.tracing.watching import About, Hit, Listener, Overheard, Watch


class WhoIsWho(Protocol):
    """What the importer knows of other files than those of a branch."""

    def pupils(self) -> Pupils | None:
        """Who the student files know."""

    def staff(self) -> Staff | None:
        """Who the teacher files know."""

    def sections(self) -> Sections | None:
        """What the section files know."""

    def make_classes(self, tell: Tell) -> Classes:
        """A reader of the section files."""


def trace_course(exports: Exports, idnumber: str) -> Iterator[Origin]:
    """Every cell that a course was made of, a row for each school."""
    tell = Listener(idnumber)
    courses = Courses(exports, tell)
    courses.merging = merging = Overheard(courses.fields, tell)
    hits = Watch(courses.reading, tell, _nothing_more, merging).hits
    exhaust(courses.rows().rows)
    found = Found(exports, "courses", hits)
    for hit in hits:
        yield found.row(hit)
        place = hit.sheet.need(COURSE)
        rule = what_was_made(found.raw(hit, place), idnumber, entities=found.form.entities)
        yield found.cell(hit, "idnumber", place, rule)
        yield from found.plain(hit, courses.fields)
    yield from loose(tell)


def _nothing_more(sheet: Sheet) -> About:
    """Where no row is left out whose key could be read."""
    return lambda row: False


def _find_classes(known: WhoIsWho, idnumber: str) -> tuple[Classes, list[Hit], Listener]:
    tell = Listener(idnumber)
    classes = known.make_classes(tell)
    classes.merging = merging = Overheard(classes.fields, tell)
    hits = Watch(classes.reading, tell, _nothing_more, merging).hits
    exhaust(classes.rows().rows)
    return classes, hits, tell


def trace_class(known: WhoIsWho, tree: DataStoreTree, exports: Exports, idnumber: str) -> Iterator[Origin]:
    """Every cell that a class was made of, a row for each of its sections."""
    classes, hits, tell = _find_classes(known, idnumber)
    found = Found(exports, "classes", hits)
    columns = exports.options.classes.key
    for hit in hits:
        yield found.row(hit)
        for column in columns:
            rule = f"part of the number `{idnumber}`" if len(columns) > 1 else ""
            yield found.cell(hit, "idnumber", hit.sheet.need(column), rule)
        yield from found.plain(hit, classes.fields, ("name", "teachers"))
        yield from _class_name(found, hit, classes.fields)
        yield from _taught_by(known, tree, found, hit, "teachers")
    yield from loose(tell)


def _class_name(found: Found, hit: Hit, fields: tuple[str, ...]) -> Iterator[Origin]:
    place = hit.sheet.places.get("name")
    if place is None or hit.record is None:
        return
    name = hit.record[fields.index("name")]
    if "name" in found.options.extra:
        yield found.cell(hit, "name", place, what_was_made(found.raw(hit, place), name))
        return
    for column in (hit.sheet.need(COURSE), place):
        yield found.cell(hit, "name", column, f"course and section, with a dot between them: `{name}`")


def _taught_by(
    known: WhoIsWho, tree: DataStoreTree, found: Found, hit: Hit, attribute: str
) -> Iterator[Origin]:
    number = hit.sheet.place("[05]TeacherNumber")
    place = number if number is not None else hit.sheet.place("Teacher", "TeacherID")
    staff = known.staff()
    if place is None or (number is None and staff is None):
        return
    text, steps = hit.row[place].strip(), []
    idnumber: str | None = None
    if text in ("", "0"):
        steps.append("nobody")
    elif number is None and staff is not None:
        text = _plain(text)
        text, own = staff.by_id.get(text, ""), text
        steps.append(
            f"ID `{own}` is that of {STAFF_NUMBER} `{text}`" if text else "nobody in the teacher files"
        )
    if text not in ("", "0"):
        idnumber = tree.idnumber("teachers", text) if staff is None else staff.by_number.get(text)
        if idnumber is None:
            steps.append("who does not count (any more): nobody is named in their place")
        elif idnumber != text:
            template = tree.idnumber_templates.get("teachers", "{idnumber}")
            steps.append(f"the number space `{template}` makes it `{idnumber}`")
    yield found.cell(hit, attribute, place, "; ".join(steps))


def _plain(text: str) -> str:
    try:
        return whole(text, "ID")
    except BadCell:
        return text


def trace_enrollment(
    known: WhoIsWho, tree: DataStoreTree, exports: Exports, idnumber: str
) -> Iterator[Origin]:
    """Every cell that an enrollment was made of: a row of CC, or for a teacher a section's."""
    parts = split_key(idnumber)
    if len(parts) != 3:
        return
    if parts[2] == TEACHER:
        yield from _trace_teaching(known, tree, exports, *parts[:2])
    elif parts[2] == STUDENT:
        yield from _trace_seat(known, tree, exports, idnumber)


def _trace_teaching(
    known: WhoIsWho, tree: DataStoreTree, exports: Exports, class_: str, person: str
) -> Iterator[Origin]:
    classes, hits, tell = _find_classes(known, class_)
    found = Found(exports, "classes", hits)
    place = classes.fields.index("teachers")
    for hit in hits:
        teachers = hit.record[place] if hit.record is not None else None
        taken = exports.options.enrollments.teachers and person in (teachers or ())
        row = found.row(hit)
        if not taken:
            why = (
                "`enrollments.teachers` is false"
                if person in (teachers or ())
                else f"not taught by `{person}`"
            )
            row = attrs.evolve(row, rule="; ".join(filter(None, [row.rule, why])), taken=False)
        yield row
        for origin in _taught_by(known, tree, found, hit, "person"):
            yield attrs.evolve(origin, taken=taken)
        if taken:
            for column in exports.options.classes.key:
                yield found.cell(hit, "class_", hit.sheet.need(column), "")
            for attribute, value in (("role", TEACHER), ("enabled", True)):
                rule = "who teaches a class is enrolled in it"
                yield attrs.evolve(row, attribute=attribute, value=value, rule=rule)
    yield from loose(tell)


def _trace_seat(known: WhoIsWho, tree: DataStoreTree, exports: Exports, idnumber: str) -> Iterator[Origin]:
    class_, person, _ = split_key(idnumber)
    tell = Listener(idnumber)
    sections, pupils = known.sections(), known.pupils()
    reader = Enrollments(tree, exports, tell, pupils, sections)
    ids = {own for own, one in (pupils.by_id.items() if pupils is not None else ()) if one == person}
    whose = ""
    if pupils is not None:
        _, rows, _ = find_students(tree, exports, person)
        for hit in rows:
            place = hit.sheet.place("ID")
            if place is not None:
                ids.add(_plain(hit.row[place]))
                whose = f"{hit.sheet.name}, line {hit.line}"
    numbers = (
        {own for own, one in sections.by_id.items() if one == class_} if sections is not None else {class_}
    )

    def about(sheet: Sheet) -> About:
        return _is_seat(reader, sheet, numbers, class_, ids, person)

    hits = Watch(reader.reading, tell, about).hits
    exhaust(reader.rows().rows)
    found = Found(exports, "enrollments", hits)
    for hit in hits:
        yield found.row(hit)
        section = found.cell(hit, "class_", hit.sheet.need("SectionID"), "")
        is_other = _plain(section.value) != class_
        yield attrs.evolve(
            section, rule=f"section `{section.value.strip()}` is class `{class_}`" if is_other else ""
        )
        yield _person(found, hit, person, whose)
        if hit.record is not None:
            rule = "every row of these files is a student's"
            yield attrs.evolve(found.row(hit), attribute="role", value=STUDENT, rule=rule)
        yield from _days(found, hit, exports)
        yield from found.plain(hit, reader.fields)
    yield from loose(tell)


def _is_seat(
    reader: Enrollments,
    sheet: Sheet,
    sections: Collection[str],
    class_: str,
    ids: Collection[str],
    person: str,
) -> About:
    section = sheet.need("SectionID")
    number, own = sheet.place("[01]Student_Number"), sheet.place("StudentID")
    key = (
        [sheet.need(column) for column in reader.key]
        if reader.sections is None and not reader.by_id
        else None
    )

    def about(row: Row) -> bool:
        if key is not None:
            try:
                if class_key([cell.strip() for cell in row], key, reader.key) != class_:
                    return False
            except BadCell:
                return False
        elif row[section].strip().lstrip("-").removesuffix(".0") not in sections:
            # a dropped enrolment has its section's number with a sign before it
            return False
        text = reader.numbers.read_from(row, number) if number is not None else ""
        if text:
            return reader.numbers.idnumber(text) == person
        return own is not None and _plain(row[own].strip()) in ids

    return about


def _person(found: Found, hit: Hit, person: str, whose: str) -> Origin:
    number = hit.sheet.place("[01]Student_Number")
    if number is not None and found.raw(hit, number).strip():
        rule = what_was_made(found.raw(hit, number), person, entities=found.form.entities)
        return found.cell(hit, "person", number, rule)
    place = hit.sheet.need("StudentID")
    by = f", by {whose}" if whose else ""
    return found.cell(hit, "person", place, f"the ID of student `{person}`{by}")


def _days(found: Found, hit: Hit, exports: Exports) -> Iterator[Origin]:
    today = exports.options.day_of_run().isoformat()
    for column, meaning in (
        ("DateEnrolled", "the first day"),
        ("DateLeft", "the first day on which it no longer counts"),
    ):
        place = hit.sheet.place(column)
        if place is not None:
            blank = found.raw(hit, place).strip() in ("", "0/0/0")
            yield found.cell(hit, "enabled", place, "no day" if blank else f"{meaning}; judged on {today}")
