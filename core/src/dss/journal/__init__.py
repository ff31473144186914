"""The journal: what was planned, begun and done, what is ours, and what people have approved, kept from run to run."""

from dss.journal.journal import Journal
from dss.journal.rows import Approval, Entry, JournalSync, RunRow, RunState

__all__ = ["Approval", "Entry", "Journal", "JournalSync", "RunRow", "RunState"]
