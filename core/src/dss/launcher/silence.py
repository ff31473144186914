"""Nothing is said where nothing has happened: cron mails whatever is printed."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from types import TracebackType
from typing import Self, TextIO

from dss.launcher.screen import named, send_to_nowhere

STREAMS = ("stdout", "stderr")


class Silence:
    """Holds back what is printed until there is something to tell; then all of it comes, in order.

    A warning that is logged, an error that leaves this context, and `end()` end the silence. What is still held back
    when the context is left is thrown away. Streams that are terminals are left alone.
    """

    def __init__(self) -> None:
        self._held: list[tuple[TextIO, str]] = []
        self._streams: dict[str, _Held] = {}
        self._handler = _EndsSilence(self)
        self.is_kept = False

    def __enter__(self) -> Self:
        self.is_kept = True
        for name in STREAMS:
            stream = getattr(sys, name)
            if not stream.isatty():
                self._streams[name] = _Held(stream, self)
                setattr(sys, name, self._streams[name])
        logging.getLogger().addHandler(self._handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger().removeHandler(self._handler)
        for name, held in self._streams.items():
            if getattr(sys, name) is held:
                setattr(sys, name, held.stream)
        if error is not None:
            self.end()
        self.is_kept = False
        self._held.clear()

    def keep(self, stream: TextIO, text: str) -> None:
        """Hold a text back."""
        self._held.append((stream, text))

    def end(self) -> None:
        """Say what was held back, and everything from now on at once."""
        self.is_kept = False
        held, self._held = self._held, []
        for stream, text in held:
            _say(stream, text)


def _say(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        # line by line, so that two streams that lead to one file keep their order
        stream.flush()
    except BrokenPipeError:
        # a run does not end because nobody reads of it
        with contextlib.suppress(OSError, ValueError):
            send_to_nowhere(stream)
    except OSError as error:
        raise named(error, stream) from error


class _Held(io.TextIOBase):
    """Stands in the place of a stream."""

    def __init__(self, stream: TextIO, silence: Silence) -> None:
        self.stream, self._silence = stream, silence

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            # whoever tries whether this takes bytes shall find that it does not
            raise TypeError(f"a text is wanted here, not {type(text).__name__}")
        if self._silence.is_kept:
            self._silence.keep(self.stream, text)
            return len(text)
        return self.stream.write(text)

    def flush(self) -> None:
        if not self._silence.is_kept:
            self.stream.flush()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.stream.fileno()

    @property
    def name(self) -> str:
        return self.stream.name

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.stream.encoding


class _EndsSilence(logging.Handler):
    def __init__(self, silence: Silence) -> None:
        super().__init__(logging.WARNING)
        self._silence = silence

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            self._silence.end()
