"""datastoresync keeps two or more datastores in step.

`left - right` yields the differences as actions, `left >> right` carries them out by the right tree's template,
`left > right` prints them, `+tree` reads a tree in, `-tree` empties it.

The names below are imported at their first use, so that `dss-run --help` pays for none of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dss import actions, branches, errors, importers, models, templates, tree
    from dss.actions import Action, Kind, Outcome, Result
    from dss.branches import DataStoreBranch
    from dss.hookspecs import hookimpl
    from dss.importers import DefaultImporter, Rows
    from dss.models import Base, key, marks
    from dss.templates import DefaultTemplate, Undo, handler
    from dss.tree import DataStoreTree

__all__ = [
    "Action",
    "Base",
    "DataStoreBranch",
    "DataStoreTree",
    "DefaultImporter",
    "DefaultTemplate",
    "Kind",
    "Outcome",
    "Result",
    "Rows",
    "Undo",
    "actions",
    "branches",
    "errors",
    "handler",
    "hookimpl",
    "importers",
    "key",
    "marks",
    "models",
    "templates",
    "tree",
]

_HOME = {
    "Action": "actions",
    "Base": "models",
    "DataStoreBranch": "branches",
    "DataStoreTree": "tree",
    "DefaultImporter": "importers",
    "DefaultTemplate": "templates",
    "Kind": "actions",
    "Outcome": "actions",
    "Result": "actions",
    "Rows": "importers",
    "Undo": "templates",
    "handler": "templates",
    "hookimpl": "hookspecs",
    "key": "models",
    "marks": "models",
}


if not TYPE_CHECKING:  # to a type checker, a module with `__getattr__` has every name there could be

    def __getattr__(name: str) -> object:
        if name in _HOME:
            return getattr(importlib.import_module(f"dss.{_HOME[name]}"), name)
        if name in __all__:
            return importlib.import_module(f"dss.{name}")
        raise AttributeError(f"module `dss` has no `{name}`")


def __dir__() -> list[str]:
    return __all__
