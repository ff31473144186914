"""Writing courses: made with all that a course needs, renamed, hidden, brought back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, case, func, select, update

from dss.actions import Action, Result
from dss.importers import Scope
from dss_moodle_db.contexts import ensure_course_contexts
from dss_moodle_db.courses import read_courses_by_idnumber
from dss_moodle_db.dialect import insert_many, one_of, update_many
from dss_moodle_db.isolate import isolated, refuse
from dss_moodle_db.limits import too_long
from dss_moodle_db.manual import ensure_instances
from dss_moodle_db.marks import ended
from dss_moodle_db.references import standing_ids
from dss_moodle_db.refusals import name_problem
from dss_moodle_db.texts import markup_problem

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss_moodle_db.client import Client


def create_courses(client: Client, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    """Make courses, or bring back those that had ended."""
    return isolated(connection, actions, lambda some: _make(client, connection, some), refuse)


def _make(client: Client, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    now = client.now
    course = client.tables.course
    mark = client.options.mark
    wanted = {action.idnumber for action in actions}
    by_idnumber = _ids(client, connection, "idnumber", wanted)
    ours = {row[0]: row[1] for row in read_courses_by_idnumber(client, by_idnumber, Scope.OURS).rows}
    by_shortname = _ids(client, connection, "shortname", wanted)
    back = _ids(client, connection, "idnumber", {ended(mark, idnumber) for idnumber in wanted})
    results: list[Result] = []
    making: list[Action] = []
    rows: list[tuple[Any, ...]] = []
    returning: list[tuple[Any, ...]] = []
    defaults = _defaults(client)
    place = _next_place(client, connection)
    for action in actions:
        idnumber = action.idnumber
        name = getattr(action.right, "name", None) or idnumber
        values = {"fullname": name, "shortname": idnumber, "idnumber": idnumber}
        returns = back.get(ended(mark, idnumber))
        problem = too_long(course, values) or markup_problem(values)
        if idnumber in ours:
            results.append(action.already(native=ours[idnumber]))
            continue
        if idnumber in by_idnumber:
            problem = f"course {by_idnumber[idnumber]}, in another category, has this ID number"
        elif returns is None and idnumber in by_shortname:
            problem = (
                f"course {by_shortname[idnumber]} has the short name {idnumber!r}, and Moodle takes one of each; "
                "give that course this ID number below our category, or rename it"
            )
        if problem is not None:
            results.append(action.failed(problem))
        elif returns is not None:
            returning.append((returns, idnumber, name))
            results.append(action.done(native=returns))
        else:
            rows.append((name, idnumber, idnumber, place + len(rows)))
            making.append(action)
    _show(client, connection, ["id", "idnumber", "fullname"], returning, visible=1)
    if rows:
        times = dict.fromkeys(("timecreated", "timemodified", "startdate", "cacherev"), now)
        fixed = {**defaults, **times, "category": client.site.category.id}
        insert_many(connection, course, ["fullname", "shortname", "idnumber", "sortorder"], rows, fixed)
        numbers = _ids(client, connection, "idnumber", [action.idnumber for action in making])
        _furnish(client, connection, sorted(numbers.values()), str(defaults["format"]))
        results.extend(action.done(native=numbers[action.idnumber]) for action in making)
    return results


def _ids(client: Client, connection: Connection, column: str, values: Iterable[str]) -> dict[str, int]:
    course = client.tables.course
    found: dict[str, int] = {}
    query = select(course.c[column], course.c.id).where(one_of(course.c[column], sorted(values)))
    found.update((value, number) for value, number in connection.execute(query))
    return found


def _defaults(client: Client) -> dict[str, Any]:
    """What the site's administrator has set for new courses."""
    given = client.site.course_defaults
    numbers = {
        name: int(given[name])
        for name in ("newsitems", "showgrades", "groupmode", "showreports", "enablecompletion", "visible")
        if given.get(name, "").isdigit()
    }
    visible = numbers.get("visible", 1)
    return {
        **numbers,
        "visible": visible,
        "visibleold": visible,
        "format": given.get("format") or "topics",
        "summary": "",
        "summaryformat": 1,
    }


def _next_place(client: Client, connection: Connection) -> int:
    """The sort order after the last course of our category; a category's own is 10000 times its place."""
    course, category = client.tables.course, client.tables.course_categories
    own = client.site.category.id
    last = connection.execute(select(func.max(course.c.sortorder)).where(course.c.category == own)).scalar()
    first = connection.execute(select(category.c.sortorder).where(category.c.id == own)).scalar_one()
    return int(max(last or 0, first)) + 1


def _furnish(client: Client, connection: Connection, courses: Sequence[int], kind: str) -> None:
    """What a bare course row lacks: its context, section 0, format options, and a way to be enrolled."""
    now = client.now
    tables = client.tables
    ensure_course_contexts(client, connection, courses)
    top = {"section": 0, "summary": "", "summaryformat": 1, "sequence": "", "timemodified": now}
    insert_many(connection, tables.course_sections, ["course"], [(number,) for number in courses], top)
    options = {
        name: client.site.course_defaults[name]
        for name in ("hiddensections", "coursedisplay")
        if kind == "topics" and name in client.site.course_defaults
    }
    insert_many(
        connection,
        tables.course_format_options,
        ["courseid", "name", "value"],
        [(number, name, value) for number in courses for name, value in options.items()],
        {"format": kind, "sectionid": 0},
    )
    ensure_instances(client, connection, courses)
    category = tables.course_categories
    connection.execute(
        update(category)
        .where(category.c.id == client.site.category.id)
        .values(coursecount=category.c.coursecount + len(courses))
    )


def _show(
    client: Client,
    connection: Connection,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    visible: int,
) -> None:
    """Change courses, and show or hide them."""
    course = client.tables.course
    now = client.now
    fixed = {
        "visible": visible,
        "visibleold": visible,
        "timemodified": now,
        # Moodle keys its cache of a course by this number
        "cacherev": case((course.c.cacherev + 1 > now, course.c.cacherev + 1), else_=now),
    }
    update_many(connection, course, columns, rows, fixed)


def change_courses(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Give courses their wanted names."""
    return isolated(connection, actions, lambda some: _change(client, connection, branch, some), refuse)


def _change(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    course = client.tables.course
    numbers = standing_ids(branch, connection, course, actions)
    results, rows = [], []
    for action in actions:
        number = numbers.get(action.idnumber)
        if number is None:
            results.append(action.failed("the course is gone from Moodle"))
            continue
        if action.attribute != "name":
            results.append(action.failed(f"Moodle has no place for `{action.attribute}` of a course"))
            continue
        problem = name_problem(course, "fullname", "a course", action.wanted or "")
        results.append(action.failed(problem) if problem else action.done())
        if not problem:
            rows.append((number, action.wanted))
    update_many(connection, course, ["id", "fullname"], rows, {"timemodified": client.now})
    return results


def end_courses(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Hide courses and take them out of our scope. Deleting one takes Moodle itself."""
    mark = client.options.mark

    numbers = standing_ids(branch, connection, client.tables.course, actions)

    def work(some: Sequence[Action]) -> list[Result]:
        results, rows = [], []
        for action in some:
            to = ended(mark, action.idnumber)
            problem = too_long(client.tables.course, {"idnumber": to})
            if action.idnumber not in numbers:
                problem = "the course is gone from Moodle"
            results.append(action.failed(problem) if problem else action.done())
            if not problem:
                rows.append((numbers[action.idnumber], to))
        _show(client, connection, ["id", "idnumber"], rows, visible=0)
        return results

    return isolated(connection, actions, work, refuse)
