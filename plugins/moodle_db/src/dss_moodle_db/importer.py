"""Reading a Moodle in: which part of the package reads which branch."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from dss.errors import NotProvided
from dss.importers import DefaultImporter, Holder, Origin, Records, Rows, Scope
from dss_moodle_db import cohorts, courses, enrolments, groups, people, refusals
from dss_moodle_db.config import PEOPLE
from dss_moodle_db.locks import lock

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss_moodle_db.client import Client

NEEDS_CATEGORY = ("courses", "classes", "enrollments")


class MoodleImporter(DefaultImporter):
    """Reads a branch with a number of questions that does not depend on the number of records."""

    @property
    def client(self) -> Client:
        """The tree's connection."""
        client: Client = self.tree.client
        return client

    def readin_branch(self, branch: type[DataStoreBranch]) -> Rows:
        """Read one branch, as a stream of rows."""
        name = self._provided(branch)
        refusals.prepare(self.client, branch)
        if name in PEOPLE:
            return people.read_people(self.client, branch)
        if name == "courses":
            return courses.read_courses(self.client)
        if name == "classes":
            return groups.read_groups(self.client)
        if name == "enrollments":
            return enrolments.read_enrolments(self.client)
        return cohorts.read_cohorts(self.client)

    def readin_items(
        self, branch: type[DataStoreBranch], idnumbers: Collection[str], scope: Scope = Scope.OURS
    ) -> Records:
        """Read some records of one branch, or whatever else the site has under these keys.

        Within a batch they are locked first: reading again what is to be written, and writing it, are one step.
        """
        name = self._provided(branch)
        if self.client.is_writing and scope is Scope.OURS:
            lock(self.client, name, idnumbers)
        if name in PEOPLE:
            return people.read_people_by_idnumber(self.client, branch, idnumbers, scope)
        if name == "courses":
            return courses.read_courses_by_idnumber(self.client, idnumbers, scope)
        if name == "classes":
            return groups.read_groups_by_idnumber(self.client, idnumbers, scope)
        if name == "enrollments":
            return enrolments.read_enrolments_by_idnumber(self.client, idnumbers, scope)
        return cohorts.read_cohorts_by_idnumber(self.client, idnumbers, scope)

    def trace(self, branch: type[DataStoreBranch], idnumber: str) -> Iterable[Origin]:
        """Tell in which row and column each value of one record stands."""
        from dss_moodle_db.tracing import trace

        try:
            self._provided(branch)
        except NotProvided:
            return ()
        return list(trace(self.client, branch, idnumber))

    def find_holders(
        self, branch: type[DataStoreBranch], attribute: str, values: Collection[Any]
    ) -> Iterable[Holder]:
        """Tell which accounts of the whole site hold these values."""
        if branch.__name__ in PEOPLE and attribute in people.COLUMNS:
            return people.find_people(self.client, attribute, values)
        return super().find_holders(branch, attribute, values)

    def _provided(self, branch: type[DataStoreBranch]) -> str:
        name = branch.__name__
        if name not in (*PEOPLE, *NEEDS_CATEGORY, "cohorts"):
            raise NotProvided(f"a Moodle database has no `{name}`")
        if name in NEEDS_CATEGORY and not self.client.options.category:
            raise NotProvided(f"`category` is not set, and `{name}` are looked for in a course category")
        return name
