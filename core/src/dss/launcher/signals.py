"""Being told to stop: by a closed terminal, a shutdown, or a service manager."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from types import FrameType

NAMES = ("SIGTERM", "SIGHUP")


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Take these signals as a Ctrl-C, so that the batch in work is undone, and what was done is reported."""
    with _handled_by(signal.default_int_handler, NAMES):
        yield


@contextlib.contextmanager
def deferred() -> Iterator[list[int]]:
    """Note the signals that would stop us, for as long as this lasts, and let whoever asks for it see to them."""
    caught: list[int] = []
    with _handled_by(lambda number, frame: caught.append(number), (*NAMES, "SIGINT")):
        yield caught


@contextlib.contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], object], names: Iterable[str]) -> Iterator[None]:
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in names:
            number = getattr(signal, name, None)
            # a signal that is ignored stays so: that is what `nohup` is for
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
