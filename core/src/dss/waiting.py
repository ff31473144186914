"""Removals that wait for something else than a budget."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from dss.actions import Action, Kind
from dss.attributes import is_blank, is_multi, names_of
from dss.branches import DataStoreBranch
from dss.plan import Plan
from dss.wording import in_words

Waiting = tuple[str, str, list[Action]]
"""A branch, why its removals wait, and the removals."""


def value_of(item: Any, attribute: str) -> Any:
    """An attribute, None where it cannot be read: the comparison reports that."""
    try:
        return getattr(item, attribute, None)
    except Exception:  # a user's property may raise anything
        return None


def record_of(action: Action) -> tuple[str, str]:
    """Which record an action is about."""
    return action.branch, action.idnumber


def renumbered(
    plan: Plan, held: Collection[tuple[str, ...]], rights: Mapping[str, type[DataStoreBranch]]
) -> list[Waiting]:
    """Whoever cannot be made, since the target has that very person under a number that has gone: the old one stays.

    A number was changed in the source. To take the old account away and make none would lock the person out.

    Args:
        held: keys of the removals that are held anyhow.
    """
    refused: dict[tuple[str, str, Any], Action] = {}
    for action in plan.errors:
        if action.left is not None and action.idnumber not in rights[action.branch]:
            refused.update((value, action) for value in _unique_values(rights[action.branch], action.left))
    waiting: dict[tuple[str, str], list[Action]] = {}
    for old in plan.actions if refused else ():
        if old.kind is Kind.OLD and old.key not in held:
            branch = rights[old.branch]
            new = next((refused[one] for one in _unique_values(branch, old.right) if one in refused), None)
            if new is not None and _is_confirmed(branch, new.left, old.right):
                waiting.setdefault((old.branch, new.idnumber), []).append(old)
    return [
        (
            branch,
            f"{', '.join(f'`{old.idnumber}`' for old in olds)} in {branch} seems to be `{new}` by now, who cannot be"
            " made; when it is the same person, give the record in the target the new idnumber, else another login",
            olds,
        )
        for (branch, new), olds in waiting.items()
    ]


def _unique_values(branch: type[DataStoreBranch], item: Any) -> Iterable[tuple[str, str, Any]]:
    for attribute in branch.circles():
        value = value_of(item, attribute)
        if isinstance(value, str) and value:
            yield branch.__name__, attribute, value


def _is_confirmed(branch: type[DataStoreBranch], new: Any, old: Any) -> bool:
    """Whether anything but a unique value says that two are the same."""
    return any(
        all(
            not is_blank(value_of(new, name)) and value_of(new, name) == value_of(old, name) for name in group
        )
        for group in branch.witnesses
        if not branch.circles().keys() & set(group)
    )


def still_needed(
    plan: Plan,
    held: Collection[tuple[str, ...]],
    rights: Mapping[str, type[DataStoreBranch]],
) -> list[Waiting]:
    """What must stay as long as something that refers to it does.

    What has no `enabled` would be gone, and what refers to it out of reach. People are only disabled, so they stay for
    what is held or doubtful: a pupil who is missing in one file while another still has them in a class, the parents
    of a pupil whose removal is held.

    Args:
        held: keys of the removals that are held anyhow.
    """
    leaving = {
        record_of(action): action
        for action in plan.actions
        if action.kind is Kind.OLD and action.key not in held
    }
    olds = dict(leaving)
    if not leaving:
        return []
    gone = {record for record, old in leaving.items() if "enabled" not in names_of(old.right)}
    moving = {(*record_of(action), action.attribute) for action in plan.actions if action.kind is Kind.UPDATE}
    bonds = [
        ((name, idnumber), reference)
        for name, branch in rights.items()
        if any(part == kind for kinds in branch.references().values() for kind in kinds for part, _ in gone)
        for idnumber, item in branch.items()
        if value_of(item, "enabled") is not False
        for attribute, reference in _references(branch, item)
        if reference in gone and (name, idnumber, attribute) not in moving
    ]
    bonds += [
        (record, reference)
        for record, item in _in_doubt(plan, held)
        for _, reference in _references(rights[record[0]], item, several=True)
        if reference in leaving
    ]
    needed: dict[tuple[str, str], list[tuple[str, str]]] = {}
    while more := [
        (record, reference) for record, reference in bonds if record not in leaving and reference in leaving
    ]:
        for record, reference in more:
            needed.setdefault(reference, []).append(record)
        for kept in {reference for _, reference in more}:
            item = leaving.pop(kept).right
            bonds += [(kept, other) for _, other in _references(rights[kept[0]], item, several=True)]
    by_branch: dict[str, list[tuple[str, str]]] = {}
    for reference in needed:
        by_branch.setdefault(reference[0], []).append(reference)
    return [
        (
            branch,
            f"{in_words(len(references), 'waits', 'wait', branch)}, since what refers to them stays: "
            + "; ".join(_named(needed[reference]) for reference in references[:3])
            + (" and more" if len(references) > 3 else ""),
            [olds[reference] for reference in references],
        )
        for branch, references in by_branch.items()
    ]


def _named(records: Sequence[tuple[str, str]]) -> str:
    more = f" and {len(records) - 3} more" if len(records) > 3 else ""
    names = [f"`{idnumber}`" for branch, idnumber in records if branch == records[0][0]]
    return f"{records[0][0]} {', '.join(names[:3])}{more}"


def _in_doubt(plan: Plan, held: Collection[tuple[str, ...]]) -> Iterable[tuple[tuple[str, str], Any]]:
    """The target's records that stay since nobody knows better: their removal is held, or their rows are bad."""
    for action in plan.actions:
        if action.kind is Kind.OLD and action.key in held:
            yield record_of(action), action.right
    for left, right in plan.pairs:
        for idnumber in {**left.contents().frozen, **right.contents().frozen}:
            if idnumber in right:
                yield (right.__name__, idnumber), right[idnumber]


def _references(
    branch: type[DataStoreBranch], item: Any, *, several: bool = False
) -> Iterable[tuple[str, tuple[str, str]]]:
    """What an item refers to, with the attribute; of several values in one attribute only where asked."""
    for attribute, kinds in branch.references().items():
        value = value_of(item, attribute)
        values = [value] if isinstance(value, str) else value if several and is_multi(value) else ()
        yield from ((attribute, (kind, one)) for one in values for kind in kinds)
