"""What a database's errors mean, whichever database it is."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from dss_moodle_db.dialect.base import Dialect
from dss_moodle_db.dialect.engines import DIALECTS


def is_busy(error: DBAPIError) -> bool:
    """Whether the statement may well succeed when it is tried again: a lock, or a connection that broke."""
    return error.connection_invalidated or _dialect(error).is_busy(error)


def is_of_the_record(error: DBAPIError) -> bool:
    """Whether the database refused what was to be stored, and would take other records."""
    return not error.connection_invalidated and _dialect(error).is_of_the_record(error)


def reason(error: DBAPIError) -> str:
    """What the database says, on one line, without the values that it says it of."""
    return _dialect(error).reason(error)


def _dialect(error: DBAPIError) -> Dialect:
    driver = type(error.orig).__module__.partition(".")[0]
    return next((one for one in DIALECTS if driver in one.drivers), DIALECTS[0])
