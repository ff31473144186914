"""Who is who among the students, for the files that name them by number or by ID."""

from __future__ import annotations

import functools
from collections.abc import Callable


class Pupils:
    """Who the student files know.

    Args:
        idnumber: from a number to the idnumber.

    Attributes:
        by_id: idnumbers by PowerSchool's internal ID; None for a student who is not active, or has no number.
        active: numbers, in the order of the files.
        gone: numbers of students who are not active.
        nameless: IDs of active students whose row has no number; who they are cannot be told.
    """

    def __init__(self, idnumber: Callable[[str], str] = str) -> None:
        self._idnumber = idnumber
        self.by_id: dict[str, str | None] = {}
        self.active: list[str] = []
        self.gone: set[str] = set()
        self.nameless: set[str] = set()

    @functools.cached_property
    def by_number(self) -> dict[str, str | None]:
        """Idnumbers by number, None for a student who is not active; to be asked for when all files have been read."""
        # made only where it is needed, since it takes as long as a quarter of the reading
        found: dict[str, str | None] = dict.fromkeys(self.gone)
        found.update(zip(self.active, map(self._idnumber, self.active), strict=True))
        return found
