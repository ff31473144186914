"""An exception of the connector's own, told with what to change, where a check asks for an answer."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator
from pathlib import Path

from dss.errors import DssError
from dss.testing.verdict import NotConforming, fail


@contextlib.contextmanager
def answered(what: str, advice: str) -> Iterator[None]:
    """Require that what the block asks of the connector is answered, whatever the answer.

    Args:
        what: what is asked, as the beginning of a sentence: "`check()`".
        advice: what to change when it raises.
    """
    __tracebackhide__ = True
    try:
        yield
    except NotConforming:
        raise
    except Exception as error:
        fail(f"{what} raised {type(error).__name__}: {error} ({place_of(error)})", advice)


def place_of(error: BaseException) -> str:
    """Where an exception came from; of one that dss has made of another, where that came from."""
    while isinstance(error, DssError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}, line {last.lineno}, in {last.name}"
