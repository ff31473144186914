"""The tree of one Moodle database, and its branches in the order in which their records have to be made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar

from dss import school
from dss.branches import DataStoreBranch
from dss.tree import Capability, DataStoreTree, Finding
from dss_moodle_db import config, models

if TYPE_CHECKING:
    from dss.rehearsal import Rehearsal
    from dss_moodle_db.client import Client


OF_ALL = frozenset(
    {
        Capability.READ,
        Capability.LOOKUP,
        Capability.TRACE,
        Capability.CREATE,
        Capability.END,
        Capability.SCOPE,
        Capability.TRANSACTIONS,
        Capability.DRY_RUN,
        Capability.UNDO,
    }
)
"""What can be done in every branch."""
OF_PEOPLE = OF_ALL | {
    Capability.STREAM,
    Capability.UPDATE,
    Capability.DISABLE,
    Capability.ADOPT,
    Capability.UNIQUE,
    Capability.SWAP,
}
"""What can be done with accounts."""


class MoodleBranches(DataStoreBranch):
    """Base of all branches of a Moodle."""

    @classmethod
    def refusal(cls, attribute: str, value: Any) -> str | None:
        """Why Moodle cannot take this value of this attribute; None when it can."""
        from dss_moodle_db.refusals import refusal

        return refusal(cls.tree.client, cls, attribute, value)

    @classmethod
    def protection(cls, idnumber: str) -> str | None:
        """What an account is from which nothing may be taken away: an administrator, the guest; None for others."""
        if not cls.people:
            return None
        client: Client = cls.tree.client
        number, item = cls.native(idnumber), cls.get(idnumber)
        username = getattr(item, "username", None) or ""
        return client.site.why_untouchable(-1 if number is None else number, username)


class Guardians(school.Guardians, MoodleBranches):
    """Accounts in the guardians' scope cohort."""

    klass = models.Guardian
    capabilities = OF_PEOPLE


class Students(school.Students, MoodleBranches):
    """Accounts in the students' scope cohort."""

    klass = models.Student
    # with `guardian_role`, the guardians of all are read before the first
    capabilities = (OF_PEOPLE | {Capability.MULTI_VALUES}) - {Capability.STREAM}


class Teachers(school.Teachers, MoodleBranches):
    """Accounts in the teachers' scope cohort."""

    klass = models.Teacher
    capabilities = OF_PEOPLE


class Courses(school.Courses, MoodleBranches):
    """Courses with an ID number in, or below, our category."""

    klass = models.Course
    capabilities = OF_ALL | {Capability.STREAM, Capability.UPDATE}


class Classes(school.Classes, MoodleBranches):
    """Groups of our courses."""

    klass = models.Group
    capabilities = OF_ALL | {Capability.STREAM, Capability.UPDATE, Capability.ADOPT}
    refers_to: ClassVar[dict[str, tuple[str, ...]]] = {"course": ("courses",)}


class Enrollments(school.Enrollments, MoodleBranches):
    """Members of our groups, enrolled in the course by hand with one of our roles."""

    klass = models.Enrollment
    capabilities = OF_ALL | {Capability.STREAM, Capability.DISABLE}


class Cohorts(school.Cohorts, MoodleBranches):
    """Cohorts with our mark."""

    klass = models.Cohort
    capabilities = OF_ALL | {Capability.UPDATE, Capability.MULTI_VALUES}


class MoodleTree(DataStoreTree):
    """One Moodle, by way of its database."""

    __branches__ = MoodleBranches
    __importer__ = "dss_moodle_db.importer/MoodleImporter"
    __template__ = "dss_moodle_db.templates/MoodleTemplate"

    Options: ClassVar[type[DataStoreTree.Options]] = config.Options

    capabilities: ClassVar[frozenset[Capability]] = OF_ALL

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        extra = tuple(self.options.fields)
        for branch in self.branches:
            if branch.klass is models.Student:
                guardians = ("guardians",) if self.options.guardian_role else ()
                branch.configure(klass=models.with_attributes(models.Student, (*extra, *guardians)))
            elif branch.klass in (models.Teacher, models.Guardian):
                rest = tuple(name for name in extra if name not in models.ONLY_STUDENTS)
                branch.configure(klass=models.with_attributes(branch.klass, rest))

    def open_client(self) -> Client:
        """Prepare the connection; it is made at the first question."""
        from dss_moodle_db.client import Client

        return Client(self.options, self.config_folder)

    def identity(self) -> str:
        """The database and the site's own identifier, without user and password."""
        client: Client = self.client
        site = client.site.config.get("siteidentifier", "")
        return f"moodle {client.describe()} prefix {self.options.prefix} site {site}"

    def check(self) -> Iterable[Finding]:
        """Look at the connection, the site's settings and our permissions; writes nothing."""
        from dss_moodle_db.checks import findings

        return findings(self.client)

    def batch(self) -> AbstractContextManager[object]:
        """One transaction; what is read again inside it and what is written are one step."""
        client: Client = self.client
        return client.writing()

    def rehearsal(self) -> AbstractContextManager[Rehearsal]:
        """One transaction around a dry run, taken back at its end; it holds the locks of all that is written."""
        client: Client = self.client
        return client.rehearsing()

    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        """A username that Moodle takes and nobody has."""
        if attribute != "username":
            return None
        return f"dss-spare-{hashlib.sha256(f'{branch}|{idnumber}'.encode()).hexdigest()[:24]}"

    def after_run(self) -> Iterable[str]:
        """What Moodle's own caches still have to be told."""
        from dss_moodle_db.caches import after_groups

        return list(after_groups(self.client))
