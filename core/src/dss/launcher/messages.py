"""What other code says while a command runs: on the standard error stream, so that the answer stands alone."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dss.launcher.visible import visible

if TYPE_CHECKING:
    from stamina.instrumentation import RetryDetails


class _OnErrorStream(logging.Handler):
    """Writes to whatever the standard error stream is at the moment: on a terminal, above the moving bars."""

    def emit(self, record: logging.LogRecord) -> None:
        # nobody who reads is no reason to stop a run
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"{record.levelname.lower()}: {visible(record.getMessage())}\n")


@contextlib.contextmanager
def messages() -> Iterator[None]:
    """Show warnings that are logged, and what a user's own code prints; say when a busy system makes the run wait.

    Make the `Screen` for the answer first: within this context, standard output leads to standard error.
    """
    from stamina import instrumentation

    root, handler = logging.getLogger(), _OnErrorStream(logging.WARNING)
    hooks = instrumentation.get_on_retry_hooks()
    root.addHandler(handler)
    instrumentation.set_on_retry_hooks([_waiting])
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        instrumentation.set_on_retry_hooks(hooks)
        root.removeHandler(handler)


def _waiting(details: RetryDetails) -> None:
    # the cause may quote what was to be written, so only its kind is named
    cause = type(details.caused_by).__name__
    logging.getLogger("dss").warning(
        "the target is busy (%s); trying again in %.1f s, attempt %d",
        cause,
        details.wait_for,
        details.retry_num + 1,
    )
