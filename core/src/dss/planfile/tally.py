"""How many changes there are of which kind, counted as they pass by."""

from __future__ import annotations

from collections import Counter

import attrs

from dss.actions import Action, Kind

ADOPT = "adopt"
"""What a `new` that takes over an existing record is called."""

RELEASE = "release"
"""What an `old` that gives a record back is called."""

LABELS = (
    Kind.NEW.value,
    ADOPT,
    Kind.UPDATE.value,
    Kind.ADD.value,
    Kind.REMOVE.value,
    RELEASE,
    Kind.OLD.value,
)
"""In the order in which they are shown."""

Counts = dict[str, dict[str, int]]
"""By branch, then by label; what is zero is left out."""


def label_of(action: Action) -> str:
    """The kind under which a change is counted."""
    return label(action.kind, takes_over=action.adopts is not None)


def label(kind: str, *, takes_over: bool) -> str:
    """As `label_of`.

    Args:
        kind: the action's.
        takes_over: whether it takes an existing record over, or gives one back.
    """
    if takes_over:
        return _TAKING_OVER.get(kind, str(kind))
    return str(kind)


_TAKING_OVER = {Kind.NEW.value: ADOPT, Kind.OLD.value: RELEASE}


@attrs.frozen
class Tally:
    """The changes of one sync.

    Attributes:
        ready: those that can be carried out.
        held: those that wait for somebody.
        quiet: those that are left alone, as is meant.
        partly: of those that are ready, the ones that can be undone in part only.
        never: of those that are ready, the ones that cannot be undone.
    """

    ready: Counts = attrs.field(factory=dict)
    held: Counts = attrs.field(factory=dict)
    quiet: Counts = attrs.field(factory=dict)
    partly: Counts = attrs.field(factory=dict)
    never: Counts = attrs.field(factory=dict)

    @property
    def total(self) -> int:
        """How many changes there are, those that are held back included."""
        return sum(map(total, (self.ready, self.held, self.quiet)))


class Counting:
    """Counts by branch and label."""

    def __init__(self) -> None:
        self._found: Counter[tuple[str, str]] = Counter()

    def add(self, branch: str, label: str) -> None:
        """Count one."""
        self._found[branch, label] += 1

    def counts(self) -> Counts:
        """What has been counted, branches as they came, labels in their order."""
        found: Counts = {}
        for label in LABELS:
            for (branch, of), count in self._found.items():
                if of == label:
                    found.setdefault(branch, {})[label] = count
        return found


def total(counts: Counts) -> int:
    """All together."""
    return sum(sum(labels.values()) for labels in counts.values())
