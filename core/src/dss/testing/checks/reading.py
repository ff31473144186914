"""Whether a branch is read as it is: whole, the same each time, and without a trace in the system."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

from dss.branches import DataStoreBranch
from dss.capabilities import Capability
from dss.errors import NotProvided, ReadError
from dss.importers import Origin
from dss.keys import BadIdnumber, check_idnumber
from dss.models import Base
from dss.store import State
from dss.testing.checks.records import by_key, raw, same
from dss.testing.hostile import HOSTILE_KEYS, NOTHING
from dss.testing.raising import answered
from dss.testing.rig import Rig, short
from dss.testing.samples import Values, can_be_missing
from dss.testing.suite import Suite, basic, needs
from dss.testing.verdict import fail, listed, require

MANY_KEYS = 1500


ALL_PAGES = "read every page, and end only where the system says that there is no more"


class ReadingChecks(Suite):
    """Reading."""

    @basic
    def test_reading_gives_what_is_there(self, rig: Rig, branch: str) -> None:
        """Every record that was seeded comes, with every value."""
        records = [self.record(branch, number) for number in (1, 2, 3)]
        require(
            len(records[0]) > 1 or not issubclass(rig.bound[branch].klass, Base),
            f"the sample records of `{branch}` hold nothing but an idnumber, since its model takes anything: nothing"
            " would be tried",
            "give a `klass` with annotated attributes, or override the suite's `record`",
        )
        rig.seed(branch, records)

        found = rig.items(branch)

        wrong = [line for one in records for line in rig.unlike(branch, one, found.get(one["idnumber"]))]
        require(
            not wrong,
            f"`{branch}` is not read as it was seeded, and as `read_back` finds it:{listed(wrong)}",
            "mend `readin_branch`, and the condition by which it knows what is ours",
        )
        require(
            found.keys() == {one["idnumber"] for one in records},
            f"`{branch}` is read with records that nobody seeded: {', '.join(map(short, found))}",
            "read only what is ours, and each record once",
        )

    @basic
    def test_keys_are_unique_and_normal(self, rig: Rig, branch: str) -> None:
        """Each idnumber comes once, in Unicode's NFC and without outer blanks."""
        rig.seed(branch, [self.record(branch, number) for number in (1, 2, 3)])
        keys = [record["idnumber"] for record in raw(rig.tree(), branch)]

        doubled = sorted({one for one in keys if keys.count(one) > 1})
        require(
            not doubled,
            f"`{branch}` gives these idnumbers more than once: {', '.join(map(short, doubled))}",
            "give each record once; where a key is made of several values, use `dss.key(...)`",
        )
        for one in keys:
            try:
                check_idnumber(one)
            except BadIdnumber as error:
                fail(f"`{branch}`: {error}", "normalise idnumbers in the importer; the core never does")

    @basic
    def test_reading_twice_gives_the_same(self, rig: Rig, branch: str) -> None:
        """Nothing in a record comes from when it was read."""
        rig.seed(branch, [self.record(branch, number) for number in (1, 2, 3)])

        first, second = rig.items(branch), rig.items(branch)

        require(
            same(first) == same(second),
            f"two readings of `{branch}` differ although nothing has changed",
            "leave out of the records what depends on when, or how often, they are read",
        )

    @basic
    def test_one_tree_can_be_read_again(self, rig: Rig, branch: str) -> None:
        """A second reading sees what has come since the first; nothing is kept from it."""
        rig.seed(branch, [self.record(branch, 1)])
        tree = rig.read(branch)
        rig.seed(branch, [self.record(branch, 2)])

        advice = "keep nothing of an earlier reading; what one reading shares is made in the importer's `__enter__`"
        with answered(f"a second reading of `{branch}` by the same tree", advice):
            tree.read([branch])

        found = set(getattr(tree, branch).keys())
        wanted = {self.record(branch, number)["idnumber"] for number in (1, 2)}
        require(
            found == wanted,
            f"a second reading of `{branch}` by the same tree gives {len(found)} of {len(wanted)} records",
            advice,
        )

    @basic
    def test_the_order_of_records_does_not_matter(self, rig: Rig, branch: str) -> None:
        """Whatever order the system gives its records in, the same is read."""
        records = [self.record(branch, number) for number in (1, 2, 3, 4)]
        needed = self.with_needed(branch, records)
        for name, others in needed.items():
            self.seed_backwards(rig, name, others)

        found = rig.items(branch)

        wrong = [line for one in records for line in rig.unlike(branch, one, found.get(one["idnumber"]))]
        require(
            not wrong,
            f"`{branch}` is read otherwise when its records were stored in another order:{listed(wrong)}",
            "let no record depend on which came before it",
        )

    def seed_backwards(self, rig: Rig, branch: str, records: list[Values]) -> None:
        """Put records into the system, the last one first."""
        for record in reversed(records):
            rig.system.seed(branch, [record])

    @basic
    def test_an_empty_system_has_no_records(self, rig: Rig, branch: str) -> None:
        """Nothing is made up: zero records, read whole. A source may refuse to be empty: mostly that is a fault."""
        try:
            tree = rig.read(branch)
        except ReadError as error:
            require(
                Capability.CREATE not in self.declared().of(branch),
                f"`{branch}` of an empty system cannot be read: {error}",
                "read no records there; otherwise nothing could ever be written to a new system",
            )
            return

        bound = getattr(tree, branch)

        require(
            bound.state() is State.COMPLETE and len(bound) == 0,
            f"of an empty system `{branch}` is {bound.state()}, with {len(bound)} records",
            "read no records there; the core decides what an empty branch is worth",
        )

    @basic
    def test_a_branch_it_does_not_have_is_not_provided(self, rig: Rig) -> None:
        """Asked for an unknown branch, the importer says so; an empty answer would mean that all are gone."""
        tree = rig.tree()
        unknown = tree.add_branch(_Unknown)
        try:
            records = list(raw(tree, unknown.__name__))
        except NotProvided:
            return
        except Exception as error:
            fail(
                f"asked for a branch that it does not have, `readin_branch` raised {type(error).__name__}: {error}",
                "raise `dss.errors.NotProvided` for every branch that is not yours",
            )
        fail(
            f"asked for a branch that it does not have, `readin_branch` gave {len(records)} records",
            "raise `dss.errors.NotProvided` for every branch that is not yours; no records means that all are gone",
        )

    @basic
    def test_reading_writes_nothing(self, rig: Rig) -> None:
        """The system is the same before and after."""
        for branch in self.declared().branches:
            rig.seed(branch, [self.record(branch, 1)])
        before = rig.system.dump()

        rig.read()

        require(
            rig.system.dump() == before and rig.wire.writes == 0,
            "reading has changed the system; look at `readin_branch`, the importer's `__enter__` and `__exit__`, and"
            " `open_client`",
            "write nothing while reading; what has to be made once is made by a handler, or by hand",
        )

    # -- by key ----------------------------------------------------------------------------------------------------

    @basic
    def test_records_read_by_key_are_those_of_a_full_read(self, rig: Rig, branch: str) -> None:
        """`readin_items` gives the very records of `readin_branch`, those asked for and no others."""
        if rig.tree().importer is None and Capability.LOOKUP not in self.declared().of(branch):
            return
        records = [self.record(branch, number) for number in (1, 2, 3)]
        rig.seed(branch, records)
        tree = rig.read()
        whole = {record["idnumber"]: same(record) for record in raw(tree, branch)}
        first, second = records[0]["idnumber"], records[2]["idnumber"]

        advice = (
            "read just these keys, each as a value and never as a pattern, with the same code that makes records in"
            " `readin_branch`"
        )
        for keys in ([first], [second, first], [], [first, *HOSTILE_KEYS], list(HOSTILE_KEYS)):
            asked = (
                f"asked for the keys {', '.join(map(short, keys)) or '(none)'}, `readin_items` of `{branch}`"
            )
            with answered(asked, advice):
                found = {one["idnumber"]: same(one) for one in by_key(tree, branch, keys)}
            wanted = {one: whole[one] for one in keys if one in whole}
            if found != wanted:
                fail(f"{asked} gave {_differing(found, wanted)}", advice)

    @needs(Capability.LOOKUP)
    def test_many_keys_are_read_at_once(self, rig: Rig, branch: str) -> None:
        """More than a thousand keys are no error, and none is lost, be it the first or the last."""
        records = [self.record(branch, number) for number in (1, 2)]
        rig.seed(branch, records)
        tree = rig.read()
        first, last = (record["idnumber"] for record in records)
        keys = [first, *(f"none-{number}" for number in range(MANY_KEYS - 2)), last]

        advice = "ask for the keys in chunks, all of them, and give each record once"
        asked = f"asked for {MANY_KEYS:,} keys, of which two are there, `readin_items` of `{branch}`"
        with answered(asked, advice):
            found = sorted(one["idnumber"] for one in by_key(tree, branch, keys))

        require(found == sorted([first, last]), f"{asked} gave {len(found)} records", advice)

    # -- how -------------------------------------------------------------------------------------------------------

    @basic
    def test_many_records_are_all_read(self, rig: Rig, branch: str) -> None:
        """Where an answer comes in pages, the last page counts too; where records stream, that check counts them."""
        if Capability.STREAM in self.declared().of(branch):
            return
        rig.seed(branch, [self.record(branch, number) for number in range(1, self.many + 1)])

        count = sum(1 for _ in raw(rig.read(), branch))

        require(count == self.many, f"of {self.many} records of `{branch}` {count} are read", ALL_PAGES)

    @needs(Capability.STREAM)
    def test_records_stream(self, rig: Rig, branch: str) -> None:
        """While records pass, memory does not grow with them."""
        rig.seed(branch, [self.record(branch, number) for number in range(1, self.many + 1)])
        tree = rig.tree()
        if rig.bound[branch].refers_to:
            tree.read()
        for _ in zip(range(10), raw(tree, branch), strict=False):
            pass  # what is made once, such as a cache of statements, is not counted

        count = sum(1 for _ in raw(tree, branch, named=False))
        require(count == self.many, f"of {self.many} records of `{branch}` {count} are read", ALL_PAGES)
        passing = _peak(lambda: sum(1 for _ in raw(tree, branch, named=False)))
        kept = _peak(lambda: len(list(raw(tree, branch, named=False))))

        require(
            passing < kept * 0.6,
            f"reading {self.many} records of `{branch}` one by one takes {passing // 1024} KB, and keeping them all"
            f" {kept // 1024} KB",
            "hand records over as they come (a generator over the answer, page by page); or take Capability.STREAM out",
        )

    @basic
    def test_missing_values_are_read_as_nothing(self, rig: Rig, branch: str) -> None:
        """A text that nobody has given is read as None or empty, and not as a word for nothing."""
        record = self.record(branch, 1)
        texts = [name for name in self.free_texts(branch) if can_be_missing(rig.bound[branch], name)]
        rig.seed(branch, [{name: value for name, value in record.items() if name not in texts}])

        found = rig.items(branch).get(record["idnumber"], {})

        words = [
            f"`{name}` is {short(found[name])}"
            for name in texts
            if str(found.get(name, "")).lower() in NOTHING and name in found
        ]
        require(
            not words,
            f"values of `{branch}` that nobody has given are read as words:{listed(words)}",
            'read a missing value as None, or as `""` where the system knows no difference',
        )

    @needs(Capability.BLANKS)
    def test_an_empty_value_is_told_from_a_missing_one(self, rig: Rig, branch: str) -> None:
        """`""` comes back as `""`, and None as None."""
        texts = self.free_texts(branch)
        empty = {**self.record(branch, 1), **dict.fromkeys(texts, "")}
        missing = {key: one for key, one in self.record(branch, 2).items() if key not in texts}
        rig.seed(branch, [empty, missing])

        found = rig.items(branch)

        for name in texts:
            got = (found[empty["idnumber"]].get(name), found[missing["idnumber"]].get(name))
            require(
                got == ("", None),
                f"`{branch}.{name}`, seeded empty and seeded not at all, is read as {got[0]!r} and {got[1]!r}",
                'read an empty value as `""` and a missing one as None; or take Capability.BLANKS out',
            )

    @needs(Capability.TRACE)
    def test_every_value_is_traced(self, rig: Rig, branch: str) -> None:
        """`trace` names a place for each value of a record, and knows nothing of one that is not there."""
        record = self.record(branch, 1)
        rig.seed(branch, [record])
        tree = rig.read()
        assert tree.importer is not None

        advice = "give `Origin(attribute, value, place)`, the place in words that lead a person there"
        with answered(f"`trace` of `{branch}`", advice):
            origins = list(tree.importer.trace(getattr(tree, branch), record["idnumber"]))

        require(
            all(isinstance(one, Origin) and isinstance(one.place, str) and one.place for one in origins),
            f"`trace` of `{branch}` gave {origins!r}",
            advice,
        )
        told = {one.attribute for one in origins if one.taken}
        silent = [name for name in rig.items(branch)[record["idnumber"]] if name not in told]
        silent = [name for name in silent if name in record]
        require(
            not silent,
            f"`trace` of `{branch}` does not tell where these come from: {', '.join(silent)}",
            "give an `Origin` for each attribute that the record has",
        )
        require(
            not [one for one in tree.importer.trace(getattr(tree, branch), "none-1") if one.taken],
            f"`trace` of `{branch}` tells of a record that is not there",
            "give nothing, or what was left out (`taken=False`)",
        )


class _Unknown(DataStoreBranch):
    """A branch that no connector has."""

    __branchname__ = "unheard_of"


def _differing(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    if found.keys() != wanted.keys():
        return f"{', '.join(map(short, found)) or 'none'}"
    unlike = next(one for one in found if found[one] != wanted[one])
    return f"`{unlike}` with other values than a full read: {short(str(found[unlike]))}"


def _peak(work: Any) -> int:
    """The most memory, in bytes, that Python holds at a time for something."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
