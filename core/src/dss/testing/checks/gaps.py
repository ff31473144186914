"""Whether a value that is missing, or empty, is written as nothing, and not as a failure or as a word for nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from dss.actions import Kind
from dss.attributes import is_blank
from dss.capabilities import Capability
from dss.templates import Undo
from dss.testing.checks.undoing import UndoChecks
from dss.testing.checks.writing import all_done
from dss.testing.hostile import NOTHING
from dss.testing.rig import Rig, short
from dss.testing.samples import Values, can_be_missing
from dss.testing.suite import needs
from dss.testing.verdict import listed, require

ADVICE = (
    "let the handler write only what is not None, and write an empty value as the system does that; what the system"
    " cannot do without is told while planning: let `refusal(attribute, None)`, or `refusal(attribute, '')`, give a"
    " sentence"
)

Refusal = Callable[[str, Any], str | None]


class GapChecks(UndoChecks):
    """Records of which a source does not know everything."""

    @needs(Capability.CREATE)
    def test_records_with_gaps_are_written(self, rig: Rig, branch: str) -> None:
        """Of one new record all is missing that may be, of another it is empty; both are made, beside a whole one."""
        refusal = getattr(rig.read(), branch).refusal
        whole, sparse, blank = (self.record(branch, number) for number in (1, 2, 3))
        missing = [name for name in self.optional(rig, branch) if refusal(name, None) is None]
        sparse = {name: value for name, value in sparse.items() if name not in missing}
        blank = {**blank, **self.emptied(rig, branch, blank, refusal)}
        rig.want(branch, whole, sparse, blank)

        ran = rig.apply()

        what = f"`new` of records of `{branch}` of which values are missing, or empty,"
        require(not ran.complaints(), f"{what} was not carried out:{listed(ran.complaints())}", ADVICE)
        self.is_there(
            rig, branch, whole, sparse, blank, seen=f"{what} has written something else", advice=ADVICE
        )
        self.says_nothing(rig, branch, sparse, missing, [whole, blank, self.record(branch, 2)])
        self.nothing_is_left(rig, branch)

    @needs(Capability.UPDATE)
    def test_values_are_cleared(self, rig: Rig, branch: str) -> None:
        """A value that the source says is empty becomes empty, and no other with it."""
        record, bystander = self.record(branch, 1), self.record(branch, 2)
        refusal = getattr(rig.read(), branch).refusal
        emptied = self.emptied(rig, branch, record, refusal)
        cleared = {name: emptied[name] for name in self.changeable(branch) if name in emptied}
        if not cleared:
            return
        self.has(rig, branch, record, bystander)
        rig.want(branch, {**record, **cleared})

        ran = rig.apply()

        what = f"`update` to an empty value, of `{branch}`,"
        require(not ran.complaints(), f"{what} was not carried out:{listed(ran.complaints())}", ADVICE)
        all_done(ran, branch, "update to an empty value")
        seen = f"{what} was said to be done, and the system holds something else"
        self.is_there(rig, branch, {**record, **cleared}, bystander, seen=seen, advice=ADVICE)
        self.says_nothing(rig, branch, record, cleared, [record, bystander])
        self.nothing_is_left(rig, branch)

    @needs(Capability.UNDO, Capability.UPDATE)
    def test_values_that_were_missing_are_missing_again(self, rig: Rig, branch: str) -> None:
        """What an update has filled in is taken out by its undo, which wants None."""
        record, bystander = self.record(branch, 1), self.record(branch, 2)
        refusal = getattr(rig.read(), branch).refusal
        names = [name for name in self.emptied(rig, branch, record, refusal) if refusal(name, None) is None]
        names = [name for name in names if name in self.changeable(branch)]
        sparse = {name: value for name, value in record.items() if name not in names}
        self.has(rig, branch, sparse, bystander)
        before = self.state(rig, branch)
        rig.want(branch, record)
        if not rig.plan().actions:
            # the system has a value of its own where nobody gives one
            return

        if self.done_and_undone(rig, branch, Kind.UPDATE) is Undo.WHOLLY:
            self.is_as_before(rig, branch, before, "update")

    # -- what the checks are made of -------------------------------------------------------------------------------

    def optional(self, rig: Rig, branch: str) -> list[str]:
        """The attributes that a record may be without, as far as its model says."""
        bound = rig.bound[branch]
        return [
            name
            for name in self.record(branch, 1)
            if name != "idnumber" and name not in bound.key_of and can_be_missing(bound, name)
        ]

    def emptied(self, rig: Rig, branch: str, record: Values, refusal: Refusal) -> Values:
        """Empty values for the texts of a record that may be empty."""
        return {
            name: ""
            for name in self.optional(rig, branch)
            if isinstance(record.get(name), str) and refusal(name, "") is None
        }

    def says_nothing(
        self, rig: Rig, branch: str, record: Values, names: Iterable[str], others: Collection[Values]
    ) -> None:
        """Require that where a text is missing the system holds no word for nothing, and no text of another record."""
        found = rig.contents(branch).get(record["idnumber"], {})
        wrong = []
        for name in names:
            value = found.get(name)
            if is_blank(value) or not isinstance(value, str):
                continue
            if value.lower() in NOTHING or any(value == one.get(name) for one in others):
                wrong.append(f"`{name}` is {short(value)}")
        require(
            not wrong,
            f"{branch} `{record['idnumber']}`, of which values are missing, has others in their place:{listed(wrong)}",
            ADVICE,
        )
