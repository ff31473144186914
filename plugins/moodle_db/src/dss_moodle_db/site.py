"""What holds for a whole Moodle site, looked up once a run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import attrs
from sqlalchemy import Table, select

from dss.errors import ConfigError

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

SYSTEM_LEVEL = 10
USER_LEVEL = 30
CATEGORY_LEVEL = 40
COURSE_LEVEL = 50

ALWAYS_ENABLED_AUTH = ("manual", "nologin")

OLDEST_VERSION = 2022112800
"""Moodle 4.1, as `config.version` has it."""
NEXT_VERSION = 2027000000
"""Later than any Moodle 5 that is known."""


@attrs.frozen
class Category:
    """A course category.

    Attributes:
        id: its id.
        path: ids from the top: `/3/7`.
        name: names from the top, joined by ` / `.
    """

    id: int
    path: str
    name: str


@attrs.frozen
class Role:
    """A role of the site; ids differ from site to site, so configuration names its short name."""

    id: int
    shortname: str
    levels: frozenset[int]


class Site:
    """The site's configuration and fixed points.

    Every property is read at its first use and kept, so planning asks the same few questions for ten records and
    for a million.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    @cached_property
    def config(self) -> dict[str, str]:
        """Moodle's `config` table."""
        return dict(self._pairs(self._client.tables.config))

    def _pairs(self, table: Table) -> Iterable[tuple[str, str]]:
        with self._client.reading() as connection:
            return [(row.name, row.value) for row in connection.execute(select(table.c.name, table.c.value))]

    @cached_property
    def course_defaults(self) -> dict[str, str]:
        """What the site's administrator has set for new courses."""
        table = self._client.tables.config_plugins
        query = select(table.c.name, table.c.value).where(table.c.plugin == "moodlecourse")
        with self._client.reading() as connection:
            return {row.name: row.value for row in connection.execute(query)}

    @property
    def mnethostid(self) -> int:
        """The id under which the site knows its own people."""
        return int(self.config.get("mnet_localhost_id") or 1)

    @cached_property
    def extended_usernames(self) -> bool:
        """Whether usernames may have any character."""
        return self.config.get("extendedusernamechars", "") not in ("", "0")

    @property
    def version_problem(self) -> str | None:
        """Why the site's tables may be others than those we know; None when it is a Moodle that we know."""
        version = self.config.get("version", "")
        number = float(version) if version.replace(".", "", 1).isdigit() else 0
        if OLDEST_VERSION <= number < NEXT_VERSION:
            return None
        return (
            f"Moodle {self.config.get('release', version)} is none that this connector knows (4.1 to 5.x); "
            f"try it on a copy first, and then accept it: `accept_version = {version!r}`"
        )

    def must_be_known(self) -> None:
        """Refuse to write to a Moodle that nobody has tried.

        Raises:
            ConfigError: its version is unknown, and has not been accepted.
        """
        problem, accepted = self.version_problem, self._client.options.accept_version
        if problem is not None and (not accepted or accepted != self.config.get("version")):
            raise ConfigError(problem)

    def auth_problem(self, auth: str) -> str | None:
        """Why nobody could log in by an authentication plugin; None when it is enabled."""
        enabled = {*ALWAYS_ENABLED_AUTH, *filter(None, self.config.get("auth", "").split(","))}
        if auth in enabled:
            return None
        return (
            f"`auth` is `{auth}`, which is not enabled in Moodle, so nobody could log in; enabled are "
            f"{', '.join(sorted(enabled))}"
        )

    @property
    def session_timeout(self) -> int:
        """How many seconds a login lasts."""
        return int(self.config.get("sessiontimeout") or 8 * 60 * 60)

    @cached_property
    def untouchable(self) -> dict[int, str]:
        """Accounts that nobody may touch, by id, with what they are."""
        admins = [part for part in self.config.get("siteadmins", "").split(",") if part.strip().isdigit()]
        found = {int(admin): "a site administrator" for admin in admins}
        guest = self.config.get("siteguest", "")
        if guest.isdigit():
            found[int(guest)] = "the guest account"
        return found

    def why_untouchable(self, number: int, username: str) -> str | None:
        """What an account is that we must leave alone; None for ordinary people."""
        if username == "guest":
            return "the guest account"
        return self.untouchable.get(number)

    @cached_property
    def system_context(self) -> tuple[int, str]:
        """Id and path of the context at the top."""
        context = self._client.tables.context
        query = select(context.c.id).where(context.c.contextlevel == SYSTEM_LEVEL).order_by(context.c.id)
        with self._client.reading() as connection:
            number = connection.execute(query).scalars().first()
        if number is None:
            raise ConfigError(
                f"{self._client.describe()} has no system context; its installation is not complete"
            )
        return number, f"/{number}"

    @cached_property
    def roles(self) -> dict[str, Role]:
        """All roles by short name."""
        role, level = self._client.tables.role, self._client.tables.role_context_levels
        query = select(role.c.id, role.c.shortname, level.c.contextlevel).outerjoin_from(
            role, level, level.c.roleid == role.c.id
        )
        found: dict[str, tuple[int, set[int]]] = {}
        with self._client.reading() as connection:
            for number, shortname, contextlevel in connection.execute(query):
                found.setdefault(shortname, (number, set()))[1].add(contextlevel)
        return {name: Role(number, name, frozenset(levels)) for name, (number, levels) in found.items()}

    def role(self, option: str, level: int) -> Role:
        """The role that an option names.

        Raises:
            ConfigError: the site has no such role, or does not allow it at that context level.
        """
        shortname = getattr(self._client.options, option)
        role = self.roles.get(shortname)
        if role is None:
            raise ConfigError(
                f"`{option}` is `{shortname}`, and the site has no role of that short name; "
                f"it has {', '.join(sorted(self.roles))}"
            )
        if level not in role.levels:
            where = "a course" if level == COURSE_LEVEL else "a user"
            raise ConfigError(
                f"`{option}` is `{shortname}`, which may not be given in {where}; "
                "allow that in Moodle under Define roles, or name another role"
            )
        return role

    @cached_property
    def course_roles(self) -> dict[str, Role]:
        """Our two roles in a course, by what an enrollment calls them."""
        return {
            "student": self.role("student_role", COURSE_LEVEL),
            "teacher": self.role("teacher_role", COURSE_LEVEL),
        }

    @cached_property
    def guardian_role(self) -> Role | None:
        """The role of a guardian over a child; None when it is not configured."""
        return self.role("guardian_role", USER_LEVEL) if self._client.options.guardian_role else None

    @cached_property
    def categories(self) -> list[Category]:
        """All course categories."""
        table = self._client.tables.course_categories
        query = select(table.c.id, table.c.parent, table.c.name, table.c.path)
        with self._client.reading() as connection:
            rows = connection.execute(query).all()
        names = {row.id: row.name for row in rows}
        return [
            Category(
                row.id,
                row.path,
                " / ".join(names.get(int(part), "?") for part in row.path.split("/") if part),
            )
            for row in rows
        ]

    @cached_property
    def category(self) -> Category:
        """The category that our courses lie in or below.

        Raises:
            ConfigError: none is named, or not exactly one fits.
        """
        wanted = self._client.options.category
        if not wanted:
            raise ConfigError(
                "`category` is not set; name the course category that our courses lie in, for courses, classes "
                "and enrollments"
            )
        by_idnumber = self._categories_with_idnumber(wanted)
        found = (
            [category for category in self.categories if category.id in by_idnumber]
            or [category for category in self.categories if category.name == wanted]
            or [category for category in self.categories if category.name.rsplit(" / ", 1)[-1] == wanted]
        )
        if len(found) != 1:
            raise ConfigError(
                f"`category` is {wanted!r}, and {len(found) or 'no'} categories have that ID number or name; "
                f"the site has {', '.join(sorted(category.name for category in self.categories))}"
            )
        return found[0]

    def _categories_with_idnumber(self, idnumber: str) -> set[int]:
        table = self._client.tables.course_categories
        query = select(table.c.id).where(table.c.idnumber == idnumber)
        with self._client.reading() as connection:
            return set(connection.execute(query).scalars())
