"""What a branch's class answers itself, as if it were the collection of its items."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dss.errors import StateError
from dss.store import State, Store

if TYPE_CHECKING:
    from dss.tree import DataStoreTree

_order = itertools.count()


class BranchType(type):
    """What a branch's class itself answers: len, in, iteration, `[]`, and truth."""

    _store: Store
    _definition: int

    def __new__(  # noqa: D102  as any metaclass
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> BranchType:
        made = super().__new__(mcs, name, bases, namespace, **kwargs)
        made._definition = next(_order)
        return made

    def __len__(cls) -> int:
        return len(cls._looked_at())

    def __contains__(cls, idnumber: object) -> bool:
        return idnumber in cls._looked_at()

    def __iter__(cls) -> Iterator[Any]:
        return iter(cls._looked_at().values())

    def __getitem__(cls, idnumber: str) -> Any:
        try:
            return cls._looked_at()[idnumber]
        except KeyError:
            raise KeyError(f"{cls.__name__} has no {idnumber!r}") from None

    def __bool__(cls) -> bool:
        return True

    def __repr__(cls) -> str:
        return f"{cls.__module__}.{cls.__name__}" if "_store" in vars(cls) else super().__repr__()

    def _bound(cls) -> Store:
        store = vars(cls).get("_store")
        if store is None:
            raise StateError(
                f"`{cls.__qualname__}` is the declaration of a branch and holds nothing; use the branch of a tree,"
                f" `tree.{getattr(cls, '__branchname__', '') or 'students'}`"
            )
        assert isinstance(store, Store)
        return store

    def _looked_at(cls) -> dict[str, Any]:
        store = cls._bound()
        tree: DataStoreTree = vars(cls)["tree"]
        if store.state is State.UNREAD and not store.items and tree.deriving and tree.has_importer:
            # taken for empty, it would make whatever is derived from it empty too
            raise StateError(
                f"`{tree.deriving}` of tree `{tree.name}` is derived from `{cls.__name__}`, which has not been read;"
                f' put `@dss.importers.reads("{cls.__name__}")` on the function that derives it'
            )
        return store.items
