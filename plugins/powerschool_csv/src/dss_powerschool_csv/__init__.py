"""Reads a PowerSchool export from a folder of files."""

from __future__ import annotations

from dss.hookspecs import hookimpl


@hookimpl
def dss_register_trees() -> list[type]:
    """The tree `PowerSchool`."""
    from dss_powerschool_csv.tree import PowerSchool

    return [PowerSchool]


@hookimpl
def dss_register_branches() -> list[type]:
    """Students, teachers, guardians, courses, classes and enrollments."""
    from dss_powerschool_csv.branches import (
        PowerSchoolClasses,
        PowerSchoolCourses,
        PowerSchoolEnrollments,
        PowerSchoolGuardians,
        PowerSchoolStudents,
        PowerSchoolTeachers,
    )

    return [
        PowerSchoolGuardians,
        PowerSchoolStudents,
        PowerSchoolTeachers,
        PowerSchoolCourses,
        PowerSchoolClasses,
        PowerSchoolEnrollments,
    ]


@hookimpl
def dss_register_models() -> list[type]:
    """The school vocabulary's own models."""
    from dss_powerschool_csv.models import Class, Course, Enrollment, Guardian, Student, Teacher

    return [Guardian, Student, Teacher, Course, Class, Enrollment]


@hookimpl
def dss_register_templates() -> list[type]:
    """A template without handlers: PowerSchool is read only."""
    from dss_powerschool_csv.templates import PowerSchoolTemplate

    return [PowerSchoolTemplate]
