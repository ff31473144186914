"""Clocks of one case: CPU and wall seconds of its phases, and the peak memory when they are over."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.truth import Found


@dataclass
class Measured:
    """What a case hands back.

    Attributes:
        phases: Seconds of each phase by name, as `{"cpu": ..., "wall": ...}`, in the order they were run.
        peak: Highest resident set of the process so far, in MB, read when the last phase ended.
        found: What the comparison found, None for cases that compare nothing.
        facts: Whatever else is worth showing: counts, sizes.
    """

    phases: dict[str, dict[str, float]] = field(default_factory=dict)
    peak: float = 0.0
    found: Found | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time the block as phase `name`."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        seconds = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        self.phases[name] = seconds
        self.peak = peak_memory()


def peak_memory() -> float:
    """Highest resident set of this process so far, in MB (10^6 bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
