"""Every exception that dss raises on purpose, in families by what the caller should do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dss.actions import Action


class DssError(Exception):
    """Root of all errors a user can cause or mend; the launcher shows its text without a traceback."""


class ConfigError(DssError):
    """Abort: the configuration, or a declaration in a class, has to be mended first."""


class ConnectorError(DssError):
    """Abort: a connector is missing, broken, or breaks a rule of the hooks."""


class StateError(DssError):
    """Abort: a branch is not in a state that allows this (unread, still reading, failed)."""


class ReadError(DssError):
    """Abort: a tree could not be read whole, so nothing may be concluded from it."""


class EmptySourceError(ReadError):
    """Abort: a branch on the left holds no record at all, which is more often a fault than the truth."""


class ConflictError(DssError):
    """Skip: two records with one idnumber disagree; raised by `make` and by `resolve_duplicate`."""


class PlanError(DssError):
    """Abort: a plan cannot be written as a file, or a file is no plan that can be trusted."""


class JournalError(DssError):
    """Abort: the journal cannot be read or written; what could not be written down must not be done."""


class NotProvided(DssError):
    """Skip: an importer's word that a branch is not its own; the branch is left out and named."""


class TemporaryError(DssError):
    """Retry: the system was busy, locked or away; nothing was written."""


class BudgetExceeded(DssError):
    """Abort: `>>` found more removals than the budget allows; nothing was written.

    Attributes:
        held: the removals, as actions, for a person to look at.
    """

    def __init__(self, message: str, held: list[Action]) -> None:
        super().__init__(message)
        self.held = held
