"""What became of the actions of one sync."""

from __future__ import annotations

from collections import Counter

import attrs

from dss.actions import Kind, Outcome, Result


@attrs.define(repr=False)
class Report:
    """What became of the actions of one sync.

    Attributes:
        counts: how many, by branch, kind and outcome.
        undone: everything that was not done, with the reason.
        remarks: what is left to be done by hand.
        stopped: why the run was stopped before its end; empty when it was not.
    """

    counts: Counter[tuple[str, Kind, Outcome]] = attrs.field(factory=Counter)
    undone: list[Result] = attrs.field(factory=list)
    remarks: list[str] = attrs.field(factory=list)
    stopped: str = ""

    def add(self, result: Result) -> None:
        """Count one answer."""
        action = result.action
        assert action is not None
        self.counts[action.branch, action.kind, result.outcome] += 1
        if not result.is_done:
            self.undone.append(result)

    def total(self, *outcomes: Outcome) -> int:
        """How many actions had one of these outcomes; without any, all."""
        return sum(
            count for (_, _, outcome), count in self.counts.items() if not outcomes or outcome in outcomes
        )

    def __str__(self) -> str:
        found = [f"{self.total(outcome)} {outcome.value}" for outcome in Outcome if self.total(outcome)]
        return ", ".join(found) or "nothing to do"

    def __repr__(self) -> str:
        # what `left >> right` shows at a prompt: names nobody
        return f"<Report: {self}>"
