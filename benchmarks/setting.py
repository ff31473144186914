"""What the command line chose, and what a part of the benchmark gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.runs import Results


@dataclass(frozen=True)
class Setting:
    """What the command line chose.

    Attributes:
        records: Records a side of the usual runs.
        large: Records a side of the large run.
        users: Users that are created in the database.
        rounds: Rounds of the usual runs.
        large_rounds: Rounds of the large run.
        work: Folder for generated files and scratch.
        say: Takes a line of progress.
    """

    records: int
    large: int
    users: int
    rounds: int
    large_rounds: int
    work: Path
    say: Callable[[str], None]


@dataclass
class Part:
    """What a part gives: its figures, and the runs they were made of."""

    figures: list[Figure]
    results: Results = field(default_factory=Results)
