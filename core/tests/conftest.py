"""What the core's tests share: trees in memory, made of branch declarations, and a target that remembers its calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from dss import Action, DataStoreBranch, DataStoreTree, DefaultImporter, DefaultTemplate
from dss.attributes import names_of
from dss.claiming import unclaimed
from dss.importers import Scope
from dss.only import Only

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


class Living(DefaultImporter):
    """Reads a target that lives in `tree.system`: records by idnumber, by branch; those with `outside` are not ours."""

    def readin_branch(self, branch: type[DataStoreBranch]) -> Any:
        """Give our records."""
        return self.readin_items(branch, list(self.tree.system.get(branch.__name__, {})))

    def readin_items(self, branch: type[DataStoreBranch], idnumbers: Any, scope: Any = Scope.OURS) -> Any:
        """Give some, as they are at this moment."""
        tree: Any = self.tree
        there = tree.system.get(branch.__name__, {})
        tree.reads += 1
        return [
            {name: value for name, value in there[one].items() if name != "outside"}
            for one in idnumbers
            if one in there and (scope is Scope.ALL or not there[one].get("outside"))
        ]


class Doing(DefaultTemplate):
    """Carries everything out on `tree.system`."""

    def new(self, action: Action) -> None:
        """Make a record, or take one over."""
        self._there(action.branch)[action.idnumber] = {
            "idnumber": action.idnumber,
            **{name: getattr(action.right, name) for name in names_of(action.right)},
        }

    def update(self, action: Action) -> None:
        """Change a value."""
        self._there(action.branch)[action.idnumber][action.attribute] = action.wanted

    def add(self, action: Action) -> None:
        """Add a value."""
        record = self._there(action.branch)[action.idnumber]
        record[action.attribute] = frozenset(record.get(action.attribute) or ()) | {action.value}

    def remove(self, action: Action) -> None:
        """Take a value away."""
        record = self._there(action.branch)[action.idnumber]
        record[action.attribute] = frozenset(record.get(action.attribute) or ()) - {action.value}

    def old(self, action: Action) -> None:
        """Disable where that is possible, else delete."""
        there = self._there(action.branch)
        if "enabled" in there[action.idnumber]:
            there[action.idnumber]["enabled"] = False
        else:
            del there[action.idnumber]

    def _there(self, branch: str) -> Any:
        return self.tree.system.setdefault(branch, {})


def plant(
    *declarations: type,
    name: str = "left",
    template: type | None = Obedient,
    importer: type | None = None,
    records: Mapping[str, Iterable[Any]] | None = None,
    outside: Iterable[Mapping[str, Any]] = (),
    system: dict[str, dict[str, dict[str, Any]]] | None = None,
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
    if system is not None:
        importer, template = Living, Doing if template is Obedient else template
    place = {"__branches__": base, "__template__": template, "__importer__": importer, **attributes}
    tree: Any = type(name, (kind,), place)()
    tree.declared = made
    tree.calls = []
    tree.records = records or {}
    tree.outside = list(outside)
    tree.system, tree.reads = system or {}, 0
    return tree


@pytest.fixture
def claim() -> Callable[[Any], None]:
    """Let it be known that what the targets of a run hold is ours, as after earlier runs."""

    def all_of(run: Any) -> None:
        with run.journal() as journal:
            for sync in run.plan():
                every = Only({right.__name__: None for _, right in sync.plan.pairs})
                for found in unclaimed(journal, sync, every):
                    found.settle(list(found.records))
        for sync in run.syncs:
            sync.plan, sync.holds, sync.planned_early = None, [], []

    return all_of


@pytest.fixture(name="plant", scope="session")
def _plant() -> Plant:
    return plant
