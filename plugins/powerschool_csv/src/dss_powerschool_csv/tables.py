"""The sub-tables of the configuration: one for each kind of file, and one for guardians."""

from __future__ import annotations

from collections.abc import Mapping
from keyword import iskeyword
from typing import Any, Self

import attrs

from dss.errors import ConfigError


def says(text: str) -> dict[str, str]:
    """Metadata of an option: what it is, for people."""
    return {"help": text}


class Table:
    """A sub-table."""

    @classmethod
    def made_of(cls, value: Any) -> Self:
        """Take a mapping for a sub-table as well, for trees made in Python.

        Raises:
            ConfigError: it has a key that this table does not know.
        """
        if isinstance(value, cls):
            return value
        if not isinstance(value, Mapping):
            raise ConfigError(f"{cls.__name__} cannot be made of {value!r}; wanted a table")
        try:
            return cls(**value)
        except TypeError as error:
            raise ConfigError(f"powerschool_csv: {error}") from None


_FILES = says(
    "Name of the file below `folder`. `{school}`, `{version}`, `{date}` stand for the parts that differ: the newest"
    " file of each school is read. `{date:%m-%d-%Y}` for another order; `*` for any text. Blank: this school has no"
    " such file."
)


def _files_first(cls: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Keep the most important option in front, though each table declares it anew."""
    return sorted(fields, key=lambda field: field.name != "files")


#: What the connector itself makes, out of more than one cell.
_MADE = ("idnumber", "enabled", "guardians", "teachers", "class_", "person", "role")


@attrs.frozen(kw_only=True, field_transformer=_files_first)
class FileOptions(Table):
    """What every kind of file has."""

    files: str = attrs.field(default="", metadata=_FILES)
    columns: list[str] = attrs.field(
        factory=list,
        metadata=says(
            "The fields in their order, as typed into AutoSend, for files without a header line. Empty: the"
            " first line names them."
        ),
    )
    header: bool | None = attrs.field(
        default=None,
        metadata=says(
            "Whether the first line holds names. Left out: it does unless `columns` is given. True with"
            " `columns`: passed over."
        ),
    )
    encoding: str | None = attrs.field(
        default=None, metadata=says("Character set of these files, where it differs from the tree's.")
    )
    delimiter: str | None = attrs.field(
        default=None, metadata=says("Delimiter of these files, where it differs from the tree's.")
    )
    quoted: bool | None = attrs.field(
        default=None, metadata=says("Whether cells stand in quotes, where it differs from the tree's.")
    )
    schools: list[str] | None = attrs.field(
        default=None,
        metadata=says(
            "The schools that have such a file, where they are not those of the tree, such as a primary school"
            " without CC."
        ),
    )
    extra: dict[str, str] = attrs.field(
        factory=dict,
        metadata=says(
            'Further attributes of your own model and their columns, `{ house = "U_House" }`; also another column'
            ' for an attribute there is, `{ email = "U_Mail" }`.'
        ),
    )
    split: dict[str, str] = attrs.field(
        factory=dict,
        metadata=says(
            'Attributes of `extra` whose cells hold several values, and what separates these: `{ clubs = ";" }`.'
        ),
    )

    def __attrs_post_init__(self) -> None:
        for attribute in self.extra:
            if not attribute.isidentifier() or iskeyword(attribute) or attribute.startswith("_"):
                raise ConfigError(f"`extra` names `{attribute}`; wanted a public attribute of the model")
            if attribute in _MADE:
                raise ConfigError(
                    f"`extra` names `{attribute}`, which is not read from one column; derive it in the model"
                )
        for attribute, separator in self.split.items():
            if attribute not in self.extra:
                raise ConfigError(f"`split` names `{attribute}`, which is not among `extra`")
            if not separator:
                raise ConfigError(
                    f"`split.{attribute}` is blank; wanted what separates the values, such as `;`"
                )


@attrs.frozen(kw_only=True, field_transformer=_files_first)
class StudentOptions(FileOptions):
    """`[trees.NAME.students]`."""

    files: str = attrs.field(default="students.*", metadata=_FILES)
    active: list[int] = attrs.field(
        factory=lambda: [0, -1],
        metadata=says(
            "Values of Enroll_Status that make a student ours: 0 is active, -1 pre-registered. Others are not read."
        ),
    )
    width: int = attrs.field(
        default=0,
        metadata=says(
            "Numbers get leading zeros up to so many digits; for files whose zeros a spreadsheet has eaten."
        ),
    )


@attrs.frozen(kw_only=True, field_transformer=_files_first)
class TeacherOptions(FileOptions):
    """`[trees.NAME.teachers]`."""

    files: str = attrs.field(default="teachers.*", metadata=_FILES)
    active: list[int] = attrs.field(
        factory=lambda: [1],
        metadata=says("Values of Status that make a member of staff ours: 1 is current, 2 has left."),
    )
    staff_status: list[int] = attrs.field(
        factory=list,
        metadata=says(
            "Values of StaffStatus that are read: 1 teacher, 2 staff, 3 lunch staff, 4 substitute. Empty: all."
        ),
    )
    only_digits: bool = attrs.field(
        default=False,
        metadata=says(
            "Whether rows whose TeacherNumber is not a number (`TBA`, `Staff`) are passed over, and counted."
        ),
    )
    width: int = attrs.field(
        default=0,
        metadata=says(
            "Numbers get leading zeros up to so many digits; for files whose zeros a spreadsheet has eaten."
        ),
    )


@attrs.frozen(kw_only=True, field_transformer=_files_first)
class GuardianOptions(Table):
    """`[trees.NAME.guardians]`: guardians are derived from the active students' rows."""

    key: str = attrs.field(
        default="email",
        metadata=says(
            "What makes a guardian's number: `email`, the address itself; or `family`, Family_Ident with P for"
            " the first address, PP for the second. A changed address is a new person with `email`, the same"
            " one with `family`."
        ),
    )
    emails: list[str] = attrs.field(
        factory=lambda: ["GuardianEmail"],
        metadata=says(
            "Columns of the student file with guardians' addresses, several in a cell or one in each column."
        ),
    )
    names: list[str] = attrs.field(
        factory=list,
        metadata=says(
            "Columns with guardians' names (`Last, First`), one for each column of `emails`. With one column of"
            " `emails` and several names: the first name goes with the first address, where there are as many"
            " names as addresses."
        ),
    )


@attrs.frozen(kw_only=True, field_transformer=_files_first)
class CourseOptions(FileOptions):
    """`[trees.NAME.courses]`."""

    files: str = attrs.field(default="courses.*", metadata=_FILES)
    category: str = attrs.field(default="CreditType", metadata=says("Column of a course's category."))


@attrs.frozen(kw_only=True, field_transformer=_files_first)
class ClassOptions(FileOptions):
    """`[trees.NAME.classes]`, from PowerSchool's sections."""

    files: str = attrs.field(default="sections.*", metadata=_FILES)
    key: list[str] = attrs.field(
        factory=lambda: ["ID"],
        metadata=says(
            "Columns that make a class's number: ID, or, where IDs do not last,"
            ' `["Course_Number", "Section_Number", "TermID", "SchoolID"]`.'
        ),
    )

    @property
    def by_id(self) -> bool:
        """Whether a class's number is its section's ID."""
        return [column.casefold() for column in self.key] == ["id"]


@attrs.frozen(kw_only=True, field_transformer=_files_first)
class EnrollmentOptions(FileOptions):
    """`[trees.NAME.enrollments]`, from PowerSchool's CC; the classes' teachers come from the sections."""

    files: str = attrs.field(default="cc.*", metadata=_FILES)
    days_ahead: int = attrs.field(
        default=0,
        metadata=says(
            "How many days before DateEnrolled an enrolment counts. DateLeft is the first day on which it does not."
        ),
    )
    teachers: bool = attrs.field(
        default=True,
        metadata=says("Whether the teacher of a class is enrolled in it too, with the role `teacher`."),
    )
