"""Changes of every sort, as a source would want them of a system that has records already."""

from __future__ import annotations

from collections.abc import Iterator

from dss.actions import Action, Kind
from dss.attributes import ENABLED
from dss.capabilities import Capability
from dss.testing.rig import Rig
from dss.testing.samples import Values
from dss.testing.suite import Suite
from dss.testing.verdict import listed, require

THREE = 3
"""Records that `in_threes` changes at once."""


class WantedChanges(Suite):
    """What the checks of writing want of a system."""

    def has(self, rig: Rig, branch: str, *records: Values) -> None:
        """Let the system have these records and no difference, and let them be ours."""
        rig.want(branch, *records)
        for name, wanted in rig.wanted.items():
            rig.system.seed(name, list(wanted.values()))
        planned = rig.claim()
        require(
            not planned.actions and not planned.errors,
            f"what was seeded differs from what is wanted, although both are the same:"
            f"{listed([*planned.actions, *planned.errors])}",
            "mend the fixture's `seed`, or the importer; how the system alters a value goes into the suite's `as_read`,"
            " and into the model, so that it is no difference",
        )

    def needed_is_there(self, rig: Rig, branch: str) -> None:
        """Let the system have what is wanted of the other branches, so that this one's changes alone are planned."""
        for name, wanted in rig.wanted.items():
            if name != branch:
                rig.system.seed(name, list(wanted.values()))

    # -- changes of every sort -------------------------------------------------------------------------------------

    def has_changes(self, rig: Rig, branch: str) -> None:
        """Want something new, something changed, and something no more, as far as the branch declares it."""
        for _ in self.one_by_one(rig, branch):
            pass

    def one_by_one(self, rig: Rig, branch: str) -> Iterator[str]:
        """The same one after the other: let the system have records, then want a change of each sort and name it."""
        declared = self.declared().of(branch)
        stays, changes, comes, disables = (self.record(branch, number) for number in (1, 2, 4, 5))
        goes = self.goes(branch) if Capability.END in declared else []
        gathers = self.multi_valued(branch)[:1] if Capability.MULTI_VALUES in declared else []
        more = {name: self.another(branch, name, changes[name]) for name in gathers}
        self.has(rig, branch, stays, {**changes, **more}, disables, *goes)
        if Capability.CREATE in declared:
            rig.want(branch, comes)
            yield f"{Kind.NEW}"
        if Capability.UPDATE in declared:
            for name in self.updated(rig, branch):
                changes = {**changes, name: self.another(branch, name, changes[name])}
                rig.want(branch, {**changes, **more})
                yield f"{Kind.UPDATE} {name}"
        for name in gathers:
            rig.want(branch, {**stays, name: self.another(branch, name, stays[name])})
            yield f"{Kind.ADD} {name}"
            rig.want(branch, changes)
            yield f"{Kind.REMOVE} {name}"
        if Capability.DISABLE in declared and ENABLED in disables:
            rig.want(branch, {**disables, ENABLED: False})
            yield f"{Kind.UPDATE} {ENABLED}"
        if goes:
            rig.want_no_more(branch, *goes)
            yield f"{Kind.OLD}"

    def in_threes(self, rig: Rig, branch: str) -> Iterator[str]:
        """Let the system have records, then want a change of each sort of three of them at once, and name it."""
        declared = self.declared().of(branch)
        records = [self.record(branch, number) for number in range(1, 3 * THREE + 1)]
        self.has(rig, branch, *records)
        first, last = records[:THREE], records[-THREE:]
        if Capability.CREATE in declared:
            rig.want(branch, *(self.record(branch, 3 * THREE + number) for number in range(1, THREE + 1)))
            yield f"{Kind.NEW}"
        for sort, capability, names in (
            (Kind.UPDATE, Capability.UPDATE, self.updated(rig, branch)),
            (Kind.ADD, Capability.MULTI_VALUES, self.multi_valued(branch)[:1]),
            (Kind.UPDATE, Capability.DISABLE, [ENABLED] if ENABLED in first[0] else []),
        ):
            for name in names if capability in declared else ():
                changed = [{**one, name: self.another(branch, name, one[name])} for one in first]
                rig.want(branch, *changed)
                yield f"{sort} {name}"
                if sort is Kind.ADD:
                    rig.want(branch, *first)
                    yield f"{Kind.REMOVE} {name}"
                else:
                    first = changed
        if Capability.END in declared:
            rig.want_no_more(branch, *last)
            yield f"{Kind.OLD}"

    def updated(self, rig: Rig, branch: str) -> list[str]:
        """Attributes that may change: one for each handler that would carry that out."""
        template, names = rig.tree().template, dict[object, str]()
        for name in self.changeable(branch):
            found = template.handler_for(Action(Kind.UPDATE, branch, "", attribute=name))
            names.setdefault(getattr(found[0], "__name__", None) if found else None, name)
        return list(names.values())

    def goes(self, branch: str) -> list[Values]:
        """What `one_by_one` wants no more."""
        return [self.record(branch, 3)]
