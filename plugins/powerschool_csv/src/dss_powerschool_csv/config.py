"""What can be configured: the table `[trees.NAME]` of a tree whose connector is `powerschool_csv`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import attrs

from dss.errors import ConfigError
from dss.tree import DataStoreTree

T = TypeVar("T")


def _help(text: str) -> dict[str, str]:
    return {"help": text}


def _table(kind: Callable[..., T], text: str) -> Any:
    """A sub-table; a mapping is taken as well, for trees made in Python."""

    def convert(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        try:
            return kind(**value)
        except TypeError as error:
            raise ConfigError(f"powerschool_csv: {error}") from None

    return attrs.field(factory=kind, converter=convert, metadata=_help(text))


@attrs.frozen(kw_only=True)
class FileOptions:
    """What every kind of file has."""

    files: str = attrs.field(
        default="",
        metadata=_help(
            "Name of the file below `folder`. `{school}`, `{version}`, `{date}` stand for the parts that differ: the newest file"
            " of each school is read. `{date:%m-%d-%Y}` for another order; `*` for any text. Blank: this school has no such file."
        ),
    )
    columns: list[str] = attrs.field(
        factory=list,
        metadata=_help(
            "The fields in their order, as typed into AutoSend, for files without a header line. Empty: the first line names them."
        ),
    )
    header: bool | None = attrs.field(
        default=None,
        metadata=_help(
            "Whether the first line holds names. Left out: it does unless `columns` is given. True with `columns`: passed over."
        ),
    )
    encoding: str | None = attrs.field(
        default=None, metadata=_help("Character set of these files, where it differs from the tree's.")
    )
    delimiter: str | None = attrs.field(
        default=None, metadata=_help("Delimiter of these files, where it differs from the tree's.")
    )
    quoted: bool | None = attrs.field(
        default=None, metadata=_help("Whether cells stand in quotes, where it differs from the tree's.")
    )
    schools: list[str] | None = attrs.field(
        default=None,
        metadata=_help(
            "The schools that have such a file, where they are not those of the tree, such as a primary school without CC."
        ),
    )
    extra: dict[str, str] = attrs.field(
        factory=dict,
        metadata=_help(
            'Further attributes of your own model and their columns, `{ house = "U_House" }`; also another column for an'
            ' attribute there is, `{ email = "U_Mail" }`.'
        ),
    )
    split: dict[str, str] = attrs.field(
        factory=dict,
        metadata=_help(
            'Attributes of `extra` whose cells hold several values, and what separates these: `{ clubs = ";" }`.'
        ),
    )


@attrs.frozen(kw_only=True)
class StudentOptions(FileOptions):
    """`[trees.NAME.students]`."""

    files: str = attrs.field(default="students.*", metadata=_help("Name of the file, see the other tables."))
    active: list[int] = attrs.field(
        factory=lambda: [0, -1],
        metadata=_help(
            "Values of Enroll_Status that make a student ours: 0 is active, -1 pre-registered. Others are not read."
        ),
    )
    width: int = attrs.field(
        default=0,
        metadata=_help(
            "Numbers get leading zeros up to so many digits; for files whose zeros a spreadsheet has eaten."
        ),
    )


@attrs.frozen(kw_only=True)
class TeacherOptions(FileOptions):
    """`[trees.NAME.teachers]`."""

    files: str = attrs.field(default="teachers.*", metadata=_help("Name of the file, see the other tables."))
    active: list[int] = attrs.field(
        factory=lambda: [1],
        metadata=_help("Values of Status that make a member of staff ours: 1 is current, 2 has left."),
    )
    staff_status: list[int] = attrs.field(
        factory=list,
        metadata=_help(
            "Values of StaffStatus that are read: 1 teacher, 2 staff, 3 lunch staff, 4 substitute. Empty: all."
        ),
    )
    only_digits: bool = attrs.field(
        default=False,
        metadata=_help(
            "Whether rows whose TeacherNumber is not a number (`TBA`, `Staff`) are passed over, and counted."
        ),
    )
    width: int = attrs.field(
        default=0,
        metadata=_help(
            "Numbers get leading zeros up to so many digits; for files whose zeros a spreadsheet has eaten."
        ),
    )


@attrs.frozen(kw_only=True)
class GuardianOptions:
    """`[trees.NAME.guardians]`: guardians are derived from the active students' rows."""

    key: str = attrs.field(
        default="email",
        metadata=_help(
            "What makes a guardian's number: `email`, the address itself; or `family`, Family_Ident with P for the first address,"
            " PP for the second. A changed address is a new person with `email`, the same one with `family`."
        ),
    )
    emails: list[str] = attrs.field(
        factory=lambda: ["GuardianEmail"],
        metadata=_help(
            "Columns of the student file with guardians' addresses, several in a cell or one in each column."
        ),
    )
    names: list[str] = attrs.field(
        factory=list,
        metadata=_help(
            "Columns with guardians' names (`Last, First`), one for each column of `emails`. With one column of `emails` and several"
            " names: the first name goes with the first address, where there are as many names as addresses."
        ),
    )


@attrs.frozen(kw_only=True)
class CourseOptions(FileOptions):
    """`[trees.NAME.courses]`."""

    files: str = attrs.field(default="courses.*", metadata=_help("Name of the file, see the other tables."))
    category: str = attrs.field(default="CreditType", metadata=_help("Column of a course's category."))


@attrs.frozen(kw_only=True)
class ClassOptions(FileOptions):
    """`[trees.NAME.classes]`, from PowerSchool's sections."""

    files: str = attrs.field(default="sections.*", metadata=_help("Name of the file, see the other tables."))
    key: list[str] = attrs.field(
        factory=lambda: ["ID"],
        metadata=_help(
            "Columns that make a class's number: ID, or, where IDs do not last,"
            ' `["Course_Number", "Section_Number", "TermID", "SchoolID"]`.'
        ),
    )

    @property
    def by_id(self) -> bool:
        """Whether a class's number is its section's ID."""
        return [column.casefold() for column in self.key] == ["id"]


@attrs.frozen(kw_only=True)
class EnrollmentOptions(FileOptions):
    """`[trees.NAME.enrollments]`, from PowerSchool's CC; the classes' teachers come from the sections."""

    files: str = attrs.field(default="cc.*", metadata=_help("Name of the file, see the other tables."))
    days_ahead: int = attrs.field(
        default=0,
        metadata=_help(
            "How many days before DateEnrolled an enrolment counts. DateLeft is the first day on which it does not."
        ),
    )
    teachers: bool = attrs.field(
        default=True, metadata=_help("Whether the teacher of a class is enrolled in it too, with the role `teacher`.")
    )


@attrs.frozen(kw_only=True)
class Options(DataStoreTree.Options):
    """`[trees.NAME]` with `connector = "powerschool_csv"`."""

    folder: str = attrs.field(
        default=".", metadata=_help("Where the export is written, relative to the configuration file.")
    )
    encoding: str = attrs.field(
        default="utf-8",
        metadata=_help("Character set that PowerSchool was told to write: utf-8, mac_roman, cp1252, utf-16 ..."),
    )
    delimiter: str = attrs.field(
        default="\t",
        metadata=_help("What stands between fields, one character; `tab` and `comma` may be written in words."),
    )
    quoted: bool = attrs.field(
        default=False,
        metadata=_help(
            "Whether cells may stand in double quotes (Data Export Manager). Otherwise a quote is text like any other."
        ),
    )
    header: bool | None = attrs.field(
        default=None,
        metadata=_help("Whether first lines hold names. Left out: they do in files whose `columns` are not given."),
    )
    html_entities: bool = attrs.field(
        default=False, metadata=_help("Whether cells hold HTML entities, `O&#39;Neil`, that stand for letters.")
    )
    dates: str = attrs.field(
        default="%m/%d/%Y",
        metadata=_help("How days are written, in the letters of Python's strptime: %d/%m/%Y, %Y-%m-%d ..."),
    )
    schools: list[str] = attrs.field(
        factory=list,
        metadata=_help(
            "The schools, as `{school}` names them. Empty: those that any of the files names. Each must have its files."
        ),
    )
    max_age_hours: float = attrs.field(
        default=0.0,
        metadata=_help("A file that was written longer ago is an error; 0 is never. 30 finds yesterday's."),
    )
    settle_seconds: float = attrs.field(
        default=0.0,
        metadata=_help("A file that was written less long ago may be unfinished, and is an error; 0 is never."),
    )
    today: str = attrs.field(
        default="",
        metadata=_help("The day for which enrolments are judged, as 2026-08-31; blank is the day of the run."),
    )
    students: StudentOptions = _table(StudentOptions, "The file of students.")
    teachers: TeacherOptions = _table(TeacherOptions, "The file of teachers.")
    guardians: GuardianOptions = _table(GuardianOptions, "How guardians are derived from the students.")
    courses: CourseOptions = _table(CourseOptions, "The file of courses.")
    classes: ClassOptions = _table(ClassOptions, "The file of sections.")
    enrollments: EnrollmentOptions = _table(EnrollmentOptions, "The file of schedules, CC.")

    def __attrs_post_init__(self) -> None:
        if self.guardians.key not in ("email", "family"):
            raise ConfigError(f"`guardians.key` is `{self.guardians.key}`; wanted `email` or `family`")
        if len(self.guardians.emails) > 1 and len(self.guardians.names) not in (0, len(self.guardians.emails)):
            raise ConfigError("`guardians.names` must name one column for each of `guardians.emails`, or none")
        if not self.classes.key:
            raise ConfigError("`classes.key` is empty; wanted the columns that make a class's number")
        if self.enrollments.days_ahead < 0:
            raise ConfigError(f"`enrollments.days_ahead` is {self.enrollments.days_ahead}; wanted 0 or more")
        self.day_of_run()

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
