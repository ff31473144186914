"""Where the databases differ: how a connection is opened, how a transaction begins, how many values go along.

Everything else in this package is written once, for every database; each of them has a module here.
"""

from __future__ import annotations

from dss_moodle_db.dialect.base import DIALECT, HURRIES, WRITES, Dialect, Session
from dss_moodle_db.dialect.engines import database_url, dialect_of, driver_of, is_in_transaction, new_engine
from dss_moodle_db.dialect.errors import is_busy, is_of_the_record, reason
from dss_moodle_db.dialect.values import (
    delete_many,
    given_rows,
    insert_many,
    one_of,
    one_of_any_case,
    streamed,
    update_many,
)

__all__ = [
    "DIALECT",
    "HURRIES",
    "WRITES",
    "Dialect",
    "Session",
    "database_url",
    "delete_many",
    "dialect_of",
    "driver_of",
    "given_rows",
    "insert_many",
    "is_busy",
    "is_in_transaction",
    "is_of_the_record",
    "new_engine",
    "one_of",
    "one_of_any_case",
    "reason",
    "streamed",
    "update_many",
]
