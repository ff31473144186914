"""Python's cycle collector, kept out of the way while very many objects are made."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def paused_collector() -> Iterator[None]:
    """Keep the cycle collector from walking all records again and again while they are made (a third of the time)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_freeze_count() == 0:
            # moves what was made straight to the oldest generation, so that not even the next collection walks it
            gc.freeze()
            gc.unfreeze()
        if was:
            gc.enable()
