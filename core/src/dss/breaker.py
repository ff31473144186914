"""The circuit breaker: a run in which changes keep failing stops, before it has tried them all."""

from __future__ import annotations

from collections.abc import Iterable

from dss.actions import Outcome, Result
from dss.policies import Breaker


class Fuse:
    """Watches the outcomes of one run.

    Args:
        limits: when it blows.
    """

    def __init__(self, limits: Breaker) -> None:
        self._limits = limits
        self._in_a_row = self._failed = self._tried = 0

    def watch(self, results: Iterable[Result]) -> str:
        """Count results that a handler has given; tell why the run has to stop, or nothing."""
        for result in results:
            if result.outcome is Outcome.FAILED:
                self._in_a_row += 1
                self._failed += 1
            elif result.is_done:
                self._in_a_row = 0
            else:
                continue
            self._tried += 1
            if self._limits.failures and self._in_a_row >= self._limits.failures:
                return f"{self._in_a_row} changes in a row have failed"
        limits = self._limits
        if self._failed and self._tried >= limits.tried and self._failed > limits.share * self._tried:
            return f"{self._failed} of {self._tried} changes have failed"
        return ""
