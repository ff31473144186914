"""The connector moodle_db on a server of its own: making and changing many users, beside two ways without it.

`dss` goes its whole way, plan and journal-less apply. `raw` puts the very rows that dss wrote into a fresh site by the
server's own bulk path (COPY, LOAD DATA), in one transaction, with every id known beforehand; it changes them by a
temporary table that is filled in the same way. `single` sends one statement a record with autocommit, for so many
records only, and is counted for all. All three write to databases of one server that waits for its disk.
"""

import csv
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url

from benchmarks.cases.moodle import PREFIX, TOUCHED, Moodle, School
from dss.apply import apply
from dss.plan import make_plan
from dss.testing.servers import MariaDB, PostgreSQL, Server
from dss_moodle_db.embedded import create_site

SINGLE = 2_000
"""For so many records one statement each is sent."""

SERVERS: dict[str, tuple[type[Server], str]] = {
    "postgresql": (PostgreSQL, "postgresql+psycopg"),
    "mariadb": (MariaDB, "mariadb+pymysql"),
}

Seconds = dict[str, float]


def writing(server: str, users: int, folder: Path) -> dict[str, Seconds]:
    """Wall seconds by competitor and phase (`create`, `update`; of dss `plan` too) for all users."""
    kind, driver = SERVERS[server]
    with kind(durable=True) as running:
        urls = {name: new_site(running, driver, name) for name in ("dss", "raw", "single")}
        found = {"dss": through_dss(urls["dss"], users)}
        rows = {table: written(urls["dss"], table, users) for table in TOUCHED}
        bulk: type[Bulk] = Copy if server == "postgresql" else LoadData
        found["raw"] = in_bulk(bulk(urls["raw"], folder), rows)
        found["single"] = one_by_one(urls["single"], rows, users)
    return found


def new_site(server: Server, driver: str, name: str) -> str:
    """A fresh Moodle in a database of its own; its URL."""
    engine = create_engine(server.url(driver, ""), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    url = server.url(driver, name)
    create_site(url)
    return url


def through_dss(url: str, users: int) -> Seconds:
    """All users made, and then all of them changed; afterwards nothing is left to do."""
    seconds: Seconds = {"plan": 0.0}
    moodle = Moodle(url=url)
    for phase, family in (("create", "Dvor"), ("update", "Dvorsen")):
        school = School(students=users, family=family, everybody=family)
        +school
        began = time.perf_counter()
        moodle.read(["students"])
        plan = make_plan(school, moodle, ["students"])
        seconds["plan"] += time.perf_counter() - began
        if len(plan.actions) != users:
            raise ValueError(f"{len(plan.actions)} actions for {users} users to {phase}")
        began = time.perf_counter()
        report = apply(moodle, plan.actions)
        seconds[phase] = time.perf_counter() - began
        moodle.read(["students"])
        if report.undone or any(True for _ in school - moodle):
            raise ValueError(f"{len(report.undone)} were not done, the first: {report.undone[:1]}")
    moodle.close()
    return seconds


def written(url: str, table: str, users: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns of a table, and the rows that dss has put there."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM {PREFIX}{table} ORDER BY id DESC LIMIT {users}")
        rows = [tuple(row) for row in found]
        names = list(found.keys())
    engine.dispose()
    if len(rows) != users:
        raise ValueError(f"dss wrote {len(rows)} rows into `{table}` for {users} users")
    return names, rows[::-1]


class Bulk:
    """A server's own way for many rows, by the driver alone.

    Args:
        url: of a fresh site.
        folder: for what the server wants to read from a file.
    """

    temporary = "CREATE TEMPORARY TABLE changed (id bigint PRIMARY KEY, lastname varchar(100), at bigint)"
    update: str

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.connection = connected(url)

    def put(self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Put rows into a table."""
        raise NotImplementedError


class Copy(Bulk):
    """PostgreSQL's COPY."""

    update = f"UPDATE {PREFIX}user u SET lastname = c.lastname, timemodified = c.at FROM changed c WHERE c.id = u.id"

    def put(self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """By psycopg's own way."""
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)


class LoadData(Bulk):
    """MariaDB's LOAD DATA, from a file at the client's."""

    update = f"UPDATE {PREFIX}user u JOIN changed c ON c.id = u.id SET u.lastname = c.lastname, u.timemodified = c.at"

    def put(self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Writing the file is a part of it."""
        path = self.folder / f"{table}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_MINIMAL, lineterminator="\n").writerows(
                ["\\N" if value is None else value for value in row] for row in rows
            )
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE {table} CHARACTER SET utf8mb4"
                f" FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ({', '.join(names)})"
            )


def connected(url: str, *, autocommit: bool = False) -> Any:
    """A connection of the driver's own."""
    parts = make_url(url)
    host = parts.host or "127.0.0.1"
    if parts.get_backend_name() == "postgresql":
        return import_module("psycopg").connect(
            host=host,
            port=parts.port,
            user=parts.username,
            password=parts.password,
            dbname=parts.database,
            autocommit=autocommit,
        )
    return import_module("pymysql").connect(
        host=host,
        port=parts.port,
        user=parts.username,
        password=parts.password or "",
        database=parts.database,
        charset="utf8mb4",
        local_infile=True,
        autocommit=autocommit,
    )


def changed(rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> list[tuple[int, str, int]]:
    """Every user with another family name."""
    return [(row[0], "Dvorak", 1_700_000_000) for row in rows["user"][1]]


def in_bulk(bulk: Bulk, rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]) -> Seconds:
    """One transaction to make them, one to change them."""

    def create() -> None:
        for table, (names, there) in rows.items():
            bulk.put(f"{PREFIX}{table}", names, there)

    def update() -> None:
        with bulk.connection.cursor() as cursor:
            cursor.execute(bulk.temporary)
            bulk.put("changed", ["id", "lastname", "at"], changed(rows))
            cursor.execute(bulk.update)
            if cursor.rowcount != len(rows["user"][1]):
                raise ValueError(f"{cursor.rowcount} users were changed in bulk")

    def stored(work: Callable[[], None]) -> float:
        began = time.perf_counter()
        work()
        bulk.connection.commit()
        return time.perf_counter() - began

    seconds = {"create": stored(create), "update": stored(update)}
    bulk.connection.close()
    return seconds


def one_by_one(url: str, rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]], users: int) -> Seconds:
    """A statement each: account, context, the context's path, cohort; and one to change an account."""
    statements = {
        table: f"INSERT INTO {PREFIX}{table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"
        for table, (names, _) in rows.items()
    }
    names, contexts = rows["context"]
    path, number = names.index("path"), names.index("id")
    some = min(SINGLE, users)
    connection = connected(url, autocommit=True)
    with connection.cursor() as cursor:
        began = time.perf_counter()
        for place in range(some):
            for table in TOUCHED:
                cursor.execute(statements[table], rows[table][1][place])
            context = contexts[place]
            query = f"UPDATE {PREFIX}context SET path = %s WHERE id = %s"
            cursor.execute(query, (context[path], context[number]))
        create = time.perf_counter() - began
        began = time.perf_counter()
        query = f"UPDATE {PREFIX}user SET lastname = %s, timemodified = %s WHERE id = %s"
        for account, name, at in changed(rows)[:some]:
            cursor.execute(query, (name, at, account))
        update = time.perf_counter() - began
    connection.close()
    return {"create": create * users / some, "update": update * users / some}
