"""The handlers: methods named after what they carry out; the most special name wins.

One that raises has failed for its record alone, with the exception's words as the reason; a `TemporaryError`
is tried again. Where the system takes many records in one call, there is `@handler(bulk=...)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dss.actions import Action
from dss.templates import DefaultTemplate, Undo, handler

FIELDS = {"people": ("given_name", "family_name", "email", "username", "enabled"), "groups": ("name",)}
"""What a new record is made with; members of groups follow one by one."""


class MySystemTemplate(DefaultTemplate):
    """Writes people and groups, one record at a time."""

    @property
    def client(self) -> Any:
        """The tree's connection; in a dry run the one that stands in its place."""
        return self.tree.client

    @handler(undo=Undo.PARTLY)
    def new_people(self, action: Action) -> None:
        """Make an account. Undone in part: it is disabled, and stays."""
        self._create(action)

    def new_groups(self, action: Action) -> None:
        """Make a group, without members."""
        self._create(action)

    def _create(self, action: Action) -> None:
        values = {name: getattr(action.right, name) for name in FIELDS[action.branch]}
        said = {name: value for name, value in values.items() if value is not None}
        self.client.create(action.branch, action.idnumber, said)

    @handler(per="record")
    def update(self, actions: Sequence[Action]) -> None:
        """Change all that differs of one record, in one call; `enabled` is an attribute like any other."""
        changes = {str(action.attribute): action.wanted for action in actions}
        self.client.change(actions[0].branch, actions[0].idnumber, changes)

    def add_groups_members(self, action: Action) -> None:
        """Put a person into a group."""
        self.client.add_member(action.idnumber, action.value)

    def remove_groups_members(self, action: Action) -> None:
        """Take a person out of a group."""
        self.client.remove_member(action.idnumber, action.value)

    def old_people(self, action: Action) -> None:
        """Disable an account whose person the source has no more; it is never deleted."""
        self.client.change("people", action.idnumber, {"enabled": False})

    def old_groups(self, action: Action) -> None:
        """Delete a group."""
        self.client.delete("groups", action.idnumber)
