"""What the journal and the target say when a trial is over, in a form in which two of them can be compared."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import attrs
from tests.faults.instruments import DONE
from tests.faults.picture import Picture, differences, names, picture
from tests.faults.scene import Scene

from dss import clock
from dss.actions import Outcome
from dss.journal import Journal

TABLES = {
    "students": "user",
    "teachers": "user",
    "guardians": "user",
    "courses": "course",
    "classes": "groups",
    "cohorts": "cohort",
}
"""Where the records lie whose ids are native ids."""
Outcomes = dict[str, Counter[Outcome | None]]
Ours = dict[str, dict[str, object]]


@attrs.frozen
class Record:
    """One state of things.

    Attributes:
        target: what it holds.
        outcomes: of the actions of the runs that count, by fingerprint.
        ours: what is recorded as ours, by branch and idnumber, with the name of what the native id points at.
        missing: what is recorded as missing, by branch.
        approved: fingerprints of what is approved and has not been used.
        wrong: what must not be, whatever there is to compare with.
    """

    target: Picture
    outcomes: Outcomes
    ours: Ours
    missing: dict[str, set[str]]
    approved: set[str]
    wrong: list[str]


def record(scene: Scene, since: int) -> Record:
    """Look at a scene.

    Args:
        scene: in which no process is at work.
        since: the number of the last run that does not count.
    """
    named = names(scene.moodle)
    wrong = _stored_twice(scene.folder / DONE)
    outcomes: Outcomes = {}
    with Journal.open(scene.state) as journal:
        runs = [row for row in reversed(journal.runs()) if row.number > since]
        for row in runs:
            if row.ended is None:
                wrong.append(f"run {row.number} has not ended")
            for entry in journal.entries(row.number):
                outcomes.setdefault(entry.fingerprint, Counter())[entry.outcome] += 1
            doubts = sum(1 for _ in journal.entries(row.number, in_doubt=True))
            if doubts:
                wrong.append(f"{doubts} actions of run {row.number} are in doubt")
        target = journal.runs(limit=1)[0].syncs[0].target
        branches = ("teachers", "guardians", "students", "courses", "classes", "enrollments", "cohorts")
        ours = {branch: _named(named, branch, journal.owned.of(target, branch)) for branch in branches}
        missing = {branch: set(journal.missing.of(target, branch)) for branch in branches}
        approved = journal.approvals.valid(target, clock.now())
    twice = [one for one, counts in outcomes.items() if counts[Outcome.DONE] > 1]
    wrong += [f"action {one} is recorded as done {outcomes[one][Outcome.DONE]} times" for one in twice]
    return Record(picture(scene.moodle), outcomes, ours, missing, approved, wrong)


def has_plan(scene: Scene, since: int) -> bool:
    """Whether a run after the one with this number has written its plan down; the target is let alone."""
    with Journal.open(scene.state) as journal:
        return any(row.number > since and (row.open or row.counts) for row in journal.runs())


def _stored_twice(path: Path) -> list[str]:
    stored = Counter(path.read_text(encoding="utf-8").split()) if path.exists() else Counter()
    return [f"action {one} was stored {count} times" for one, count in stored.items() if count > 1]


def _named(
    named: dict[tuple[str, int], object], branch: str, ours: dict[str, object] | None
) -> dict[str, object]:
    if ours is None:
        return {"there is no record": True}
    table = TABLES.get(branch)
    return {
        idnumber: named.get((table, native), f"nobody: {native}")
        if table is not None and isinstance(native, int)
        else native is not None
        for idnumber, native in ours.items()
    }


def unlike(found: Record, wanted: Record) -> list[str]:
    """In what a disturbed run differs from one that was left alone; a sentence each."""
    told = [*found.wrong, *differences(found.target, wanted.target)]
    for branch, ours in wanted.ours.items():
        theirs = found.ours[branch]
        told += [
            f"ours, {branch} {one}: {theirs.get(one, 'not')}; wanted {ours.get(one, 'not')}"
            for one in sorted({*ours, *theirs})
            if (one in ours, ours.get(one)) != (one in theirs, theirs.get(one))
        ]
    told += [
        f"missing, {branch}: {sorted(found.missing[branch])}; wanted {sorted(missing)}"
        for branch, missing in wanted.missing.items()
        if found.missing[branch] != missing
    ]
    if found.approved != wanted.approved:
        told.append(f"approved, and not used: {found.approved}; wanted {wanted.approved}")
    return told


def unlike_outcomes(found: Outcomes, wanted: Outcomes) -> list[str]:
    """In what the outcomes of a resumed run differ: every action has the one that it should have, once."""
    return [
        f"action {one}: {_told(found.get(one))}; wanted {_told(wanted.get(one))}"
        for one in sorted({*found, *wanted})
        if found.get(one) != wanted.get(one)
    ]


def _told(counts: Counter[Outcome | None] | None) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in (counts or {}).items()) or "not there"
