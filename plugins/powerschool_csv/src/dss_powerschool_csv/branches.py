"""What an export holds, in the order in which a target needs it."""

from __future__ import annotations

from dss import school
from dss.branches import DataStoreBranch


class PowerSchoolBranches(DataStoreBranch):
    """Base of the branches of an export."""


class PowerSchoolGuardians(school.Guardians, PowerSchoolBranches):
    """Guardians of active students, derived from the students' rows."""


class PowerSchoolStudents(school.Students, PowerSchoolBranches):
    """Active students."""


class PowerSchoolTeachers(school.Teachers, PowerSchoolBranches):
    """Active staff, each once, however many schools they teach in."""


class PowerSchoolCourses(school.Courses, PowerSchoolBranches):
    """Courses, by Course_Number."""


class PowerSchoolClasses(school.Classes, PowerSchoolBranches):
    """Sections."""


class PowerSchoolEnrollments(school.Enrollments, PowerSchoolBranches):
    """Students (CC) and teachers (sections) in their classes, today."""


__all__ = [
    "PowerSchoolBranches",
    "PowerSchoolClasses",
    "PowerSchoolCourses",
    "PowerSchoolEnrollments",
    "PowerSchoolGuardians",
    "PowerSchoolStudents",
    "PowerSchoolTeachers",
]
