"""Undo: an ordinary plan, made of what the journal says that a run has done."""

from dss.undo.noting import note_undone
from dss.undo.planning import holds_of_undo, plan_undo, undo_run
from dss.undo.sections import sync_of

__all__ = ["holds_of_undo", "note_undone", "plan_undo", "sync_of", "undo_run"]
