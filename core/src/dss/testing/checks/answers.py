"""Whether what the core asks of a connector is answered with what it can use, before anything is built on that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dss.branches import DataStoreBranch
from dss.capabilities import Capability
from dss.importers import Holder
from dss.rehearsal import Rehearsal
from dss.testing.checks.records import by_key, raw
from dss.testing.raising import answered
from dss.testing.rig import Rig, short
from dss.testing.samples import Values
from dss.testing.suite import Suite, basic, needs, needs_any
from dss.testing.uses import WRITES
from dss.testing.verdict import fail, listed, require

RECORDS = (
    "yield mappings with the keys `idnumber` and the model's attributes, or return `Rows(fields, tuples)`"
)
BATCH = (
    "let `batch` give a context manager: put `@contextmanager` above it and `yield` once; where there is nothing to"
    " enclose, leave it out"
)
REHEARSAL = (
    "let `rehearsal` give a context manager that gives a `dss.rehearsal.Rehearsal`: put `@contextmanager` above it, and"
    " `yield` one; `dss.recording.in_place_of_client` makes one of a client that sends nothing"
)
HOLDERS = (
    "give a `Holder(value, native, idnumber)` for each record of the whole system that has one of the values, ours and"
    " others'; none is an empty list"
)
SPARE = (
    "give a text that nobody has as this value, and that the system takes; where it cannot exchange values, take"
    " Capability.SWAP out"
)


FREE = 10
"""The number of a record that is not in the system: its values begin like those of the first, as a pattern has it."""


class AnswerChecks(Suite):
    """The types of answers."""

    @basic
    def test_records_are_mappings_or_rows(self, rig: Rig, branch: str) -> None:
        """An importer gives `Rows`, or mappings with a text as `idnumber`."""
        rig.seed(branch, [self.record(branch, 1)])
        tree = rig.tree()

        with answered(f"`readin_branch` of `{branch}`", RECORDS):
            records = list(raw(tree, branch))

        wrong = [line for line in map(_is_no_record, records) if line]
        require(not wrong, f"`readin_branch` of `{branch}` gives what is no record:{listed(wrong)}", RECORDS)
        require(
            records,
            f"a record of `{branch}` was seeded, and `readin_branch` gives none",
            f"{RECORDS}; look at its condition, too, by which it knows what is ours",
        )

    @needs(Capability.LOOKUP)
    def test_records_by_key_are_mappings_or_rows(self, rig: Rig, branch: str) -> None:
        """The same of `readin_items`."""
        record = self.record(branch, 1)
        rig.seed(branch, [record])
        tree = rig.read()

        with answered(f"`readin_items` of `{branch}`", RECORDS):
            records = list(by_key(tree, branch, [record["idnumber"]]))

        wrong = [line for line in map(_is_no_record, records) if line]
        require(not wrong, f"`readin_items` of `{branch}` gives what is no record:{listed(wrong)}", RECORDS)

    @needs_any(*WRITES)
    def test_a_batch_encloses_what_is_written(self, rig: Rig) -> None:
        """`batch()` gives a context manager, which lets errors pass."""
        tree = rig.tree()
        with answered("`batch()`", BATCH), tree.batch():
            pass

        try:
            with tree.batch():
                raise _Passing
        except _Passing:
            return
        fail(
            "an error that ends a batch does not come out of `batch()`",
            "let it pass, when what was written has been taken back: a batch that failed would count as done",
        )

    @needs(Capability.DRY_RUN)
    def test_a_rehearsal_encloses_a_dry_run(self, rig: Rig) -> None:
        """`rehearsal()` gives a context manager that gives a `Rehearsal`."""
        with answered("`rehearsal()`", REHEARSAL), rig.tree().rehearsal() as given:
            pass

        require(isinstance(given, Rehearsal), f"`rehearsal()` gives {given!r}", REHEARSAL)

    @needs(Capability.UNIQUE)
    def test_holders_are_holders(self, rig: Rig, branch: str) -> None:
        """`find_holders` gives `Holder`s, and none for a value that is free."""
        record, free_one = self.record(branch, 1), self.record(branch, FREE)
        rig.seed(branch, [record])
        tree = rig.read()
        assert tree.importer is not None
        for name in self.unique_texts(rig.bound[branch], record):
            with answered(f"`find_holders` of `{branch}`", HOLDERS):
                found, free = (
                    list(tree.importer.find_holders(getattr(tree, branch), name, [value]))
                    for value in (record[name], free_one[name])
                )
            require(
                all(isinstance(one, Holder) for one in found) and len(found) == 1 and not free,
                f"of a value of `{branch}.{name}` that one record has, and of a free one, `find_holders` gave"
                f" {found!r} and {free!r}",
                HOLDERS,
            )

    @needs(Capability.SWAP)
    def test_spare_values_are_texts(self, rig: Rig, branch: str) -> None:
        """`spare_value` gives a text for a unique attribute, another one for each record; or None, but not for all."""
        records, spares = [self.record(branch, number) for number in (1, 2)], list[str | None]()
        for name in self.unique_texts(rig.bound[branch], records[0]):
            if name not in self.changeable(branch):
                continue
            with answered(f"`spare_value` of `{branch}`", SPARE):
                given = [rig.tree().spare_value(branch, name, one["idnumber"]) for one in records]
            spares += given
            require(
                given == [None, None]
                or (all(isinstance(one, str) and one for one in given) and given[0] != given[1]),
                f"of two records, `spare_value` of `{branch}.{name}` gives {' and '.join(map(repr, given))}",
                SPARE,
            )
        require(not spares or any(spares), f"`spare_value` of `{branch}` gives None for all", SPARE)

    def unique_texts(self, bound: type[DataStoreBranch], record: Values) -> list[str]:
        """The unique attributes in which a record has one text."""
        return [name for name in bound.circles() if isinstance(record.get(name), str)]


class _Passing(Exception):
    """Has to come out of a batch again."""


def _is_no_record(record: Any) -> str:
    if not isinstance(record, Mapping):
        return f"{type(record).__name__} {short(record)}"
    if not isinstance(record.get("idnumber"), str):
        return f"a mapping whose `idnumber` is {record.get('idnumber')!r}"
    return ""
