"""One bad record must not take the rest of its batch with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from dss.actions import Action, Result
from dss.errors import DssError, TemporaryError
from dss_moodle_db.dialect import is_busy, is_in_transaction, is_of_the_record, reason

LOST = "the database has taken the batch back before its end, after an error in it"

T = TypeVar("T")
R = TypeVar("R")


@contextmanager
def whole_or_not(connection: Connection) -> Iterator[None]:
    """A part of a transaction, that is taken back alone when it raises.

    Raises:
        DssError: the transaction is gone, or refuses to go on after an error that somebody has kept to himself; then
            what was answered within it is not true.
    """
    if not is_in_transaction(connection):
        # what ran now would be stored at once
        raise DssError(LOST)
    part = connection.begin_nested()
    try:
        yield
    except BaseException:
        # why it fails is the reason to tell, also when by that the transaction is gone
        with suppress(SQLAlchemyError, DssError):
            part.rollback()
        raise
    try:
        part.commit()
    except SQLAlchemyError as error:
        with suppress(SQLAlchemyError, DssError):
            part.rollback()
        if isinstance(error, DBAPIError) and is_busy(error):
            raise
        raise DssError(LOST) from error


def isolated(
    connection: Connection,
    items: Sequence[T],
    work: Callable[[Sequence[T]], list[R]],
    refuse: Callable[[T, str], list[R]],
) -> list[R]:
    """Do work on many items at once; when the database refuses, on either half alone, down to the bad ones.

    Args:
        connection: inside a transaction; every attempt runs in a savepoint.
        items: what is worked on, in the order that counts.
        work: answers for the items it is given; it must be able to start anew after a roll-back.
        refuse: the answers for an item that the database refused, with the reason.

    Raises:
        TemporaryError: a lock, or a lost connection; the whole batch may be tried again.
        DssError: what else no single record is to blame for, such as a missing column.
    """
    if not items:
        return []
    try:
        with connection.begin_nested():
            return work(items)
    except (DBAPIError, UnicodeError) as error:
        if isinstance(error, DBAPIError) and not is_of_the_record(error):
            raise _translated(error) from error
        if len(items) == 1:
            return refuse(items[0], _reason(error))
    middle = len(items) // 2
    return [
        *isolated(connection, items[:middle], work, refuse),
        *isolated(connection, items[middle:], work, refuse),
    ]


def _translated(error: DBAPIError) -> DssError:
    # SQLite ends the whole transaction when its disk is full, so that returning to the savepoint fails as well
    first: BaseException | None = error
    while first is not None:
        if isinstance(first, DBAPIError):
            error = first
        first = first.__context__
    text = f"the database: {reason(error)}"
    return TemporaryError(text) if is_busy(error) else DssError(text)


def _reason(error: DBAPIError | UnicodeError) -> str:
    if isinstance(error, UnicodeError):
        return "a value is no valid text: it holds half of a surrogate pair"
    return f"the database refused it: {reason(error)}"


def refuse(action: Action, reason: str) -> list[Result]:
    """The answer for one action that the database refused."""
    return [action.failed(reason)]
