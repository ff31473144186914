"""An explanation in lines, for people."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dss.attributes import is_multi
from dss.explain import Attribute, Explanation, InSync, Planned, Side, Value
from dss.importers import Origin
from dss.launcher.screen import Screen
from dss.launcher.visible import shown, visible, visible_lines
from dss.launcher.words import alone

MOST = 10
"""Places of one attribute that are listed; the JSON has all."""

CHANGES = 20
"""Changes of the record that are listed."""


def print_explanation(screen: Screen, found: Explanation) -> None:
    """Write everything there is to say."""
    screen.line(visible(f"{found.branch} {found.idnumber}"), bold=True)
    for sync in found.syncs:
        screen.line()
        _head(screen, sync)
        if sync.failed:
            screen.lines(f"  {line}" for line in visible_lines(sync.failed).splitlines())
            screen.line("  so it cannot be told what would be done")
            _failed(screen, sync)
        else:
            _in_sync(screen, sync)
    _near(screen, found)
    _past(screen, found)


def _head(screen: Screen, sync: InSync) -> None:
    screen.line(" -> ".join(_named(side) for side in (sync.left, sync.right)), bold=True)


def _named(side: Side) -> str:
    return visible(side.tree if side.tree == side.system else f"{side.tree} ({side.system})")


def _in_sync(screen: Screen, sync: InSync) -> None:
    screen.line(f"  {visible(sync.summary)}")
    _part(screen, "needs attention", (f"! {visible(text)}" for text in sync.problems), colour="red")
    _part(screen, "rules", (f"{rule.name}: {visible(rule.text)}" for rule in sync.rules))
    _part(screen, "the record", _records(sync))
    if sync.attributes:
        screen.line()
        screen.line("values", bold=True)
        for attribute in sync.attributes:
            if attribute.left is None and attribute.right is None:
                continue
            screen.line(f"  {visible(attribute.name)}: {visible(attribute.verdict)}", bold=attribute.differs)
            screen.lines(f"    {line}" for line in _values(sync, attribute))
    _part(screen, "planned", _planned(sync.planned))
    if sync.is_found:
        _part(screen, "changes of others that refer to it", _others(sync))


def _failed(screen: Screen, sync: InSync) -> None:
    """What has been read before it failed."""
    for side in (sync.left, sync.right):
        lines = [
            line for name, value in side.values.items() for line in _one(side, name, value, visible(name))
        ]
        _part(screen, f"the record in {visible(side.tree)}", lines)


def _part(screen: Screen, title: str, lines: Iterable[str], colour: str | None = None) -> None:
    listed = list(lines)
    if listed:
        screen.line()
        screen.line(title, bold=True, colour=colour)
        screen.lines(f"  {line}" for line in listed)


def _records(sync: InSync) -> Iterator[str]:
    """On which side it is, under which number, and in which rows."""
    for side in (sync.left, sync.right):
        native = "" if side.native is None else f", record {visible(str(side.native))}"
        there = "there" if side.is_there else "outside our scope" if native else "not there"
        yield f"{visible(side.tree)}: {there}{native}"
        for origin in side.origins_of(""):
            yield f"  {_where(origin)}{_why(origin)}"
        for origin in () if side.values else side.origins:
            # what was left out has no values to stand beside
            if origin.attribute:
                yield f"  {visible(origin.attribute)} {shown(origin.value)}: {_where(origin)}{_why(origin)}"
        if side.untraced:
            yield f"  {visible(side.untraced)}"


def _values(sync: InSync, attribute: Attribute) -> Iterator[str]:
    sides = ((sync.left, attribute.left), (sync.right, attribute.right))
    width = max(len(visible(side.tree)) for side, _ in sides)
    unlike = _unlike(attribute)
    for side, value in sides:
        if value is not None:
            yield from _one(side, attribute.name, value, visible(side.tree).ljust(width), unlike)


def _one(
    side: Side, attribute: str, value: Value, title: str, unlike: frozenset[Any] = frozenset()
) -> Iterator[str]:
    """A value, and below it where it came from."""
    text = f"cannot be read: {visible(value.error)}" if value.error else shown(value.value)
    yield f"{title}  {text}"
    indent = "    "
    if value.computed_by:
        yield indent + _computed(value)
    there = side.origins_of(attribute)
    origins = [one for one in there if one.taken] or list(there)
    # where there are many, those of the values that only one side has say most
    origins.sort(key=lambda origin: origin.value not in unlike)
    yield from (indent + _origin(origin, value) for origin in origins[:MOST])
    if len(origins) > MOST:
        yield f"{indent}and {len(origins) - MOST} more; `--json` has all"


def _unlike(attribute: Attribute) -> frozenset[Any]:
    sides = [value.value for value in (attribute.left, attribute.right) if value is not None]
    if len(sides) == 2 and all(is_multi(value) for value in sides):
        return frozenset(sides[0]) ^ frozenset(sides[1])
    return frozenset()


def _computed(value: Value) -> str:
    made_of = f", out of {', '.join(value.made_of)}" if value.made_of else ""
    held = f"; the source itself has {shown(value.held)}" if value.held not in (None, value.value) else ""
    return f"computed by {visible(value.computed_by)}{made_of}{held}"


def _origin(origin: Origin, value: Value) -> str:
    same = origin.value == value.value and not value.computed_by
    found = "" if same or origin.value is None else f": {shown(origin.value)}"
    return f"{_where(origin)}{found}{f'; {visible(origin.rule)}' if origin.rule else ''}"


def _where(origin: Origin) -> str:
    return visible(origin.place)


def _why(origin: Origin) -> str:
    left_out = "" if origin.taken else "not taken"
    return "".join(f"; {text}" for text in (left_out, visible(origin.rule)) if text)


def _planned(planned: Sequence[Planned]) -> Iterator[str]:
    for one in planned[:CHANGES]:
        yield f"{'!' if one.holds else '-'} {alone(one.action)}"
        for hold in one.holds:
            yield f"    held: {visible(hold.reason)}"
    if len(planned) > CHANGES:
        yield f"... and {len(planned) - CHANGES} more; `--json` has all"


def _others(sync: InSync) -> Iterator[str]:
    for (branch, kind), count in sync.others.counts.items():
        yield f"{count} {kind} in {branch}"
    yield from (f"  {line}" for line in _planned(sync.others.few))
    more = sum(sync.others.counts.values()) - len(sync.others.few)
    if more > 0:
        yield f"  ... and {more} more"


def _near(screen: Screen, found: Explanation) -> None:
    if found.is_found or all(sync.failed for sync in found.syncs):
        return
    screen.line()
    if not found.near:
        screen.line("Nothing looks like it either, by number, login, e-mail address or name.")
        return
    screen.line("Is one of these meant?", bold=True)
    for one in found.near:
        command = f"dss-run explain {visible(shlex.quote(one.branch))} {visible(shlex.quote(one.idnumber))}"
        screen.line(f"  {command}   ({visible(one.why)})")


def _past(screen: Screen, found: Explanation) -> None:
    lines = [
        f"run {one.run} ({visible(one.kind)}, {one.began.astimezone():%Y-%m-%d %H:%M}): {visible(one.what)}:"
        f" {visible(one.outcome)}" + (f", {visible(one.reason)}" if one.reason else "")
        for one in found.past
    ]
    _part(screen, "its last runs", [*lines, *([visible(found.unread)] if found.unread else [])])
