"""The journal: what was planned, begun and done, what is ours, and what people have approved, kept from run to run."""

from dss.journal.journal import Journal
from dss.journal.rows import Approval, Entry, JournalSync, RunRow, RunState
from dss.journal.runs import Counts

__all__ = ["Approval", "Counts", "Entry", "Journal", "JournalSync", "RunRow", "RunState"]
