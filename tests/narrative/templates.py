"""What is to happen when differences are found."""

import dss.templates
from dss.actions import Action


class CSV(dss.templates.DefaultTemplate):
    """The file is only read."""


class DB(dss.templates.DefaultTemplate):
    def new_students(self, action: Action) -> None:
        """Greet a newcomer."""
        print(f"welcome, {action.right.name}")  # noqa: T201

    def new_teachers(self, action: Action) -> None:
        """Greet a colleague."""
        print(f"hello, {action.right.name}")  # noqa: T201

    def update_students_name(self, action: Action) -> None:
        """Write a new name on the door."""
        print(f"{action.was} is now {action.wanted}")  # noqa: T201

    def old_students(self, action: Action) -> None:
        """Say goodbye."""
        print(f"farewell, {action.right.name}")  # noqa: T201
