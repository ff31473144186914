"""Reads a roster, in steps small enough that one of them can be done wrong alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from core.tests.testing.roster.client import Client
from core.tests.testing.roster.system import COLUMNS, OURS

from dss.branches import DataStoreBranch
from dss.errors import NotProvided
from dss.importers import NATIVE, Changes, DefaultImporter, Given, Holder, Origin, Records, Rows, Scope

Branch = type[DataStoreBranch]

CHUNK = 400
MEMBERS = '(SELECT json_group_array(person) FROM members WHERE "group" = groups."key")'


class Importer(DefaultImporter):
    """Reads all, or some by their keys, by the same steps."""

    @property
    def client(self) -> Client:
        """The connection."""
        client: Client = self.tree.client
        return client

    def readin_branch(self, branch: Branch) -> Given:
        """All records of a branch that are ours."""
        self.known(branch)
        return Rows(self.fields(branch), self.found(branch, self.where(Scope.OURS), ()))

    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        """Some records by their keys."""
        self.known(branch)
        return Rows(self.fields(branch), self.picked(branch, list(idnumbers), self.where(scope)))

    def find_holders(self, branch: Branch, attribute: str, values: Collection[Any]) -> Iterable[Holder]:
        """Who in the whole roster has these values."""
        for value in values:
            query = f'SELECT id, "key" FROM {branch.__branchname__} WHERE "{attribute}" = ?'
            for native, idnumber in self.client.rows(query, [value]):
                yield Holder(value, native, idnumber)

    def readin_changes(self, branch: Branch, since: str | None) -> Changes | None:
        """What the roster's program has written down since."""
        ((last,),) = self.client.rows("SELECT ifnull(max(nr), 0) FROM changes")
        query = 'SELECT DISTINCT "key" FROM changes WHERE what = ? AND nr > ? AND nr <= ?'
        start = last if since is None else int(since)
        rows = self.client.rows(query, [branch.__branchname__, start, last])
        return Changes([one for (one,) in rows], str(last))

    def trace(self, branch: Branch, idnumber: str) -> Iterator[Origin]:
        """Where each value of one record stands."""
        for record in self.readin_items(branch, [idnumber]):
            place = f"id {record[NATIVE]} of table {branch.__branchname__}"
            for name, value in record.items():
                if name != NATIVE:
                    yield Origin("" if name == "idnumber" else name, value, place)

    # -- steps -----------------------------------------------------------------------------------------------------

    def known(self, branch: Branch) -> None:
        """Refuse what a roster does not have."""
        if branch.__branchname__ not in COLUMNS:
            raise NotProvided(f"a roster has no `{branch.__branchname__}`")

    def fields(self, branch: Branch) -> tuple[str, ...]:
        """What stands in each row."""
        more = ("members",) if branch.__branchname__ == "groups" else ()
        return (NATIVE, "idnumber", *COLUMNS[branch.__branchname__], *more)

    def where(self, scope: Scope) -> str:
        """The condition by which records are ours, or anybody's."""
        return f"origin = '{OURS}'" if scope is Scope.OURS else "true"

    def picked(self, branch: Branch, keys: list[str], where: str) -> Iterator[tuple[Any, ...]]:
        """Rows by their keys, so many at a time."""
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            marks = ", ".join("?" * len(chunk))
            yield from self.found(branch, f'{where} AND "key" IN ({marks})', chunk)

    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        """Rows as the models have them."""
        fields = self.fields(branch)
        for row in self.client.rows(self.query(branch, where), values):
            yield tuple(self.value(name, value) for name, value in zip(fields, row, strict=True))

    def query(self, branch: Branch, where: str) -> str:
        """What is asked."""
        columns = [self.column(name) for name in self.fields(branch)]
        return f"SELECT {', '.join(columns)} FROM {branch.__branchname__} WHERE {where}"

    def column(self, name: str) -> str:
        """Where a value is stored."""
        return {NATIVE: "id", "idnumber": '"key"', "members": MEMBERS}.get(name, f'"{name}"')

    def value(self, name: str, value: Any) -> Any:
        """A value as the models have it."""
        if name == "members":
            return frozenset(json.loads(value))
        return bool(value) if name == "enabled" else value
