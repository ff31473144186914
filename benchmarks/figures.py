"""A figure: what was measured, the limit stated for it, and whether it is kept."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Sense(StrEnum):
    """Which side of its limit a figure must be on."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


class Verdict(StrEnum):
    """Whether a limit is kept; INFO has no limit, and the note of NOT RUN says why."""

    PASS = "PASS"
    SHORT = "SHORT"
    INFO = "info"
    NOT_RUN = "NOT RUN"


@dataclass(frozen=True)
class Figure:
    """One line of the report.

    Attributes:
        part: Name of the part it belongs to.
        what: What was measured, for people.
        values: One value a round, in `unit`; the median counts.
        unit: `x` for a ratio, else the unit of the values.
        wall: The same ratios by wall clock, shown and never judged: it swings when other work runs beside it.
        limit: The stated limit, None for lines that only inform.
        note: What a reader should know beside the number.
    """

    part: str
    what: str
    values: Sequence[float]
    unit: str = "x"
    wall: Sequence[float] = field(default=())
    sense: Sense = Sense.AT_MOST
    limit: float | None = None
    note: str = ""

    @property
    def median(self) -> float | None:
        """Median over the rounds, None when nothing was measured."""
        return statistics.median(self.values) if self.values else None

    @property
    def verdict(self) -> Verdict:
        """Whether the median keeps the limit."""
        if self.median is None:
            return Verdict.NOT_RUN
        if self.limit is None:
            return Verdict.INFO
        kept = self.median >= self.limit if self.sense is Sense.AT_LEAST else self.median <= self.limit
        return Verdict.PASS if kept else Verdict.SHORT
