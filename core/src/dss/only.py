"""What a run is limited to: branches, or single records of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import attrs

from dss.actions import Action
from dss.errors import ConfigError


@attrs.frozen
class Only:
    """A choice of branches and records; an empty one is everything.

    Attributes:
        branches: by name, the idnumbers chosen; None is the whole branch.
    """

    branches: dict[str, frozenset[str] | None] = attrs.field(factory=dict)

    @classmethod
    def parse(cls, words: Iterable[str], known: Collection[str]) -> Only:
        """Read `BRANCH` and `BRANCH:IDNUMBER`, as they stand on a command line.

        Args:
            words: what was chosen; none is everything.
            known: the branches there are.

        Raises:
            ConfigError: there is no such branch, or no idnumber after the colon.
        """
        found: dict[str, frozenset[str] | None] = {}
        for word in words:
            name, colon, idnumber = word.partition(":")
            if name not in known:
                raise ConfigError(
                    f"there is no branch `{name}` in any [[sync]]; there are {', '.join(sorted(known))}"
                )
            if colon and not idnumber:
                raise ConfigError(f"`{word}` names no record; wanted BRANCH or BRANCH:IDNUMBER")
            before = found.get(name, frozenset())
            found[name] = None if before is None or not colon else before | {idnumber}
        return cls(found)

    def __bool__(self) -> bool:
        return bool(self.branches)

    def has_branch(self, name: str) -> bool:
        """Whether anything of a branch is chosen."""
        return not self.branches or name in self.branches

    def has(self, action: Action) -> bool:
        """Whether an action is of a record that is chosen."""
        return self.has_record(action.branch, action.idnumber)

    def has_record(self, branch: str, idnumber: str) -> bool:
        """Whether a record is chosen."""
        if not self.branches:
            return True
        chosen = self.branches.get(branch, frozenset())
        return chosen is None or idnumber in chosen

    @property
    def parted(self) -> set[str]:
        """The branches of which single records are chosen."""
        return {name for name, chosen in self.branches.items() if chosen is not None}

    def words(self) -> tuple[str, ...]:
        """The choice as it would be written on a command line."""
        return tuple(
            word
            for name, chosen in self.branches.items()
            for word in ([name] if chosen is None else [f"{name}:{one}" for one in sorted(chosen)])
        )


EVERYTHING = Only()
