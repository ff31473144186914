"""Looking at a site before anything is written: can it be reached, is it set up, may we write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import delete, false, insert, select, update
from sqlalchemy.exc import DBAPIError

from dss.errors import DssError
from dss.tree import Finding
from dss_moodle_db.config import PEOPLE
from dss_moodle_db.manual import METHOD
from dss_moodle_db.places import find_places
from dss_moodle_db.scopes import find_scopes
from dss_moodle_db.site import ALWAYS_ENABLED_AUTH

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

OLDEST_VERSION = 2022112800
"""Moodle 4.1, as `config.version` has it."""
NEXT_VERSION = 2027000000
"""Later than any Moodle 5 that is known."""

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
        version = client.site.config.get("version", "")
    except DssError as error:
        yield Finding("error", str(error))
        return
    yield Finding("ok", f"connected to {client.describe()}")
    yield _version(version, client.site.config.get("release", version))
    for look in (_auth, _roles, _category, _scopes, _places, _permissions):
        yield from _guarded(look, client)


def _guarded(look: Callable[[Client], Iterable[Finding]], client: Client) -> Iterator[Finding]:
    try:
        yield from look(client)
    except DssError as error:
        yield Finding("error", str(error))


def _version(version: str, release: str) -> Finding:
    number = float(version) if version.replace(".", "", 1).isdigit() else 0
    if OLDEST_VERSION <= number < NEXT_VERSION:
        return Finding("ok", f"Moodle {release}")
    return Finding(
        "warning", f"Moodle {release} is none that this connector knows (4.1 to 5.x); try it on a copy first"
    )


def _auth(client: Client) -> Iterator[Finding]:
    config, options = client.site.config, client.options
    enabled = {*ALWAYS_ENABLED_AUTH, *config.get("auth", "").split(",")}
    if options.auth in enabled:
        yield Finding("ok", f"accounts are made with the authentication `{options.auth}`")
    else:
        yield Finding(
            "error",
            f"`auth` is `{options.auth}`, which is not enabled in Moodle, so nobody could log in; enabled are "
            f"{', '.join(sorted(filter(None, enabled)))}",
        )


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
    with client.writing() as connection:
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
