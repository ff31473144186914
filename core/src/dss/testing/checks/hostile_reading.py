"""Whether texts come through reading as they are, whatever characters they hold."""

from __future__ import annotations

from dss.testing.checks.records import by_key
from dss.testing.hostile import HOSTILE, HOSTILE_KEYS
from dss.testing.rig import Rig, short
from dss.testing.samples import Values
from dss.testing.suite import Suite, basic
from dss.testing.verdict import listed, require


class HostileReadingChecks(Suite):
    """Texts with everything in them that has ever broken an export."""

    @basic
    def test_hostile_texts_are_read_intact(self, rig: Rig, branch: str) -> None:
        """Quotes, NULs, right-to-left, emoji, markup, very long: what was stored is what is read."""
        records = hostile_records(self, branch)
        rig.seed(branch, list(records.values()))

        found = rig.items(branch)

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
        records = [{**self.record(branch, number), "idnumber": one} for number, one in enumerate(keys, 1)]
        rig.seed(branch, records)

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


def hostile_records(suite: Suite, branch: str) -> dict[str, Values]:
    """A record for each sort of hostile text that the system can hold, with it in every attribute that takes any."""
    texts = suite.free_texts(branch)
    return {
        sort: {**suite.record(branch, number), **dict.fromkeys(texts, text)}
        for number, (sort, text) in enumerate(HOSTILE.items(), 1)
        if texts and sort not in suite.unstorable
    }
