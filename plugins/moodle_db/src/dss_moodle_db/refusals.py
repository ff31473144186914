"""Values that Moodle cannot take, told while planning, so that a plan promises nothing that writing would refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table

from dss_moodle_db.account_rows import problem_of
from dss_moodle_db.config import PEOPLE
from dss_moodle_db.limits import too_long
from dss_moodle_db.people import COLUMNS
from dss_moodle_db.places import Place, find_places
from dss_moodle_db.texts import markup_problem
from dss_moodle_db.usernames import stored_form

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss_moodle_db.client import Client

Check = Callable[[Any], str | None]

SHORT = 50
"""A text of plain letters, no longer than this, fits every column that an account's own attributes are kept in."""


def refusal(client: Client, branch: type[DataStoreBranch], attribute: str, value: Any) -> str | None:
    """Why Moodle cannot take this value; None when it can, or when the branch has not been read from a Moodle.

    The same checks run again when it is written: a plan may be older than a setting of the site.
    """
    check = client.checks.get(branch.__name__, {}).get(attribute)
    return None if check is None else check(value)


def prepare(client: Client, branch: type[DataStoreBranch]) -> None:
    """Make a branch's checks while it is read: comparing asks the database nothing."""
    client.checks[branch.__name__] = _checks(client, branch)


def _checks(client: Client, branch: type[DataStoreBranch]) -> Mapping[str, Check]:
    tables, name = client.tables, branch.__name__
    if name in PEOPLE:
        with client.reading() as connection:
            places = find_places(client, connection, branch.names())
        return {
            "idnumber": partial(name_problem, tables.user, "idnumber", "an account"),
            **{attribute: partial(_of_account, client, attribute) for attribute in COLUMNS},
            **{place.attribute: partial(_of_place, client, place) for place in places},
        }
    if name == "courses":
        return {
            "idnumber": partial(name_problem, tables.course, "idnumber", "a course"),
            "name": partial(name_problem, tables.course, "fullname", "a course"),
        }
    if name == "classes":
        return {
            "idnumber": partial(name_problem, tables.groups, "idnumber", "a group"),
            "name": partial(name_problem, tables.groups, "name", "a group"),
            "course": _of_class,
        }
    if name == "cohorts":
        return {
            "idnumber": partial(name_problem, tables.cohort, "idnumber", "a cohort"),
            "name": partial(name_problem, tables.cohort, "name", "a cohort"),
        }
    return {}


def _of_account(client: Client, attribute: str, value: Any) -> str | None:
    if (
        attribute != "username"
        and value.__class__ is str
        and value.isascii()
        and len(value) <= SHORT
        and "<" not in value
        and "\0" not in value
        and value.strip()
    ):
        # nearly all of a million records
        return None
    if value is None:
        # only something new is asked for None, and who has no address yet gives it to Moodle at the first login
        if attribute == "email":
            return None
        value = ""
    if attribute == "username":
        value = stored_form(value)
    return problem_of(client, {COLUMNS[attribute]: value}) or _broken_text(value)


def _of_place(client: Client, place: Place, value: Any) -> str | None:
    if value is None:
        return None
    problem = place.problem(value) or _broken_text(value)
    if problem is None and place.column:
        problem = problem_of(client, {place.column: value})
    return problem


def _of_class(course: Any) -> str | None:
    return None if course else "it names no course"


def name_problem(table: Table, column: str, what: str, value: Any) -> str | None:
    """Why Moodle cannot take a name, or an idnumber; what has no name goes by its idnumber.

    Args:
        table: where the name is stored.
        column: in which column.
        what: `a course`, for the reason.
        value: the name or idnumber.
    """
    if value is None:
        return None
    if not value:
        return f"{what} needs a name"
    return too_long(table, {column: value}) or markup_problem({column: value}) or _broken_text(value)


def _broken_text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    if "\0" in value:
        return "it holds a NUL character, which Moodle takes out of texts and PostgreSQL does not store"
    if not value.isascii():
        try:
            value.encode()
        except UnicodeError:
            return "it is no valid text: it holds half of a surrogate pair"
    return None
