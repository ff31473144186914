"""Points put around everything that an apply writes, in a process that was forked for it; nothing else is changed."""

from __future__ import annotations

import contextlib
import inspect
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Engine, event
from tests.faults.points import Points

import dss.apply
import dss.journal.database
from dss.actions import Action
from dss.drift import Drift
from dss.journal import Journal
from dss.journal.approvals import Approvals
from dss.journal.findings import MissingRecord, Readings, UndoneRecord
from dss.journal.ownership import Owned
from dss.lock import Holder
from dss.registry import Hooks
from dss.runner import Run
from dss_moodle_db.branches import MoodleTree
from dss_moodle_db.client import Client
from dss_moodle_db.templates import MoodleTemplate

DONE = "done.txt"
"""A file in which stands what a target has stored for good, by fingerprint."""
BULK = 7
"""Actions in a batch, so that there are many."""
NOW = 1_800_000_000
"""What the target writes as the present time, so that two runs write the same."""

JOURNAL: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Journal, ("begin", "go_on", "plan", "intend", "settle", "reopen", "end", "expire")),
    (Owned, ("add", "complete")),
    (Approvals, ("use", "lapse")),
    (MissingRecord, ("count",)),
    (Readings, ("save",)),
    (UndoneRecord, ("drop",)),
    (Drift, ("judge",)),
    (Holder, ("write",)),
)
"""What is a point each before and after it."""
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def replace(owner: object, name: str, made: object) -> None:
    """Put something else in the place of a function; the process will not live long."""
    setattr(owner, name, made)


def small_batches() -> None:
    """Let every handler take a few actions at a time, and let time stand still in the target."""
    dss.apply.BATCH = dss.apply.WATCHED = BULK
    for _, method in inspect.getmembers(MoodleTemplate, inspect.isfunction):
        handling = getattr(method, "__dss_handling__", None)
        if handling is not None and handling.bulk:
            replace(method, "__dss_handling__", attrs.evolve(handling, bulk=BULK))
    replace(Client, "now", property(lambda self: NOW))


def put_in(points: Points) -> None:
    """Put the points in place."""
    small_batches()
    for kind, names in JOURNAL:
        for name in names:
            replace(kind, name, points.around(f"{kind.__name__}.{name}", getattr(kind, name)))
    _watch_the_journals_statements(points)
    _watch_the_targets_statements(points)
    _watch_the_bracket(points)
    _watch_the_handlers(points)


def _is_write(statement: str) -> str | None:
    """The first word of a statement that writes, or that begins or ends a transaction."""
    word = statement.lstrip().partition(" ")[0].upper()
    return word if word in WRITES else None


def _watch_the_journals_statements(points: Points) -> None:
    connected = dss.journal.database._connected

    def traced(statement: str) -> None:
        word = _is_write(statement)
        if word is not None:
            points.reach(f"journal's {word}")

    def watched(*arguments: Any) -> sqlite3.Connection:
        connection = connected(*arguments)
        connection.set_trace_callback(traced)
        return connection

    replace(dss.journal.database, "_connected", watched)


def _watch_the_targets_statements(points: Points) -> None:
    @event.listens_for(Engine, "before_cursor_execute")
    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if word := _is_write(statement):
            points.reach(f"before target's {word}")

    @event.listens_for(Engine, "after_cursor_execute")
    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if word := _is_write(statement):
            points.reach(f"after target's {word}")

    @event.listens_for(Engine, "commit")
    def commit(_connection: Any) -> None:
        points.reach("before target's COMMIT")

    @event.listens_for(Engine, "connect")
    def connect(dbapi_connection: Any, _record: Any) -> None:
        # a statement for many rows is seen row by row
        dbapi_connection.set_trace_callback(rows)

    def rows(statement: str) -> None:
        if word := _is_write(statement):
            points.reach(f"row of target's {word}")


def _watch_the_bracket(points: Points) -> None:
    batch: Callable[..., contextlib.AbstractContextManager[object]] = MoodleTree.batch

    @contextlib.contextmanager
    def watched(tree: Any) -> Iterator[object]:
        points.reach("before the bracket")
        tree.answered = []
        with batch(tree) as inside:
            points.reach("in the bracket, before anything")
            yield inside
            points.reach("in the bracket, after all")
        with Path(DONE).open("a", encoding="utf-8") as file:
            file.writelines(f"{one.action.fingerprint}\n" for one in tree.answered if one.is_done)
        points.reach("after the bracket")

    replace(MoodleTree, "batch", watched)


def _watch_the_handlers(points: Points) -> None:
    handle = Hooks.handle_actions

    def watched(hooks: Hooks, tree: Any, actions: Sequence[Action]) -> Iterator[Any]:
        points.reach("before the handlers")
        for result in handle(hooks, tree, actions):
            points.reach("after an answer")
            tree.answered.append(result)
            yield result
        points.reach("after the handlers")

    replace(Hooks, "handle_actions", watched)


def leave_at_end(points: Points) -> None:
    """Have the names of the points written down when the run is over."""
    over = Run.__exit__

    def watched(run: Run, *error: Any) -> None:
        over(run, *error)
        points.leave(Path.cwd())

    replace(Run, "__exit__", watched)
