"""Whether everything is in place: what can be told without reading a whole system, and without writing anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dss.assembly import Assembly
from dss.capabilities import Capability, Finding
from dss.config import Config
from dss.errors import DssError
from dss.importers import DefaultImporter
from dss.registry import Registry, default_registry
from dss.stages import Sync
from dss.templates import reason_of
from dss.tree import DataStoreTree


def findings(syncs: Iterable[Sync]) -> Iterator[tuple[str, Finding]]:
    """Look at every tree: can it be reached, does it permit what is needed; yield tree name and finding."""
    for sync in syncs:
        for tree in (sync.left, sync.right):
            try:
                yield from ((tree.name, finding) for finding in tree.check())
            except Exception as error:  # one tree's fault must not hide what the others say
                yield tree.name, Finding("error", _told_wrong(error))
        try:
            yield from ((sync.right.name, finding) for finding in _of_the_target(sync.right))
        except Exception as error:
            yield sync.right.name, Finding("error", _told_wrong(error))


def _of_the_target(right: DataStoreTree) -> Iterator[Finding]:
    importer = right.importer
    if importer is not None and type(importer).readin_items is DefaultImporter.readin_items:
        yield Finding("warning", "reads whole branches to look at single records; correct, but slow")
    if Capability.TRANSACTIONS not in right.capabilities:
        yield Finding(
            "ok",
            "has no transactions: what somebody else changes in the moment between looking at a record again and"
            " writing it is not noticed, and a batch that fails may have been done in part",
        )


def errors_of(config: Config, registry: Registry | None = None) -> list[str]:
    """Everything that keeps the trees of a configuration from being made, not only the first thing."""
    assembly = Assembly(config, registry or default_registry())
    found = []
    for name in config.trees:
        try:
            assembly.tree(name)
        except DssError as error:
            found.append(str(error))
        except Exception as error:
            found.append(f"{config.path}: `trees.{name}`: {reason_of(error)}")
    return found


def _told_wrong(error: Exception) -> str:
    return str(error) if isinstance(error, DssError) else reason_of(error)
