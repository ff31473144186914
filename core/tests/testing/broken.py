"""Connectors of which one part breaks one promise, and how one check is made of such a connector."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest
from core.tests.testing.roster.client import Client
from core.tests.testing.roster.importer import Importer
from core.tests.testing.roster.system import Roster
from core.tests.testing.roster.template import Template
from core.tests.testing.roster.tree import Tree
from core.tests.testing.sound import BRANCHES, SoundSuite, connector

from dss.branches import DataStoreBranch
from dss.capabilities import Capability
from dss.testing import System
from dss.testing.rig import Rig
from dss.testing.suite import Suite

PARTS: dict[str, type] = {
    "tree": Tree,
    "importer": Importer,
    "template": Template,
    "client": Client,
    "branches": DataStoreBranch,
    "suite": SoundSuite,
    "system": Roster,
}

K = TypeVar("K", bound=type)


@attrs.frozen
class Broken:
    """One connector that does not keep a promise.

    Attributes:
        name: what is wrong with it.
        check: which check has to catch it.
        says: words that stand in what the check advises.
        branch: which branch it is caught in.
        parts: the parts that are not the sound connector's.
    """

    name: str
    check: str
    says: str
    branch: str
    parts: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.check.removeprefix('test_')}-{self.name}"

    def suite(self) -> SoundSuite:
        """The suite for it."""
        parts = dict(self.parts)
        parts.pop("system", None)
        kind: type[SoundSuite] = parts.pop("suite", SoundSuite)
        hooks = parts.pop("connector", None) or connector(**parts)
        made: type[SoundSuite] = type(kind.__name__, (kind,), {"connector": hooks})
        return made()


BROKEN: list[Broken] = []
"""All of them, gathered from the modules that declare them."""


def caught_by(check: str, says: str, *, branch: str = "people", **parts: Any) -> Callable[[K], K]:
    """Declare that a class, in the place of the sound connector's part, is caught by a check.

    Args:
        check: its name.
        says: words that stand in its advice.
        branch: which branch it is caught in.
        parts: other parts that go with it.
    """

    def declare(part: K) -> K:
        name = next(name for name, base in PARTS.items() if issubclass(part, base))
        own = _beside(part) if name == "branches" else part
        BROKEN.append(Broken(part.__name__, check, says, branch, {name: own, **parts}))
        return part

    return declare


def _beside(own: type[DataStoreBranch]) -> tuple[type[DataStoreBranch], ...]:
    """The sound branches, with one in the place of that of its name."""
    return tuple(own if own.__branchname__ == one.__branchname__ else one for one in BRANCHES)


def make_check(broken: Broken, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Make the check that is meant for a broken connector.

    Raises:
        NotConforming: the check has caught it.
    """
    system = broken.parts.get("system", Roster)
    make_one(broken.suite(), broken.check, broken.branch, system, folder, caplog)


def make_one(
    suite: Suite,
    name: str,
    branch: str,
    system: Callable[[Path], System],
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Make one check, as pytest would, without its fixtures: many times as fast."""
    check = getattr(suite, name)
    wanted = set(inspect.signature(check).parameters)
    for number, values in enumerate(_variants(check)):
        given = {"branch": branch, "caplog": caplog, **values}
        if "rig" in wanted:
            place = folder / str(number)
            place.mkdir(parents=True)
            given["rig"] = Rig(suite, system(place), suite.declared(), place)
            suite._bound = given["rig"].bound
        try:
            if {"rig", "branch"} <= wanted:
                suite.passes_over_what_is_of_no_use(given["rig"], branch, *needed_by(check))
            check(**{name: given[name] for name in wanted})
        finally:
            if "rig" in given:
                given["rig"].close()


def needed_by(check: Any) -> tuple[frozenset[Capability], frozenset[Capability]]:
    """What has to be declared for a check, and of what one is enough."""
    marks = getattr(check, "pytestmark", ())
    needed, any_of = (
        frozenset(one for mark in marks if mark.name == name for one in mark.args)
        for name in ("dss_needs", "dss_needs_any")
    )
    return needed, any_of


def _variants(check: Any) -> list[dict[str, Any]]:
    """The values with which a check is made, one after another."""
    for mark in getattr(check, "pytestmark", ()):
        if mark.name == "parametrize":
            name, values = mark.args
            return [{name: value} for value in values]
    return [{}]


def checks(suite: type[Suite] = SoundSuite) -> list[str]:
    """The names of all checks."""
    return sorted(name for name in dir(suite) if name.startswith("test_"))
