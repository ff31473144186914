"""What can be configured: the table `[trees.NAME]` of a tree whose connector is `powerschool_csv`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import attrs

from dss.errors import ConfigError
from dss.tree import DataStoreTree
from dss_powerschool_csv.tables import (
    ClassOptions,
    CourseOptions,
    EnrollmentOptions,
    FileOptions,
    GuardianOptions,
    StudentOptions,
    TeacherOptions,
    says,
)

#: Digits of a number; no school has more.
_WIDEST = 40
#: A day whose parts cannot be taken for each other.
_DAY = date(2026, 8, 31)


# Functions of their own, since type checkers know no other converters.
def _student(value: StudentOptions | Mapping[str, Any]) -> StudentOptions:
    return StudentOptions.made_of(value)


def _teacher(value: TeacherOptions | Mapping[str, Any]) -> TeacherOptions:
    return TeacherOptions.made_of(value)


def _guardian(value: GuardianOptions | Mapping[str, Any]) -> GuardianOptions:
    return GuardianOptions.made_of(value)


def _course(value: CourseOptions | Mapping[str, Any]) -> CourseOptions:
    return CourseOptions.made_of(value)


def _class(value: ClassOptions | Mapping[str, Any]) -> ClassOptions:
    return ClassOptions.made_of(value)


def _enrollment(value: EnrollmentOptions | Mapping[str, Any]) -> EnrollmentOptions:
    return EnrollmentOptions.made_of(value)


@attrs.frozen(kw_only=True)
class Options(DataStoreTree.Options):
    """`[trees.NAME]` with `connector = "powerschool_csv"`."""

    folder: str = attrs.field(
        default=".", metadata=says("Where the export is written, relative to the configuration file.")
    )
    encoding: str = attrs.field(
        default="utf-8",
        metadata=says(
            "Character set that PowerSchool was told to write: utf-8, mac_roman, cp1252, utf-16 ..."
        ),
    )
    delimiter: str = attrs.field(
        default="\t",
        metadata=says(
            "What stands between fields, one character; `tab` and `comma` may be written in words."
        ),
    )
    quoted: bool = attrs.field(
        default=False,
        metadata=says(
            "Whether cells may stand in double quotes (Data Export Manager). Otherwise a quote is text like any other."
        ),
    )
    header: bool | None = attrs.field(
        default=None,
        metadata=says(
            "Whether first lines hold names. Left out: they do in files whose `columns` are not given."
        ),
    )
    html_entities: bool = attrs.field(
        default=False,
        metadata=says("Whether cells hold HTML entities, `O&#39;Neil`, that stand for letters."),
    )
    dates: str = attrs.field(
        default="%m/%d/%Y",
        metadata=says("How days are written, in the letters of Python's strptime: %d/%m/%Y, %Y-%m-%d ..."),
    )
    schools: list[str] = attrs.field(
        factory=list,
        metadata=says(
            "The schools, as `{school}` names them. Empty: those that any of the files names. Each must have its files."
        ),
    )
    max_age_hours: float = attrs.field(
        default=0.0,
        metadata=says("A file that was written longer ago is an error; 0 is never. 30 finds yesterday's."),
    )
    settle_seconds: float = attrs.field(
        default=0.0,
        metadata=says(
            "A file that was written less long ago may be unfinished, and is an error; 0 is never."
        ),
    )
    today: str = attrs.field(
        default="",
        metadata=says("The day for which enrolments are judged, as 2026-08-31; blank is the day of the run."),
    )
    students: StudentOptions = attrs.field(
        factory=StudentOptions,
        converter=_student,
        metadata=says("The file of students."),
    )
    teachers: TeacherOptions = attrs.field(
        factory=TeacherOptions,
        converter=_teacher,
        metadata=says("The file of teachers."),
    )
    guardians: GuardianOptions = attrs.field(
        factory=GuardianOptions,
        converter=_guardian,
        metadata=says("How guardians are derived from the students."),
    )
    courses: CourseOptions = attrs.field(
        factory=CourseOptions,
        converter=_course,
        metadata=says("The file of courses."),
    )
    classes: ClassOptions = attrs.field(
        factory=ClassOptions,
        converter=_class,
        metadata=says("The file of sections."),
    )
    enrollments: EnrollmentOptions = attrs.field(
        factory=EnrollmentOptions,
        converter=_enrollment,
        metadata=says("The file of schedules, CC."),
    )

    def __attrs_post_init__(self) -> None:
        if self.guardians.key not in ("email", "family"):
            raise ConfigError(f"`guardians.key` is `{self.guardians.key}`; wanted `email` or `family`")
        if len(self.guardians.emails) > 1 and len(self.guardians.names) not in (
            0,
            len(self.guardians.emails),
        ):
            raise ConfigError(
                "`guardians.names` must name one column for each of `guardians.emails`, or none"
            )
        if not self.classes.key:
            raise ConfigError("`classes.key` is empty; wanted the columns that make a class's number")
        for name, number in (
            ("enrollments.days_ahead", self.enrollments.days_ahead),
            ("max_age_hours", self.max_age_hours),
            ("settle_seconds", self.settle_seconds),
        ):
            if not number >= 0:
                raise ConfigError(f"`{name}` is {number}; wanted 0 or more")
        for name, width in (("students.width", self.students.width), ("teachers.width", self.teachers.width)):
            if not 0 <= width <= _WIDEST:
                raise ConfigError(f"`{name}` is {width}; wanted a number of digits, from 0 to {_WIDEST}")
        self._check_dates()
        self.day_of_run()

    def _check_dates(self) -> None:
        try:
            tells = datetime.strptime(_DAY.strftime(self.dates), self.dates).date() == _DAY  # noqa: DTZ007
        except ValueError:
            tells = False
        if not tells:
            raise ConfigError(
                f"`dates` is `{self.dates}`; wanted day, month and year in the letters of strptime, such as `%m/%d/%Y`"
            )

    def day_of_run(self) -> date:
        """The day for which enrolments are judged."""
        if not self.today:
            return date.today()  # noqa: DTZ011  the school's own day
        try:
            return date.fromisoformat(self.today)
        except ValueError:
            raise ConfigError(f"`today` is `{self.today}`; wanted a day such as `2026-08-31`") from None

    def of_file(self, branch: str) -> FileOptions:
        """The options of the file that a branch is read from."""
        found = getattr(self, branch)
        assert isinstance(found, FileOptions)
        return found
