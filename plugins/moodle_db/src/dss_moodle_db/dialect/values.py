"""Many values at once, asked for, inserted or changed; their number does not change the number of statements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    Table,
    Text,
    TextClause,
    and_,
    delete,
    false,
    insert,
    literal,
    select,
    text,
    update,
)

from dss_moodle_db.dialect.base import WRITES, Dialect
from dss_moodle_db.dialect.engines import dialect_of


def one_of(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """The condition that a column has exactly one of these values, however many there are.

    Ids that lie side by side, as those of rows just made, are a span, which costs nothing.
    """
    listed = sorted(set(values))
    if not listed:
        return false()
    if isinstance(listed[0], int) and listed[-1] - listed[0] == len(listed) - 1:
        return column.between(listed[0], listed[-1])
    return _dialect_of(column).among(column, listed)


def one_of_any_case(column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """A condition for one of these texts, written in lower case, however it is written there, or for a few more.

    Whoever asks looks again. No index helps with it, so it is for questions that are asked once a run.
    """
    listed = sorted(set(values))
    return _dialect_of(column).among_any_case(column, listed) if listed else false()


def _dialect_of(column: ColumnElement[Any]) -> Dialect:
    table = getattr(column, "table", None)
    while table is not None and not isinstance(table, Table):
        table = getattr(table, "element", None)
    if table is None:
        raise TypeError(f"{column} is no column of a table")
    return dialect_of(table)


@contextmanager
def streamed(connection: Connection, query: Select[Any], rows_at_once: int) -> Iterator[Iterable[Any]]:
    """The rows of a query, so many at once in memory.

    They all come at once where a result on its way would keep a connection that writes from being asked again.
    """
    streams = dialect_of(connection).streams_while_writing or not connection.get_execution_options().get(
        WRITES
    )
    options = {"yield_per": rows_at_once} if streams else {}
    with connection.execute(query, execution_options=options) as rows:
        yield rows


def insert_many(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    fixed: Mapping[str, Any] | None = None,
) -> None:
    """Insert many rows by one statement.

    Args:
        connection: inside a transaction.
        table: where they go.
        columns: what `rows` hold, in this order.
        rows: integers and texts.
        fixed: further columns, with what all the rows have there; those that the table does not have are left out.
    """
    if not rows:
        return
    fixed = {name: value for name, value in (fixed or {}).items() if name in table.c}
    given = given_rows(connection, table, columns)
    values = [literal(value, table.c[name].type) for name, value in fixed.items()]
    query = select(*given.c, *values)
    connection.execute(insert(table).from_select([*columns, *fixed], query), {"given": as_json(rows)})


def update_many(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    fixed: Mapping[str, Any] | None = None,
    *,
    where: ColumnElement[bool] | None = None,
) -> None:
    """Change many rows by one statement.

    Args:
        connection: inside a transaction.
        table: where they are.
        columns: what `rows` hold, in this order; by the first, as a rule `id`, a row is found.
        rows: integers and texts.
        fixed: further columns, with what they all get there.
        where: what else must hold of a row that is changed.
    """
    if not rows:
        return
    key, *changed = columns
    given = given_rows(connection, table, columns, prefix="new_")
    statement = (
        update(table)
        .where(table.c[key] == given.c[f"new_{key}"])
        .values({**{name: given.c[f"new_{name}"] for name in changed}, **(fixed or {})})
    )
    if where is not None:
        statement = statement.where(where)
    connection.execute(statement, {"given": as_json(rows)})


def delete_many(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    where: ColumnElement[bool] | None = None,
) -> None:
    """Remove many rows, found by several columns.

    Two statements: what MariaDB does with rows of ours in a `DELETE` would read the whole table for each of them.

    Args:
        connection: inside a transaction.
        table: where they are.
        columns: by which a row is found; what `rows` hold, in this order.
        rows: integers and texts.
        where: what else must hold of a row that is removed.
    """
    if not rows:
        return
    given = given_rows(connection, table, columns, prefix="old_")
    here = and_(*(table.c[name] == given.c[f"old_{name}"] for name in columns))
    query = select(table.c.id).join_from(given, table, here)
    if where is not None:
        query = query.where(where)
    found = connection.execute(query, {"given": as_json(rows)}).scalars().all()
    connection.execute(delete(table).where(one_of(table.c.id, found)))


def given_rows(connection: Connection, table: Table, columns: Sequence[str], prefix: str = "") -> Subquery:
    """Rows of ours as a table to join with; they are bound as `given`, by `as_json`.

    Args:
        connection: to the database that it is for.
        table: whose columns tell the types.
        columns: names of its columns.
        prefix: what the columns of the result begin with.
    """
    kinds = tuple((prefix + name, _kind(table.c[name])) for name in columns)
    return _query(dialect_of(connection), kinds).columns(*_columns(kinds)).subquery("given")


def as_json(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as `given_rows` are bound.

    Raises:
        UnicodeError: a text is no valid one.
    """
    made = json.dumps(list(rows), ensure_ascii=False, separators=(",", ":"))
    made.encode()
    return made


@lru_cache(maxsize=256)
def _query(dialect: Dialect, kinds: tuple[tuple[str, type], ...]) -> TextClause:
    return text(dialect.rows_as_table(dict(kinds)))


def _columns(kinds: tuple[tuple[str, type], ...]) -> Iterator[Column[Any]]:
    for name, kind in kinds:
        yield Column(name, BigInteger if kind is int else Text)


def _kind(column: Column[Any]) -> type:
    return int if isinstance(column.type, Integer) else str
