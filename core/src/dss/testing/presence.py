"""Which capabilities a connector has the methods and handlers for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dss.actions import Action, Adoption, Kind
from dss.attributes import ENABLED
from dss.capabilities import Capability
from dss.importers import DefaultImporter
from dss.templates import DefaultTemplate, Undo, handler_names
from dss.tree import DataStoreTree

if TYPE_CHECKING:
    from dss.testing.samples import Samples

OF_TREE = {
    Capability.SOURCES: "sources",
    Capability.SWAP: "spare_value",
    Capability.TRANSACTIONS: "batch",
    Capability.DRY_RUN: "rehearsal",
}
OF_IMPORTER = {
    Capability.LOOKUP: "readin_items",
    Capability.DELTA: "readin_changes",
    Capability.TRACE: "trace",
    Capability.UNIQUE: "find_holders",
}
MAY_DO_LESS = (Capability.TRANSACTIONS,)
"""Whose method may be there for another reason: a bracket need not be a transaction."""


def missing(tree: DataStoreTree, samples: Samples, branch: str) -> Iterator[str]:
    """What a branch declares and has nothing for, a line each."""
    declared = tree.capabilities_of(branch)
    several = samples.multi_valued(branch)
    if Capability.CREATE in declared and several and Capability.MULTI_VALUES not in declared:
        names = "`, `".join(several)
        yield f"`{Capability.CREATE}` of records with `{names}` needs `{Capability.MULTI_VALUES}`, by which they come"
    for capability, place, has in _methods(tree):
        if capability in declared and not has:
            yield f"`{capability}` needs {place}"
    if not _has_handlers_of_its_own(tree):
        return
    for capability, action in _actions(samples, branch):
        if capability in declared and tree.template.handler_for(action) is None:
            names = "` or `".join(handler_names(action))
            yield f"`{capability}` needs a handler `{names}` on `{type(tree.template).__qualname__}`"
    if Capability.UNDO in declared:
        found = [tree.template.handler_for(action) for _, action in _actions(samples, branch)]
        extents = [one[1].undo for one in found if one is not None]
        if extents and all(extent is Undo.NOT for extent in extents):
            yield f"`{Capability.UNDO}` needs a handler that is not marked `@handler(undo=Undo.NOT)`"


def undeclared(tree: DataStoreTree, samples: Samples, branch: str) -> Iterator[str]:
    """What a branch has and does not declare, a line each."""
    declared = tree.capabilities_of(branch)
    everywhere = type(tree).capabilities.union(*(tree.capabilities_of(one.__name__) for one in tree.branches))
    for capability, place, has in _methods(tree):
        if has and capability not in everywhere and capability not in MAY_DO_LESS:
            yield f"{place}: declare `Capability.{capability.name}`"
    if type(tree).__template__ is None:
        return
    for capability, action in _actions(samples, branch):
        found = tree.template.handler_for(action)
        if found is None:
            continue
        name = getattr(found[0], "__name__", repr(found[0]))
        if capability not in declared:
            yield f"handler `{name}` for `{_shown(action)}`: declare `Capability.{capability.name}`"
        elif Capability.UNDO not in declared and found[1].undo is not Undo.NOT:
            yield (
                f"handler `{name}`, which says that its work can be undone: declare `Capability.UNDO`, or write"
                " `@handler(undo=Undo.NOT)` above it"
            )


def _methods(tree: DataStoreTree) -> Iterator[tuple[Capability, str, bool]]:
    """For each capability that stands and falls with one method: where that is to be, and whether it is there."""
    kind = type(tree)
    for capability, name in OF_TREE.items():
        yield (
            capability,
            f"`{kind.__qualname__}.{name}`",
            getattr(kind, name) is not getattr(DataStoreTree, name),
        )
    importer = type(tree.importer)
    for capability, name in OF_IMPORTER.items():
        has = tree.importer is not None and getattr(importer, name) is not getattr(DefaultImporter, name)
        place = f"`{importer.__qualname__}.{name}`"
        if tree.importer is None:
            place = f"an importer (`__importer__` of `{kind.__qualname__}`) with `{name}`"
        yield capability, place, has


def _has_handlers_of_its_own(tree: DataStoreTree) -> bool:
    """Whether actions go to handlers at all; a template may take them all in one method, to refuse them."""
    template = type(tree).__template__
    return template is not None and type(tree.template).handle is DefaultTemplate.handle


def _actions(samples: Samples, branch: str) -> Iterator[tuple[Capability, Action]]:
    """One action of every sort that may come for a branch, with what it takes to carry it out."""
    values = samples.record(branch, 1)
    idnumber = values["idnumber"]
    yield Capability.CREATE, Action(Kind.NEW, branch, idnumber)
    yield Capability.END, Action(Kind.OLD, branch, idnumber)
    for name in samples.changeable(branch):
        yield Capability.UPDATE, Action(Kind.UPDATE, branch, idnumber, attribute=name)
    if ENABLED in values:
        yield Capability.DISABLE, Action(Kind.UPDATE, branch, idnumber, attribute=ENABLED)
    for name in samples.multi_valued(branch):
        yield Capability.MULTI_VALUES, Action(Kind.ADD, branch, idnumber, attribute=name)
        yield Capability.MULTI_VALUES, Action(Kind.REMOVE, branch, idnumber, attribute=name)
    yield Capability.ADOPT, Action(Kind.OLD, branch, idnumber, adopts=Adoption(None, {}))


def _shown(action: Action) -> str:
    return f"{action.kind} {action.branch}" + (f".{action.attribute}" if action.attribute else "")
