"""What belongs to the whole site: configuration, contexts, roles and cache flags."""

from __future__ import annotations

from sqlalchemy import MetaData

from dss_moodle_db.schema.kinds import char, flag, number, table, text


def define(metadata: MetaData, prefix: str) -> None:
    """Add the tables of this page to `metadata`."""
    table(metadata, f"{prefix}config", [char("name", 255), text("value", null=False)], unique="name")
    table(
        metadata,
        f"{prefix}config_plugins",
        [char("plugin", 100, "core"), char("name", 100), text("value", null=False)],
        unique="plugin+name",
    )
    table(
        metadata,
        f"{prefix}context",
        [
            number("contextlevel"),
            number("instanceid"),
            char("path", 255, null=True),
            flag("depth"),
            flag("locked"),
        ],
        unique="contextlevel+instanceid",
        plain="instanceid path",
    )
    table(
        metadata,
        f"{prefix}role",
        [
            char("name", 255),
            char("shortname", 100),
            text("description", null=False),
            number("sortorder"),
            char("archetype", 30),
        ],
        unique="sortorder shortname",
    )
    table(
        metadata,
        f"{prefix}role_context_levels",
        [number("roleid", None), number("contextlevel", None)],
        unique="contextlevel+roleid",
        plain="roleid",
    )
    table(
        metadata,
        f"{prefix}role_assignments",
        [
            number("roleid"),
            number("contextid"),
            number("userid"),
            number("timemodified"),
            number("modifierid"),
            char("component", 100),
            number("itemid"),
            number("sortorder"),
        ],
        plain="sortorder roleid contextid userid roleid+contextid userid+contextid+roleid "
        "component+itemid+userid",
    )
    table(
        metadata,
        f"{prefix}cache_flags",
        [
            char("flagtype", 255),
            char("name", 255),
            number("timemodified"),
            text("value", null=False),
            number("expiry", None),
        ],
        plain="flagtype name",
    )
