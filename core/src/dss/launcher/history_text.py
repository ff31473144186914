"""Runs in lines, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from dss.actions import Outcome
from dss.journal import Counts, Entry, Journal, RunRow, RunState
from dss.launcher.listing import chosen, sort_of
from dss.launcher.overview import NOTHING, table
from dss.launcher.past import DIED, RESUMED, action_of, open_of, state_of
from dss.launcher.screen import Screen
from dss.launcher.visible import masked, visible
from dss.launcher.words import label_of, listed

NAMED = 10
"""Records named for one reason."""
UNDONE = (Outcome.FAILED, Outcome.DRIFTED, Outcome.DROPPED, Outcome.HELD)
"""In the order in which they are told."""
_OPEN = "open"


def runs(screen: Screen, found: Sequence[RunRow], *, more: bool) -> None:
    """A table, a run a line.

    Args:
        screen: where it is written.
        found: the newest first.
        more: there may be older ones.
    """
    if not found and not more:
        screen.line("nothing has been applied yet")
        return
    rows = [["run", "began", "took", "what", "by", "state", "exit", "changes"]]
    rows += [
        [
            str(row.number),
            _moment(row.began),
            _took(row),
            _kind(row),
            visible(row.who),
            state_of(row),
            NOTHING if row.exit_code is None else str(row.exit_code),
            _counted(row),
        ]
        for row in found
    ]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for number, *others in rows:
        cells = [cell.ljust(width) for cell, width in zip(others, widths[1:], strict=True)]
        screen.line("  ".join([number.rjust(widths[0]), *cells]).rstrip())
    if more and (not found or found[-1].number > 1):
        screen.line("older ones are listed with `--limit`")


def run(screen: Screen, journal: Journal, row: RunRow, *, limit: int, values: bool) -> None:
    """Everything about one run.

    Args:
        screen: where it is written.
        journal: that knows it.
        row: the run.
        limit: reasons and changes listed, of each branch and kind.
        values: whether names and values are shown; a log gets none.
    """
    _head(screen, journal, row)
    counts = journal.counts(row.number)
    if not counts:
        screen.line("there was nothing to do")
        return
    screen.line()
    screen.lines(table(list(_rows(counts))))
    for outcome in UNDONE:
        if row.counts.get(outcome):
            entries = journal.entries(row.number, outcome=outcome)
            _undone(screen, outcome.value, ((one, one.reason) for one in entries), limit, values)
    if row.open:
        entries = journal.entries(row.number, is_open=True)
        _undone(screen, _OPEN, ((one, open_of(one)) for one in entries), limit, values)
    if row.expired:
        screen.line()
        screen.line(
            "Names, values and reasons have been forgotten by now; this run cannot be undone any more."
        )
    elif values:
        _changes(screen, journal.entries(row.number), limit)


def _head(screen: Screen, journal: Journal, row: RunRow) -> None:
    state = state_of(row)
    code = "" if row.exit_code is None else f", exit code {row.exit_code}"
    screen.line(f"run {row.number}: {_kind(row)}, {state}{code}", bold=True)
    ended = "" if row.ended is None else f" to {_moment(row.ended)} ({_took(row)})"
    screen.line(visible(f"{_moment(row.began)}{ended}, by {row.who}, process {row.process} on {row.host}"))
    for sync in row.syncs:
        target = sync.right if sync.target == sync.right else f"{sync.right} ({sync.target})"
        screen.line(visible(f"{sync.name}: {sync.left} -> {target}"))
    if row.plan:
        screen.line(visible(f"from the plan {row.plan}"))
    if row.reason:
        screen.line(visible(f"why: {masked(row.reason)}"))
    if state == DIED:
        who = "`dss-run resume` goes on" if row.of else "`dss-run resume`, or the next `apply`, goes on"
        screen.line(f"Its process has ended in the middle of it; {who}.")
    elif row.state is RunState.INTERRUPTED and state != RESUMED and row.open:
        rest = f"`dss-run undo {row.of}` takes back the rest" if row.of else "the next `apply` plans it anew"
        screen.line(f"What it had not tried was left; {rest}.")


def _rows(counts: Counts) -> Iterator[list[str]]:
    there = {outcome for *_, outcome in counts}
    outcomes = [outcome for outcome in (*Outcome, None) if outcome in there]
    yield ["", *(_OPEN if outcome is None else outcome.value for outcome in outcomes)]
    many = len({sync for sync, *_ in counts}) > 1
    for sync, branch, kind in dict.fromkeys((sync, branch, kind) for sync, branch, kind, _ in counts):
        numbers = [counts.get((sync, branch, kind, outcome), 0) for outcome in outcomes]
        name = visible(f"{f'sync[{sync}] ' if many else ''}{branch} {kind}")
        yield [name, *(str(number or NOTHING) for number in numbers)]


class _Concerned:
    """Records that one reason is about: how many, the first of them, and how many changes of theirs.

    Attributes:
        changes: of all of them.
    """

    def __init__(self) -> None:
        self.changes = 0
        self._records = 0
        self._last = ""
        self._first: dict[str, None] = {}

    def add(self, idnumber: str) -> None:
        self.changes += 1
        # the changes of one record stand together, or nearly so
        if idnumber != self._last and idnumber not in self._first:
            self._records += 1
            self._last = idnumber
            if self._records <= NAMED:
                self._first[idnumber] = None

    def __str__(self) -> str:
        names = ", ".join(f"`{visible(idnumber)}`" for idnumber in self._first)
        more = f" and {self._records - NAMED} more" if self._records > NAMED else ""
        several = f" ({self.changes} changes)" if self.changes > self._records else ""
        return names + more + several


def _undone(
    screen: Screen, title: str, entries: Iterable[tuple[Entry, str]], limit: int, values: bool
) -> None:
    """One line for each reason, with those whom it concerns; of each kind and branch not too many."""
    groups: dict[str, dict[tuple[str, str], _Concerned]] = {}
    for entry, text in entries:
        reason = visible(text if values else masked(text)) or "no reason is known"
        lines = groups.setdefault(visible(f"{entry.kind.value} {entry.branch}"), {})
        lines.setdefault((entry.attribute or "", reason), _Concerned()).add(entry.idnumber)
    screen.line(f"{title}:", bold=True, colour="red")
    for what, lines in groups.items():
        some = chosen(list(lines), limit, lambda line: (line[0], sort_of(line[1])))
        for attribute, reason in some:
            concerned = " ".join(part for part in (what, attribute) if part)
            screen.line(f"  {concerned} {lines[attribute, reason]}: {reason}")
        more = sum(one.changes for one in lines.values()) - sum(lines[line].changes for line in some)
        if more:
            screen.line(f"  ... and {more} more of {what}")


def _changes(screen: Screen, entries: Iterable[Entry], limit: int) -> None:
    """The changes by branch and kind, with what became of those that were not done."""
    groups: dict[tuple[str, str], list[str]] = {}
    counts: dict[tuple[str, str], int] = {}
    for entry in entries:
        action = action_of(entry)
        group = (entry.branch, label_of(action))
        counts[group] = counts.get(group, 0) + 1
        lines = groups.setdefault(group, [])
        if len(lines) < limit:
            outcome = open_of(entry) if entry.outcome is None else entry.outcome.value
            lines.append(listed(action) + ("" if entry.outcome is Outcome.DONE else f"  [{outcome}]"))
    for (branch, label), lines in groups.items():
        count = counts[branch, label]
        screen.line()
        screen.line(visible(f"{branch}: {count} {label}"), bold=True)
        screen.lines(f"  {line}" for line in lines)
        if count > len(lines):
            screen.line(f"  ... and {count - len(lines)} more")


def _kind(row: RunRow) -> str:
    return visible(row.kind if row.of is None else f"{row.kind} of run {row.of}")


def _counted(row: RunRow) -> str:
    parts = [f"{row.counts[outcome]} {outcome.value}" for outcome in Outcome if row.counts.get(outcome)]
    if row.open:
        parts.append(f"{row.open} {_OPEN}")
    return ", ".join(parts) or "none"


def _moment(moment: datetime) -> str:
    return moment.astimezone().isoformat(sep=" ", timespec="seconds")


def _took(row: RunRow) -> str:
    """How long it took; nothing where the clock was set back meanwhile."""
    if row.ended is None or row.ended < row.began:
        return NOTHING
    took = row.ended - row.began
    seconds = round(took / timedelta(seconds=1))
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes} min {seconds} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
