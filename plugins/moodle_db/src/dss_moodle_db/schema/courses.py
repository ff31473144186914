"""Courses and who is in them: categories, courses, sections, enrolments, groups."""

from __future__ import annotations

from sqlalchemy import MetaData

from dss_moodle_db.schema.kinds import char, decimal, flag, number, table, text


def define(metadata: MetaData, prefix: str) -> None:
    """Add the tables of this page to `metadata`."""
    _courses(metadata, prefix)
    _enrolments(metadata, prefix)


def _courses(metadata: MetaData, prefix: str) -> None:
    table(
        metadata,
        f"{prefix}course_categories",
        [
            char("name", 255),
            char("idnumber", 100, null=True),
            text("description"),
            flag("descriptionformat"),
            number("parent"),
            number("sortorder"),
            number("coursecount"),
            flag("visible", 1),
            flag("visibleold", 1),
            number("timemodified"),
            number("depth"),
            char("path", 255),
            char("theme", 50, null=True),
        ],
        plain="parent",
    )
    table(
        metadata,
        f"{prefix}course",
        [
            number("category"),
            number("sortorder"),
            char("fullname", 254),
            char("shortname", 255),
            char("idnumber", 100),
            text("summary"),
            flag("summaryformat"),
            char("format", 21, "topics"),
            flag("showgrades", 1),
            number("newsitems", 1, digits=5),
            number("startdate"),
            number("enddate"),
            flag("relativedatesmode"),
            number("marker"),
            number("maxbytes"),
            number("legacyfiles", digits=4),
            number("showreports", digits=4),
            flag("visible", 1),
            flag("visibleold", 1),
            flag("downloadcontent", None, null=True),
            number("groupmode", digits=4),
            number("groupmodeforce", digits=4),
            number("defaultgroupingid"),
            char("lang", 30),
            char("calendartype", 30),
            char("theme", 50),
            number("timecreated"),
            number("timemodified"),
            flag("requested"),
            flag("enablecompletion"),
            flag("completionnotify"),
            number("cacherev"),
            number("originalcourseid", None, null=True),
            flag("showactivitydates"),
            flag("showcompletionconditions", None, null=True),
            char("pdfexportfont", 50, null=True),
        ],
        plain="category idnumber shortname sortorder originalcourseid",
    )
    table(
        metadata,
        f"{prefix}course_sections",
        [
            number("course"),
            number("section"),
            char("name", 255, null=True),
            text("summary"),
            flag("summaryformat"),
            text("sequence"),
            flag("visible", 1),
            text("availability"),
            char("component", 100, null=True),
            number("itemid", None, null=True),
            number("timemodified"),
        ],
        unique="course+section",
    )
    table(
        metadata,
        f"{prefix}course_format_options",
        [number("courseid", None), char("format", 21), number("sectionid"), char("name", 100), text("value")],
        unique="courseid+format+sectionid+name",
    )


def _enrolments(metadata: MetaData, prefix: str) -> None:
    table(
        metadata,
        f"{prefix}enrol",
        [
            char("enrol", 20),
            number("status"),
            number("courseid", None),
            number("sortorder"),
            char("name", 255, null=True),
            *(number(name, 0, null=True) for name in ("enrolperiod", "enrolstartdate", "enrolenddate")),
            flag("expirynotify", null=True),
            number("expirythreshold", null=True),
            flag("notifyall", null=True),
            char("password", 50, null=True),
            char("cost", 20, null=True),
            char("currency", 3, null=True),
            number("roleid", 0, null=True),
            *(number(f"customint{n}", None, null=True) for n in range(1, 9)),
            char("customchar1", 255, null=True),
            char("customchar2", 255, null=True),
            char("customchar3", 1333, null=True),
            decimal("customdec1"),
            decimal("customdec2"),
            *(text(f"customtext{n}") for n in range(1, 5)),
            number("timecreated"),
            number("timemodified"),
        ],
        plain="enrol courseid",
    )
    table(
        metadata,
        f"{prefix}user_enrolments",
        [
            number("status"),
            number("enrolid", None),
            number("userid", None),
            number("timestart"),
            number("timeend", 2147483647),
            number("modifierid"),
            number("timecreated"),
            number("timemodified"),
        ],
        unique="enrolid+userid",
        plain="enrolid userid",
    )
    table(
        metadata,
        f"{prefix}groups",
        [
            number("courseid", None),
            char("idnumber", 100),
            char("name", 254),
            text("description"),
            flag("descriptionformat"),
            char("enrolmentkey", 50, null=True),
            number("picture"),
            flag("visibility"),
            flag("participation", 1),
            number("timecreated"),
            number("timemodified"),
        ],
        plain="courseid idnumber",
    )
    table(
        metadata,
        f"{prefix}groups_members",
        [number("groupid"), number("userid"), number("timeadded"), char("component", 100), number("itemid")],
        unique="userid+groupid",
        plain="groupid userid",
    )
