"""Cohorts whose ID numbers carry our mark, with those of their members who are in our scope."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from dss.actions import Action, Kind, Result
from dss.importers import NATIVE, Rows, Scope
from dss.store import REFUSED
from dss_moodle_db.dialect import slices
from dss_moodle_db.isolate import isolated, refuse
from dss_moodle_db.keys import normal_idnumber
from dss_moodle_db.limits import too_long
from dss_moodle_db.marks import ended, marked, unmarked
from dss_moodle_db.references import people_ids
from dss_moodle_db.scopes import in_any_scope, scope_ids

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree
    from dss_moodle_db.client import Client

FIELDS = ("idnumber", NATIVE, "name", "members")
ROWS_AT_ONCE = 2000


def read_cohorts(client: Client) -> Rows:
    """All cohorts of ours."""
    cohort = client.tables.cohort
    ours = cohort.c.idnumber.startswith(client.options.mark, autoescape=True)
    return Rows(FIELDS, _read(client, [_cohorts(client).where(ours, cohort.c.component == "")]))


def read_cohorts_by_idnumber(client: Client, idnumbers: Collection[str], scope: Scope) -> Rows:
    """Some cohorts: ours, or those that have our ID number but belong to another plugin."""
    cohort = client.tables.cohort
    wanted = sorted(marked(client.options.mark, idnumber) for idnumber in idnumbers)
    queries = [_cohorts(client).where(cohort.c.idnumber.in_(part)) for part in slices(wanted)]
    if scope is Scope.OURS:
        return Rows(FIELDS, _read(client, [query.where(cohort.c.component == "") for query in queries]))
    return Rows(
        (*FIELDS, REFUSED),
        _read_foreign(client, [query.where(cohort.c.component != "") for query in queries]),
    )


def _cohorts(client: Client) -> Select[Any]:
    cohort = client.tables.cohort
    return select(cohort.c.id, cohort.c.idnumber, cohort.c.name, cohort.c.component).order_by(cohort.c.id)


def _read(client: Client, queries: Iterable[Select[Any]]) -> Iterator[tuple[Any, ...]]:
    nobody: frozenset[str] = frozenset()
    with client.reading() as connection:
        for query in queries:
            found = connection.execute(query).all()
            members = _members(client, connection, query)
            for number, text, name, _ in found:
                idnumber = normal_idnumber(unmarked(client.options.mark, text))
                if idnumber is not None:
                    yield idnumber, number, name, frozenset(members.get(number, nobody))


def _members(client: Client, connection: Connection, cohorts: Select[Any]) -> dict[int, set[str]]:
    member, user = client.tables.cohort_members, client.tables.user
    ours = in_any_scope(client, scope_ids(client, connection))
    query = (
        select(member.c.cohortid, user.c.idnumber)
        .join(user, user.c.id == member.c.userid)
        .where(
            member.c.cohortid.in_(cohorts.order_by(None).with_only_columns(client.tables.cohort.c.id)),
            user.c.deleted == 0,
            user.c.id.in_(ours),
            user.c.id.not_in(list(client.site.untouchable)),
        )
    )
    found: dict[int, set[str]] = {}
    for number, text in connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}):
        idnumber = normal_idnumber(text)
        if idnumber is not None:
            found.setdefault(number, set()).add(idnumber)
    return found


def _read_foreign(client: Client, queries: Iterable[Select[Any]]) -> Iterator[tuple[Any, ...]]:
    with client.reading() as connection:
        for query in queries:
            for number, text, name, component in connection.execute(query):
                idnumber = unmarked(client.options.mark, text)
                yield idnumber, number, name, None, f"it belongs to the plugin `{component}`"


def create_cohorts(client: Client, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    """Make cohorts of the whole site, or bring back those that had ended."""
    return isolated(connection, actions, lambda some: _make(client, connection, some), refuse)


def _make(client: Client, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    cohort = client.tables.cohort
    mark, now = client.options.mark, client.now
    there = _ids(client, connection, [marked(mark, action.idnumber) for action in actions])
    back = _ids(client, connection, [ended(mark, action.idnumber) for action in actions])
    results: list[Result] = []
    rows: list[dict[str, Any]] = []
    making: list[Action] = []
    returning: list[dict[str, Any]] = []
    for action in actions:
        stored = marked(mark, action.idnumber)
        values = {"name": getattr(action.right, "name", None) or action.idnumber, "idnumber": stored}
        problem = too_long(cohort, values)
        if stored in there:
            problem = f"cohort {there[stored]} has the ID number {stored!r} already"
        old = back.get(ended(mark, action.idnumber))
        if problem is not None:
            results.append(action.failed(problem))
        elif old is not None:
            returning.append({"number": old, "to": stored, "new_name": values["name"], "shown": 1})
            results.append(action.done(native=old))
        else:
            rows.append(
                {
                    **values,
                    "contextid": client.site.system_context[0],
                    "description": "",
                    "descriptionformat": 1,
                    "visible": 1,
                    "component": "",
                    "timecreated": now,
                    "timemodified": now,
                }
            )
            making.append(action)
    _rename(client, connection, returning)
    if rows:
        connection.execute(insert(cohort), rows)
        numbers = _ids(client, connection, [row["idnumber"] for row in rows])
        results.extend(action.done(native=numbers[marked(mark, action.idnumber)]) for action in making)
    return results


def _ids(client: Client, connection: Connection, stored: Iterable[str]) -> dict[str, int]:
    cohort = client.tables.cohort
    found: dict[str, int] = {}
    for part in slices(stored):
        query = select(cohort.c.idnumber, cohort.c.id).where(cohort.c.idnumber.in_(part))
        found.update((text, number) for text, number in connection.execute(query))
    return found


def _rename(client: Client, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    cohort = client.tables.cohort
    places = {"to": "idnumber", "new_name": "name", "shown": "visible"}
    values: dict[str, Any] = {column: bindparam(name) for name, column in places.items() if name in rows[0]}
    connection.execute(
        update(cohort).where(cohort.c.id == bindparam("number")).values(**values, timemodified=client.now),
        rows,
    )


def change_cohorts(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Give cohorts their wanted names."""

    def work(some: Sequence[Action]) -> list[Result]:
        results, rows = [], []
        for action in some:
            problem = too_long(client.tables.cohort, {"name": action.wanted})
            if action.attribute != "name":
                problem = f"Moodle has no place for `{action.attribute}` of a cohort"
            elif not action.wanted:
                problem = "a cohort needs a name"
            results.append(action.failed(problem) if problem else action.done())
            if not problem:
                number = action.native or branch.native(action.idnumber)
                rows.append({"number": number, "new_name": action.wanted})
        _rename(client, connection, rows)
        return results

    return isolated(connection, actions, work, refuse)


def change_members(
    tree: DataStoreTree, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Put people into cohorts, and take them out."""
    return isolated(connection, actions, lambda some: _change_members(tree, connection, branch, some), refuse)


def _change_members(
    tree: DataStoreTree, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    client: Client = tree.client
    member = client.tables.cohort_members
    people = people_ids(tree, connection, [action.value for action in actions])
    cohorts = {action.idnumber: action.native or branch.native(action.idnumber) for action in actions}
    there: set[tuple[int, int]] = set()
    for part in slices(set(people.values())):
        query = select(member.c.cohortid, member.c.userid).where(
            member.c.cohortid.in_(set(cohorts.values())), member.c.userid.in_(part)
        )
        there.update((cohort, user) for cohort, user in connection.execute(query))
    results: list[Result] = []
    joining: list[dict[str, int]] = []
    leaving: list[dict[str, int]] = []
    for action in actions:
        cohort, user = cohorts[action.idnumber], people.get(action.value)
        adding = action.kind is Kind.ADD
        if cohort is None:
            results.append(action.failed("the cohort is not in Moodle"))
        elif user is None:
            results.append(action.failed(f"{action.value!r} has no account of ours in Moodle"))
        elif ((cohort, user) in there) is adding:
            results.append(action.already())
        else:
            (joining if adding else leaving).append({"cohort": cohort, "person": user})
            results.append(action.done())
    if joining:
        rows = [
            {"cohortid": row["cohort"], "userid": row["person"], "timeadded": client.now} for row in joining
        ]
        connection.execute(insert(member), rows)
    if leaving:
        connection.execute(
            delete(member).where(
                member.c.cohortid == bindparam("cohort"), member.c.userid == bindparam("person")
            ),
            leaving,
        )
    return results


def end_cohorts(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Empty cohorts, hide them and take them out of our scope; whatever is set up on them keeps its cohort."""
    mark = client.options.mark
    member = client.tables.cohort_members

    def work(some: Sequence[Action]) -> list[Result]:
        results, rows = [], []
        for action in some:
            to = ended(mark, action.idnumber)
            problem = too_long(client.tables.cohort, {"idnumber": to})
            results.append(action.failed(problem) if problem else action.done())
            if not problem:
                number = action.native or branch.native(action.idnumber)
                rows.append({"number": number, "to": to, "shown": 0})
        _rename(client, connection, rows)
        for part in slices([row["number"] for row in rows]):
            connection.execute(delete(member).where(member.c.cohortid.in_(part)))
        return results

    return isolated(connection, actions, work, refuse)
