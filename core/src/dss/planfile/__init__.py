"""Plans as files: written atomically, read as a stream, and trusted only as they were written."""

from dss.planfile.heads import VERSION, BranchHead, Foot, Head, HoldHead, SyncHead
from dss.planfile.reading import PlanFile, held_in
from dss.planfile.tally import ADOPT, LABELS, Tally, label_of
from dss.planfile.writing import Section, write_plan

__all__ = [
    "ADOPT",
    "LABELS",
    "VERSION",
    "BranchHead",
    "Foot",
    "Head",
    "HoldHead",
    "PlanFile",
    "Section",
    "SyncHead",
    "Tally",
    "held_in",
    "label_of",
    "write_plan",
]
