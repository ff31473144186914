"""Where the answer of a command goes: plain lines, headings in colour on a terminal, nothing wrapped or cut."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from typing import TextIO

import click

AT_ONCE = 500
"""Lines written in one call."""


class Screen:
    """A stream that is written to line by line.

    When nobody reads it any more (`dss-run plan | head`), the rest is thrown away, and the command goes on to its
    proper end: an `apply` must not stop because its report is not wanted.

    Args:
        stream: standard output or standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_terminal = stream.isatty()
        self._coloured = wants_colour(stream)
        self._closed = False

    def line(self, text: str = "", *, bold: bool = False, colour: str | None = None) -> None:
        """Write one line. It must be visible text already: what comes from outside goes through `visible` first."""
        if self._coloured and (bold or colour):
            text = click.style(text, bold=bold, fg=colour)
        self._write(text)

    def lines(self, texts: Iterable[str]) -> None:
        """Write many lines."""
        rest = iter(texts)
        while chunk := list(islice(rest, AT_ONCE)):
            self._write("\n".join(chunk))

    def _write(self, text: str) -> None:
        if self._closed:
            return
        try:
            click.echo(text, file=self._stream, color=self._coloured)
        except BrokenPipeError:
            self._closed = True
            send_to_nowhere(self._stream)
        except OSError as error:
            raise named(error, self._stream) from error


def wants_colour(stream: TextIO) -> bool:
    """Whether a stream is a terminal that can show colours, and nobody asked for none."""
    if os.environ.get("NO_COLOR"):
        return False
    return stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")


def named(error: OSError, stream: TextIO) -> OSError:
    """The error with the stream's name in it, as a file's stands in the error of one that is full."""
    name = {"<stdout>": "standard output", "<stderr>": "standard error"}.get(str(getattr(stream, "name", "")))
    return error if error.filename or name is None else OSError(error.errno, error.strerror, name)


def send_to_nowhere(stream: TextIO) -> None:
    """Or Python itself fails once more, when it flushes at its end what could not be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
