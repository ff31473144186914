"""Which branches a base stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dss.errors import ConfigError

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch


def discover(base: type[DataStoreBranch]) -> list[type[DataStoreBranch]]:
    """The branches declared under a base: its subclasses in its own module that have a `__branchname__`.

    In definition order; the most derived of a line wins; a class defined again under the same name replaces the first.

    Raises:
        ConfigError: two lines of subclasses claim one name.
    """
    found: dict[str, type[DataStoreBranch]] = {}
    for branch in sorted(_subclasses(base), key=lambda branch: branch._definition):
        if branch.__module__ == base.__module__ and branch.__branchname__ and "_store" not in vars(branch):
            found[branch.__qualname__] = branch
    by_name: dict[str, list[type[DataStoreBranch]]] = {}
    for branch in found.values():
        by_name.setdefault(branch.__branchname__, []).append(branch)
    result = []
    for name, line in by_name.items():
        ends = [
            branch
            for branch in line
            if not any(other is not branch and issubclass(other, branch) for other in line)
        ]
        if len(ends) > 1:
            claimants = " and ".join(end.__qualname__ for end in ends)
            raise ConfigError(
                f"two branches under `{base.__qualname__}` are named `{name}`: {claimants}; derive one from the other,"
                " or rename one"
            )
        result.append(ends[0])
    return result


def _subclasses(base: type[DataStoreBranch]) -> list[type[DataStoreBranch]]:
    found: dict[type[DataStoreBranch], None] = {}
    for child in base.__subclasses__():
        if "_store" not in vars(child):
            found[child] = None
            found.update(dict.fromkeys(_subclasses(child)))
    return list(found)
