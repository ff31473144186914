"""Python's cycle collector, kept out of the way while very many objects are made."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

_is_frozen = False


def freeze_heap() -> None:
    """Take all there is out of the collector's walks, until `thaw_heap`."""
    global _is_frozen
    gc.freeze()
    _is_frozen = True


def thaw_heap() -> None:
    """Let the collector look at everything again."""
    global _is_frozen
    gc.unfreeze()
    _is_frozen = False


def _anything_is_frozen() -> bool:
    # counting walks all that is frozen, so what we know ourselves is not counted
    return _is_frozen or gc.get_freeze_count() > 0


@contextlib.contextmanager
def paused_collector() -> Iterator[None]:
    """Keep the cycle collector from walking all records again and again while they are made (a third of the time)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not _anything_is_frozen():
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
    if _anything_is_frozen():
        # somebody else's doing, and theirs to end
        yield
        return
    freeze_heap()
    try:
        yield
    finally:
        thaw_heap()
