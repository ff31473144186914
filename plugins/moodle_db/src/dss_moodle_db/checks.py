"""Looking at a site before anything is written: can it be reached, is it set up, may we write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import delete, false, insert, select, update
from sqlalchemy.exc import DBAPIError

from dss.errors import ConfigError, DssError
from dss.tree import Finding
from dss_moodle_db.config import PEOPLE
from dss_moodle_db.manual import METHOD
from dss_moodle_db.places import find_places
from dss_moodle_db.scopes import find_scopes

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

WRITTEN = (
    ("user", "IU"),
    ("context", "IU"),
    ("cohort", "IU"),
    ("cohort_members", "ID"),
    ("user_info_data", "IU"),
    ("role_assignments", "ID"),
    ("sessions", "D"),
    ("cache_flags", "IU"),
    ("course", "IU"),
    ("course_categories", "U"),
    ("course_sections", "I"),
    ("course_format_options", "I"),
    ("enrol", "I"),
    ("user_enrolments", "IU"),
    ("groups", "IU"),
    ("groups_members", "IUD"),
)
"""The tables that are written, with what is done to each: insert, update, delete."""


def findings(client: Client) -> Iterator[Finding]:
    """What was found, in the order in which a person would mend it."""
    try:
        config = client.site.config
    except DssError as error:
        yield Finding("error", str(error))
        return
    yield Finding("ok", f"connected to {client.describe()}")
    yield _version(client, config)
    for look in (_auth, _roles, _category, _scopes, _places, _permissions):
        yield from _guarded(look, client)


def _guarded(look: Callable[[Client], Iterable[Finding]], client: Client) -> Iterator[Finding]:
    try:
        yield from look(client)
    except DssError as error:
        yield Finding("error", str(error))


def _version(client: Client, config: Mapping[str, str]) -> Finding:
    try:
        client.site.must_be_known()
    except ConfigError as error:
        return Finding("error", str(error))
    release = config.get("release", config.get("version", ""))
    if client.site.version_problem is not None:
        return Finding("warning", f"Moodle {release} is none that this connector knows, and is accepted")
    return Finding("ok", f"Moodle {release}")


def _auth(client: Client) -> Iterator[Finding]:
    problem = client.site.auth_problem(client.options.auth)
    if problem is None:
        yield Finding("ok", f"accounts are made with the authentication `{client.options.auth}`")
    else:
        yield Finding("error", problem)


def _roles(client: Client) -> Iterator[Finding]:
    for name, role in client.site.course_roles.items():
        yield Finding("ok", f"a {name} gets the role `{role.shortname}`")
    guardian = client.site.guardian_role
    if guardian is not None:
        yield Finding("ok", f"a guardian gets the role `{guardian.shortname}` over the child")
    else:
        yield Finding("warning", "`guardian_role` is not set: who is whose guardian is not compared")


def _category(client: Client) -> Iterator[Finding]:
    if not client.options.category:
        yield Finding("warning", "`category` is not set: courses, classes and enrollments are left out")
        return
    yield Finding("ok", f"courses lie in `{client.site.category.name}`")
    methods = client.site.config.get("enrol_plugins_enabled", "").split(",")
    if METHOD not in methods:
        yield Finding(
            "error", "manual enrolment is not enabled in Moodle, so enrolled people could not get in"
        )


def _scopes(client: Client) -> Iterator[Finding]:
    with client.reading() as connection:
        there = find_scopes(client, connection)
    for branch in PEOPLE:
        cohort = client.options.cohorts[branch]
        state = "is there" if branch in there else "will be made"
        yield Finding("ok", f"{branch} are the members of cohort `{cohort}`, which {state}")


def _places(client: Client) -> Iterator[Finding]:
    with client.reading() as connection:
        for place in find_places(client, connection, client.options.fields):
            where = f"column `{place.column}`" if place.column else "a profile field"
            yield Finding("ok", f"`{place.attribute}` is kept in {where}")


def _permissions(client: Client) -> Iterator[Finding]:
    """Try every kind of statement on no row at all, and take the transaction back."""
    refused: dict[str, list[str]] = {}
    with client.writing(known=False) as connection:
        outer = connection.begin_nested()
        for name, needs in WRITTEN:
            table = client.tables[name]
            nothing = select(*table.c).where(false())
            statements = {
                "I": insert(table).from_select([column.name for column in table.c], nothing),
                "U": update(table).where(false()).values(id=table.c.id),
                "D": delete(table).where(false()),
            }
            for need in needs:
                try:
                    with connection.begin_nested():
                        connection.execute(statements[need])
                except DBAPIError as error:
                    refused.setdefault(" ".join(str(error.orig).split()), []).append(table.name)
                    break
        outer.rollback()
    if refused:
        for reason, names in refused.items():
            yield Finding("error", f"{', '.join(names)} cannot be written: {reason}")
    else:
        yield Finding("ok", f"all {len(WRITTEN)} tables that are written can be")
