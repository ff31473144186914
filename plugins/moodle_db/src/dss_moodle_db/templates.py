"""The handlers: which part of the package carries out which action. All take many actions at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dss.actions import Action, Kind, Result
from dss.templates import DefaultTemplate, Undo, handler
from dss_moodle_db import (
    account_changes,
    accounts,
    cohort_writing,
    course_writing,
    enrolling,
    group_writing,
    guardians,
    releasing,
)

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss_moodle_db.client import Client

Actions = Sequence[Action]

BULK = 500

BULK_NEW = 2000
"""Making accounts is mostly one long insert; a transaction costs as much as a hundred of them."""


class MoodleTemplate(DefaultTemplate):
    """Writes to Moodle's tables. A handler called outside of a batch makes a transaction of its own.

    What was made can be undone in part only: it is suspended, hidden or let go, and never deleted.
    """

    @property
    def client(self) -> Client:
        """The tree's connection."""
        client: Client = self.tree.client
        return client

    def _branch(self, actions: Actions) -> type[DataStoreBranch]:
        branch: type[DataStoreBranch] = getattr(self.tree, actions[0].branch)
        return branch

    # -- people ----------------------------------------------------------------------------------------------------

    @handler(bulk=BULK_NEW, undo=Undo.PARTLY)
    def new_students(self, actions: Actions) -> list[Result]:
        """Make accounts, or take existing ones over."""
        with self.client.writing() as connection:
            return accounts.create(self.client, connection, self._branch(actions), actions)

    new_teachers = new_guardians = new_students

    @handler(per="record", bulk=BULK)
    def update_students(self, actions: Actions) -> list[Result]:
        """Change accounts, suspend and revive them; give guardians their role over a child, or take it away.

        One handler for both, since a plan goes record by record: two would make a transaction for each record.
        """
        values, members = _parted(actions)
        branch = self._branch(actions)
        with self.client.writing() as connection:
            return [
                *account_changes.change(self.client, connection, branch, values),
                *guardians.change_guardians(self.tree, connection, branch, members),
            ]

    update_teachers = update_guardians = update_students
    add_students_guardians = remove_students_guardians = update_students

    @handler(bulk=BULK)
    def old_students(self, actions: Actions) -> list[Result]:
        """Suspend accounts, or end one of several roles."""
        with self.client.writing() as connection:
            return account_changes.end(self.client, connection, self._branch(actions), actions)

    old_teachers = old_guardians = old_students

    @handler(bulk=BULK)
    def release_students(self, actions: Actions) -> list[Result]:
        """Give accounts back that were taken over, as they were found."""
        with self.client.writing() as connection:
            return releasing.release_accounts(self.client, connection, self._branch(actions), actions)

    release_teachers = release_guardians = release_students

    # -- courses and classes ---------------------------------------------------------------------------------------

    @handler(bulk=BULK, undo=Undo.PARTLY)
    def new_courses(self, actions: Actions) -> list[Result]:
        """Make courses with all that a course needs."""
        with self.client.writing() as connection:
            return course_writing.create_courses(self.client, connection, actions)

    @handler(bulk=BULK)
    def update_courses(self, actions: Actions) -> list[Result]:
        """Rename courses."""
        with self.client.writing() as connection:
            return course_writing.change_courses(self.client, connection, self._branch(actions), actions)

    @handler(bulk=BULK, undo=Undo.PARTLY)
    def old_courses(self, actions: Actions) -> list[Result]:
        """Hide courses."""
        with self.client.writing() as connection:
            return course_writing.end_courses(self.client, connection, self._branch(actions), actions)

    @handler(bulk=BULK, undo=Undo.PARTLY)
    def new_classes(self, actions: Actions) -> list[Result]:
        """Make groups."""
        with self.client.writing() as connection:
            return group_writing.create_groups(self.tree, connection, actions)

    @handler(per="record", bulk=BULK)
    def update_classes(self, actions: Actions) -> list[Result]:
        """Rename groups, and give classes that go to another course a group there."""
        with self.client.writing() as connection:
            return group_writing.change_groups(self.tree, connection, actions)

    @handler(bulk=BULK)
    def old_classes(self, actions: Actions) -> list[Result]:
        """Let go of groups."""
        with self.client.writing() as connection:
            return group_writing.end_groups(self.client, connection, self._branch(actions), actions)

    @handler(bulk=BULK)
    def release_classes(self, actions: Actions) -> list[Result]:
        """Give groups back that were taken over, as they were found."""
        with self.client.writing() as connection:
            return releasing.release_groups(self.client, connection, actions)

    # -- enrollments -----------------------------------------------------------------------------------------------

    @handler(bulk=BULK, undo=Undo.PARTLY)
    def new_enrollments(self, actions: Actions) -> list[Result]:
        """Enrol people in classes; undone, an enrolment stays suspended where it was the only class of the course."""
        with self.client.writing() as connection:
            return enrolling.change_enrolments(self.tree, connection, actions)

    @handler(bulk=BULK)
    def update_enrollments(self, actions: Actions) -> list[Result]:
        """Suspend people in classes, revive them, or end classes for them."""
        with self.client.writing() as connection:
            return enrolling.change_enrolments(self.tree, connection, actions)

    old_enrollments = update_enrollments

    # -- cohorts ---------------------------------------------------------------------------------------------------

    @handler(bulk=BULK, undo=Undo.PARTLY)
    def new_cohorts(self, actions: Actions) -> list[Result]:
        """Make cohorts."""
        with self.client.writing() as connection:
            return cohort_writing.create_cohorts(self.client, connection, actions)

    @handler(per="record", bulk=BULK)
    def update_cohorts(self, actions: Actions) -> list[Result]:
        """Rename cohorts, put people into them and take them out."""
        values, members = _parted(actions)
        branch = self._branch(actions)
        with self.client.writing() as connection:
            return [
                *cohort_writing.change_cohorts(self.client, connection, branch, values),
                *cohort_writing.change_members(self.tree, connection, branch, members),
            ]

    add_cohorts_members = remove_cohorts_members = update_cohorts

    @handler(bulk=BULK, undo=Undo.PARTLY)
    def old_cohorts(self, actions: Actions) -> list[Result]:
        """Empty cohorts and hide them."""
        with self.client.writing() as connection:
            return cohort_writing.end_cohorts(self.client, connection, self._branch(actions), actions)


def _parted(actions: Actions) -> tuple[list[Action], list[Action]]:
    """Changes of values, and single values added or removed."""
    values = [action for action in actions if action.kind is Kind.UPDATE]
    return values, [action for action in actions if action.kind is not Kind.UPDATE]
