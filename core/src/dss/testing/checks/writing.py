"""Whether every handler writes what its action says, and a second run finds nothing left to do."""

from __future__ import annotations

from dss.actions import Kind, Outcome
from dss.attributes import ENABLED
from dss.capabilities import Capability
from dss.importers import Scope
from dss.testing.checks.changes import WantedChanges
from dss.testing.checks.hostile_reading import HostileReadingChecks, hostile_records
from dss.testing.checks.records import by_key
from dss.testing.hostile import HOSTILE, HOSTILE_KEYS
from dss.testing.rig import Ran, Rig, plain
from dss.testing.samples import Values
from dss.testing.suite import basic, needs
from dss.testing.verdict import fail, listed, require

ALL_DONE = "the run said that all was done, and the system holds something else"
WRITE = "write in the handler what the action says, and answer done only when the system has stored it"


BYSTANDER = 10
"""The number of a record beside the first: its key begins with that one's, which a pattern would find, too."""
SINGLY = 5
"""Hostile keys whose records are ended, one in a run: a source that halves is held."""


class WritingChecks(WantedChanges, HostileReadingChecks):
    """Writing, seen by another way than the connector's own."""

    @needs(Capability.CREATE)
    def test_new_records_are_written(self, rig: Rig, branch: str) -> None:
        """`new` makes each record with every value, and what it refers to is made before it in the same run."""
        records = [self.record(branch, number) for number in (1, 2, 3)]
        rig.want(branch, *records)

        ran = rig.apply()

        all_done(ran, branch, "new")
        self.is_there(rig, branch, *records)
        self.nothing_is_left(rig, branch)

    @needs(Capability.CREATE)
    def test_the_systems_own_ids_are_those_it_reads(self, rig: Rig, branch: str) -> None:
        """What `done(native=...)` says of a new record is what a reading says of it later."""
        record = self.record(branch, 1)
        rig.want(branch, record)
        with rig.run() as run:
            run.plan()
            run.apply()
            told = getattr(run.syncs[0].right, branch).native(record["idnumber"])

        read = getattr(rig.read(), branch).native(record["idnumber"])

        require(
            None in (read, told) or str(told) == str(read),
            f"the handler of `new` in `{branch}` told the id {told!r}, and reading gives {read!r}",
            "answer `action.done(native=...)` with the id that the importer gives as `dss.importers.NATIVE`; an id that"
            " is new whenever a record comes back is none: leave it out of the records",
        )

    @needs(Capability.UPDATE)
    def test_updates_are_written(self, rig: Rig, branch: str) -> None:
        """Each attribute is changed to what is wanted, alone, and no other with it."""
        record, bystander = self.record(branch, 1), self.record(branch, BYSTANDER)
        self.has(rig, branch, record, bystander)
        for name in self.changeable(branch):
            record = {**record, name: self.another(branch, name, record[name])}
            rig.want(branch, record)

            ran = rig.apply()

            all_done(ran, branch, f"update {name}")
            self.is_there(rig, branch, record, bystander)
            self.nothing_is_left(rig, branch)

    @needs(Capability.UPDATE)
    def test_many_updates_of_one_record_are_written(self, rig: Rig, branch: str) -> None:
        """All attributes at once."""
        record, bystander = self.record(branch, 1), self.record(branch, BYSTANDER)
        self.has(rig, branch, record, bystander)
        changed = {name: self.another(branch, name, record[name]) for name in self.changeable(branch)}
        rig.want(branch, {**record, **changed})

        ran = rig.apply()

        all_done(ran, branch, "update")
        self.is_there(rig, branch, {**record, **changed}, bystander)
        self.nothing_is_left(rig, branch)

    @needs(Capability.DISABLE)
    def test_disabling_and_enabling_are_written(self, rig: Rig, branch: str) -> None:
        """`enabled` goes to False and back, and nothing else changes."""
        record, bystander = self.record(branch, 1), self.record(branch, BYSTANDER)
        self.has(rig, branch, record, bystander)
        for enabled in (False, True):
            record = {**record, ENABLED: enabled}
            rig.want(branch, record)

            ran = rig.apply()

            all_done(ran, branch, f"update {ENABLED} to {enabled}")
            self.is_there(rig, branch, record, bystander)
            self.nothing_is_left(rig, branch)

    @needs(Capability.END)
    def test_old_records_are_ended(self, rig: Rig, branch: str) -> None:
        """`old` disables a record or takes it away, and leaves its neighbours alone."""
        record, bystander = self.record(branch, 1), self.record(branch, BYSTANDER)
        self.has(rig, branch, record, bystander)
        rig.want_no_more(branch, record)

        ran = rig.apply()

        all_done(ran, branch, "old")
        self.is_ended(rig, branch, record)
        self.is_there(rig, branch, bystander)
        self.nothing_is_left(rig, branch)

    @needs(Capability.END, Capability.CREATE)
    def test_what_was_ended_can_come_back(self, rig: Rig, branch: str) -> None:
        """A record that is wanted again is there again, once, with its values."""
        record, bystander = self.record(branch, 1), self.record(branch, BYSTANDER)
        self.has(rig, branch, record, bystander)
        rig.want_no_more(branch, record)
        rig.apply()
        rig.want(branch, record)

        ran = rig.apply()

        all_done(ran, branch, "new, or update enabled,")
        self.is_there(rig, branch, record, bystander)
        self.nothing_is_left(rig, branch)

    @needs(Capability.MULTI_VALUES)
    def test_single_values_are_added_and_removed(self, rig: Rig, branch: str) -> None:
        """One value comes and goes, and the others stay; so do those of other records."""
        record, bystander = self.record(branch, 1), self.record(branch, BYSTANDER)
        for name in self.multi_valued(branch):
            more = self.another(branch, name, record[name])
            bystander = {**bystander, name: more}
            self.has(rig, branch, record, bystander)
            fewer = self.fewer(branch, name, record[name])
            ways = [(Kind.ADD, more), (Kind.REMOVE, record[name])]
            if plain(fewer) != plain(record[name]):
                ways += [(Kind.REMOVE, fewer), (Kind.ADD, record[name])]
            for kind, values in ways:
                wanted = {**record, name: values}
                rig.want(branch, wanted)

                ran = rig.apply()

                all_done(ran, branch, f"{kind} {name}")
                self.is_there(rig, branch, wanted, bystander)
                self.nothing_is_left(rig, branch)

    # -- hostile texts ---------------------------------------------------------------------------------------------

    @needs(Capability.CREATE)
    def test_hostile_texts_are_written_intact_or_refused(self, rig: Rig, branch: str) -> None:
        """What is stored is what was wanted; what the system cannot hold has failed openly, and harmed no other."""
        records = hostile_records(self, branch)
        refused = self.refused_records(branch)
        rig.want(branch, *records.values(), *refused.values())

        ran = rig.apply()

        found = rig.contents(branch)
        wrong = [
            f"{sort}: {line}"
            for sort, record in records.items()
            for line in rig.unlike(branch, record, found.get(record["idnumber"]))
        ]
        require(
            not wrong,
            f"`{branch}` does not store texts as they are:{listed([*wrong, *ran.complaints()])}",
            "pass values as parameters, or escape them by the library that makes the request; what the system cannot"
            " hold goes, with the reason, into the suite's `unstorable`, `plain` or `as_read`",
        )
        told = {action.idnumber for action in ran.errors} | {
            result.action.idnumber for result in ran.undone if result.action is not None and result.reason
        }
        mangled = [
            f"{sort}: {line}"
            for sort, record in refused.items()
            if record["idnumber"] not in told
            for line in rig.unlike(branch, record, found.get(record["idnumber"]))
        ]
        require(
            not mangled,
            f"`{branch}` alters what it cannot hold, and says nothing:{listed(mangled)}",
            "let the handler raise, or the branch's `refusal` give the reason before anything is written",
        )
        rig.want_no_more(branch, *refused.values())
        self.nothing_is_left(rig, branch)

    @needs(Capability.UPDATE)
    def test_hostile_texts_are_updated_intact(self, rig: Rig, branch: str) -> None:
        """The same where a text changes: what is stored is what was wanted, in that record alone."""
        hostile = hostile_records(self, branch)
        names = [name for name in self.free_texts(branch) if name in self.changeable(branch)]
        if not names:
            return
        plain = [self.record(branch, number) for number in range(1, len(HOSTILE) + 2)]
        self.has(rig, branch, *plain)
        wanted = {one["idnumber"]: one for one in plain}
        for record in hostile.values():
            key = record["idnumber"]
            wanted[key] = {**wanted[key], **{name: record[name] for name in names}}
        rig.want(branch, *wanted.values())

        ran = rig.apply()

        seen = f"`{branch}` does not store texts as they are when they change ({'; '.join(ran.complaints()) or 'done'})"
        self.is_there(
            rig,
            branch,
            *wanted.values(),
            seen=seen,
            advice="pass values as parameters, or escape them by the library that makes the request",
        )
        self.nothing_is_left(rig, branch)

    def refused_records(self, branch: str) -> dict[str, Values]:
        """A record for each sort of text that the system cannot hold."""
        texts = self.free_texts(branch)
        return {
            sort: {**self.record(branch, 90 + number), **dict.fromkeys(texts, HOSTILE[sort])}
            for number, sort in enumerate(one for one in self.unstorable if one in HOSTILE and texts)
        }

    @needs(Capability.CREATE, Capability.END)
    def test_hostile_keys_name_one_record_only(self, rig: Rig, branch: str) -> None:
        """A record is made, changed and ended by a key that looks like a pattern or a command, and no other with it."""
        refusal = getattr(rig.read(), branch).refusal
        keys = [
            one for one in HOSTILE_KEYS if self.can_be_key(branch, one) and refusal("idnumber", one) is None
        ]
        if rig.bound[branch].key_of or "keys" in self.unstorable or not keys:
            return
        bystanders = [self.record(branch, number) for number in (1, 2)]
        records = [{**self.record(branch, number), "idnumber": one} for number, one in enumerate(keys, 3)]
        rig.want(branch, *bystanders, *records)
        all_done(rig.apply(), branch, "new")
        self.is_there(rig, branch, *bystanders, *records)
        rig.claim()
        # the first ones are patterns, each of which would take all others with it
        for _ in range(min(SINGLY, len(records) - 1)):
            goes, *records = records
            rig.want_no_more(branch, goes)
            for name in (
                self.changeable(branch)[:1] if Capability.UPDATE in self.declared().of(branch) else ()
            ):
                records[0] = {**records[0], name: self.another(branch, name, records[0][name])}
            rig.want(branch, records[0])

            all_done(rig.apply(), branch, "old, and update,")

            self.is_ended(rig, branch, goes)
            self.is_there(rig, branch, *bystanders, *records)
        self.nothing_is_left(rig, branch)

    @needs(Capability.CREATE)
    def test_hostile_keys_that_are_referred_to_are_written_intact(self, rig: Rig, branch: str) -> None:
        """The same where records with such references are made."""
        for attribute, target in self.referring(rig, branch):
            if Capability.CREATE not in self.declared().of(target):
                continue
            keys = self.hostile_keys(rig, target)
            records = self.with_references(branch, attribute, keys)
            rig.want(branch, *(self.record(branch, number) for number in range(1, len(records) + 1)))
            rig.want(target, *self.keyed(target, keys))
            rig.wanted[branch] = {one["idnumber"]: one for one in records}

            all_done(rig.apply(), branch, "new")

            self.is_there(
                rig,
                branch,
                *records,
                seen=f"`{attribute}` of `{branch}` does not hold keys of `{target}` as they are",
                advice="pass keys as parameters, or escape them by the library that makes the request",
            )
            self.nothing_is_left(rig, branch)

    # -- once and again --------------------------------------------------------------------------------------------

    @basic
    def test_one_plan_applied_twice_does_nothing_twice(self, rig: Rig, branch: str) -> None:
        """Of a plan file that is applied again everything is found done, and nothing is written."""
        self.has_changes(rig, branch)
        file = rig.folder / "once.plan"
        planned = rig.plan(file)
        if not planned.actions:
            return
        rig.apply(file)
        before = rig.system.dump()
        rig.wire.heal()

        again = rig.apply(file)

        require(
            rig.system.dump() == before and not again.done(),
            f"a plan of `{branch}` that was applied a second time changed the system again",
            "let the importer's `readin_items` give records as they are now, by which what is done already is known",
        )
        require(
            not again.report.total(Outcome.FAILED),
            f"a plan of `{branch}` that was applied a second time failed:{listed(again.complaints())}",
            "let `readin_items` find what was just made, and not find what was just ended",
        )

    # -- what the checks are made of -------------------------------------------------------------------------------

    def is_there(
        self, rig: Rig, branch: str, *records: Values, seen: str = ALL_DONE, advice: str = WRITE
    ) -> None:
        """Require that the system holds these records as they are; else say what was seen, and what to change."""
        found = rig.contents(branch)
        wrong = [line for one in records for line in rig.unlike(branch, one, found.get(one["idnumber"]))]
        require(not wrong, f"{seen}:{listed(wrong)}", advice)

    def is_ended(self, rig: Rig, branch: str, record: Values) -> None:
        """Require that a record is disabled, or gone; a person who can be disabled must not be gone."""
        found = rig.contents(branch).get(record["idnumber"])
        if found is None and rig.bound[branch].people and Capability.DISABLE in self.declared().of(branch):
            tree = rig.read()
            require(
                list(by_key(tree, branch, [record["idnumber"]], Scope.ALL)),
                f"{branch} `{record['idnumber']}` was ended by taking the account away, although accounts can be"
                " disabled",
                "disable it in the handler of `old`: what a person has stored there cannot be brought back; or take"
                " Capability.DISABLE out",
            )
        require(
            found is None or found.get(ENABLED) is False,
            f"the run said that {branch} `{record['idnumber']}` was ended, and it is there as before",
            "disable it or take it away in the handler of `old`",
        )

    def nothing_is_left(self, rig: Rig, branch: str) -> None:
        """Require that a new plan is empty."""
        again = rig.plan()
        left = [*again.actions, *again.errors]
        require(
            not left,
            f"after a run of `{branch}` in which all was done, a new plan is not empty:{listed(left)}",
            "read what was written in the form in which it is compared, and write all that the action says",
        )


def all_done(ran: Ran, branch: str, what: str) -> None:
    """Require that a run has planned something, and done all of it."""
    if not ran.actions and ran.errors:
        fail(
            f"`{what}` of `{branch}` was wanted, and the plan has errors instead:{listed(ran.complaints())}",
            "take away what is in the way: what a handler, or the fixture, has left in the system; or mend what"
            " `readin_items` tells of it. Where the branch's `refusal` speaks, let the suite's `record` and `another`"
            " give what the system takes",
        )
    if not ran.actions:
        fail(
            f"`{what}` of `{branch}` was wanted, and nothing was planned:{listed(ran.complaints())}",
            "let the importer read the attribute, and let the suite's `another` and `as_read` give values that differ"
            " when they are read",
        )
    if ran.complaints() or ran.report.total(Outcome.DONE, Outcome.ALREADY) != len(ran.actions):
        fail(
            f"`{what}` of `{branch}` was not carried out:{listed(ran.complaints())}",
            "write the handler; it must return None or `action.done()` for what it has done, and say why it has not",
        )
