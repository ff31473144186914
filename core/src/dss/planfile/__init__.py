"""Plans as files: written atomically, read as a stream, and trusted only as they were written."""

from dss.planfile.heads import VERSION, BranchHead, Foot, Head, HoldHead, SyncHead
from dss.planfile.reading import PlanFile
from dss.planfile.tally import ADOPT, LABELS, RELEASE, Tally, label_of
from dss.planfile.writing import Section, check_place, write_plan

__all__ = [
    "ADOPT",
    "LABELS",
    "RELEASE",
    "VERSION",
    "BranchHead",
    "Foot",
    "Head",
    "HoldHead",
    "PlanFile",
    "Section",
    "SyncHead",
    "Tally",
    "check_place",
    "label_of",
    "write_plan",
]
