"""The branch enrollments: who is in which class, from CC for students, from the sections for teachers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import chain

from dss.importers import Rows
from dss.models import key
from dss.tree import DataStoreTree
from dss_powerschool_csv.cells import Memo, day
from dss_powerschool_csv.classes import Sections
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.compiling import Convert, Record
from dss_powerschool_csv.numbers import Numbers
from dss_powerschool_csv.pupils import Pupils
from dss_powerschool_csv.reading import Reading, Sheet, Tell
from dss_powerschool_csv.seats import FIELDS, Seats
from dss_powerschool_csv.spoilt import Spoilt
from dss_powerschool_csv.students import NUMBER
from dss_powerschool_csv.tables import EnrollmentOptions

TEACHER = "teacher"


class Current:
    """Whether an enrolment counts: from DateEnrolled on, until the day before DateLeft.

    `current[enrolled][left]` answers for two cells; both are remembered, since days repeat themselves.

    Args:
        today: the day for which it is asked.
        ahead: how many days before DateEnrolled it counts already.
        form: how days are written.
    """

    def __init__(self, today: date, ahead: int, form: str) -> None:
        self._today, self._soon, self._form = today, today + timedelta(days=ahead), form
        self.cells: Memo[Memo[bool]] = Memo(self._from, largest=2_000)

    def _from(self, text: str) -> Memo[bool]:
        enrolled = day(text, "DateEnrolled", self._form)
        return Memo(partial(self._until, enrolled), largest=2_000)

    def _until(self, enrolled: date | None, text: str) -> bool:
        left = day(text, "DateLeft", self._form)
        if enrolled is not None and (enrolled > self._soon or (left is not None and left <= enrolled)):
            # not yet; or never, for who leaves on the day of enrolling, or before
            return False
        return left is None or self._today < left


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
        self,
        tree: DataStoreTree,
        exports: Exports,
        tell: Tell,
        pupils: Pupils | None,
        sections: Sections | None,
    ) -> None:
        options = exports.options.enrollments
        assert isinstance(options, EnrollmentOptions)
        self.tell = tell
        self.options, self.pupils, self.sections = options, pupils, sections
        self.reading = Reading(exports, "enrollments", tell)
        self.numbers = Numbers(tree, "students", NUMBER, digits=True, width=exports.options.students.width)
        self.key, self.by_id = exports.options.classes.key, exports.options.classes.by_id
        self.fields = ("idnumber", *dict.fromkeys([*FIELDS, *options.extra]))
        self.current = Current(exports.options.day_of_run(), options.days_ahead, exports.options.dates).cells

    def rows(self) -> Rows:
        """The enrolments; reading begins when the rows are asked for."""
        blocks = self.reading.run(self.start, self._spoilt, blanks=True)
        return Rows(self.fields, chain(chain.from_iterable(blocks), self._teachers()))

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
        for class_, doubt in self.sections.unsure.items():
            self.tell.doubt(class_, f"{doubt}; so who teaches `{class_}` is not known")
        rest = (None,) * (len(self.fields) - 1 - len(FIELDS))
        for class_, teachers in self.sections.teachers.items():
            for teacher in sorted(teachers if class_ not in self.sections.spoilt else ()):
                yield (key(class_, teacher, TEACHER), class_, teacher, TEACHER, True, *rest)
