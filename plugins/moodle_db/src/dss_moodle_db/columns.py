"""Which tables and columns of a site are needed; nothing else of it is looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping

NEEDED: dict[str, frozenset[str]] = {
    table: frozenset(columns.split())
    for table, columns in {
        "config": "name value",
        "config_plugins": "plugin name value",
        "context": "id contextlevel instanceid path depth",
        "role": "id shortname",
        "role_context_levels": "roleid contextlevel",
        "role_assignments": "roleid contextid userid timemodified component",
        "cache_flags": "flagtype name timemodified value expiry",
        "user": "id auth confirmed deleted suspended mnethostid username password idnumber firstname lastname "
        "email lastaccess timecreated timemodified",
        "user_info_field": "id shortname datatype defaultdata param1",
        "user_info_data": "userid fieldid data dataformat",
        "sessions": "userid",
        "cohort": "id contextid name idnumber description descriptionformat visible component timecreated "
        "timemodified",
        "cohort_members": "id cohortid userid timeadded",
        "course_categories": "id name idnumber parent sortorder coursecount path",
        "course": "id category sortorder fullname shortname idnumber summary summaryformat format startdate "
        "visible visibleold timecreated timemodified cacherev",
        "course_sections": "course section summary summaryformat sequence timemodified",
        "course_format_options": "courseid format sectionid name value",
        "enrol": "id enrol status courseid sortorder roleid enrolperiod expirynotify expirythreshold notifyall "
        "timecreated timemodified",
        "user_enrolments": "id status enrolid userid timestart timeend timecreated timemodified",
        "groups": "id courseid idnumber name description descriptionformat timecreated timemodified",
        "groups_members": "id groupid userid timeadded component itemid",
    }.items()
}
"""By bare name of the table. What else a table has is left to its defaults, since it differs between versions."""


def lacking(prefix: str, there: Mapping[str, Collection[str]]) -> list[str]:
    """The columns that are needed and are not there, in words, table by table.

    Args:
        prefix: what table names begin with.
        there: the columns of each table, by its full name.
    """
    found = []
    for name, needed in NEEDED.items():
        missing = sorted(needed - set(there.get(prefix + name, ())))
        if missing:
            columns = ", ".join(f"`{column}`" for column in missing)
            found.append(f"table `{prefix}{name}` has no column{'s' * (len(missing) > 1)} {columns}")
    return found
