"""People and what hangs on them: accounts, profile fields, preferences, sessions, cohorts."""

from __future__ import annotations

from sqlalchemy import MetaData

from dss_moodle_db.schema.kinds import char, flag, number, table, text


def define(metadata: MetaData, prefix: str) -> None:
    """Add the tables of this page to `metadata`."""
    table(
        metadata,
        f"{prefix}user",
        [
            char("auth", 20, "manual"),
            flag("confirmed"),
            flag("policyagreed"),
            flag("deleted"),
            flag("suspended"),
            number("mnethostid"),
            char("username", 100),
            char("password", 255),
            char("idnumber", 255),
            char("firstname", 100),
            char("lastname", 100),
            char("email", 100),
            flag("emailstop"),
            char("phone1", 20),
            char("phone2", 20),
            char("institution", 255),
            char("department", 255),
            char("address", 255),
            char("city", 120),
            char("country", 2),
            char("lang", 30, "en"),
            char("calendartype", 30, "gregorian"),
            char("theme", 50),
            char("timezone", 100, "99"),
            number("firstaccess"),
            number("lastaccess"),
            number("lastlogin"),
            number("currentlogin"),
            char("lastip", 45),
            char("secret", 15),
            number("picture"),
            text("description"),
            flag("descriptionformat", 1),
            flag("mailformat", 1),
            flag("maildigest"),
            flag("maildisplay", 2),
            flag("autosubscribe", 1),
            flag("trackforums"),
            number("timecreated"),
            number("timemodified"),
            number("trustbitmask"),
            char("imagealt", 255, null=True),
            char("lastnamephonetic", 255, null=True),
            char("firstnamephonetic", 255, null=True),
            char("middlename", 255, null=True),
            char("alternatename", 255, null=True),
            char("moodlenetprofile", 255, null=True),
        ],
        unique="mnethostid+username",
        plain="deleted confirmed firstname lastname city country lastaccess email auth idnumber",
    )
    table(
        metadata,
        f"{prefix}user_info_field",
        [
            char("shortname", 255, "shortname"),
            text("name", null=False),
            char("datatype", 255),
            text("description"),
            flag("descriptionformat"),
            number("categoryid"),
            number("sortorder"),
            flag("required"),
            flag("locked"),
            number("visible", digits=4),
            flag("forceunique"),
            flag("signup"),
            text("defaultdata"),
            flag("defaultdataformat"),
            *(text(f"param{n}") for n in range(1, 6)),
        ],
    )
    table(
        metadata,
        f"{prefix}user_info_data",
        [number("userid"), number("fieldid"), text("data", null=False), flag("dataformat")],
        unique="userid+fieldid",
    )
    table(
        metadata,
        f"{prefix}user_preferences",
        [number("userid"), char("name", 255), char("value", 1333)],
        unique="userid+name",
    )
    table(
        metadata,
        f"{prefix}sessions",
        [
            number("state"),
            char("sid", 128),
            number("userid", None),
            text("sessdata"),
            number("timecreated", None),
            number("timemodified", None),
            char("firstip", 45, null=True),
            char("lastip", 45, null=True),
        ],
        unique="sid",
        plain="state userid timecreated timemodified",
    )
    table(
        metadata,
        f"{prefix}cohort",
        [
            number("contextid", None),
            char("name", 254),
            char("idnumber", 100, null=True),
            text("description"),
            flag("descriptionformat", None),
            flag("visible", 1),
            char("component", 100),
            number("timecreated", None),
            number("timemodified", None),
            char("theme", 50, null=True),
        ],
        plain="contextid",
    )
    table(
        metadata,
        f"{prefix}cohort_members",
        [number("cohortid"), number("userid"), number("timeadded")],
        unique="cohortid+userid",
        plain="cohortid userid",
    )
