"""Undo: an ordinary plan, made of what the journal says that a run has done."""

from dss.undo.earlier import refuse_while_open
from dss.undo.noting import note_undone
from dss.undo.planning import look_for_what_is_back, undo_run, undo_stages
from dss.undo.sections import sync_of

__all__ = ["look_for_what_is_back", "note_undone", "refuse_while_open", "sync_of", "undo_run", "undo_stages"]
