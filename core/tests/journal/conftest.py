"""A journal in a folder of its own, and runs to write into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from dss.actions import Action, Kind
from dss.journal import Journal, JournalSync


@attrs.define
class Book:
    """A journal, and short ways to write into it."""

    state: Path
    journal: Journal
    target: str = "moodle at db.example.org"

    @staticmethod
    def action(place: int, kind: str = "update", **more: Any) -> Action:
        """An action of a plan."""
        given = {"branch": "students", "idnumber": f"S{place:05}", **more}
        if kind == "update":
            given = {"attribute": "email", "was": "a@example.org", "wanted": f"u{place}@example.org", **given}
        return Action(Kind(kind), place=place, **given)

    @classmethod
    def actions(cls, count: int, kind: str = "update", **more: Any) -> list[Action]:
        """As many as are wanted."""
        return [cls.action(place, kind, **more) for place in range(count)]

    @staticmethod
    def line(action: Action) -> str:
        """A line as it might be."""
        return f'{{"place":{action.place},"wanted":"{action.wanted}"}}'

    def begin(self, *targets: str) -> int:
        """Begin a run with a sync for each target, or with one."""
        syncs = [
            JournalSync(f"sync[{place}]", "sis", "moodle", target)
            for place, target in enumerate(targets or (self.target,))
        ]
        return self.journal.begin("apply", config={"dss": "0.1.0"}, syncs=syncs)

    def plan(self, planned: Iterable[Action], run: int | None = None) -> int:
        """Write down a plan, of a run that begins now where none is given."""
        run = self.begin() if run is None else run
        self.journal.plan(run, 0, ((one, self.line(one)) for one in planned))
        return run

    def reopen(self) -> Journal:
        """What another process would find."""
        self.journal.close()
        self.journal = Journal.open(self.state)
        return self.journal


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """An empty journal."""
    made = Book(tmp_path / "state", Journal.open(tmp_path / "state"))
    yield made
    made.journal.close()
