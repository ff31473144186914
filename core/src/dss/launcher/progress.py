"""How far it has come: moving bars on a terminal, a plain line now and then in a log. Neither names anybody."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol, TextIO

from dss.launcher.screen import Screen
from dss.launcher.visible import visible

if TYPE_CHECKING:
    import rich.progress

EVERY = 10.0
"""Seconds between two lines in a log."""


class Progress(Protocol):
    """What tells of the progress of a run."""

    def step(self, sentence: str) -> None:
        """A step of unknown length begins, such as "reading moodle"; it ends the one before."""

    def bar(self, sentence: str, total: int) -> Callable[[int], None]:
        """A step of `total` parts begins; call what is given with the number of parts done since the last call."""


@contextlib.contextmanager
def progress_on(stream: TextIO) -> Iterator[Progress]:
    """Bars where the stream is a terminal that can move its cursor, else lines."""
    if stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown"):
        with _bars(stream) as progress:
            yield progress
    else:
        yield Lines(Screen(stream))


class Lines:
    """Progress in a log.

    Args:
        screen: what is written to.
        clock: seconds, from any beginning.
    """

    def __init__(self, screen: Screen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._clock = clock

    def step(self, sentence: str) -> None:
        """One line."""
        self._screen.line(visible(sentence))

    def bar(self, sentence: str, total: int) -> Callable[[int], None]:
        """A line at once, at most one every `EVERY` seconds, and one at the end."""
        began = last = self._clock()
        done = 0
        self._screen.line(visible(f"{sentence}: {total} changes"))

        def advance(count: int) -> None:
            nonlocal done, last
            done += count
            now = self._clock()
            if done < total and now - last < EVERY:
                return
            last = now
            rate = done / (now - began) if now > began else 0.0
            left = f", {duration((total - done) / rate)} left" if rate and done < total else ""
            speed = f" ({rate:,.0f}/s{left})" if rate else ""
            self._screen.line(visible(f"{sentence}: {done} of {total}{speed}"))

        return advance


def duration(seconds: float) -> str:
    """A time in words short enough for a log: `45 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@contextlib.contextmanager
def _bars(stream: TextIO) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        _pace_column(),
        TimeElapsedColumn(),
    )
    # what a handler prints to a file or a pipe stays there
    bars = RichProgress(
        *columns, console=Console(file=stream, highlight=False), redirect_stdout=sys.stdout.isatty()
    )
    with bars:
        yield Bars(bars)


def _pace_column() -> rich.progress.ProgressColumn:
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class Pace(ProgressColumn):
        """Parts a second, and the time left."""

        def render(self, task: Task) -> Text:
            rate = task.finished_speed or task.speed
            if not rate:
                return Text("")
            left = task.time_remaining
            return Text(f"{rate:,.0f}/s" + (f", {duration(left)} left" if left else ""))

    return Pace()


class Bars:
    """Progress on a terminal."""

    def __init__(self, bars: rich.progress.Progress) -> None:
        self._bars = bars
        self._step: rich.progress.TaskID | None = None

    def step(self, sentence: str) -> None:
        """A bar that moves to and fro, in the place of the one before."""
        if self._step is not None:
            self._bars.remove_task(self._step)
        self._step = self._bars.add_task(visible(sentence), total=None)

    def bar(self, sentence: str, total: int) -> Callable[[int], None]:
        """A bar that fills."""
        task = self._bars.add_task(visible(sentence), total=total)
        return lambda count: self._bars.advance(task, count)
