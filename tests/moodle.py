"""A Moodle that nobody is in yet, for tests in which whole nights pass."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from dss_moodle_db.embedded import create_site

PARENT = "parent"
"""The role by which guardians see what concerns their children; Moodle itself has none."""


def make_moodle(path: Path) -> None:
    """Make one in a file, with the role of a parent."""
    create_site(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        role = connection.execute(
            "INSERT INTO mdl_role (shortname, name, description, sortorder, archetype) VALUES (?, '', '', 20, '')",
            (PARENT,),
        ).lastrowid
        connection.execute(
            "INSERT INTO mdl_role_context_levels (roleid, contextlevel) VALUES (?, 30)", (role,)
        )
    connection.close()
