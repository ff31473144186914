"""Whether what a tree was read from is known again, by which a file that is late, or came twice, is noticed."""

from __future__ import annotations

from dss.capabilities import Capability
from dss.sources import Source
from dss.testing.raising import answered
from dss.testing.rig import Rig
from dss.testing.suite import Suite, needs
from dss.testing.verdict import require


class SourceOfReadingChecks(Suite):
    """What `sources()` tells after a reading."""

    @needs(Capability.SOURCES)
    def test_sources_are_known_again(self, rig: Rig) -> None:
        """The same content has the same digest, another one another."""
        advice = "give a `dss.sources.Source(name, digest, modified)` for each file or feed that was read"
        for branch in self.declared().branches:
            record = self.record(branch, 1)
            rig.seed(branch, [record])
            trees = [rig.read(), rig.read()]
            with answered("`sources()`", advice):
                first, again = [list(tree.sources()) for tree in trees]
            require(
                first and all(isinstance(one, Source) for one in first),
                f"`sources()` gave {first!r}",
                advice,
            )
            require(
                _digests(first) == _digests(again),
                "`sources()` of the same content differ from reading to reading",
                "make digest and name of the content alone",
            )
            texts = [name for name in self.free_texts(branch) if name in self.changeable(branch)]
            for name in texts[:1]:
                rig.seed(branch, [{**record, name: self.another(branch, name, record[name])}])
                require(
                    _digests(first) != _digests(list(rig.read().sources())),
                    f"`sources()` are the same although `{name}` of a record of `{branch}` has changed",
                    "make the digest of the content that was read",
                )
        branch = self.declared().branches[0]
        first = list(rig.read().sources())
        rig.seed(branch, [self.record(branch, 2)])
        require(
            _digests(first) != _digests(list(rig.read().sources())),
            f"`sources()` are the same although a record of `{branch}` has come",
            "make the digest of the content that was read",
        )


def _digests(sources: list[Source]) -> set[tuple[str, str]]:
    return {(one.name, one.digest) for one in sources}
