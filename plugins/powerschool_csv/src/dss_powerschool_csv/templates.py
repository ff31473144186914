"""Nothing is ever written to PowerSchool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dss.actions import Action, Result
from dss.templates import DefaultTemplate


class PowerSchoolTemplate(DefaultTemplate):
    """A template without handlers.

    An export is a copy of what PowerSchool knows: to change something, change it in PowerSchool. So this tree stands on
    the left of a sync; on the right of one, every action is dropped with that reason.
    """

    def handle(self, actions: Sequence[Action]) -> Iterator[Result]:
        """Drop all actions."""
        for action in actions:
            yield action.dropped(
                "an export cannot be written; put the PowerSchool tree on the left of the sync"
            )
