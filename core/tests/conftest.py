"""What the core's tests share: trees in memory, made of branch declarations, and a target that remembers its calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from dss import Action, DataStoreBranch, DataStoreTree, DefaultImporter, DefaultTemplate

Plant = Callable[..., Any]


class Obedient(DefaultTemplate):
    """Carries out everything, and remembers it on the tree."""

    def new(self, action: Action) -> None:
        """Remember any action."""
        vars(self.tree).setdefault("calls", []).append(action)

    update = add = remove = old = new


class Given(DefaultImporter):
    """Reads what the test has put into `tree.records[branch]`, and finds what it has put into `tree.outside`."""

    def readin_branch(self, branch: type[DataStoreBranch]) -> Any:
        """Give the records as they are."""
        return self.tree.records.get(branch.__name__, [])

    def readin_items(self, branch: type[DataStoreBranch], idnumbers: Any, scope: Any = None) -> Any:
        """Give those of `tree.outside` that have one of the keys."""
        return [record for record in self.tree.outside if record["idnumber"] in idnumbers]


def plant(
    *declarations: type,
    name: str = "left",
    template: type | None = Obedient,
    importer: type | None = None,
    records: Mapping[str, Iterable[Any]] | None = None,
    outside: Iterable[Mapping[str, Any]] = (),
    kind: type[DataStoreTree] = DataStoreTree,
    allow_empty: bool = False,
    **attributes: Any,
) -> Any:
    """Make a tree of plain declarations (classes with `__branchname__`), read by hand or from `records`."""
    base = type(f"{name}_branches", (DataStoreBranch,), {})
    own = {"allow_empty": True} if allow_empty else {}
    made = [type(declaration.__name__, (declaration, base), dict(own)) for declaration in declarations]
    if records is not None:
        importer = importer or Given
    place = {"__branches__": base, "__template__": template, "__importer__": importer, **attributes}
    tree: Any = type(name, (kind,), place)()
    tree.declared = made
    tree.calls = []
    tree.records = records or {}
    tree.outside = list(outside)
    return tree


@pytest.fixture(name="plant", scope="session")
def _plant() -> Plant:
    return plant
