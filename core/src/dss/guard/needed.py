"""What must stay whatever a person says: something that stays refers to it, or somebody has only got a new number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dss.actions import Action
from dss.attributes import is_blank, is_multi, names_of, value_of
from dss.guard.case import Branch, Case, Record
from dss.holding import Because
from dss.wording import in_words

NAMED = 3


def renumbered(case: Case) -> None:
    """Hold whoever cannot be made, since the target has that very person under a number that has gone.

    A number was changed in the source. To take the old account away and make none would lock the person out.
    """
    refused: dict[tuple[str, str, Any], Action] = {}
    for action in case.plan.errors:
        if action.left is not None and action.idnumber not in case.rights[action.branch]:
            refused.update(
                (value, action) for value in _unique_values(case.rights[action.branch], action.left)
            )
    found: dict[Record, list[Action]] = {}
    for old in case.olds.values() if refused else ():
        branch = case.rights[old.branch]
        new = next((refused[one] for one in _unique_values(branch, old.right) if one in refused), None)
        if new is not None and _is_confirmed(branch, new.left, old.right):
            found.setdefault((old.branch, new.idnumber), []).append(old)
    for (name, new_number), olds in found.items():
        case.hold(Because.NEEDED, olds, _renumbered(name, new_number, olds), scope=name)


def _renumbered(name: str, new: str, olds: Sequence[Action]) -> Callable[[int], str]:
    return lambda count: (
        f"{', '.join(f'`{old.idnumber}`' for old in olds)} in {name} seems to be `{new}` by now, who cannot be"
        " made; when it is the same person, give the record in the target the new idnumber, else another login"
    )


def _unique_values(branch: Branch, item: Any) -> Iterable[tuple[str, str, Any]]:
    for attribute in branch.circles():
        value = value_of(item, attribute)
        if isinstance(value, str) and value:
            yield branch.__name__, attribute, value


def _is_confirmed(branch: Branch, new: Any, old: Any) -> bool:
    """Whether anything but a unique value says that two are the same."""
    return any(
        all(
            not is_blank(value_of(new, name)) and value_of(new, name) == value_of(old, name) for name in group
        )
        for group in branch.witnesses
        if not branch.circles().keys() & set(group)
    )


def still_needed(case: Case) -> None:
    """Hold what must stay as long as something does that refers to it, which this plan does not end at all.

    What has no `enabled` would be gone, and what refers to it out of reach. People are only disabled, so they stay for
    what is doubtful: a pupil who is missing in one file while another still has them in a class.
    """
    if not case.olds:
        return
    gone = {record for record, old in case.olds.items() if would_be_gone(old)}
    kinds = {kind for kind, _ in gone}
    moving = {(action.branch, action.idnumber, action.attribute) for action in case.moves}
    needed: dict[Record, list[Record]] = {}
    for name, branch in case.rights.items():
        references = case.references[name]
        if not any(kind in kinds for to in references.values() for kind in to):
            continue
        for idnumber, item in branch.items():
            if (name, idnumber) in case.olds or value_of(item, "enabled") is False:
                continue
            for attribute, reference in references_of(references, item):
                if reference in gone and (name, idnumber, attribute) not in moving:
                    needed.setdefault(reference, []).append((name, idnumber))
    for record, item in _doubtful(case):
        for _, reference in references_of(case.references[record[0]], item, several=True):
            if reference in case.olds and record not in needed.get(reference, ()):
                needed.setdefault(reference, []).append(record)
    hold_needed(case, needed, Because.NEEDED)


def hold_needed(
    case: Case, needed: dict[Record, list[Record]], because: Because, *, quiet: bool | None = None
) -> None:
    """Hold the end of records.

    Args:
        needed: what refers to each of them.
        because: as in `Hold`.
        quiet: as in `Case.hold`.
    """
    branches: dict[str, list[Record]] = {}
    for reference in needed:
        branches.setdefault(reference[0], []).append(reference)
    for name, references in branches.items():
        olds = [case.olds[reference] for reference in references]
        case.hold(because, olds, _needed(name, references, needed), scope=name, quiet=quiet)


def _needed(
    name: str, references: Sequence[Record], needed: dict[Record, list[Record]]
) -> Callable[[int], str]:
    # one record often refers to several of them
    names = list(dict.fromkeys(_named(needed[reference]) for reference in references))
    return lambda count: (
        f"{in_words(count, 'waits', 'wait', name)}, since what refers to them stays: "
        + "; ".join(names[:NAMED])
        + (" and more" if len(names) > NAMED else "")
    )


def _named(records: Sequence[Record]) -> str:
    more = f" and {len(records) - NAMED} more" if len(records) > NAMED else ""
    names = [f"`{idnumber}`" for branch, idnumber in records if branch == records[0][0]]
    return f"{records[0][0]} {', '.join(names[:NAMED])}{more}"


def _doubtful(case: Case) -> Iterable[tuple[Record, Any]]:
    """The target's records that stay since nobody knows better: their rows are bad."""
    for left, right in case.plan.pairs:
        for idnumber in {**left.contents().frozen, **right.contents().frozen}:
            if idnumber in right:
                yield (right.__name__, idnumber), right[idnumber]


def would_be_gone(old: Action) -> bool:
    """Whether the end of a record takes it out of reach, instead of only disabling it."""
    return old.right is None or "enabled" not in names_of(old.right)


def references_of(
    references: Mapping[str, tuple[str, ...]], item: Any, *, several: bool = False
) -> Iterator[tuple[str, Record]]:
    """What an item refers to, with the attribute; of several values in one attribute only where asked."""
    for attribute, kinds in references.items():
        value = value_of(item, attribute)
        if isinstance(value, str):
            for kind in kinds:
                yield attribute, (kind, value)
        elif several and is_multi(value):
            yield from ((attribute, (kind, one)) for one in value for kind in kinds)
