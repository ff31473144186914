"""The time, asked for in one place, so that a test can move it."""

from __future__ import annotations

import datetime


def now() -> datetime.datetime:
    """The present moment, in UTC. Call it as `clock.now()`."""
    return datetime.datetime.now(datetime.UTC)
