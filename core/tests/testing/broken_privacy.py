"""Connectors that tell what nobody else is to know."""

from __future__ import annotations

import base64
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import attrs
from core.tests.testing.broken import caught_by
from core.tests.testing.roster.client import Client
from core.tests.testing.roster.importer import Branch, Importer
from core.tests.testing.roster.system import PASSWORD, Roster
from core.tests.testing.roster.template import BELL, Template
from core.tests.testing.roster.tree import Options, People, Tree

from dss.actions import Action
from dss.capabilities import Capability, Finding
from dss.errors import DssError, ReadError
from dss.secrets import SecretUrl

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
class LogsTheHeader(Tree):
    def open_client(self) -> Client:
        coded = base64.b64encode(f"dss:{self.options.password.reveal()}".encode())
        LOG.debug("Authorization: Basic %s", coded.decode())
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


@caught_by(WRITING, "by branch and idnumber only")
class EmailsAreTold(Template):
    def update_people_email(self, action: Action) -> None:
        try:
            self.update(action)
        except RuntimeError as error:
            raise DssError(f"could not set the email to {action.wanted}") from error


@caught_by(WRITING, "by branch and idnumber only", branch="seats")
class LogsStatements(Template):
    def one(self, statement: str, values: Sequence[Any]) -> Any:
        LOG.debug("%s %s", statement, values)
        return super().one(statement, values)


@caught_by(WRITING, "by branch and idnumber only", branch="seats")
class PrintsStatements(Template):
    def one(self, statement: str, values: Sequence[Any]) -> Any:
        print(statement, values)  # noqa: T201  as somebody who looks for a mistake leaves it behind
        return super().one(statement, values)


@caught_by(READING, "by branch and idnumber only")
@caught_by(BREAKING, "by branch and idnumber only")
class PrintsRows(Importer):
    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        for row in super().found(branch, where, values):
            print(row, file=sys.stderr)  # noqa: T201
            yield row


@caught_by(WRITING, "by branch and idnumber only", branch="groups")
class RemarksTellNames(Tree):
    def after_run(self) -> Iterable[str]:
        return [f"greet {name}" for (name,) in self.client.rows("SELECT name FROM groups")]


class OnlyEnds(Tree):
    """Makes nothing and changes nothing."""

    capabilities = frozenset({Capability.READ, Capability.LOOKUP, Capability.END})


@caught_by(WRITING, "by branch and idnumber only", tree=OnlyEnds)
class EndsTellNames(Template):
    def old_people(self, action: Action) -> None:
        LOG.info("disabling %s", next(self.client.rows("SELECT family_name FROM people WHERE id = 1")))
        super().old_people(action)


@caught_by(WRITING, "dss.secrets.Secret")
class FailuresTellThePassword(Template):
    def one(self, statement: str, values: Sequence[Any]) -> Any:
        try:
            return super().one(statement, values)
        except RuntimeError as error:
            raise DssError(f"refused for {self.client._password}") from error


# -- what the system itself refuses --------------------------------------------------------------------------------


@caught_by("test_a_refusal_tells_no_values", "by branch and idnumber only")
class RefusesWithTheValue(People):
    @classmethod
    def refusal(cls, name: str, value: Any) -> str | None:
        return f"{value!r} rings a bell" if BELL in str(value) else None


@caught_by("test_a_refusal_tells_no_values", "by branch and idnumber only", branch="groups")
class FailsWithTheValues(Template):
    def one(self, statement: str, values: Sequence[Any]) -> Any:
        try:
            return super().one(statement, values)
        except DssError as error:
            raise DssError(f"{error}: {values}") from error


class Locked(Client):
    """Opens for the right password only."""

    def __init__(self, path: Path, password: str) -> None:
        if password != PASSWORD:
            raise self.refusal(password)
        super().__init__(path, password)

    def refusal(self, password: str) -> Exception:
        """What is raised for a wrong one."""
        return DssError("the password is wrong")


@caught_by("test_a_wrong_secret_is_not_told", "let no error quote")
class QuotesTheWrongPassword(Locked):
    def refusal(self, password: str) -> Exception:
        return DssError(f"{password} is wrong")


@caught_by("test_a_wrong_secret_is_not_told", "let no error quote")
class NotesTheWrongPassword(Locked):
    def refusal(self, password: str) -> Exception:
        error = DssError("the password is wrong")
        error.add_note(f"tried {password}")
        return error


@caught_by("test_a_wrong_secret_is_not_told", "let no error quote")
class QuotesItInOneOfSeveral(Locked):
    def refusal(self, password: str) -> Exception:
        return ExceptionGroup("not opened", [DssError("no key"), DssError(f"{password} is wrong")])


@caught_by("test_a_wrong_secret_is_not_told", "let no error quote")
class FindsTheWrongPassword(Tree):
    def check(self) -> Iterable[Finding]:
        password = self.options.password.reveal()
        yield Finding("ok" if password == PASSWORD else "error", f"opened with {password}")


@attrs.frozen(kw_only=True)
class Access:
    """How a roster's server is reached."""

    url: SecretUrl = attrs.field(metadata={"help": "Where it is."})


@attrs.frozen(kw_only=True)
class WithAServer(Options):
    """Options with a secret further down."""

    server: Access = attrs.field(metadata={"help": "The server."})


class Served(Roster):
    """A roster that has a server."""

    def options(self) -> Mapping[str, Any]:
        url = self.path.with_name("url.txt")
        url.write_text("https://dss:let%2Fme%2Fin@roster.example/", encoding="utf-8")
        url.chmod(0o600)
        return {**super().options(), "server": {"url": {"file": str(url)}}}


@caught_by(READING, "dss.secrets.Secret", system=Served)
@caught_by("test_a_wrong_secret_is_not_told", "let no error quote", system=Served)
class TellsTheServersPassword(Tree):
    Options = WithAServer

    def check(self) -> Iterable[Finding]:
        password = unquote(urlsplit(self.options.server.url.reveal()).password or "")
        yield Finding("ok", f"opened with {password}")
