"""What a planned run would do, for people: counts first, then the changes, what is held, what needs attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dss.actions import Action
from dss.launcher.listing import LISTED, chosen, counted, sort_of
from dss.launcher.screen import Screen
from dss.launcher.visible import masked, visible, visible_lines
from dss.launcher.words import LABELS, alone, label_of, listed, without_values, wrong

if TYPE_CHECKING:
    from dss.holding import Hold
    from dss.runner import Run
    from dss.stages import Sync
    from dss.tree import DataStoreTree

HELD, ATTENTION = "held", "attention"
NOTHING = "-"


def title(screen: Screen, sync: Sync) -> None:
    """Name the two trees, and which systems they are."""
    screen.line(" -> ".join(visible(_named(tree)) for tree in (sync.left, sync.right)), bold=True)


def _named(tree: DataStoreTree) -> str:
    identity = tree.identity()
    return tree.name if identity == tree.name else f"{tree.name} ({identity})"


def counts(screen: Screen, sync: Sync) -> None:
    """A table: for each branch the records on both sides, and how many changes of which kind."""
    assert sync.plan is not None
    found = Counter((action.branch, label_of(action)) for action in sync.ready)
    found.update((action.branch, HELD) for hold in sync.holds for action in hold.actions)
    found.update((action.branch, ATTENTION) for action in sync.plan.errors)
    there = {kind for _, kind in found}
    kinds = [kind for kind in (*LABELS, HELD, ATTENTION) if kind in there]
    rows = [["", visible(sync.left.name), visible(sync.right.name), *kinds]]
    for left, right in sync.plan.pairs:
        name = left.__name__
        numbers = [found[name, kind] for kind in kinds]
        rows.append([name, str(len(left)), str(len(right)), *(str(number or NOTHING) for number in numbers)])
    screen.lines(table(rows))


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns aligned by blanks: the first to the left, the others, numbers, to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join(["", first.ljust(widths[0]), *cells]).rstrip()


def changes(screen: Screen, sync: Sync, limit: int | None) -> None:
    """The changes that are not held, by branch and kind, at most `limit` of each."""
    assert sync.plan is not None
    groups: dict[tuple[str, str], list[Action]] = {}
    for action in sync.ready:
        groups.setdefault((action.branch, label_of(action)), []).append(action)
    for _, branch in sync.plan.pairs:
        for kind in LABELS:
            group = groups.get((branch.__name__, kind), [])
            if group:
                screen.line()
                screen.line(f"{branch.__name__}: {len(group)} {kind}", bold=True)
                lines = (listed(action, branch.key_of) for action in group[:limit])
                _some(screen, lines, 0 if limit is None else len(group) - limit)


def _some(screen: Screen, lines: Iterable[str], more: int, what: str = "") -> None:
    screen.lines(f"  {line}" for line in lines)
    if more > 0:
        screen.line(f"  ... and {more} more{what}")


def concerns(screen: Screen, run: Run, sync: Sync, *, limit: int | None, values: bool) -> None:
    """What a person has to look at: held removals, records set aside, handlers that are missing; then the notes.

    Args:
        screen: where it is written.
        run: the run, whose configuration is named.
        sync: the sync concerned.
        limit: lines of one hold, and of what needs attention in one branch; None is all of a hold, and `LISTED` of
            the others, of which there may be thousands for one cause.
        values: whether names and values are shown; a log gets none.
    """
    assert sync.plan is not None
    for hold in sync.holds:
        _held(screen, run, hold, limit, values)
    errors = sync.plan.errors
    missing = missing_handlers(sync)
    if errors or missing:
        screen.line()
        screen.line("needs attention", bold=True, colour="red")
        _attention(screen, errors, LISTED if limit is None else limit, values)
        screen.lines(f"  ! {visible(line)}" for line in missing)
    notes = [note if values else masked(note) for note in sync.plan.notes]
    if notes:
        screen.line()
        screen.line("notes", bold=True)
        screen.lines(f"  {visible(note)}" for note in notes)


def _attention(screen: Screen, errors: Sequence[Action], limit: int, values: bool) -> None:
    """At most so many of each branch; what is seldom is not left out for what is frequent."""
    branches: dict[str, list[Action]] = {}
    for error in errors:
        branches.setdefault(error.branch, []).append(error)
    for branch, group in branches.items():
        some = chosen(group, limit, lambda error: (error.attribute, sort_of(error.error or "")))
        lines = (f"! {wrong(error, values=values)}" for error in some)
        where = f" in {visible(branch)}" if branch else ""
        _some(screen, lines, len(group) - len(some), f"{where}; `--limit` lists more")


def _held(screen: Screen, run: Run, hold: Hold, limit: int | None, values: bool) -> None:
    screen.line()
    screen.line(f"held: {visible(hold.reason)}", bold=True, colour="yellow")
    # without their values, those of one record are all alike
    lines, more = counted(map(alone if values else without_values, hold.actions), limit)
    _some(screen, (f"! {line}" for line in lines), more)
    if hold.budget is not None:
        screen.line(
            f"  If they are meant: set `count = {len(hold.actions)}` (or a larger `share`) under"
            f" [budgets.{visible(hold.scope)}] in {visible(str(run.config.path))}, run again, then take it out."
        )


def missing_handlers(sync: Sync) -> list[str]:
    """Sentences on what the target's template cannot carry out."""
    from dss.apply import missing_handlers as missing
    from dss.errors import ConfigError

    assert sync.plan is not None
    try:
        names = missing(sync.right, sync.ready)
    except ConfigError as error:
        return [visible_lines(str(error))]
    if not names:
        return []
    return [
        f"tree `{sync.right.name}` has no handler for {', '.join(f'`{name}`' for name in names)}: such changes will be"
        " dropped"
    ]


def summary(syncs: Sequence[Sync]) -> str:
    """All in one sentence."""
    ready = sum(len(sync.ready) for sync in syncs)
    held = sum(len(hold.actions) for sync in syncs for hold in sync.holds)
    errors = sum(len(sync.plan.errors) for sync in syncs if sync.plan is not None)
    parts = [
        f"{ready} change{'s' if ready != 1 else ''} to apply" if ready else "",
        f"{held} held" if held else "",
        f"{errors} need{'s' if errors == 1 else ''} attention" if errors else "",
    ]
    return ", ".join(part for part in parts if part) or "in step: nothing to do"
