"""A connector that keeps every promise, made so that one part of it can be exchanged for a broken one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
from core.tests.testing.roster.client import Client
from core.tests.testing.roster.importer import Importer
from core.tests.testing.roster.system import Roster
from core.tests.testing.roster.template import Template
from core.tests.testing.roster.tree import Groups, People, Seats, Tree

from dss import hookimpl
from dss.branches import DataStoreBranch
from dss.testing import TargetSuite

BRANCHES: tuple[type[DataStoreBranch], ...] = (People, Groups, Seats)


def connector(
    *,
    tree: type[Tree] = Tree,
    importer: type[Importer] = Importer,
    template: type[Template] = Template,
    client: type[Client] = Client,
    branches: Sequence[type[DataStoreBranch]] = BRANCHES,
) -> Any:
    """The hooks of a connector made of these parts, as a module would hold them."""
    parts = {"__importer__": importer, "__template__": template, "opens": client, "kinds": tuple(branches)}
    united = type(tree.__name__, (tree,), parts)
    return module(dss_register_trees=[united], dss_register_branches=list(branches))


def module(**answers: Any) -> Any:
    """A module with hooks that answer just this."""
    made = ModuleType("roster")
    for name, answer in answers.items():
        setattr(made, name, hookimpl(_answering(name, answer)))
    return made


def _answering(name: str, answer: Any) -> Any:
    def hook() -> Any:
        return answer

    hook.__name__ = name
    return hook


class SoundSuite(TargetSuite):
    """All checks on the sound connector."""

    connector = connector()
    read_calls: ClassVar[Sequence[str]] = ("rows",)
    write_calls: ClassVar[Sequence[str]] = ("write", "commit")
    unstorable: ClassVar[dict[str, str]] = {"control": "a roster takes no bell"}

    @pytest.fixture
    def system(self, tmp_path: Path) -> Roster:
        """A roster of its own for every test."""
        return Roster(tmp_path)
