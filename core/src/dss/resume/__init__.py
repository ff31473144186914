"""After a run that died: what became of what it was doing is found out, and the rest of it is taken up."""

from dss.resume.rest import Rest, ResumedRecord, resumed
from dss.resume.settling import Settled, settle_doubts, settle_state

__all__ = ["Rest", "ResumedRecord", "Settled", "resumed", "settle_doubts", "settle_state"]
