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


@contextlib.contextmanager
def frozen_heap() -> Iterator[None]:
    """Keep what there is out of the collector's walks, while new objects are collected as ever.

    For a stretch that hands control to others, who may make what they like: comparing a million records makes enough
    new objects for the collector to walk all the old ones in between.
    """
    if gc.get_freeze_count():
        # somebody else's doing, and theirs to end
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
