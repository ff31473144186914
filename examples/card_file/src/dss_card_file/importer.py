"""Reads the branches: makes records in the branches' words of what the tables hold."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from dss.branches import DataStoreBranch
from dss.errors import NotProvided
from dss.importers import NATIVE, REFUSED, Changes, DefaultImporter, Holder, Origin, Rows, Scope
from dss.keys import split_key
from dss_card_file.client import TABLES, Client, Table

CHUNK = 400
"""Keys that are asked for in one query."""

MADE: dict[str, Callable[[Any], Any]] = {
    "enabled": bool,
    "members": lambda found: frozenset(json.loads(found)),
    "due": lambda found: datetime.date.fromisoformat(found) if found else None,
}
"""What is made of values that are not stored as the models have them."""


class CardFileImporter(DefaultImporter):
    """Reads row by row, and few rows by their keys; the whole tree as it is at one moment."""

    def __enter__(self) -> None:
        self._stack = ExitStack()
        self._stack.enter_context(self._client.snapshot())

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def readin_branch(self, branch: type[DataStoreBranch]) -> Rows:
        """All of a branch that is ours."""
        return self._rows(branch, Scope.OURS, [("true", [])])

    def readin_items(
        self, branch: type[DataStoreBranch], idnumbers: Collection[str], scope: Scope = Scope.OURS
    ) -> Rows:
        """Some records by key, ours or anybody's; each is read again just before it is written."""
        keys = [split_key(one) if branch.key_of else (one,) for one in idnumbers]
        return self._rows(branch, scope, _chunks(_table(branch).keys, keys))

    def find_holders(
        self, branch: type[DataStoreBranch], attribute: str, values: Collection[Any]
    ) -> Iterator[Holder]:
        """Who in the whole file has these usernames, the only values that are unique."""
        for where, chunk in _chunks("login", [(value,) for value in values]):
            query = f"SELECT id, number, login, given_name, family_name FROM reader WHERE {where}"
            for native, idnumber, login, given, family in self._client.rows(query, chunk):
                yield Holder(login, native, idnumber, {"given_name": given, "family_name": family})

    def readin_changes(self, branch: type[DataStoreBranch], since: str | None) -> Changes | None:
        """What the library program has written down since; now and then it forgets what is old."""
        table = _table(branch)
        if table.name == "loan":
            return None
        ((first, last),) = self._client.rows("SELECT ifnull(min(nr), 0), ifnull(max(nr), 0) FROM change")
        if since is None:
            return Changes((), str(last))
        if not first - 1 <= int(since) <= last:
            return None
        query = "SELECT DISTINCT number FROM change WHERE what = ? AND nr > ? AND nr <= ?"
        rows = self._client.rows(query, [table.name, int(since), last])
        return Changes([number for (number,) in rows], str(last))

    def trace(self, branch: type[DataStoreBranch], idnumber: str) -> Iterator[Origin]:
        """For `dss-run explain`: where each value of one record stands."""
        table = _table(branch)
        for scope in (Scope.OURS, Scope.ALL):
            for record in self.readin_items(branch, [idnumber], scope):
                place = f"id {record[NATIVE]} of table {table.name}"
                if scope is Scope.ALL:
                    yield Origin("", idnumber, place, "its `origin` is another than ours", taken=False)
                    return
                for name, column in table.read.items():
                    is_key = name == "idnumber"
                    yield Origin("" if is_key else name, record[name], f"{place}, {' '.join(column.split())}")
                return

    @property
    def _client(self) -> Client:
        client: Client = self.tree.client
        return client

    def _rows(
        self, branch: type[DataStoreBranch], scope: Scope, parts: Iterable[tuple[str, list[Any]]]
    ) -> Rows:
        """What is read under any of these conditions; `?1` is the origin of what is ours."""
        table, origin = _table(branch), f"{_table(branch).name}.origin"
        read = {NATIVE: f"{table.name}.id", **table.read}
        if scope is Scope.ALL:
            read[REFUSED] = f"CASE WHEN {origin} NOT IN (?1, 'desk') THEN 'it is the library''s own' END"
        query = f"SELECT {', '.join(read.values())} FROM {table.source} WHERE " + (
            f"{origin} = ?1 AND " if scope is Scope.OURS else "?1 = ?1 AND "
        )
        ours = self.tree.options.origin
        found = (row for where, keys in parts for row in self._client.rows(query + where, [ours, *keys]))
        return Rows(read, _made(branch, tuple(read), found))


def _table(branch: type[DataStoreBranch]) -> Table:
    if branch.__branchname__ not in TABLES:
        raise NotProvided(f"a card file has no `{branch.__branchname__}`")
    return TABLES[branch.__branchname__]


def _chunks(columns: str, keys: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, list[Any]]]:
    """Conditions by which rows are looked up, with the values of each; a key of other parts names no row."""
    width = columns.count(",") + 1
    keys = [one for one in keys if len(one) == width]
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        marks = ", ".join([f"({', '.join('?' * width)})"] * len(chunk))
        yield f"({columns}) IN (VALUES {marks})", [part for one in chunk for part in one]


def _made(
    branch: type[DataStoreBranch], names: Sequence[str], found: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    """Values as the models have them; a row that cannot be trusted is set aside, and nothing happens to it."""
    makers, key = [(at, MADE[name]) for at, name in enumerate(names) if name in MADE], names.index("idnumber")
    for row in found:
        values, place = list(row), f"id {row[0]} of table {_table(branch).name}"
        try:
            for at, make in makers:
                values[at] = make(values[at])
        except ValueError as error:
            branch.freeze(row[key], f"{place}: {error}")
            continue
        if row[key] is None:
            branch.report(f"{place} is ours and has no number; give it one, or another origin")
        else:
            yield tuple(values)
