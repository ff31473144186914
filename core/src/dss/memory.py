"""What earlier runs say about one sync, for the guards to judge a new plan by. Plain values; no file is read here."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from dss.sources import Source

if TYPE_CHECKING:
    from dss.holding import Hold


@attrs.frozen
class Reading:
    """What one reading of a branch looked like.

    Attributes:
        rows: records that the importer gave, doubled ones counted each time.
        keys: different records.
        blanks: by field, in how many records it said nothing.
    """

    rows: int
    keys: int
    blanks: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen
class Missing:
    """For how long a record of the target has been missing on the left.

    Attributes:
        since: the good run that first missed it.
        runs: good runs in a row that have missed it.
    """

    since: datetime.datetime
    runs: int


@attrs.frozen
class Undone:
    """An action that was undone, and must not simply be done again by the next run.

    Attributes:
        run: the run that undid it.
        source: for a record that was made and let go again, a digest of what the left said of it; when the left says
            something else by now, it may be made again. Empty: the action's own values tell.
    """

    run: int
    source: str = ""


@attrs.frozen
class HeldBefore:
    """Removals that have been held over a budget; nothing but an approval, or the source, makes room for them.

    Attributes:
        of: how much there was when they were first held: what has come since does not count.
        let_go: how many of them have been approved and done since: they still count, or what was not approved would go
            by itself once the others are gone.
    """

    of: int
    let_go: int = 0


def _nothing(branch: str) -> Mapping[str, Any]:
    return {}


@attrs.frozen
class Memory:
    """What earlier runs say about one sync.

    Attributes:
        approved: fingerprints of actions that a person has approved.
        undone: by fingerprint.
        owned: for a branch of the target, the records that we have made or taken over, with their native ids (None
            where unknown); it gives None where there is no record, so that nothing can be known to be ours. None
            instead of a function: not asked, everything in our scope is ours.
        missing: for a branch of the target, what the left has been missing, by idnumber.
        readings: the last good reading of each branch of the left, by name.
        sources: what the left was read from in the last good run, by name.
        contents: what the left was read from in good runs, by name and digest, and when that was the last time.
        over_budget: by scope and parent ("" where it is no parent's), what the last run has held over a budget.
        last_run: when the last good run began; None when there was none.
        kept: what this run has held in earlier syncs of the same target.
    """

    approved: Collection[str] = frozenset()
    undone: Mapping[str, Undone] = attrs.field(factory=dict)
    owned: Callable[[str], Mapping[str, Any] | None] | None = None
    missing: Callable[[str], Mapping[str, Missing]] = _nothing
    readings: Mapping[str, Reading] = attrs.field(factory=dict)
    sources: Mapping[str, Source] = attrs.field(factory=dict)
    contents: Mapping[tuple[str, str], datetime.datetime] = attrs.field(factory=dict)
    over_budget: Mapping[tuple[str, str], HeldBefore] = attrs.field(factory=dict)
    last_run: datetime.datetime | None = None
    kept: Sequence[Hold] = ()
