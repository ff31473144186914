"""Importers: they read the branches of a tree in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import attrs

from dss.errors import ConfigError, NotProvided, ReadError
from dss.store import KEY, NATIVE, REFUSED, Record, Rows, Steps
from dss.wording import short

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree

Records = Rows | Iterable[Record]
Given = Records | AbstractContextManager[Records] | None

F = TypeVar("F", bound=Callable[..., Any])


class Scope(StrEnum):
    """Among which of the system's records a key is looked up."""

    OURS = "ours"
    """Among the records that the branch holds."""
    ALL = "all"
    """In the whole system, also outside what is ours."""


@attrs.frozen
class Holder:
    """Who holds a unique value in the target.

    Attributes:
        value: the value held.
        native: the target's own id of the holder.
        idnumber: the holder's idnumber, None when it has none.
        record: what is known of the holder, for a person to recognise it by.
    """

    value: Any
    native: Any
    idnumber: str | None = None
    record: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Origin:
    """Where one value of one record came from.

    Attributes:
        attribute: the record's attribute; empty for the record itself.
        value: as it was found there, before anything was made of it.
        place: such as `students.csv, line 12, column email`, or `mdl_user.email of id 55`.
        rule: what was made of it on the way, in words; empty when it was taken as it is.
        taken: false for something that tells of the record and was left out; the rule says why.
    """

    attribute: str
    value: Any
    place: str
    rule: str = ""
    taken: bool = True


@attrs.frozen
class Changes:
    """What has happened in a branch since a mark.

    Attributes:
        idnumbers: the records that were made, changed or ended since; it may name more, and never fewer.
        mark: where the system stands now, to be asked from the next time; a text of the system's own.
    """

    idnumbers: Collection[str]
    mark: str


class DefaultImporter:
    """Base of all importers; one is made per tree object.

    An importer may also define, as methods, steps that every record passes; what is not defined costs nothing:

    - `filter_out(**record)`: true leaves the record out.
    - `preprocess(record)`: changes the record, or returns another.
    - `resolve_duplicate(old, record)`: the item that stands for a doubled idnumber; None leaves `old` as it is now;
      raising `ConflictError` freezes the record.
    - `__enter__` and `__exit__`: entered around the reading of the whole tree.

    Attributes:
        reads: branches of the own tree that are read before a branch, because its reading looks at them.
    """

    reads: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __init__(self, tree: DataStoreTree) -> None:
        self.tree = tree

    def readin_branch(self, branch: type[DataStoreBranch]) -> Given:
        """Read one branch.

        Returns:
            `Rows`, an iterable of mappings (this method may be a generator), a context manager that gives one of
            these, or None when the method has called `branch.make` itself.

        Raises:
            NotProvided: this branch is not the importer's; it is left out of the comparison and named.
            ReadError: the branch cannot be read whole.
        """
        raise NotProvided(f"`{type(self).__qualname__}` has no `readin_branch`")

    def readin_items(
        self, branch: type[DataStoreBranch], idnumbers: Collection[str], scope: Scope = Scope.OURS
    ) -> Records:
        """Read some records again, by key.

        This default reads the whole branch and picks; correct, but slow. It knows of nothing outside the branch.
        """
        if scope is Scope.ALL:
            return ()
        wanted = frozenset(idnumbers)
        return _picked(self, branch, wanted)

    def readin_changes(self, branch: type[DataStoreBranch], since: str | None) -> Changes | None:
        """Tell which records have changed since a mark, without reading the branch.

        They are then read by `readin_items`; those that it does not find are gone. A full read stays the truth.

        Args:
            branch: the branch.
            since: the mark of an earlier answer; None asks for the first mark, and nothing has changed since that.

        Returns:
            None when that cannot be told, such as for a mark that the system has forgotten: all has to be read.
        """
        return None

    def trace(self, branch: type[DataStoreBranch], idnumber: str) -> Iterable[Origin]:
        """Tell where each value of one record came from; reads as much again as that takes. For `dss-run explain`.

        Give an `Origin` for each value: several for what was made of several cells or rows, and one without attribute
        for each row of the record. What tells of the record and was left out is given too, with the reason; so one who
        is not in the branch at all may still be found. Normal reading must not pay for it: read again, and watch.

        Args:
            branch: the branch.
            idnumber: as this importer gives it, before one person's roles are settled.
        """
        return ()

    def find_holders(
        self, branch: type[DataStoreBranch], attribute: str, values: Collection[Any]
    ) -> Iterable[Holder]:
        """Tell who in the whole system holds these values of a unique attribute; this default knows only the branch."""
        wanted = frozenset(values)
        for idnumber, item in branch.items():
            value = getattr(item, attribute, None)
            if value in wanted:
                yield Holder(value, branch.native(idnumber), idnumber)


def _picked(
    importer: DefaultImporter, branch: type[DataStoreBranch], wanted: frozenset[str]
) -> Iterator[Record]:
    with opened(importer.readin_branch(branch)) as records:
        for record in records or ():
            if record[KEY] in wanted:
                yield record


@contextlib.contextmanager
def opened(given: Given) -> Iterator[Records | None]:
    """Enter what `readin_branch` gave when it is a context manager."""
    if (
        given is not None
        and not isinstance(given, Rows)
        and hasattr(given, "__enter__")
        and not hasattr(given, "__iter__")
    ):
        with given as records:
            yield records
    else:
        if given is not None and not isinstance(given, Rows | Iterable):
            raise ConfigError(
                f"what should give a branch's records gave {type(given).__name__} {short(given)}; wanted mappings, or"
                " Rows(fields, tuples)"
            )
        yield given


def steps_of(importer: object) -> Steps:
    """The steps an importer defines."""
    return Steps(
        filter_out=getattr(importer, "filter_out", None),
        preprocess=getattr(importer, "preprocess", None),
        resolve_duplicate=getattr(importer, "resolve_duplicate", None),
    )


def reads(*branches: str) -> Callable[[F], F]:
    """Say which branches of its tree a deriving function reads; they are read first.

    Example:
        `@reads("students")` above `def cohorts(tree): ...`, named by `derive.left` in the configuration.
    """

    def mark(function: F) -> F:
        function.__dss_reads__ = branches  # type: ignore[attr-defined]
        return function

    return mark


__all__ = [
    "NATIVE",
    "REFUSED",
    "Changes",
    "DefaultImporter",
    "Given",
    "Holder",
    "Origin",
    "ReadError",
    "Record",
    "Records",
    "Rows",
    "Scope",
    "opened",
    "reads",
]
