"""What an export holds, in the order in which a target needs it."""

from __future__ import annotations

from dss import school
from dss.branches import DataStoreBranch
from dss.tree import Capability

CAPABILITIES = frozenset({Capability.READ, Capability.SOURCES, Capability.TRACE})
"""Of all branches. Students stream too; of all others several rows may tell of one record, or who is who is kept."""


class PowerSchoolBranches(DataStoreBranch):
    """Base of the branches of an export."""


class PowerSchoolGuardians(school.Guardians, PowerSchoolBranches):
    """Guardians of active students, derived from the students' rows."""


class PowerSchoolStudents(school.Students, PowerSchoolBranches):
    """Active students."""

    capabilities = frozenset({*CAPABILITIES, Capability.STREAM})


class PowerSchoolTeachers(school.Teachers, PowerSchoolBranches):
    """Active staff, each once, however many schools they teach in."""


class PowerSchoolCourses(school.Courses, PowerSchoolBranches):
    """Courses, by Course_Number."""


class PowerSchoolClasses(school.Classes, PowerSchoolBranches):
    """Sections."""


class PowerSchoolEnrollments(school.Enrollments, PowerSchoolBranches):
    """Students (CC) and teachers (sections) in their classes, today."""


__all__ = [
    "CAPABILITIES",
    "PowerSchoolBranches",
    "PowerSchoolClasses",
    "PowerSchoolCourses",
    "PowerSchoolEnrollments",
    "PowerSchoolGuardians",
    "PowerSchoolStudents",
    "PowerSchoolTeachers",
]
