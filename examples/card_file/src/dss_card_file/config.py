"""What can be configured in a table `[trees.NAME]`."""

from __future__ import annotations

from pathlib import Path

import attrs

from dss.errors import ConfigError
from dss.tree import DataStoreTree

DESK = "desk"
"""The origin of what people type in at the lending desk."""
STAFF = "staff"
"""The origin of the library's own."""


@attrs.frozen(kw_only=True)
class Options(DataStoreTree.Options):
    """One card file, and which of its records are ours."""

    path: Path = attrs.field(
        converter=Path, metadata={"help": "The database of the library program; it has to be there already."}
    )
    origin: str = attrs.field(
        default="school",
        metadata={"help": "What stands in the column `origin` of our records; all others are left alone."},
    )

    @origin.validator
    def _check_origin(self, _attribute: object, value: str) -> None:
        if value in ("", DESK, STAFF):
            raise ConfigError(f"`origin` is {value!r}, which is the library's own; choose another name")
