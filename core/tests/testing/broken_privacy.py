"""Connectors that tell what nobody else is to know."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from core.tests.testing.broken import caught_by
from core.tests.testing.roster.client import Client
from core.tests.testing.roster.importer import Branch, Importer
from core.tests.testing.roster.template import Template
from core.tests.testing.roster.tree import Tree

from dss.capabilities import Finding
from dss.errors import DssError, ReadError

LOG = logging.getLogger("roster")
READING, BREAKING, WRITING = (
    "test_reading_tells_no_values",
    "test_a_reading_that_fails_tells_no_values",
    "test_writing_tells_no_values",
)


@caught_by(READING, "by branch and idnumber only")
@caught_by(BREAKING, "by branch and idnumber only")
class LogsRows(Importer):
    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        for row in super().found(branch, where, values):
            LOG.debug("read %s", row)
            yield row


@caught_by(READING, "by branch and idnumber only", branch="groups")
class ShowsItsRows(Client):
    def rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        for row in super().rows(query, values):
            vars(self).setdefault("seen", []).append(row)
            yield row

    def __repr__(self) -> str:
        return f"<Client {vars(self)}>"


@caught_by(READING, "dss.secrets.Secret")
class ShowsThePassword(Client):
    def __repr__(self) -> str:
        return f"<Client {self.path} {self._password}>"


@caught_by(READING, "dss.secrets.Secret")
class LogsThePassword(Tree):
    def open_client(self) -> Client:
        LOG.debug("opening with %s", self.options.password.reveal())
        return super().open_client()


@caught_by(READING, "dss.secrets.Secret")
class PasswordIsTheIdentity(Tree):
    def identity(self) -> str:
        return f"{self.options.path}?password={self.options.password.reveal()}"


@caught_by(READING, "dss.secrets.Secret")
class ChecksTellThePassword(Tree):
    def check(self) -> Iterable[Finding]:
        yield Finding("ok", f"opened with {self.options.password.reveal()}")


@caught_by(READING, "by branch and idnumber only")
class ChecksTellNames(Tree):
    def check(self) -> Iterable[Finding]:
        for (name,) in self.client.rows("SELECT family_name FROM people"):
            yield Finding("ok", f"{name} is there")


@caught_by(BREAKING, "by branch and idnumber only")
class TellsTheLastRow(Importer):
    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        row = None
        try:
            for row in super().found(branch, where, values):
                yield row
        except OSError as error:
            raise ReadError(f"it broke after {row}") from error


@caught_by(BREAKING, "dss.secrets.Secret")
class ErrorsTellThePassword(Importer):
    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        try:
            yield from super().found(branch, where, values)
        except OSError as error:
            raise ReadError(f"lost the connection of {self.client._password}") from error


@caught_by(WRITING, "by branch and idnumber only")
class FailuresTellValues(Template):
    def one(self, statement: str, values: Sequence[Any]) -> Any:
        try:
            return super().one(statement, values)
        except RuntimeError as error:
            raise DssError(f"{statement} with {values}") from error


@caught_by(WRITING, "by branch and idnumber only", branch="seats")
class LogsStatements(Template):
    def one(self, statement: str, values: Sequence[Any]) -> Any:
        LOG.debug("%s %s", statement, values)
        return super().one(statement, values)


@caught_by(WRITING, "by branch and idnumber only", branch="groups")
class RemarksTellNames(Tree):
    def after_run(self) -> Iterable[str]:
        return [f"greet {name}" for (name,) in self.client.rows("SELECT name FROM groups")]


@caught_by(WRITING, "dss.secrets.Secret")
class FailuresTellThePassword(Template):
    def one(self, statement: str, values: Sequence[Any]) -> Any:
        try:
            return super().one(statement, values)
        except RuntimeError as error:
            raise DssError(f"refused for {self.client._password}") from error
