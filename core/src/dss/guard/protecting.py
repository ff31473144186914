"""Who is protected loses nothing: administrators, and whom the configuration names by a pattern."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dss.actions import Action
from dss.attributes import is_multi, value_of
from dss.branches import DataStoreBranch
from dss.guard.case import Branch, Case, Record, by_scope, record_of
from dss.holding import Because
from dss.wording import in_words

NAMED = 3


def protected(case: Case) -> None:
    """Hold removals of protected records, and of whatever refers to one."""
    protection = _Protection(case)
    if protection.is_nothing:
        return
    for scope, removals in by_scope(case.removals).items():
        found = [(action, why) for action in removals if (why := protection.why(action))]
        names = list(dict.fromkeys(why for _, why in found))
        case.hold(Because.PROTECTED, [action for action, _ in found], _sentence(scope, names), scope=scope)


def _sentence(scope: str, names: Sequence[str]) -> Callable[[int], str]:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return lambda count: (
        f"{in_words(count, 'is', 'are', scope)} left undone, since this is protected:"
        f" {'; '.join(names[:NAMED])}{more}"
    )


class _Protection:
    def __init__(self, case: Case) -> None:
        self.case = case
        shared = dict(case.policies.protected.get("", {}))
        self.patterns: dict[str, list[tuple[str, str, re.Pattern[str]]]] = {}
        for branch in case.plan.right.branches:
            name = branch.__name__
            own = [*shared.items(), *case.policies.protected.get(name, {}).items()]
            self.patterns[name] = [
                (attribute, pattern, re.compile(fnmatch.translate(pattern.casefold())))
                for attribute, patterns in own
                for pattern in patterns
            ]
        self.known: dict[Record, str] = {}

    @property
    def is_nothing(self) -> bool:
        silent = vars(DataStoreBranch)["protection"].__func__
        asked = (
            getattr(branch.protection, "__func__", None) is not silent
            for branch in self.case.plan.right.branches
        )
        return not any(self.patterns.values()) and not any(asked)

    def why(self, action: Action) -> str:
        """Why nothing may be taken away here; empty when it may."""
        for record in (record_of(action), *self.case.refers_to(action)):
            if record not in self.known:
                self.known[record] = self._about(record, action if record == record_of(action) else None)
            if self.known[record]:
                return self.known[record]
        return ""

    def _about(self, record: Record, action: Action | None) -> str:
        branch = self.case.branch(record[0])
        if branch is None:
            return ""
        items = list(self._items(branch, record, action))
        if not items:
            return ""
        reason = branch.protection(record[1])
        if reason:
            return f"{record[0]} `{record[1]}` ({reason})"
        for attribute, pattern, compiled in self.patterns[record[0]]:
            values = [record[1]] if attribute == "idnumber" else _texts(items, attribute)
            if any(compiled.match(value.casefold()) for value in values):
                return f"{record[0]} `{record[1]}` ({attribute} is like `{pattern}`)"
        return ""

    def _items(self, branch: Branch, record: Record, action: Action | None) -> Iterator[Any]:
        """What either side holds of a record."""
        left: Branch | None = vars(self.case.plan.left).get(record[0])
        found = [branch.get(record[1]), None if left is None else left.get(record[1])]
        if action is not None:
            found += [action.right, action.left]
        yield from (item for item in found if item is not None)


def _texts(items: list[Any], attribute: str) -> Iterator[str]:
    for item in items:
        value = value_of(item, attribute)
        for one in value if is_multi(value) else (value,):
            if one is not None:
                yield str(one)
