"""Reading a tree in: in which order, and what a reading that failed is worth."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from dss.collector import paused_collector
from dss.errors import ConfigError, NotProvided, ReadError
from dss.importers import opened, steps_of
from dss.store import State

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree


_SWALLOWED = (
    "passed over an error and ended early, so that nobody knows what is missing; its context manager must let errors"
    " pass"
)


def read(tree: DataStoreTree, only: Collection[str] | None = None) -> None:
    """Read branches of a tree in, see `DataStoreTree.read`."""
    order = _Order(tree, only).branches()
    for branch in order:
        if not _can_be_read(tree, branch.__name__):
            raise ReadError(
                f"tree `{tree.name}` has no `__importer__`, and no plugin reads `{branch.__name__}`; fill it by"
                " `make`, or define an importer"
            )
    for branch in order:
        # whatever happens below, nothing of an earlier reading is taken for the present one
        branch.clear()
    whole = False
    try:
        with paused_collector(), _opened_importer(tree):
            for branch in order:
                _read_branch(tree, branch)
            whole = True
        if not whole:
            raise ReadError(f"the importer of tree `{tree.name}` {_SWALLOWED}")
    except BaseException:
        if whole:
            # the importer's own end has failed, so nobody knows what the branches are worth
            for branch in order:
                branch.contents().state = State.FAILED
        raise


def _can_be_read(tree: DataStoreTree, name: str) -> bool:
    return tree.has_importer or tree.is_derived(name)


def _opened_importer(tree: DataStoreTree) -> AbstractContextManager[object]:
    importer = tree.importer
    if importer is not None and hasattr(importer, "__enter__"):
        return importer  # type: ignore[return-value]
    return contextlib.nullcontext()


def _read_branch(tree: DataStoreTree, branch: type[DataStoreBranch]) -> None:
    branch.contents().state = State.READING
    tree.deriving = branch.__name__ if tree.is_derived(branch.__name__) else ""
    try:
        derive = tree.derivation(branch.__name__)
        given = derive(tree) if derive is not None else tree.hooks.readin_branch(tree, branch)
        if given is None and derive is None and tree.importer is None:
            raise ReadError(f"no plugin of tree `{tree.name}` reads `{branch.__name__}`")
        whole = False
        with opened(given) as records:
            if records is not None:
                branch.load(records, steps_of(tree.importer) if derive is None else None)
            whole = True
        if not whole:
            raise ReadError(f"what reads {branch.path()} {_SWALLOWED}")
    except NotProvided as reason:
        branch.clear()
        branch.contents().state = State.NOT_PROVIDED
        branch.note(str(reason))
    except ConfigError as error:
        branch.contents().state = State.FAILED
        # what is wrong is often told by something that knows only its own settings, not whose they are
        raise ConfigError(f"{branch.path()}: {error}") from error
    except BaseException:
        branch.contents().state = State.FAILED
        raise
    else:
        branch.contents().state = State.COMPLETE
        branch.contents().doubtful = _doubt(tree, branch.__name__)
    finally:
        tree.deriving = ""


def _doubt(tree: DataStoreTree, name: str) -> str:
    """Why a branch may lack something: what it is derived from has bad rows, or was not read at all."""
    sources = {other: getattr(tree, other).contents() for other in _needs(tree, name)}
    missing = [other for other, store in sources.items() if store.state is State.NOT_PROVIDED]
    if missing:
        return f"it is derived from {', '.join(missing)}, which the importer does not provide"
    derived = tree.is_derived(name)
    # an importer knows of its own frozen rows what they are about; a function that derives does not see them
    bad = [
        other
        for other, store in sources.items()
        if (derived and store.frozen) or store.problems or store.doubtful
    ]
    return f"it is derived from {', '.join(bad)}, where some rows are bad" if bad else ""


def _needs(tree: DataStoreTree, name: str) -> tuple[str, ...]:
    derive = tree.derivation(name)
    if derive is not None:
        return tuple(getattr(derive, "__dss_reads__", ()))
    return tuple(tree.importer.reads.get(name, ())) if tree.importer is not None else ()


class _Order:
    """Branches in declared order, each after those it looks at."""

    def __init__(self, tree: DataStoreTree, only: Collection[str] | None) -> None:
        self.tree, self.only = tree, only
        self.by_name = {branch.__name__: branch for branch in tree.branches}
        self.ordered: dict[str, type[DataStoreBranch]] = {}

    def branches(self) -> list[type[DataStoreBranch]]:
        """The branches to be read.

        Raises:
            ConfigError: branches read each other in a circle, or one that there is not.
        """
        wanted = list(self.by_name) if self.only is None else list(self.only)
        known = [name for name in self.by_name if name in wanted]
        for name in [*known, *(name for name in wanted if name not in known)]:
            self._visit(name, ())
        return list(self.ordered.values())

    def _visit(self, name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ConfigError(
                f"the branches {' -> '.join([*path, name])} of tree `{self.tree.name}` read each other in a circle"
            )
        if name not in self.by_name:
            wanted = f"; `{path[-1]}` reads it" if path else ""
            raise ConfigError(
                f"tree `{self.tree.name}` has no branch `{name}`{wanted}; it has {', '.join(self.by_name)}"
            )
        if name not in self.ordered and not (path and self._is_there(name)):
            for other in _needs(self.tree, name):
                self._visit(other, (*path, name))
            self.ordered[name] = self.by_name[name]

    def _is_there(self, name: str) -> bool:
        """Whether a branch that another looks at need not be read: it has been, or was filled by hand."""
        if not _can_be_read(self.tree, name):
            return True
        return (
            self.only is not None and name not in self.only and self.by_name[name].state() is State.COMPLETE
        )
