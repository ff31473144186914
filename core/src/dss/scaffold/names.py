"""What a connector is called where: one name, in the spelling of each place."""

from __future__ import annotations

import keyword
import re

import attrs

from dss.errors import ConfigError

MOST = 30
"""Characters of a name: with more, the lines that it stands in would have to be laid out anew."""
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_PREFIX = "dss_"
_TAKEN = ("data_store", "default")
"""Of these, the classes would be called like their bases: `DataStoreTree`, `DefaultImporter`."""


@attrs.frozen
class Names:
    """The spellings of one name.

    Attributes:
        name: what stands behind `connector =`, and in the import package: `card_file`.
    """

    name: str

    @property
    def dashed(self) -> str:
        """As in the distribution: `card-file`."""
        return self.name.replace("_", "-")

    @property
    def folder(self) -> str:
        """The project's folder, and the distribution: `dss-card-file`."""
        return f"dss-{self.dashed}"

    @property
    def package(self) -> str:
        """The import package: `dss_card_file`."""
        return f"{_PREFIX}{self.name}"

    def applied(self, text: str) -> str:
        """A text of the project with this name in the place of `my_system`, in each of its spellings."""
        words = [word.capitalize() for word in self.name.split("_")]
        spellings = {
            "my_system": self.name,
            "my-system": self.dashed,
            "MySystem": "".join(words),
            "My System": " ".join(words),
        }
        for mine, theirs in spellings.items():
            text = text.replace(mine, theirs)
        return text


def names_of(given: str) -> Names:
    """The names of a connector.

    Args:
        given: as typed; dashes stand for underscores.

    Raises:
        ConfigError: it can be no name.
    """
    name = given.replace("-", "_")
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > MOST:
        raise ConfigError(
            f"connector name `{given}`: wanted at most {MOST} small letters and digits, a letter first, words apart by"
            " single underscores, and no word of Python's own, such as `card_file`"
        )
    if name.startswith(_PREFIX):
        raise ConfigError(
            f"connector name `{given}`: `dss-` is put before it anyway; leave it out: `{name.removeprefix(_PREFIX)}`"
        )
    if name in _TAKEN:
        raise ConfigError(
            f"connector name `{given}`: its classes would be called as their base classes are; choose another"
        )
    return Names(name)
