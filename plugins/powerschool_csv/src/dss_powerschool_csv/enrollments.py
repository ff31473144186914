"""The branch enrollments: who is in which class, from CC for students, from the sections for teachers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain

from dss.importers import Rows
from dss.models import key
from dss.tree import DataStoreTree
from dss_powerschool_csv.cells import Memo, day
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.config import EnrollmentOptions
from dss_powerschool_csv.numbers import Numbers
from dss_powerschool_csv.reading import Convert, Reading, Record, Sheet, Tell
from dss_powerschool_csv.seats import FIELDS, Seats
from dss_powerschool_csv.spoilt import Spoilt
from dss_powerschool_csv.students import NUMBER, Pupils
from dss_powerschool_csv.timetable import Sections

TEACHER = "teacher"


class Current(dict[tuple[str, str], bool]):
    """Whether an enrolment of these two days counts: from DateEnrolled on, until the day before DateLeft.

    Args:
        today: the day for which it is asked.
        ahead: how many days before DateEnrolled it counts already.
        form: how days are written.
    """

    def __init__(self, today: date, ahead: int, form: str) -> None:
        super().__init__()
        self._today, self._soon = today, today + timedelta(days=ahead)
        self._days = (
            Memo(lambda text: day(text, "DateEnrolled", form)),
            Memo(lambda text: day(text, "DateLeft", form)),
        )

    def __missing__(self, days: tuple[str, str]) -> bool:
        enrolled, left = self._days[0][days[0]], self._days[1][days[1]]
        # who leaves on the day of enrolling, or before, has never come
        never = enrolled is not None and left is not None and left <= enrolled
        counts = not never and (enrolled is None or enrolled <= self._soon) and (left is None or self._today < left)
        if len(self) >= 20_000:
            self.clear()
        self[days] = counts
        return counts


class Enrollments:
    """Reads the CC files.

    Args:
        tree: the tree.
        exports: its files.
        tell: where to tell of what is noticed.
        pupils: who the student files know; None when the export has no students.
        sections: what the section files know; None when the export has none.
    """

    def __init__(
        self, tree: DataStoreTree, exports: Exports, tell: Tell, pupils: Pupils | None, sections: Sections | None
    ) -> None:
        options = exports.options.enrollments
        assert isinstance(options, EnrollmentOptions)
        self.tell = tell
        self.options, self.pupils, self.sections = options, pupils, sections
        self.reading = Reading(exports, "enrollments", tell)
        self.numbers = Numbers(tree, "students", NUMBER, digits=True, width=exports.options.students.width)
        self.key, self.by_id = exports.options.classes.key, exports.options.classes.by_id
        self._fields = ("idnumber", *dict.fromkeys([*FIELDS, *options.extra]))
        self.current = Current(exports.options.day_of_run(), options.days_ahead, exports.options.dates)

    def rows(self) -> Rows:
        """The enrolments; reading begins when the rows are asked for."""
        blocks = self.reading.run(self.start, self._spoilt)
        return Rows(self._fields, chain(chain.from_iterable(blocks), self._teachers()))

    def start(self, sheet: Sheet) -> Convert:
        """Prepare for one file.

        Raises:
            ReadError: it lacks a column.
        """
        return Seats(self, sheet).convert

    def _spoilt(self, sheet: Sheet, row: Spoilt) -> None:
        Seats(self, sheet).spoilt(row)

    def _teachers(self) -> Iterator[Record]:
        if self.sections is None or not self.options.teachers:
            return
        for doubt in self.sections.doubtful:
            self.tell.report(f"{doubt}; so not all enrolments of teachers are known")
        rest = (None,) * (len(self._fields) - 1 - len(FIELDS))
        for class_, teachers in self.sections.teachers.items():
            for teacher in sorted(teachers):
                yield (key(class_, teacher, TEACHER), class_, teacher, TEACHER, True, *rest)
