"""What a planned run would do, for people: counts first, then the changes, what is held, what needs attention.

Everything here takes a sync that has been planned, or a view of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dss.actions import Action
from dss.filing import lacking_handlers
from dss.launcher.listing import LISTED, chosen, sort_of
from dss.launcher.piles import Pile
from dss.launcher.screen import Screen
from dss.launcher.view import Change, View, view_of
from dss.launcher.visible import masked, visible, visible_lines
from dss.launcher.words import LABELS, alone, listed, without_values, wrong
from dss.planfile import HoldHead
from dss.planfile.tally import Counts
from dss.wording import number

if TYPE_CHECKING:
    from dss.stages import Sync

HELD, QUIET, ATTENTION = "held", "left alone", "attention"
NOTHING = "-"


def whole(screen: Screen, view: View, limit: int | None, *, listing: bool = True) -> None:
    """All of one sync, with values.

    Args:
        screen: where it is written.
        view: the sync.
        limit: lines of one branch and kind, see `concerns`.
        listing: whether the changes themselves are listed.
    """
    title(screen, view)
    screen.line()
    counts(screen, view)
    if listing:
        changes(screen, view, limit)
    concerns(screen, view, limit=limit, values=True)
    screen.line()


def title(screen: Screen, shown: Sync | View) -> None:
    """Name the two trees, and which systems they are."""
    head = view_of(shown).head
    sides = ((head.left, head.left_system), (head.right, head.right_system))
    named = (name if system == name else f"{name} ({system})" for name, system in sides)
    screen.line(" -> ".join(map(visible, named)), bold=True)


def counts(screen: Screen, shown: Sync | View) -> None:
    """A table: for each branch the records on both sides, and how many changes of which kind."""
    view = view_of(shown)
    head, tally = view.head, view.tally
    there = {label for labels in tally.ready.values() for label in labels}
    kinds = [label for label in LABELS if label in there]
    others: list[tuple[str, Mapping[str, int]]] = [
        (HELD, _by_branch(tally.held)),
        (QUIET, _by_branch(tally.quiet)),
        (ATTENTION, view.errors),
    ]
    others = [(name, numbers) for name, numbers in others if any(numbers.values())]
    rows = [["", visible(head.left), visible(head.right), *kinds, *(name for name, _ in others)]]
    for branch in head.branches:
        ready = tally.ready.get(branch.name, {})
        numbers = [ready.get(kind, 0) for kind in kinds]
        numbers += [of.get(branch.name, 0) for _, of in others]
        rows.append(
            [
                visible(branch.name),
                NOTHING if branch.left is None else str(branch.left),
                str(branch.right),
                *(str(number or NOTHING) for number in numbers),
            ]
        )
    screen.lines(table(rows))


def _by_branch(counts: Counts) -> dict[str, int]:
    return {branch: sum(labels.values()) for branch, labels in counts.items()}


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns aligned by blanks: the first to the left, the others, numbers, to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join(["", first.ljust(widths[0]), *cells]).rstrip()


def changes(screen: Screen, shown: Sync | View, limit: int | None) -> None:
    """The changes that are not held, by branch and kind, at most `limit` of each."""
    view = view_of(shown)
    keys = {branch.name: branch.key_of for branch in view.head.branches}
    piles = {
        (branch, label): Pile(limit)
        for branch in keys
        for label in LABELS
        if view.tally.ready.get(branch, {}).get(label)
    }
    # they come in the order in which they are carried out, and are shown by branch and kind
    for one in view.passing():
        if not one.held:
            pile = piles[one.branch, one.label]
            if not pile.is_full:
                pile.put(listed(view.change(one).action, keys[one.branch]))
    for (branch, label), pile in piles.items():
        count = view.tally.ready[branch][label]
        screen.line()
        screen.line(f"{visible(branch)}: {count} {label}", bold=True)
        _some(screen, pile, count - len(pile))
        pile.close()


def _some(screen: Screen, lines: Iterable[str], more: int, what: str = "") -> None:
    screen.lines(f"  {line}" for line in lines)
    if more > 0:
        screen.line(f"  ... and {more} more{what}")


def concerns(screen: Screen, shown: Sync | View, *, limit: int | None, values: bool) -> None:
    """What a person has to look at: what is held, records set aside, handlers that are missing; then the notes.

    Args:
        screen: where it is written.
        shown: the sync concerned.
        limit: lines of one hold, and of what needs attention in one branch; None is all of a hold, and `LISTED` of
            the others, of which there may be thousands for one cause.
        values: whether names and values are shown; a log gets none.
    """
    view = view_of(shown)
    _held(screen, view, limit, values)
    _quiet(screen, [hold for hold in view.holds if hold.quiet])
    missing = view.head.missing_handlers
    if view.errors or missing:
        screen.line()
        screen.line("needs attention", bold=True, colour="red")
        _attention(screen, view, LISTED if limit is None else limit, values)
        screen.lines(f"  ! {visible_lines(line)}" for line in missing)
    _undoing(screen, view)
    notes = [note if values else masked(note) for note in view.head.notes]
    if notes:
        screen.line()
        screen.line("notes", bold=True)
        screen.lines(f"  {visible(note)}" for note in notes)


def _attention(screen: Screen, view: View, limit: int, values: bool) -> None:
    """At most so many of each branch; what is seldom is not left out for what is frequent."""
    branches: dict[str, list[Action]] = {branch: [] for branch in view.errors}
    for error in _first_of_each(view.wrong(), limit):
        branches[error.branch].append(error)
    for branch, group in branches.items():
        some = chosen(group, limit, lambda error: (error.attribute, sort_of(error.error or "")))
        lines = (f"! {wrong(error, values=values)}" for error in some)
        where = f" in {visible(branch)}" if branch else ""
        _some(screen, lines, view.errors[branch] - len(some), f"{where}; `--limit` lists more")


def _first_of_each(errors: Iterable[Action], limit: int) -> Iterator[Action]:
    """Of each sort no more than could be listed: there may be a million."""
    seen = Counter[Hashable]()
    for error in errors:
        sort = (error.branch, error.attribute, sort_of(error.error or ""))
        seen[sort] += 1
        if seen[sort] <= limit:
            yield error


def _held(screen: Screen, view: View, limit: int | None, values: bool) -> None:
    listings = {place: _Held(hold, limit, values) for place, hold in enumerate(view.holds) if not hold.quiet}
    for place, change in view.held():
        if place in listings:
            listings[place].put(change)
    for listing in listings.values():
        listing.write(screen)


class _Held:
    """The list of one hold.

    Args:
        hold: the hold.
        limit: lines listed; None is all.
        values: whether names and values are shown.
    """

    def __init__(self, hold: HoldHead, limit: int | None, values: bool) -> None:
        self._hold, self._values = hold, values
        self._pile, self._listed = Pile(limit), 0
        self._alike, self._count = "", 0

    def put(self, change: Change) -> None:
        """Take the next change, in the plan's order."""
        if self._values:
            if not self._pile.is_full:
                mark = change.fingerprint if self._hold.because.can_be_approved else "!"
                self._pile.put(f"{mark} {alone(change.action)}")
                self._listed += 1
            return
        # without their values, those of one record are all alike, and they stand together
        text = without_values(change.action)
        if text != self._alike:
            self._end_alike()
            self._alike = text
        self._count += 1

    def _end_alike(self) -> None:
        if self._count and not self._pile.is_full:
            self._pile.put(f"! {self._alike}" + (f" ({self._count})" if self._count > 1 else ""))
            self._listed += self._count
        self._count = 0

    def write(self, screen: Screen) -> None:
        """Show it."""
        self._end_alike()
        screen.line()
        screen.line(f"held: {visible(self._hold.reason)}", bold=True, colour="yellow")
        _some(screen, self._pile, self._hold.count - self._listed)
        self._pile.close()
        if self._hold.because.can_be_approved:
            screen.line("  If they are meant: `dss-run approve`")


def _quiet(screen: Screen, holds: Sequence[HoldHead]) -> None:
    """What is left alone as it should be, a line for each reason."""
    if holds:
        screen.line()
        screen.line(QUIET, bold=True)
        screen.lines(f"  {visible(hold.reason)}" for hold in holds)


def _undoing(screen: Screen, view: View) -> None:
    """What nobody can take back again once it has been done."""
    found = [
        (words, ", ".join(_counted(counts)))
        for words, counts in (
            ("can be undone in part only", view.tally.partly),
            ("cannot be undone", view.tally.never),
        )
        if counts
    ]
    if found:
        screen.line()
        screen.lines(f"{words}: {what}" for words, what in found)


def _counted(counts: Counts) -> Iterator[str]:
    for branch, labels in counts.items():
        for label, count in labels.items():
            yield f"{count} {label} {visible(branch)}"


def missing_handlers(sync: Sync) -> list[str]:
    """Sentences on what the target's template cannot carry out."""
    return [visible_lines(line) for line in lacking_handlers(sync)]


def summary(shown: Sequence[Sync] | Sequence[View]) -> str:
    """All in one sentence."""
    numbers = [view_of(one).numbers for one in shown]
    ready, held, errors = (sum(column) for column in zip(*numbers, strict=True)) if numbers else (0, 0, 0)
    parts = [
        f"{number(ready, 'change', 'changes')} to apply" if ready else "",
        f"{held} held" if held else "",
        number(errors, "needs attention", "need attention") if errors else "",
    ]
    return ", ".join(part for part in parts if part) or "in step: nothing to do"
