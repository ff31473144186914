"""Two schools on two sides, and what the guard says of their difference in a form that is easy to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from dss.guard import holds
from dss.holding import Because, Hold
from dss.plan import make_plan
from dss.school import Classes, Cohorts, Courses, Enrollments, Guardians, Students, Teachers

EVERYTHING = (Guardians, Students, Teachers, Courses, Classes, Enrollments, Cohorts)


class Schools:
    """What is needed, and what is there.

    Attributes:
        left: what is needed.
        right: what is there.
    """

    def __init__(self, plant: Any) -> None:
        self.left = plant(*EVERYTHING, allow_empty=True)
        self.right = plant(*EVERYTHING, name="right")

    def both(self, branch: str, idnumber: str, **values: Any) -> None:
        """A record that both sides have alike."""
        for tree in (self.left, self.right):
            getattr(tree, branch).make(idnumber, **values)

    def students(self, numbers: Iterable[int], *, gone: bool = False) -> None:
        """Students on both sides, or on the right alone."""
        for number in numbers:
            values = {"username": f"u{number}", "enabled": True}
            self.right.students.make(f"{number:04}", **values)
            if not gone:
                self.left.students.make(f"{number:04}", **values)

    def enrol(self, class_: str, numbers: Iterable[int], *, gone: bool = False) -> None:
        """Students in a class."""
        for number in numbers:
            for tree in (self.right,) if gone else (self.left, self.right):
                tree.enrollments.make(
                    f"{class_}|{number:04}|student",
                    class_=class_,
                    person=f"{number:04}",
                    role="student",
                    enabled=True,
                )

    def plan(self) -> Any:
        """What would have to happen."""
        return make_plan(self.left, self.right)

    def holds(self, policies: Any = None, memory: Any = None) -> list[Hold]:
        """What of it is held."""
        return holds(self.plan(), policies, memory)

    def held(self, policies: Any = None, memory: Any = None) -> dict[tuple[Because, str, bool], list[str]]:
        """The idnumbers that are held, by reason, scope and whether that is quiet."""
        found: dict[tuple[Because, str, bool], list[str]] = {}
        for hold in self.holds(policies, memory):
            key = (hold.because, hold.scope, hold.quiet)
            found.setdefault(key, []).extend(action.idnumber for action in hold.actions)
        return {key: sorted(idnumbers) for key, idnumbers in found.items()}

    def fingerprints(self, wanted: Callable[[Any], object]) -> set[str]:
        """Those of the actions that are wanted."""
        return {action.fingerprint for action in self.plan().actions if wanted(action)}


@pytest.fixture
def schools(plant: Any) -> Schools:
    """Two empty schools."""
    return Schools(plant)
