"""A journal in a folder of its own, and runs to write into it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from dss.actions import Action, Kind
from dss.errors import JournalError
from dss.journal import Journal, JournalSync

InChild = Callable[..., int]


def in_child(function: Callable[[], object], *, user: int | None = None) -> int:
    """Run a function in a forked process, as another user where root runs the tests; its exit code.

    An error of the journal's is code 3, any other 4; a signal is negative.
    """
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:  # pragma: no cover  the child
        code = 0
        try:
            if user is not None and os.geteuid() == 0:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            function()
        except JournalError:
            code = 3
        except BaseException:
            import traceback

            traceback.print_exc()
            code = 4
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


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


@pytest.fixture(name="in_child")
def _in_child() -> InChild:
    return in_child


@pytest.fixture
def begin() -> Callable[[Path], int]:
    """Begin a run in a folder's journal, and close it."""

    def begin(state: Path) -> int:
        with Journal.open(state) as journal:
            return journal.begin("apply", config={}, syncs=[JournalSync("sync[0]", "a", "b", "c")])

    return begin
