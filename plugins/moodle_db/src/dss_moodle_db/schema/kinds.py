"""How Moodle's column kinds come out in a database: a definition reads like a line of its `install.xml`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Numeric, String, Table, Text
from sqlalchemy.schema import SchemaItem

Definition = list[SchemaItem]


def number(name: str, default: int | None = 0, *, null: bool = False) -> Column[Any]:
    """An integer; with `default=None` an insert must name the column, unless it may be null."""
    given = None if default is None else str(default)
    return Column(name, BigInteger, nullable=null, server_default=given)


def char(name: str, length: int, default: str | None = "", *, null: bool = False) -> Column[Any]:
    """A text of at most `length` characters; where it must not be null Moodle gives it the default `''`."""
    return Column(
        name, String(length), nullable=null, server_default=None if null and default == "" else default
    )


def text(name: str, *, null: bool = True) -> Column[Any]:
    """A text of any length, without a default."""
    return Column(name, Text, nullable=null)


def decimal(name: str) -> Column[Any]:
    """A decimal that may be null."""
    return Column(name, Numeric(12, 7), nullable=True)


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
    made = Table(name, metadata, identity, *columns, sqlite_autoincrement=True)
    for suffix, listed in (("uix", unique), ("ix", plain)):
        for index in listed.split():
            parts = index.split("+")
            label = "_".join(part[:12] for part in parts)
            Index(f"{name}_{label}_{suffix}", *(made.c[part] for part in parts), unique=suffix == "uix")
    return made
