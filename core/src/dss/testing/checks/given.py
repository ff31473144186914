"""Whether what the author gives the kit can be used: the system, the sample records, the errors that are injected."""

from __future__ import annotations

from collections.abc import Mapping

from dss.attributes import ENABLED
from dss.capabilities import Capability
from dss.testing.raising import answered
from dss.testing.rig import Rig, short
from dss.testing.samples import can_be_made, settable
from dss.testing.suite import Suite, basic
from dss.testing.uses import WRITES
from dss.testing.verdict import listed, require
from dss.tree import DataStoreTree

RECORD = (
    "let the suite's `record` return a dict with a text as `idnumber` and the attributes of the model, the same"
    " whenever it is asked, and another one for each number"
)


class GivenChecks(Suite):
    """The suite itself; the connector has not been asked for anything yet."""

    @basic
    def test_sample_records_are_records(self, rig: Rig, branch: str) -> None:
        """Each has a key of its own, and is the same whenever it is asked for."""
        with answered(f"`record` of `{type(self).__name__}`", RECORD):
            given = [self.record(branch, number) for number in (1, 2, 3)]
            again = [self.record(branch, number) for number in (1, 2, 3)]

        wrong = [short(one) for one in given if not _has_a_key(one)]
        require(not wrong, f"these sample records of `{branch}` are none:{listed(wrong)}", RECORD)
        keys = [one["idnumber"] for one in given]
        require(
            len(set(keys)) == len(keys),
            f"sample records 1 to 3 of `{branch}` have the keys {', '.join(map(short, keys))}",
            RECORD,
        )
        require(given == again, f"`record` gives others of `{branch}` when it is asked again", RECORD)

    @basic
    def test_sample_records_have_every_attribute(self, rig: Rig, branch: str) -> None:
        """What the kit cannot make a value of is given by the author; else nothing of it would be tried."""
        record, bound = self.record(branch, 1), rig.bound[branch]
        strange = [
            f"`{name}`: {hint}"
            for name, hint in settable(bound).items()
            if name not in record and not can_be_made(hint) and name not in bound.references()
        ]
        require(
            not strange,
            f"the kit cannot make values of these attributes of `{branch}`:{listed(strange)}",
            "give values in the suite's `record`, and others in `another`; None for what the system does not keep",
        )

    @basic
    def test_the_system_holds_what_it_is_given(self, rig: Rig, branch: str) -> None:
        """What `seed` puts there `read_back` finds, and `dump` shows the same until something changes."""
        kind = type(rig.system).__name__
        records = [self.record(branch, number) for number in (1, 2, 3)]
        if Capability.DISABLE in self.declared().of(branch) and ENABLED in records[2]:
            records[2] = {**records[2], ENABLED: False}
        advice = (
            f"let `{kind}.dump` give all that the system holds, in a form and an order that stay the same"
        )
        with answered(f"`dump` of `{kind}`", advice):
            before, again = rig.system.dump(), rig.system.dump()
        require(before == again, f"`dump` of `{kind}` differs although nothing has changed", advice)
        with answered(
            f"`seed` of `{kind}`", f"let `{kind}.seed` take these records of `{branch}`, and store them"
        ):
            rig.seed(branch, records)

        advice = (
            f"let `{kind}.read_back` give each record that is ours as a dict with its `idnumber` and the attributes"
            " that the system holds"
        )
        with answered(f"`read_back` of `{kind}`", advice):
            stored = rig.contents(branch)

        lost = [line for one in records for line in rig.unlike(branch, one, stored.get(one["idnumber"]))]
        require(
            not lost,
            f"records of `{branch}` were seeded, and by `read_back` the system does not hold them as they were:"
            f"{listed(lost)}",
            "mend `seed` or `read_back` of the suite's `System`; the connector has not been asked yet. How the system"
            " alters a value goes into the suite's `as_read`; an attribute that holds keys of another branch is named"
            " in `refers_to`",
        )
        require(
            rig.system.dump() != before,
            f"`dump` of `{kind}` is the same before and after records of `{branch}` were seeded",
            f"let `{kind}.dump` give all that the system holds: every file, or every table",
        )

    @basic
    def test_calls_are_named(self) -> None:
        """The suite says by which methods the client reads and writes, or has a `tap` of its own."""
        if type(self).tap is not Suite.tap or self.declared().tree.open_client is DataStoreTree.open_client:
            return
        writes = bool(self.declared().all() & set(WRITES))
        for name, is_needed in (("read_calls", True), ("write_calls", writes)):
            require(
                getattr(self, name) or not is_needed,
                f"`{name}` of `{type(self).__name__}` names nothing, so that no failure could be tried",
                f"name in `{name}` the methods of what `open_client()` returns, those nearest to the wire; or override"
                " `tap`",
            )

    @basic
    def test_errors_that_are_injected_are_errors(self) -> None:
        """`lost`, `busy` and `refused` return what the client would raise."""
        for name in ("lost", "busy", "refused"):
            advice = f"let the suite's `{name}` return, and not raise, an exception of the client's library"
            with answered(f"`{name}` of `{type(self).__name__}`", advice):
                made = getattr(self, name)()
            require(
                isinstance(made, Exception), f"`{name}` of `{type(self).__name__}` gives {made!r}", advice
            )


def _has_a_key(record: object) -> bool:
    if not isinstance(record, Mapping):
        return False
    key = record.get("idnumber")
    return isinstance(key, str) and bool(key)
