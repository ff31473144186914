"""How far it has come: moving bars on a terminal, a plain line now and then in a log. Neither names anybody."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO

from dss.launcher.screen import Screen
from dss.launcher.visible import visible
from dss.wording import number

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import ProgressColumn

Tell = Callable[[str], None]
"""Is called with a sentence when a step of unknown length begins."""
Advance = Callable[[int], None]
"""Is called with the number of parts done since the last call."""
Bar = Callable[[str, int], Advance]
"""Begins a step of so many parts."""

EVERY = 10.0
"""Seconds between two lines in a log."""


def can_move(stream: TextIO) -> bool:
    """Whether a stream is a terminal on which a line can be written over."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")


@contextlib.contextmanager
def steps_on(stream: TextIO) -> Iterator[Tell]:
    """Tell of steps one after the other: on a terminal in one line that is gone at the end, else in a line each."""
    if not can_move(stream):
        screen = Screen(stream)
        yield lambda sentence: screen.line(visible(sentence))
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(
        *columns, console=_console(stream), transient=True, redirect_stdout=sys.stdout.isatty()
    ) as progress:

        def tell(sentence: str) -> None:
            for task in progress.task_ids:
                progress.remove_task(task)
            progress.add_task(visible(sentence), total=None)

        yield tell


@contextlib.contextmanager
def bars_on(stream: TextIO) -> Iterator[Bar]:
    """Tell of steps of known length: bars with rate and time left on a terminal, lines elsewhere."""
    if not can_move(stream):
        screen = Screen(stream)
        yield lambda sentence, total: lines(screen, sentence, total)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        _pace_column(),
        TimeElapsedColumn(),
    )
    # what a handler prints comes above the bars on a terminal, and stays in its file or pipe elsewhere
    with Progress(
        *columns, console=_console(stream), redirect_stdout=sys.stdout.isatty(), speed_estimate_period=60
    ) as progress:

        def bar(sentence: str, total: int) -> Advance:
            task = progress.add_task(visible(sentence), total=total)
            return lambda count: progress.advance(task, count)

        yield bar


def lines(screen: Screen, sentence: str, total: int, clock: Callable[[], float] = time.monotonic) -> Advance:
    """Progress in a log: a line at once, at most one every `EVERY` seconds, and one at the end.

    Args:
        screen: what is written to.
        sentence: what is being done.
        total: of how many parts.
        clock: seconds, from any beginning.
    """
    began = last = clock()
    done = 0
    sentence = visible(sentence)
    screen.line(f"{sentence}: {number(total, 'change', 'changes')}")

    def advance(count: int) -> None:
        nonlocal done, last
        done += count
        now = clock()
        if done >= total or now - last >= EVERY:
            last = now
            pace_text = pace(done, total, now - began)
            screen.line(f"{sentence}: {done} of {total}" + (f" ({pace_text})" if pace_text else ""))

    return advance


def pace(done: int, total: int, seconds: float) -> str:
    """Such as `250/s, 1 min 20 s left`."""
    if not (done and seconds > 0):
        return ""
    rate = done / seconds
    shown = f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
    return shown + (f", {duration((total - done) / rate)} left" if done < total else "")


def duration(seconds: float) -> str:
    """A time in words short enough for a log: `45 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    return Console(file=stream, highlight=False)


def _pace_column() -> ProgressColumn:
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class Pace(ProgressColumn):
        """Parts a second, and the time left."""

        def render(self, task: Task) -> Text:
            return Text(pace(int(task.completed), int(task.total or 0), task.elapsed or 0.0))

    return Pace()
