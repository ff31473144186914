"""An empty but correct Moodle site in a database of our own: for trying out, for examples, for tests.

What a fresh Moodle 4.5 holds after its installation, as far as this connector looks at it. It is no Moodle
that a web server could run on.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection, insert

from dss_moodle_db.dialect import WRITES, dialect_of, new_engine
from dss_moodle_db.tables import DEFAULT_PREFIX, Tables, site_tables

SYSTEM_CONTEXT = 1
SITE_COURSE = 1
GUEST = 1
ADMIN = 2
DEFAULT_CATEGORY = 1

_ROLES: tuple[tuple[int, str, str, tuple[int, ...]], ...] = (
    # id, shortname, archetype, the context levels it may be given at
    (1, "manager", "manager", (10, 40, 50)),
    (2, "coursecreator", "coursecreator", (10, 40)),
    (3, "editingteacher", "editingteacher", (50, 70)),
    (4, "teacher", "teacher", (50, 70)),
    (5, "student", "student", (50, 70)),
    (6, "guest", "guest", ()),
    (7, "user", "user", ()),
    (8, "frontpage", "frontpage", ()),
)

_CONFIG = {
    "version": "2024100700",
    "release": "4.5 (Build: 20241007)",
    "siteidentifier": "embedded-site",
    "mnet_localhost_id": "1",
    "siteguest": str(GUEST),
    "siteadmins": str(ADMIN),
    "auth": "email",
    "enrol_plugins_enabled": "manual,guest,self,cohort",
    "lang": "en",
    "country": "0",
    "defaultcity": "",
    "calendartype": "gregorian",
    "defaultpreference_maildisplay": "2",
    "defaultpreference_mailformat": "1",
    "defaultpreference_maildigest": "0",
    "defaultpreference_autosubscribe": "1",
    "defaultpreference_trackforums": "0",
    "sessiontimeout": "28800",
    "defaultrequestcategory": str(DEFAULT_CATEGORY),
}

_PLUGINS = {
    ("moodlecourse", "format"): "topics",
    ("moodlecourse", "visible"): "1",
    ("moodlecourse", "newsitems"): "5",
    ("moodlecourse", "showgrades"): "1",
    ("moodlecourse", "groupmode"): "0",
    ("moodlecourse", "hiddensections"): "1",
    ("moodlecourse", "coursedisplay"): "0",
    ("enrol_manual", "roleid"): "5",
}


def create_site(url: str, prefix: str = DEFAULT_PREFIX) -> None:
    """Make the tables and the rows of an empty site.

    Args:
        url: SQLAlchemy's database URL, `sqlite:////folder/moodle.db` for a file. A missing file is made; on a server
            the database must be there, and empty.
        prefix: Moodle's table prefix.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the tables are there already, or the database cannot be written.
    """
    engine = new_engine(url, create=True)
    tables = site_tables(prefix)
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            tables.metadata.create_all(connection, checkfirst=False)
            _fill(connection, tables, int(time.time()))
            dialect_of(connection).count_on(connection, tables.values())
    finally:
        engine.dispose()


def _fill(connection: Connection, tables: Tables, now: int) -> None:
    def add(name: str, *rows: dict[str, Any]) -> None:
        connection.execute(insert(tables[name]), list(rows))

    add("config", *({"name": name, "value": value} for name, value in _CONFIG.items()))
    add("config_plugins", *({"plugin": p, "name": n, "value": value} for (p, n), value in _PLUGINS.items()))
    add(
        "role",
        *(
            {"id": i, "shortname": name, "archetype": kind, "sortorder": i, "description": ""}
            for i, name, kind, _ in _ROLES
        ),
    )
    add(
        "role_context_levels",
        *({"roleid": role, "contextlevel": level} for role, _, _, levels in _ROLES for level in levels),
    )
    add("user", _account(GUEST, "guest", "Guest user", now), _account(ADMIN, "admin", "Admin", now))
    add(
        "course",
        {
            "id": SITE_COURSE,
            "category": 0,
            "sortorder": 1,
            "fullname": "Embedded site",
            "shortname": "site",
            "format": "site",
            "timecreated": now,
            "timemodified": now,
            "cacherev": now,
        },
    )
    add(
        "course_categories",
        {
            "id": DEFAULT_CATEGORY,
            "name": "Category 1",
            "sortorder": 10000,
            "depth": 1,
            "path": f"/{DEFAULT_CATEGORY}",
            "timemodified": now,
        },
    )
    add(
        "context",
        {"id": 1, "contextlevel": 10, "instanceid": 0, "path": "/1", "depth": 1},
        {"id": 2, "contextlevel": 50, "instanceid": SITE_COURSE, "path": "/1/2", "depth": 2},
        {"id": 3, "contextlevel": 40, "instanceid": DEFAULT_CATEGORY, "path": "/1/3", "depth": 2},
        {"id": 4, "contextlevel": 30, "instanceid": GUEST, "path": "/1/4", "depth": 2},
        {"id": 5, "contextlevel": 30, "instanceid": ADMIN, "path": "/1/5", "depth": 2},
    )


def _account(number: int, username: str, first_name: str, now: int) -> dict[str, Any]:
    return {
        "id": number,
        "username": username,
        "auth": "manual",
        "confirmed": 1,
        "mnethostid": 1,
        "password": "not cached",
        "firstname": first_name,
        "lastname": "User" if username == "admin" else " ",
        "email": "root@localhost" if username == "guest" else "admin@example.invalid",
        "timecreated": now,
        "timemodified": now,
    }
