"""Connectors that read wrongly."""

from __future__ import annotations

import itertools
import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from core.tests.testing.broken import caught_by
from core.tests.testing.roster.importer import Branch, Importer
from core.tests.testing.roster.tree import Tree

from dss.capabilities import Capability
from dss.errors import ReadError
from dss.importers import NATIVE, Given, Records, Rows, Scope

Row = tuple[Any, ...]


# -- a full read ---------------------------------------------------------------------------------------------------


@caught_by("test_reading_gives_what_is_there", "mend `readin_branch`")
class Capitals(Importer):
    def value(self, name: str, value: Any) -> Any:
        return value.upper() if name == "family_name" else super().value(name, value)


@caught_by("test_reading_gives_what_is_there", "mend `readin_branch`")
class WithoutEmail(Importer):
    def column(self, name: str) -> str:
        return "NULL" if name == "email" else super().column(name)


@caught_by("test_reading_gives_what_is_there", "mend `readin_branch`", branch="groups")
class OneMember(Importer):
    def value(self, name: str, value: Any) -> Any:
        return frozenset() if name == "members" else super().value(name, value)


@caught_by("test_reading_gives_what_is_there", "read only what is ours")
@caught_by("test_an_empty_system_has_no_records", "read no records there")
class MakesSomebodyUp(Importer):
    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[Row]:
        yield from super().found(branch, where, values)
        yield (0, "admin", *[None] * (len(self.fields(branch)) - 2))


@caught_by("test_an_empty_system_has_no_records", "read no records there")
class FailsWhenEmpty(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        rows = list(super().readin_branch(branch))  # type: ignore[arg-type]
        if not rows:
            raise ReadError("nobody is there")
        return rows


@caught_by("test_records_are_mappings_or_rows", "yield mappings")
class BareTuples(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        return list(self.found(branch, "true", ()))  # type: ignore[arg-type]


@caught_by("test_records_are_mappings_or_rows", "yield mappings")
@caught_by("test_keys_are_unique_and_normal", "normalise idnumbers")
class NumbersAsKeys(Importer):
    def column(self, name: str) -> str:
        return "id" if name == "idnumber" else super().column(name)


@caught_by("test_records_are_mappings_or_rows", "yield mappings")
class NoKeys(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        return [
            {name: value for name, value in row.items() if name != "idnumber"}
            for row in super().readin_branch(branch)  # type: ignore[union-attr]
        ]


@caught_by("test_records_are_mappings_or_rows", "yield mappings")
class JustANumber(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        return 3  # type: ignore[return-value]


@caught_by("test_keys_are_unique_and_normal", "each record once")
class EachTwice(Importer):
    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[Row]:
        for row in super().found(branch, where, values):
            yield from (row, row)


@caught_by("test_keys_are_unique_and_normal", "normalise idnumbers")
class BlanksAroundKeys(Importer):
    def value(self, name: str, value: Any) -> Any:
        return f"{value} " if name == "idnumber" else super().value(name, value)


@caught_by("test_keys_are_unique_and_normal", "normalise idnumbers")
class DecomposedKeys(Importer):
    def value(self, name: str, value: Any) -> Any:
        return f"{value}e\u0301" if name == "idnumber" else super().value(name, value)


@caught_by("test_reading_twice_gives_the_same", "when, or how often")
class TimeInARecord(Importer):
    def value(self, name: str, value: Any) -> Any:
        return str(time.monotonic_ns()) if name == "email" else super().value(name, value)


@caught_by("test_one_tree_can_be_read_again", "keep nothing of an earlier reading")
class KeepsWhatItRead(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        kept: dict[str, Any] = vars(self).setdefault("kept", {})
        if branch.__branchname__ not in kept:
            kept[branch.__branchname__] = list(super().readin_branch(branch))  # type: ignore[arg-type]
        return kept[branch.__branchname__]  # type: ignore[no-any-return]


@caught_by("test_one_tree_can_be_read_again", "keep nothing of an earlier reading")
class FailsTheSecondTime(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        if vars(self).setdefault("count", 0):
            raise ReadError("the answer has been read to its end")
        vars(self)["count"] = 1
        return super().readin_branch(branch)


@caught_by("test_the_order_of_records_does_not_matter", "which came before")
class OnlyUpwards(Importer):
    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[Row]:
        last = ""
        for row in super().found(branch, where, values):
            if row[1] > last:
                last = row[1]
                yield row


@caught_by("test_a_branch_it_does_not_have_is_not_provided", "NotProvided")
class NothingForUnknown(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        return [] if branch.__branchname__ == "unheard_of" else super().readin_branch(branch)


@caught_by("test_a_branch_it_does_not_have_is_not_provided", "NotProvided")
class KeyErrorForUnknown(Importer):
    def known(self, branch: Branch) -> None:
        pass


@caught_by("test_reading_writes_nothing", "write nothing while reading")
class MakesATable(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        self.client.connection.execute("CREATE TABLE IF NOT EXISTS cache (number INTEGER)")
        return super().readin_branch(branch)


@caught_by("test_reading_writes_nothing", "write nothing while reading")
class MarksWhatItReads(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        self.client.write(f"UPDATE {branch.__branchname__} SET origin = origin")
        return super().readin_branch(branch)


# -- texts ---------------------------------------------------------------------------------------------------------


@caught_by("test_hostile_texts_are_read_intact", "escape such texts in the connector")
class StumblesOverLines(Importer):
    def value(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and "\n" in value:
            raise ReadError("a line has no `=`")
        return super().value(name, value)


@caught_by("test_hostile_texts_are_read_intact", "change no text on the way in")
class Strips(Importer):
    def value(self, name: str, value: Any) -> Any:
        return value.strip() if isinstance(value, str) and name != "members" else super().value(name, value)


@caught_by("test_hostile_texts_are_read_intact", "change no text on the way in", branch="groups")
class CutsLongOnes(Importer):
    def value(self, name: str, value: Any) -> Any:
        return value[:100] if name == "name" else super().value(name, value)


@caught_by("test_hostile_texts_are_read_intact", "change no text on the way in", branch="seats")
class NullIsNothing(Importer):
    def value(self, name: str, value: Any) -> Any:
        return None if value == "NULL" else super().value(name, value)


@caught_by("test_hostile_texts_are_read_intact", "change no text on the way in")
class Unescapes(Importer):
    def column(self, name: str) -> str:
        return (
            f"replace({super().column(name)}, '\\\\', '\\')"
            if name == "family_name"
            else super().column(name)
        )

    def value(self, name: str, value: Any) -> Any:
        return value.replace("&amp;", "&") if name == "family_name" else super().value(name, value)


@caught_by("test_hostile_keys_are_read_intact", "send each key as a value")
class TakesPlusForBlank(Importer):
    def picked(self, branch: Branch, keys: list[str], where: str) -> Iterator[Row]:
        return super().picked(branch, [key.replace("+", " ") for key in keys], where)


@caught_by("test_hostile_keys_are_read_intact", "change no key on the way in")
class TidiesKeys(Importer):
    def value(self, name: str, value: Any) -> Any:
        return value.replace("/", "-") if name == "idnumber" else super().value(name, value)


@caught_by("test_hostile_keys_are_read_intact", "change no key on the way in")
class DropsOddKeys(Importer):
    def found(self, branch: Branch, where: str, values: Sequence[Any]) -> Iterator[Row]:
        return (row for row in super().found(branch, where, values) if row[1].isascii())


# -- by key --------------------------------------------------------------------------------------------------------


@caught_by("test_records_read_by_key_are_those_of_a_full_read", "never as a pattern")
class LooksUpByPattern(Importer):
    def picked(self, branch: Branch, keys: list[str], where: str) -> Iterator[Row]:
        for key in keys:
            yield from self.found(branch, f'{where} AND "key" LIKE ?', [key])


@caught_by("test_records_read_by_key_are_those_of_a_full_read", "never as a pattern")
class LooksUpByGlob(Importer):
    def picked(self, branch: Branch, keys: list[str], where: str) -> Iterator[Row]:
        for key in keys:
            yield from self.found(branch, f'{where} AND "key" GLOB ?', [key])


@caught_by("test_records_read_by_key_are_those_of_a_full_read", "never as a pattern")
class PutsKeysIntoTheQuery(Importer):
    def picked(self, branch: Branch, keys: list[str], where: str) -> Iterator[Row]:
        for key in keys:
            yield from self.found(branch, f"""{where} AND "key" = '{key}'""", [])


@caught_by("test_records_read_by_key_are_those_of_a_full_read", "read just these keys")
class CannotEscapeAKey(Importer):
    def picked(self, branch: Branch, keys: list[str], where: str) -> Iterator[Row]:
        for key in keys:
            yield from self.found(branch, f"""{where} AND "key" = '{key}x'""", [])


@caught_by("test_records_read_by_key_are_those_of_a_full_read", "read just these keys")
class GivesAll(Importer):
    def picked(self, branch: Branch, keys: list[str], where: str) -> Iterator[Row]:
        return self.found(branch, where, ())


@caught_by("test_records_read_by_key_are_those_of_a_full_read", "read just these keys")
class AllForNone(Importer):
    def picked(self, branch: Branch, keys: list[str], where: str) -> Iterator[Row]:
        return super().picked(branch, keys, where) if keys else self.found(branch, where, ())


@caught_by("test_records_read_by_key_are_those_of_a_full_read", "same code")
class OtherwiseByKey(Importer):
    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        return [
            {name: value for name, value in record.items() if name != "email"}
            for record in super().readin_items(branch, idnumbers, scope)
        ]


@caught_by("test_many_keys_are_read_at_once", "in chunks")
class FirstChunkOnly(Importer):
    def picked(self, branch: Branch, keys: list[str], where: str) -> Iterator[Row]:
        return super().picked(branch, keys[:400], where)


@caught_by("test_many_keys_are_read_at_once", "in chunks")
class TooManyAtOnce(Importer):
    def picked(self, branch: Branch, keys: list[str], where: str) -> Iterator[Row]:
        if len(keys) > 1000:
            raise ReadError("the filter is too long")
        return super().picked(branch, keys, where)


@caught_by("test_records_stream", "hand records over as they come")
class AllInMemory(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        return Rows(self.fields(branch), list(self.found(branch, self.where(Scope.OURS), ())))


class DoesNotStream(Tree):
    capabilities = Tree.capabilities - {Capability.STREAM}


class FirstPageOnly(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        return Rows(
            self.fields(branch), itertools.islice(self.found(branch, self.where(Scope.OURS), ()), 100)
        )


caught_by("test_records_stream", "every page")(FirstPageOnly)
caught_by("test_many_records_are_all_read", "every page", tree=DoesNotStream)(FirstPageOnly)

# -- blanks --------------------------------------------------------------------------------------------------------


@caught_by("test_an_empty_value_is_told_from_a_missing_one", 'an empty value as `""`')
class EmptyIsNothing(Importer):
    def value(self, name: str, value: Any) -> Any:
        return super().value(name, value) if value != "" else None


@caught_by("test_an_empty_value_is_told_from_a_missing_one", "a missing one as None")
class NothingIsEmpty(Importer):
    def column(self, name: str) -> str:
        return super().column(name) if name in (NATIVE, "idnumber") else f"ifnull({super().column(name)}, '')"


@caught_by(
    "test_hostile_keys_that_are_referred_to_are_read_intact", "keep each reference by itself", branch="groups"
)
class MembersBehindCommas(Importer):
    def value(self, name: str, value: Any) -> Any:
        given = super().value(name, value)
        return frozenset(",".join(sorted(given)).split(",")) if name == "members" and given else given
