"""Reads and writes a Moodle database: users, courses, cohorts, groups and enrolments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dss.hookspecs import hookimpl

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.templates import DefaultTemplate
    from dss.tree import DataStoreTree


@hookimpl
def dss_register_trees() -> list[type[DataStoreTree]]:
    """Give the tree of a Moodle database."""
    from dss_moodle_db.branches import MoodleTree

    return [MoodleTree]


@hookimpl
def dss_register_branches() -> list[type[DataStoreBranch]]:
    """Give the branches in the order in which their records have to be made."""
    from dss_moodle_db.branches import Classes, Cohorts, Courses, Enrollments, Guardians, Students, Teachers

    return [Guardians, Students, Teachers, Courses, Classes, Enrollments, Cohorts]


@hookimpl
def dss_register_models() -> list[type]:
    """Give the models of these branches."""
    from dss_moodle_db.models import Cohort, Course, Enrollment, Group, Guardian, Student, Teacher

    return [Guardian, Student, Teacher, Course, Group, Enrollment, Cohort]


@hookimpl
def dss_register_templates() -> list[type[DefaultTemplate]]:
    """Give the handlers."""
    from dss_moodle_db.templates import MoodleTemplate

    return [MoodleTemplate]
