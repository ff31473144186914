"""How far a target's handlers can be undone, looked up once for every sort of action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dss.actions import Action
from dss.errors import ConfigError
from dss.templates import DefaultTemplate, Undo

if TYPE_CHECKING:
    from dss.tree import DataStoreTree


class _Template(Protocol):
    def handler_for(self, action: Action) -> object: ...

    def undo_for(self, action: Action) -> Undo: ...


class Reversibility:
    """How far the actions on one target can be undone.

    Args:
        right: the target.
    """

    def __init__(self, right: DataStoreTree) -> None:
        try:
            self._template: _Template | None = right.template
        except ConfigError:
            self._template = None
        self._is_plain = getattr(type(self._template), "undo_for", None) is DefaultTemplate.undo_for
        self._known: dict[tuple[str, str, str | None, bool], Undo] = {}

    def of(self, action: Action) -> Undo:
        """How far one can be undone; what has no handler is not done at all, so there is nothing to say."""
        if self._template is None:
            return Undo.WHOLLY
        sort = (action.kind, action.branch, action.attribute, action.adopts is not None)
        undo = self._known.get(sort) if self._is_plain else None
        if undo is None:
            has_handler = self._template.handler_for(action) is not None
            undo = self._known[sort] = self._template.undo_for(action) if has_handler else Undo.WHOLLY
        return undo
