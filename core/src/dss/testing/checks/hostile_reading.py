"""Whether texts come through reading as they are, whatever characters they hold."""

from __future__ import annotations

from collections.abc import Iterator

from dss.attributes import is_multi
from dss.testing.checks.records import by_key
from dss.testing.hostile import HOSTILE, HOSTILE_KEYS
from dss.testing.raising import answered, place_of
from dss.testing.rig import Rig, short
from dss.testing.samples import Values
from dss.testing.suite import Suite, basic
from dss.testing.verdict import fail, listed, require

KEYED = 101
"""The number of the first sample record that is given a hostile key."""


class HostileReadingChecks(Suite):
    """Texts with everything in them that has ever broken an export."""

    @basic
    def test_hostile_texts_are_read_intact(self, rig: Rig, branch: str) -> None:
        """Quotes, NULs, right-to-left, emoji, markup, very long: what was stored is what is read."""
        records = hostile_records(self, branch)
        texts = ", ".join(self.free_texts(branch))
        advice = (
            "escape such texts in the connector, and in `seed` of the suite's `System`, too; what the system itself"
            " cannot hold goes, with the reason, into the suite's `unstorable`"
        )
        for sort, record in records.items():
            with answered(f"`seed` of a record of `{branch}` with `{sort}` in {texts}", advice):
                rig.seed(branch, [record])

        try:
            found = rig.items(branch)
        except Exception as error:
            told = f"{type(error).__name__}: {error} ({place_of(error)})"
            sorts = _named_in(told, records) or records
            fail(f"`{branch}` cannot be read with `{'`, `'.join(sorts)}` in {texts}: {told}", advice)

        wrong = [
            f"{sort}: {line}"
            for sort, record in records.items()
            for line in rig.unlike(branch, record, found.get(record["idnumber"]))
        ]
        require(
            not wrong,
            f"`{branch}` does not read texts as they are:{listed(wrong)}",
            "change no text on the way in. What the system itself cannot hold goes, with the reason, into the suite's"
            " `unstorable` (a whole sort) or `plain` (an attribute that takes no free text); how it alters a value"
            " goes into `as_read`",
        )

    @basic
    def test_hostile_keys_are_read_intact(self, rig: Rig, branch: str) -> None:
        """A key may hold anything that the system lets it hold, and names one record only."""
        if rig.bound[branch].key_of or "keys" in self.unstorable:
            return
        keys = [one for one in HOSTILE_KEYS if self.can_be_key(branch, one)]
        rig.seed(branch, self.keyed(branch, keys))

        tree = rig.read()
        found = set(getattr(tree, branch).keys())

        lost = [one for one in keys if one not in found]
        require(
            not lost,
            f"`{branch}` does not read these keys as they are: {', '.join(map(short, lost))}",
            "change no key on the way in; keys that the system refuses are named by the suite's `can_be_key`",
        )
        strayed = [
            one for one in keys if [found["idnumber"] for found in by_key(tree, branch, [one])] != [one]
        ]
        require(
            not strayed,
            f"`readin_items` of `{branch}`, asked for one of these keys, does not give that one record:"
            f" {', '.join(map(short, strayed))}",
            "send each key as a value: quoted in a URL, escaped in a filter, a parameter of a statement",
        )

    @basic
    def test_hostile_keys_that_are_referred_to_are_read_intact(self, rig: Rig, branch: str) -> None:
        """A key with a comma in it is one member, and not two."""
        for attribute, target in self.referring(rig, branch):
            keys = self.hostile_keys(rig, target)
            records = self.with_references(branch, attribute, keys)
            self.seed_with_keys(rig, branch, target, keys, records)

            found = rig.items(branch)

            wanted = [{name: one[name] for name in ("idnumber", attribute)} for one in records]
            wrong = [line for one in wanted for line in rig.unlike(branch, one, found.get(one["idnumber"]))]
            require(
                not wrong,
                f"`{attribute}` of `{branch}` does not hold these keys of `{target}` as they are:{listed(wrong)}",
                "keep each reference by itself, or escape what stands between them, in the connector and in the suite's"
                " `System`; keys that the system refuses are named by the suite's `can_be_key`",
            )

    # -- what the checks are made of -------------------------------------------------------------------------------

    def referring(self, rig: Rig, branch: str) -> Iterator[tuple[str, str]]:
        """The attributes that refer to another branch whose keys may be any, and that branch."""
        bound, record = rig.bound[branch], self.record(branch, 1)
        for attribute, targets in bound.references().items():
            target = next((name for name in targets if name in rig.bound), branch)
            is_free = not rig.bound[target].key_of and target != branch and "keys" not in self.unstorable
            if is_free and record.get(attribute) and attribute not in bound.key_of:
                yield attribute, target

    def hostile_keys(self, rig: Rig, branch: str) -> list[str]:
        """The hostile keys that records of a branch may have, in a system that takes what is planned for it."""
        refusal = getattr(rig.read(), branch).refusal
        keys = [one for one in HOSTILE_KEYS if self.can_be_key(branch, one)]
        return [one for one in keys if refusal("idnumber", one) is None]

    def with_references(self, branch: str, attribute: str, keys: list[str]) -> list[Values]:
        """Sample records that refer to all of these keys: one record where it may have several, else one for each."""
        record = self.record(branch, 1)
        if is_multi(record[attribute]):
            return [{**record, attribute: type(record[attribute])(keys)}]
        return [{**self.record(branch, number), attribute: one} for number, one in enumerate(keys, 1)]

    def keyed(self, branch: str, keys: list[str]) -> list[Values]:
        """Sample records with these keys; the values of others, by which samples refer to them, they do not have."""
        return [{**self.record(branch, number), "idnumber": one} for number, one in enumerate(keys, KEYED)]

    def seed_with_keys(
        self, rig: Rig, branch: str, target: str, keys: list[str], records: list[Values]
    ) -> None:
        """Put records there, and all that they refer to: records with these keys, and samples."""
        rig.seed(target, self.keyed(target, keys))
        rig.seed(branch, [self.record(branch, number) for number in range(1, len(records) + 1)])
        rig.system.seed(branch, records)


def _named_in(text: str, records: dict[str, Values]) -> list[str]:
    """The sorts of those records whose key stands in a text, and in which it stands for no longer one."""
    named = {sort: one["idnumber"] for sort, one in records.items() if one["idnumber"] in text}
    return [
        sort for sort, key in named.items() if not any(key != one and key in one for one in named.values())
    ]


def hostile_records(suite: Suite, branch: str) -> dict[str, Values]:
    """A record for each sort of hostile text that the system can hold, with it in every attribute that takes any."""
    texts = suite.free_texts(branch)
    return {
        sort: {**suite.record(branch, number), **dict.fromkeys(texts, text)}
        for number, (sort, text) in enumerate(HOSTILE.items(), 1)
        if texts and sort not in suite.unstorable
    }
