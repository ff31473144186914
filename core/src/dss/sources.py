"""What a tree was read from, so that it can be known again."""

from __future__ import annotations

import datetime

import attrs


@attrs.frozen
class Source:
    """One thing that a tree is read from, such as a file.

    Attributes:
        name: what a person knows it by, without secrets; the same from run to run (of a file that bears its date in
            its name, the name without it).
        digest: tells this content from any other.
        modified: when it was last changed, in UTC; None where that cannot be told.
    """

    name: str
    digest: str
    modified: datetime.datetime | None = None
