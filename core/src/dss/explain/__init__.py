"""Why one record gets what it gets: both sides, where each value came from, and the rules that decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

from dss.actions import Action, Kind
from dss.assembly import shared_names
from dss.attributes import is_multi, value_of
from dss.branches import DataStoreBranch
from dss.errors import ConfigError, DssError
from dss.explain.code import values_of
from dss.explain.explanation import (
    FEW,
    Attribute,
    Explanation,
    InSync,
    Near,
    Others,
    Past,
    Planned,
    Rule,
    Side,
    Value,
)
from dss.explain.history import past
from dss.explain.keys import is_key
from dss.explain.nearby import near
from dss.explain.rules import rules_of
from dss.explain.verdicts import Case, attributes, summary
from dss.importers import Origin
from dss.runner import Run
from dss.stages import Sync
from dss.store import State
from dss.templates import reason_of

__all__ = [
    "Attribute",
    "Explanation",
    "InSync",
    "Near",
    "Others",
    "Past",
    "Planned",
    "Rule",
    "Side",
    "Value",
    "explain",
]

LAST = 10
"""So many of its last changes are told."""


def explain(
    run: Run,
    branch: str,
    idnumber: str,
    told: Callable[[str], object] | None = None,
    last: int = LAST,
) -> Explanation:
    """Tell of one record what there is on both sides, where it came from, and what decided.

    Everything is read and compared as for a plan, since what becomes of one record may depend on any other; then this
    one record is read once more with tracing on. Writes nothing.

    Args:
        run: the run of a configuration.
        branch: the record's branch.
        idnumber: the record's idnumber, as a plan shows it.
        told: is called with a sentence when a step begins.
        last: how many of its last changes are told.

    Raises:
        ConfigError: no sync has such a branch.
    """
    syncs = [sync for sync in run.syncs if branch in shared_names(sync.config, sync.left, sync.right)]
    if not syncs:
        known = sorted({name for one in run.syncs for name in shared_names(one.config, one.left, one.right)})
        raise ConfigError(f"there is no branch `{branch}` in any [[sync]]; there are {', '.join(known)}")
    explained = tuple(_in_sync(run, sync, branch, idnumber, told) for sync in syncs)
    known_as = next((one.idnumber for one in explained if one.idnumber), idnumber)
    changes, unread = past(run.config.state, branch, known_as, last)
    found = Explanation(branch, idnumber, explained, changes, unread=unread)
    if found.is_found:
        return found
    return attrs.evolve(found, near=near(branch, idnumber, [(sync.left, sync.right) for sync in syncs]))


def _in_sync(
    run: Run, sync: Sync, branch: str, idnumber: str, told: Callable[[str], object] | None
) -> InSync:
    try:
        run.plan(told=told, syncs=[sync])
        if told is not None:
            told("tracing the one record")
        return _explained(run, sync, branch, idnumber)
    except DssError as error:
        # another sync may still be told of, what has been read, and what earlier runs did
        folder = run.config.folder
        sides = [_side_if_read(getattr(tree, branch), idnumber, folder) for tree in (sync.left, sync.right)]
        return InSync(sync.name, sides[0], sides[1], failed=str(error))


def _side_if_read(branch: type[DataStoreBranch], idnumber: str, folder: Path) -> Side:
    if branch.state() is State.COMPLETE:
        return _side(branch, idnumber, folder)
    return Side(branch.tree.name, branch.tree.name)


def _explained(run: Run, sync: Sync, branch: str, idnumber: str) -> InSync:
    assert sync.plan is not None
    left: type[DataStoreBranch] = getattr(sync.left, branch)
    right: type[DataStoreBranch] = getattr(sync.right, branch)
    idnumber = _settled(left, idnumber)
    holds: dict[tuple[str, ...], list[int]] = {}
    for place, hold in enumerate(sync.holds):
        for action in hold.actions:
            holds.setdefault(action.key, []).append(place)
    wanted = _referred(left, right, idnumber)
    made: set[tuple[str, str]] = set()
    planned: list[Planned] = []
    counts: Counter[tuple[str, str]] = Counter()
    few: list[Planned] = []
    for action in sync.plan.actions:
        if action.kind is Kind.NEW and (action.branch, action.idnumber) in wanted:
            made.add((action.branch, action.idnumber))
        is_mine = (action.branch, action.idnumber) == (branch, idnumber)
        if is_mine or _refers(sync, action, branch, idnumber):
            one = Planned(action, tuple(sync.holds[place] for place in holds.get(action.key, ())))
            if is_mine:
                planned.append(one)
            else:
                counts[action.branch, action.kind.value] += 1
                few += [one] if len(few) < FEW else []
    errors = [error for error in sync.plan.errors if (error.branch, error.idnumber) == (branch, idnumber)]
    case = Case(left, right, idnumber, planned, errors, made)
    folder = run.config.folder
    ours, theirs = _side(left, idnumber, folder), _side(right, idnumber, folder)
    new = case.first(Kind.NEW)
    if new is not None and new.adopts is not None:
        theirs = attrs.evolve(
            theirs,
            native=new.adopts.native,
            values={name: Value(value) for name, value in new.adopts.was.items()},
        )
    problems = [
        error.error or "" for error in sync.plan.errors if error.branch == branch and not error.idnumber
    ]
    return InSync(
        sync.name,
        ours,
        theirs,
        summary(case, _left_out(ours)),
        tuple(rules_of(sync, case, folder)),
        tuple(attributes(case, ours.values, theirs.values)) if ours.is_there or theirs.is_there else (),
        tuple(planned),
        Others(dict(counts), tuple(few)),
        (*(_with_attribute(error) for error in errors), *problems),
        idnumber=idnumber,
    )


def _settled(left: type[DataStoreBranch], idnumber: str) -> str:
    """The number that a record has by now, where it was given as the source has it."""
    store = left.contents()
    if idnumber in store.items:
        return idnumber
    return next((new for new, old in store.renamed.items() if old == idnumber), idnumber)


def _left_out(side: Side) -> str:
    """Why the source has a row of the record, and has not taken it; empty where it has none, or has taken one."""
    rows = [origin for origin in side.origins if not origin.attribute]
    if side.is_there or any(origin.taken for origin in rows):
        return ""
    return next((f"{origin.place}: {origin.rule}" for origin in rows), "")


def _referred(
    left: type[DataStoreBranch], right: type[DataStoreBranch], idnumber: str
) -> set[tuple[str, str]]:
    """Everything that a record refers to in the source, by branch and idnumber."""
    item = left.contents().items.get(idnumber)
    found: set[tuple[str, str]] = set()
    for attribute, names in right.references().items():
        value = value_of(item, attribute)
        values = value if is_multi(value) else [value]
        found.update((name, one) for one in values for name in names)
    return found


def _with_attribute(error: Action) -> str:
    return f"{error.attribute}: {error.error}" if error.attribute else error.error or ""


def _refers(sync: Sync, action: Action, branch: str, idnumber: str) -> bool:
    """Whether a change of another record has to do with this one."""
    for attribute, names in getattr(sync.right, action.branch).references().items():
        if branch not in names:
            continue
        if action.attribute == attribute:
            if action.value is not None:
                return bool(action.value == idnumber)
            values = [action.was, action.wanted]
        elif action.attribute is None:
            values = [value_of(item, attribute) for item in (action.left, action.right) if item is not None]
            if action.kind is Kind.NEW:
                # several of them are added one by one
                values = [value for value in values if not is_multi(value)]
        else:
            continue
        for value in values:
            if value == idnumber or (is_multi(value) and idnumber in value):
                return True
    return False


def _side(branch: type[DataStoreBranch], idnumber: str, folder: Path) -> Side:
    store, tree = branch.contents(), branch.tree
    item = store.items.get(idnumber)
    own = store.renamed.get(idnumber, idnumber)
    origins, untraced = _origins(branch, dict.fromkeys([own, idnumber]))
    return Side(
        tree.name,
        tree.identity(),
        item is not None,
        own,
        store.native.get(idnumber),
        values_of(item, folder) if item is not None else {},
        origins,
        untraced,
    )


def _origins(branch: type[DataStoreBranch], idnumbers: dict[str, None]) -> tuple[tuple[Origin, ...], str]:
    """Where the values came from, or why that is not known."""
    tree = branch.tree
    if not any(map(is_key, idnumbers)):
        return (), ""
    if tree.is_derived(branch.__name__):
        return (), "derived by a function, from other branches"
    if tree.importer is None:
        return (), "no importer reads it"
    try:
        found = tuple(origin for one in idnumbers for origin in tree.importer.trace(branch, one))
    except Exception as error:  # what is known beside that is worth telling all the same
        return (), f"it cannot be traced: {error if isinstance(error, DssError) else reason_of(error)}"
    return found, "" if found else _silent(branch, idnumbers)


def _silent(branch: type[DataStoreBranch], idnumbers: dict[str, None]) -> str:
    there: Iterator[bool] = (one in branch.contents().items for one in idnumbers)
    return "the connector does not tell where its values come from" if any(there) else ""
