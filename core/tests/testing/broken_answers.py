"""Connectors that answer the core with what it cannot use."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Never, cast

from core.tests.testing.broken import caught_by
from core.tests.testing.roster.client import Client
from core.tests.testing.roster.importer import Branch, Importer
from core.tests.testing.roster.tree import Tree

from dss.importers import Given, Holder, Records, Scope
from dss.rehearsal import Rehearsal
from dss.tree import DataStoreTree

NONE: Never = cast(Never, None)
"""Forgotten, or thought to do."""

# -- reading -------------------------------------------------------------------------------------------------------


@caught_by("test_a_client_is_opened", "return what reads and writes")
class NoClient(Tree):
    def open_client(self) -> Client:
        return NONE


@caught_by("test_a_client_is_opened", "is the name spelt right?")
class MisspeltClient(Tree):
    open_client = DataStoreTree.open_client


@caught_by("test_records_are_mappings_or_rows", "yield mappings")
class ReadsNothing(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        self.known(branch)
        return None


@caught_by("test_records_by_key_are_mappings_or_rows", "yield mappings")
class FindsNone(Importer):
    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        return NONE


@caught_by("test_records_by_key_are_mappings_or_rows", "yield mappings")
class FindsTuples(Importer):
    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        return cast(Records, [(one,) for one in idnumbers])


# -- writing -------------------------------------------------------------------------------------------------------


@caught_by("test_a_batch_encloses_what_is_written", "give a context manager")
class NoBatch(Tree):
    def batch(self) -> AbstractContextManager[object]:
        return NONE


@caught_by("test_a_batch_encloses_what_is_written", "let it pass")
class BatchKeepsErrors(Tree):
    @contextlib.contextmanager
    def batch(self) -> Iterator[object]:
        with contextlib.suppress(Exception):
            yield None


@caught_by("test_a_rehearsal_encloses_a_dry_run", "give a context manager")
class NoRehearsal(Tree):
    def rehearsal(self) -> AbstractContextManager[Rehearsal]:
        return NONE


@caught_by("test_a_rehearsal_encloses_a_dry_run", "gives a `dss.rehearsal.Rehearsal`")
class RehearsalOfNothing(Tree):
    @contextlib.contextmanager
    def rehearsal(self) -> Iterator[Rehearsal]:
        with super().rehearsal():
            yield NONE


# -- unique values -------------------------------------------------------------------------------------------------


@caught_by("test_holders_are_holders", "Holder(value, native, idnumber)")
class NoHolders(Importer):
    def find_holders(self, branch: Branch, attribute: str, values: Collection[Any]) -> Iterable[Holder]:
        return NONE


@caught_by("test_holders_are_holders", "Holder(value, native, idnumber)")
class HoldersByPattern(Importer):
    def find_holders(self, branch: Branch, attribute: str, values: Collection[Any]) -> Iterable[Holder]:
        for value in values:
            query = f'SELECT id, "key" FROM {branch.__branchname__} WHERE instr(?, "{attribute}")'
            for native, idnumber in self.client.rows(query, [value]):
                yield Holder(value, native, idnumber)


@caught_by("test_spare_values_are_texts", "give a text that nobody has")
class SpareNumber(Tree):
    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        return cast(str, 7)


@caught_by("test_spare_values_are_texts", "give a text that nobody has")
class OneSpareForAll(Tree):
    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        return "spare"
