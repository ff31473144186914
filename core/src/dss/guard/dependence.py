"""Whoever keeps an account keeps what hangs on it, and what it hangs on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dss.actions import Action, Kind
from dss.guard.case import Case, Key, Record, by_scope, record_of
from dss.guard.needed import hold_needed, references_of, would_be_gone
from dss.holding import Because
from dss.wording import in_words


def spread(case: Case) -> None:
    """Hold the removals that must not happen while others are held.

    First what depends on holds that people have to look at; only what is left after that can be quiet.
    """
    if case.removals and (case.holds or case.memory.kept):
        index = _Index(case)
        for quiet in (False, True):
            _spread(case, index, quiet)


class _Index:
    """Which removals refer to a record; with the end of a cohort, all its members lose it."""

    def __init__(self, case: Case) -> None:
        self.referring: dict[Record, list[Action]] = {}
        for action in case.removals:
            for record in _referred_to(case, action):
                self.referring.setdefault(record, []).append(action)


def _referred_to(case: Case, action: Action) -> Iterable[Record]:
    if action.kind is not Kind.OLD:
        return case.refers_to(action)
    return (record for _, record in references_of(case.references[action.branch], action.right, several=True))


def _spread(case: Case, index: _Index, quiet: bool) -> None:
    """Go from what is held to what hangs on it, and on from that, until nothing more is found; then hold it, joined."""
    held = [hold for hold in (*case.holds, *case.memory.kept) if hold.quiet is quiet]
    todo = [(action, hold.because) for hold in held for action in hold.actions]
    hanging: dict[Key, Action] = {}
    needed: dict[Record, list[Record]] = {}
    while todo:
        found: list[Action] = []
        asked: dict[Record, list[Record]] = {}
        for action, because in todo:
            if _keeps_what_hangs_on_it(action, because):
                for removal in index.referring.get(record_of(action), ()):
                    if removal.key not in case.held and removal.key not in hanging:
                        hanging[removal.key] = removal
                        found.append(removal)
            for record in _hangs_on(case, action, because):
                old = case.olds.get(record)
                if old is not None and old.key not in case.held and record not in needed:
                    asked.setdefault(record, []).append(record_of(action))
        for record, by in asked.items():
            if case.olds[record].key not in hanging:
                needed[record] = by
                found.append(case.olds[record])
        todo = [(action, Because.DEPENDENT) for action in found]
    for scope, removals in by_scope(hanging.values()).items():
        case.hold(Because.DEPENDENT, removals, _belonging(scope), scope=scope, quiet=quiet)
    hold_needed(case, needed, Because.DEPENDENT, quiet=quiet)


def _keeps_what_hangs_on_it(action: Action, because: Because) -> bool:
    """Whether a record stays, or stays enabled, since its removal is held; a policy says itself what it leaves out."""
    if because is Because.POLICY:
        return False
    return action.kind is Kind.OLD or (action.kind is Kind.UPDATE and action.removal)


def _hangs_on(case: Case, action: Action, because: Because) -> Iterable[Record]:
    """The records that have to stay for what is held."""
    if action.branch not in case.references:
        # it is held in an earlier sync, which knows of it what there is to know
        return
    references = case.references[action.branch]
    # what only hangs on something held keeps what it is part of, but keeps no people: they would be disabled, no more,
    # and one of them would keep a class, the class its pupils, and these the whole school
    in_itself = because is not Because.DEPENDENT or case.rights[action.branch].people
    if action.kind is Kind.OLD and because is not Because.POLICY and in_itself:
        yield from (record for _, record in references_of(references, action.right, several=True))
        return
    if action.kind is Kind.OLD:
        found = [record for _, record in references_of(references, action.right, several=True)]
    elif action.kind in (Kind.REMOVE, Kind.UPDATE):
        kinds = references.get(action.attribute or "", ())
        value = action.value if action.kind is Kind.REMOVE else action.was
        found = [(kind, value) for kind in kinds if isinstance(value, str)]
    else:
        return
    # people are only disabled, and a policy or a single value does not keep anybody
    for record in found:
        if record in case.olds and would_be_gone(case.olds[record]):
            yield record


def _belonging(scope: str) -> Callable[[int], str]:
    return lambda count: (
        f"{in_words(count, 'belongs to a record', 'belong to records', scope)} whose removal is held"
    )
