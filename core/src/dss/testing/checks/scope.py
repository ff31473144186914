"""Whether only what is ours is touched: nothing outside the scope, nothing of somebody else's, nothing filtered."""

from __future__ import annotations

from dss.actions import Kind
from dss.attributes import ENABLED
from dss.capabilities import Capability
from dss.importers import Holder, Scope
from dss.testing.checks.answers import FREE
from dss.testing.checks.records import same
from dss.testing.checks.writing import WritingChecks, all_done
from dss.testing.raising import answered
from dss.testing.rig import FILTERED, IS_KEPT, Rig, plain
from dss.testing.samples import Values
from dss.testing.suite import needs
from dss.testing.verdict import listed, require


class ScopeChecks(WritingChecks):
    """Other people's records in the same system."""

    @needs(Capability.SCOPE)
    def test_records_outside_the_scope_are_not_read(self, rig: Rig, branch: str) -> None:
        """They are not taken for ours, whatever they look like; by their keys they can be found all the same."""
        ours, theirs = self.record(branch, 1), self.record(branch, 2)
        rig.seed(branch, [ours])
        self.seed_outside(rig, branch, theirs)

        tree = rig.read()

        found = set(getattr(tree, branch).keys())
        require(
            found == {ours["idnumber"]},
            f"with one record of `{branch}` in our scope and one outside, these were read: {sorted(found)}",
            "read only what is in the scope; whatever is read counts as ours, and may be removed one day",
        )
        assert tree.importer is not None
        given = tree.importer.readin_items(getattr(tree, branch), [theirs["idnumber"]], Scope.OURS)
        require(
            not list(given),
            f"`readin_items` of `{branch}` with `Scope.OURS` gives a record outside our scope",
            "look at `scope`: only `Scope.ALL` asks for the whole system",
        )

    @needs(Capability.SCOPE, Capability.END)
    def test_records_outside_the_scope_are_never_ended(self, rig: Rig, branch: str) -> None:
        """With nothing wanted at all, every record of ours goes, and theirs are as before."""
        ours, theirs = self.record(branch, 1), self.record(branch, 2)
        self.seed_outside(rig, branch, theirs)
        before = self.outside(rig, branch, theirs)
        self.has(rig, branch, ours)
        rig.want_no_more(branch, ours)

        ran = rig.apply()

        all_done(ran, branch, "old")
        require(
            [action.idnumber for action in ran.actions] == [ours["idnumber"]],
            f"with nothing wanted of `{branch}`, this was planned:{listed(ran.actions)}",
            "let the importer read only what is in the scope",
        )
        require(
            self.outside(rig, branch, theirs) == before,
            f"ending a record of `{branch}` has changed one outside our scope",
            "let the handlers touch only the record that the action names",
        )

    @needs(Capability.END)
    def test_what_somebody_else_made_is_not_ended(self, rig: Rig, branch: str) -> None:
        """A record in our scope that no run has made, taken over, or been told to be ours stays."""
        ours, theirs = self.record(branch, 1), self.record(branch, 2)
        self.has(rig, branch, ours)
        rig.seed(branch, [theirs])

        advice = "leave it to the core to decide what is ended; carry out nothing in `dss_compare` or while reading"
        ran = rig.apply()

        require(
            not ran.done(),
            f"a record of `{branch}` that somebody else made was changed:{listed(ran.actions)}",
            advice,
        )
        seen = f"a record of `{branch}` was changed although nothing had been planned"
        self.is_there(rig, branch, ours, theirs, seen=seen, advice=advice)

    @needs(Capability.END)
    def test_what_a_filter_leaves_out_is_not_ended(self, rig: Rig, branch: str) -> None:
        """A record that the configuration's filter keeps out of the sync stays as it is."""
        ours, kept_out, goes = (self.record(branch, number) for number in (1, 2, 3))
        self.has(rig, branch, ours, kept_out, goes)
        rig.want_no_more(branch, kept_out, goes)
        rig.filters[branch] = IS_KEPT
        FILTERED.add(kept_out["idnumber"])
        try:
            ran = rig.apply()
        finally:
            FILTERED.clear()

        require(
            [action.idnumber for action in ran.actions] == [goes["idnumber"]],
            f"of two records of `{branch}` that are wanted no more, one kept out by a filter, this was planned:"
            f"{listed(ran.actions)}",
            "give records to the core one by one, and let it make the items",
        )
        seen = f"a filter keeps a record of `{branch}` out of the sync, and yet it, or one that is to stay, was changed"
        advice = "let the handlers touch only the record that the action names"
        self.is_there(rig, branch, ours, kept_out, seen=seen, advice=advice)

    # -- taking over -----------------------------------------------------------------------------------------------

    @needs(Capability.ADOPT, Capability.CREATE)
    def test_an_existing_record_is_taken_over_and_not_made_twice(self, rig: Rig, branch: str) -> None:
        """One outside the scope with the same key and a witness becomes ours; a dry look at it was an adoption."""
        record = self.record(branch, 1)
        self.seed_outside(rig, branch, record)
        before = rig.system.dump()
        rig.want(branch, record)

        planned = rig.plan()
        ran = rig.apply()

        adopted = [action for action in planned.actions if action.idnumber == record["idnumber"]]
        require(
            adopted and adopted[0].adopts is not None and adopted[0].adopts.native is not None,
            f"a record of `{branch}` that the system has outside our scope was planned as:"
            f"{listed([*planned.actions, *planned.errors])}",
            "let `readin_items` with `Scope.ALL` find it, with its values, and with the system's own id under"
            " `dss.importers.NATIVE`",
        )
        all_done(ran, branch, "new, which takes over what is there,")
        self.is_there(rig, branch, record)
        self.nothing_is_left(rig, branch)
        if Capability.UNDO in self.declared().of(branch):
            undone = rig.undo(ran.number)
            require(
                record["idnumber"] not in rig.items(branch) and not undone.undone,
                f"a record of `{branch}` that was taken over is still ours after an undo:{listed(undone.complaints())}",
                "give it back in a handler `release_...`: out of our scope, as it was found",
            )
            require(
                rig.system.dump() == before or rig.wanted.keys() != {branch},
                f"a record of `{branch}` that was taken over and given back is not as it was found",
                "put back in `release_...` what `action.adopts.was` says, and take away what marked it as ours",
            )

    @needs(Capability.ADOPT, Capability.CREATE)
    def test_a_stranger_with_our_key_is_not_taken_over(self, rig: Rig, branch: str) -> None:
        """Without a witness it is an error that names the holder, and nothing is written."""
        record = self.record(branch, 1)
        differing = {name: self.another(branch, name, record[name]) for name in self.changeable(branch)}
        if not any(set(group) <= set(differing) for group in rig.bound[branch].witnesses):
            return
        self.seed_outside(rig, branch, {**record, **differing})
        rig.want(branch, record)
        for name, needed in self.with_needed(branch, [record]).items():
            if name != branch:
                rig.system.seed(name, needed)
        before = rig.system.dump()

        ran = rig.apply()

        require(
            [action.kind for action in ran.errors if action.idnumber == record["idnumber"]] == [Kind.ERROR]
            and rig.system.dump() == before,
            f"the key of a new record of `{branch}` belongs to somebody else outside our scope, and this came of it:"
            f"{listed([*ran.actions, *ran.errors])}",
            "let `readin_items` with `Scope.ALL` give that record with its own values",
        )

    # -- unique values ---------------------------------------------------------------------------------------------

    @needs(Capability.UNIQUE)
    def test_who_holds_a_unique_value_is_found(self, rig: Rig, branch: str) -> None:
        """A value that somebody outside the scope holds is not written, and the holder is named."""
        declared = self.declared().of(branch)
        record, theirs, ours = (self.record(branch, number) for number in (1, 2, 3))
        names = [name for name in rig.bound[branch].circles() if name in record]
        self.has(rig, branch, ours, *([] if Capability.CREATE in declared else [record]))
        self.seed_outside(rig, branch, theirs)
        for name in names:
            tree = rig.read()
            assert tree.importer is not None
            values = [theirs[name], ours[name], self.record(branch, FREE)[name]]
            advice = (
                "give a `Holder(value, native, idnumber)` for each record of the whole system that has one of the"
                " values, ours and others'"
            )
            with answered(f"`find_holders` of `{branch}`", advice):
                holders = list(tree.importer.find_holders(getattr(tree, branch), name, values))
            require(
                all(isinstance(one, Holder) for one in holders)
                and sorted(str(one.value) for one in holders) == sorted(map(str, values[:2])),
                f"of three values of `{name}`, one of them free, `find_holders` gave {holders!r}",
                advice,
            )
            rig.want(branch, {**record, name: theirs[name]})

            ran = rig.apply()

            found = rig.contents(branch).get(record["idnumber"], {}).get(name)
            require(
                not ran.done() or plain(found) != plain(self.as_read(branch, name, theirs[name])),
                f"a record of `{branch}` was given a `{name}` that another one holds",
                "let `find_holders` look in the whole system, not only in our scope",
            )

    @needs(Capability.SWAP, Capability.UPDATE)
    def test_unique_values_can_be_exchanged(self, rig: Rig, branch: str) -> None:
        """Two records exchange their values in one run, and two others theirs."""
        for name in rig.bound[branch].circles().keys() & set(self.changeable(branch)):
            records = [self.record(branch, number) for number in (1, 2, 3, 4)]
            if rig.tree().spare_value(branch, name, records[0]["idnumber"]) is None:
                continue
            self.has(rig, branch, *records)
            values = [records[place][name] for place in (1, 0, 3, 2)]
            records = [{**one, name: value} for one, value in zip(records, values, strict=True)]
            rig.want(branch, *records)

            ran = rig.apply()

            require(
                ran.actions and not ran.complaints(),
                f"two exchanges of `{name}` in `{branch}`, wanted in one run, were not carried out:"
                f"{listed(ran.complaints())}",
                "give in `spare_value` a value that nobody has and that the system takes, another one for each record,"
                " and let `update` write it like any other",
            )
            self.is_there(rig, branch, *records)
            self.nothing_is_left(rig, branch)

    # -- what the checks are made of -------------------------------------------------------------------------------

    def seed_outside(self, rig: Rig, branch: str, record: Values) -> None:
        """Put a record into the system that is not ours, and what it refers to as ours, which is wanted too."""
        for name, needed in self.with_needed(branch, [record]).items():
            if name == branch:
                rig.system.seed_outside(name, needed)
            else:
                rig.system.seed(name, needed)
                rig.want(name, *needed)

    def outside(self, rig: Rig, branch: str, record: Values) -> object:
        """A record outside our scope, as it is now."""
        tree = rig.read()
        assert tree.importer is not None
        bound = getattr(tree, branch)
        found = [same(one) for one in tree.importer.readin_items(bound, [record["idnumber"]], Scope.ALL)]
        require(
            len(found) == 1 and found[0].get(ENABLED) is not False,
            f"`readin_items` of `{branch}` with `Scope.ALL` gave {len(found)} records for one outside our scope",
            "look in the whole system when `scope` is `Scope.ALL`",
        )
        return found
