"""Connectors that take a reading that breaks for one that has ended."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, ClassVar

from core.tests.testing.broken import caught_by
from core.tests.testing.roster.importer import Branch, Importer
from core.tests.testing.sound import SoundSuite

from dss.errors import ReadError, TemporaryError
from dss.importers import Changes, Given, Holder, Records, Scope


@caught_by("test_a_read_that_breaks_is_an_error", "let every error pass")
class EndsEarly(Importer):
    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        try:
            yield from super().found(branch, where, values)
        except OSError:
            return


@caught_by("test_a_read_that_breaks_is_an_error", "let every error pass")
class EmptyWhenItFails(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        try:
            return list(super().readin_branch(branch))  # type: ignore[arg-type]
        except OSError:
            return []


class ReadsInTurn(Importer):
    """Has a way of its own with a reading that breaks."""

    kept: ClassVar[type[Exception] | tuple[type[Exception], ...]] = ()

    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        try:
            yield from super().found(branch, where, values)
        except self.kept:
            return


@caught_by("test_a_read_that_breaks_is_an_error", "let every error pass")
@caught_by("test_a_look_up_that_breaks_is_an_error", "let every error pass")
class KeepsReadErrors(ReadsInTurn):
    kept = ReadError


@caught_by("test_a_read_that_breaks_is_an_error", "let every error pass", branch="groups")
class KeepsBusy(ReadsInTurn):
    kept = TemporaryError


@caught_by("test_a_read_that_breaks_is_an_error", "let every error pass", branch="groups")
class KeepsTimeouts(ReadsInTurn):
    kept = TimeoutError


class LosesItsDatabase(SoundSuite):
    """Knows by which error its own library tells that the connection is lost."""

    def lost(self) -> BaseException:
        return sqlite3.OperationalError("disk I/O error")


@caught_by("test_a_read_that_breaks_is_an_error", "let every error pass", suite=LosesItsDatabase)
class KeepsItsLibrarysErrors(ReadsInTurn):
    kept = sqlite3.Error


@caught_by("test_a_look_up_that_breaks_is_an_error", "let every error pass")
class FindsNoStrangerWhenItFails(Importer):
    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        try:
            return list(super().readin_items(branch, idnumbers, scope))
        except OSError:
            if scope is Scope.OURS:
                raise
            return []


@caught_by("test_a_read_that_breaks_is_an_error", "let every error pass", branch="groups")
@caught_by("test_a_look_up_that_breaks_is_an_error", "let every error pass", branch="groups")
class NoMembersWhenItFails(Importer):
    """Asks for each group's members by itself."""

    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        for row in super().found(branch, where, values):
            yield (*row[:-1], self.members(row[1])) if branch.__branchname__ == "groups" else row

    def members(self, group: str) -> frozenset[str]:
        try:
            rows = list(self.client.rows('SELECT person FROM members WHERE "group" = ?', [group]))
        except OSError:
            return frozenset()
        return frozenset(one for (one,) in rows)


@caught_by("test_a_later_page_that_breaks_is_an_error", "let every error pass")
class EndsAtAPageThatFails(Importer):
    """Reads a hundred rows at a time."""

    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        for start in itertools.count(step=100):
            page = f"{where} ORDER BY id LIMIT 100 OFFSET {start}"
            try:
                rows = list(super().found(branch, page, values))
            except OSError:
                if start:
                    return
                raise
            yield from rows
            if len(rows) < 100:
                return


@caught_by("test_a_look_up_that_breaks_is_an_error", "let every error pass")
class FindsNoneWhenItFails(Importer):
    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        try:
            return list(super().readin_items(branch, idnumbers, scope))
        except OSError:
            return []


@caught_by("test_a_search_for_holders_that_breaks_is_an_error", "let every error pass")
class FindsNoHolderWhenItFails(Importer):
    def find_holders(self, branch: Branch, attribute: str, values: Collection[Any]) -> Iterable[Holder]:
        try:
            return list(super().find_holders(branch, attribute, values))
        except OSError:
            return []


@caught_by("test_a_search_for_changes_that_breaks_is_an_error", "let every error pass")
class SeesNoChangeWhenItFails(Importer):
    def readin_changes(self, branch: Branch, since: str | None) -> Changes | None:
        try:
            return super().readin_changes(branch, since)
        except ReadError:
            return Changes([], str(since))


@caught_by("test_a_read_that_breaks_is_an_error", "read_calls")
class NamesNoReads(SoundSuite):
    read_calls = ()
