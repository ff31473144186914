"""What an earlier run has undone is not simply done again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from dss.actions import Action, stable
from dss.attributes import is_multi, model_of
from dss.guard.case import Case
from dss.holding import Because
from dss.memory import Undone
from dss.stored import held_by
from dss.wording import number


def source_digest(item: Any, right: type) -> str:
    """What the left says of a record, as 16 hexadecimal digits that are the same in every process.

    Of the values that the object holds, not of what its properties make of them; what it says nothing of does not
    count, nor what the target does not have. Nor do collections, whose values are changes of their own. `Undone.source`
    is one of these.

    Args:
        item: the left's.
        right: the target's model.
    """
    model = model_of(right)
    said = (
        f"{name}={stable(value)}"
        for name, value in sorted(held_by(item).items())
        if value is not None
        and not name.startswith("_")
        and not is_multi(value)
        and (model.dynamic or name in model.names)
    )
    text = "\x1f".join(said)
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def once_undone(case: Case) -> None:
    """Hold what was undone, until it is approved or the source says something else."""
    found: dict[tuple[int, str], list[Action]] = {}
    for action, undone in case.undone:
        if _is_as_it_was(action, undone, case.rights[action.branch].klass):
            found.setdefault((undone.run, action.branch), []).append(action)
    for (run, name), actions in found.items():
        case.hold(Because.UNDONE, actions, _sentence(run, name), scope=name)


def _is_as_it_was(action: Action, undone: Undone, right: type) -> bool:
    return not undone.source or action.left is None or source_digest(action.left, right) == undone.source


def _sentence(run: int, name: str) -> Callable[[int], str]:
    return lambda count: (
        f"undone in run {run}: {number(count, 'change', 'changes')} in {name} "
        f"{'waits until it is' if count == 1 else 'wait until they are'} approved, or the source changes"
    )
