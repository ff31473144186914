"""Where a branch keeps its items, and in what form records come to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import attrs

from dss.errors import ConfigError, ReadError
from dss.memory import Reading
from dss.wording import short

KEY = "idnumber"
NATIVE = "__native__"
REFUSED = "__refused__"

Record = Mapping[str, Any]


class State(StrEnum):
    """How far the reading of a branch has come."""

    UNREAD = "unread"
    READING = "reading"
    COMPLETE = "complete"
    FAILED = "failed"
    NOT_PROVIDED = "not provided"


class Rows:
    """Records by position: the names once, then one plain tuple a record.

    The quickest way for an importer to hand over records, since no mapping is made for each. They are taken a few at a
    time, so a generator does not find in the branch what it has given just before.

    Args:
        fields: attribute names, `idnumber` among them; `NATIVE` names the column with the target's own ids.
        rows: the tuples, of the same length as `fields`; may be a generator.
    """

    __slots__ = ("fields", "rows")

    def __init__(self, fields: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
        self.fields = tuple(fields)
        self.rows = rows
        if KEY not in self.fields:
            raise ConfigError(
                f"Rows has the fields {', '.join(map(str, self.fields))}; `{KEY}` must be one of them"
            )
        if len(set(self.fields)) != len(self.fields):
            raise ConfigError(f"Rows names a field twice: {', '.join(self.fields)}")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self.named(row) for row in self.rows)

    def named(self, row: tuple[Any, ...]) -> dict[str, Any]:
        """One row as a mapping.

        Raises:
            ReadError: the row has not as many values as there are fields, so none can be trusted to be in its place.
        """
        if len(row) != len(self.fields):
            raise ReadError(
                f"an importer gave a row of {len(row)} values for {len(self.fields)} fields"
                f" ({', '.join(self.fields)}); it begins with {short(row[:1])}"
            )
        return dict(zip(self.fields, row, strict=True))


@attrs.define
class Steps:
    """What the user has defined to happen to every record on its way in; a step that is None costs nothing."""

    filter_out: Callable[..., object] | None = None
    preprocess: Callable[[dict[str, Any]], object] | None = None
    resolve_duplicate: Callable[[Any, dict[str, Any]], object] | None = None
    will_make_new: Callable[..., object] | None = None
    did_make_new: Callable[[Any], object] | None = None
    will_return_old: Callable[[Any], object] | None = None
    keep: Callable[[Any], object] | None = None

    @property
    def per_record(self) -> bool:
        """Whether any step has to see every record."""
        return any((self.filter_out, self.preprocess, self.will_make_new, self.did_make_new, self.keep))


@attrs.define
class Store:
    """The items of one branch of one tree, with what is doubtful about them.

    Attributes:
        items: by idnumber, in the order read.
        native: the system's own ids by idnumber.
        frozen: records nothing may be concluded about, with the reason.
        problems: bad rows that could not be tied to a record; while there are any, nothing of the branch is removed.
        notes: for people only.
        absent: attributes the source has no column for.
        undecided: columns that tell who belongs to the branch, and that the source does not have.
        doubtful: why this branch may lack records that the source has; then nothing of it is removed.
        owner: idnumbers whose attributes another branch of the same tree owns, with that branch's name.
        unused: fields of the records that the model has no place for.
        left_out: idnumbers of records that the user's filter leaves out.
        doubted: by idnumber of another record, why what refers to it may be missing here for a bad row alone.
        renamed: by idnumber, the one that the record had in the source, where one person's roles have been settled.
        rows: records that the importer gave, doubled ones each time.
        blanks: by field, in how many of them it was blank.
    """

    state: State = State.UNREAD
    items: dict[str, Any] = attrs.field(factory=dict)
    native: dict[str, Any] = attrs.field(factory=dict)
    frozen: dict[str, str] = attrs.field(factory=dict)
    problems: list[str] = attrs.field(factory=list)
    notes: list[str] = attrs.field(factory=list)
    absent: dict[str, None] = attrs.field(factory=dict)
    undecided: dict[str, None] = attrs.field(factory=dict)
    doubtful: str = ""
    owner: dict[str, str] = attrs.field(factory=dict)
    unused: dict[str, None] = attrs.field(factory=dict)
    left_out: set[str] = attrs.field(factory=set)
    doubted: dict[str, str] = attrs.field(factory=dict)
    renamed: dict[str, str] = attrs.field(factory=dict)
    rows: int = 0
    blanks: dict[str, int] = attrs.field(factory=dict)

    def reading(self) -> Reading:
        """What the reading looked like, for the guards; a branch that was filled by hand has only its records.

        Where there is no column at all, each record is blank.
        """
        keys = len(self.items.keys() | self.frozen.keys()) if self.frozen else len(self.items)
        rows = max(self.rows, len(self.items))
        return Reading(rows, keys, {**self.blanks, **dict.fromkeys([*self.absent, *self.undecided], rows)})

    def freeze(self, idnumber: str, reason: str) -> None:
        """Set a record aside; a second reason is added to the first."""
        known = self.frozen.get(idnumber)
        if known is None:
            self.frozen[idnumber] = reason
        elif reason not in known:
            self.frozen[idnumber] = f"{known}; {reason}"
