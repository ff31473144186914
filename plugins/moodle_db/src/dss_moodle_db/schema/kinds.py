"""How Moodle's column kinds come out in a database: a definition reads like a line of its `install.xml`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

Definition = list[SchemaItem]


LONG = 9
"""Digits beyond which Moodle takes a big integer."""
MIDDLE = 4
"""Digits beyond which it takes no small one."""
TINY = 2
"""Digits up to which MariaDB gets its smallest."""


def number(name: str, default: int | None = 0, *, null: bool = False, digits: int = LONG + 1) -> Column[Any]:
    """An integer; with `default=None` an insert must name the column, unless it may be null."""
    given = None if default is None else str(default)
    return Column(name, _integer(digits), nullable=null, server_default=given)


def _integer(digits: int) -> TypeEngine[int]:
    if digits > LONG:
        return BigInteger()
    if digits > MIDDLE:
        return Integer().with_variant(mysql.MEDIUMINT(), "mysql", "mariadb")
    small = mysql.TINYINT() if digits <= TINY else mysql.SMALLINT()
    return SmallInteger().with_variant(small, "mysql", "mariadb")


def flag(name: str, default: int | None = 0, *, null: bool = False) -> Column[Any]:
    """An integer of one or two digits."""
    return number(name, default, null=null, digits=TINY)


def char(name: str, length: int, default: str | None = "", *, null: bool = False) -> Column[Any]:
    """A text of at most `length` characters; where it must not be null Moodle gives it the default `''`."""
    return Column(
        name, String(length), nullable=null, server_default=None if null and default == "" else default
    )


def text(name: str, *, null: bool = True) -> Column[Any]:
    """A text of any length, without a default."""
    return Column(name, Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb"), nullable=null)


def decimal(name: str) -> Column[Any]:
    """A decimal that may be null."""
    return Column(name, Numeric(12, 7), nullable=True)


_MARIADB: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in (
        ("engine", "InnoDB"),
        ("charset", "utf8mb4"),
        ("collate", "utf8mb4_unicode_ci"),
        ("row_format", "DYNAMIC"),
    )
}


def table(metadata: MetaData, name: str, columns: Definition, *, unique: str = "", plain: str = "") -> Table:
    """Define one table with its `id`.

    Args:
        metadata: where the table goes.
        name: the full name, prefix included.
        columns: everything but `id`.
        unique: unique indexes, separated by blanks, columns joined by `+`: `"mnethostid+username"`.
        plain: the same for indexes that are not unique.
    """
    identity: Column[Any] = Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    made = Table(name, metadata, identity, *columns, sqlite_autoincrement=True, **_MARIADB)
    for suffix, listed in (("uix", unique), ("ix", plain)):
        for index in listed.split():
            parts = index.split("+")
            label = "_".join(part[:12] for part in parts)
            Index(f"{name}_{label}_{suffix}", *(made.c[part] for part in parts), unique=suffix == "uix")
    return made
