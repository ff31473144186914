"""What can be configured in a table `[trees.NAME]`."""

from __future__ import annotations

from pathlib import Path

import attrs
from dss.tree import DataStoreTree


@attrs.frozen(kw_only=True)
class Options(DataStoreTree.Options):
    """The options; `dss-run init my_system` shows each with its help.

    A password or token is a field of the type `dss.secrets.Secret`: it stands in the environment, a file or
    the keyring, and never in a message.
    """

    path: Path = attrs.field(converter=Path, metadata={"help": "The JSON file that stands for the system."})
