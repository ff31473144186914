"""A kit that tells a connector's author when the connector is done.

In one short file of tests, subclass `SourceSuite` for a system that is only read, or `TargetSuite` for one that is
written too, name the connector, and give the fixture `system`: a `System`, which is empty at first, into which records
can be put, and from which they are read back by another way than the connector's. See `docs/reference/testing.md`.
"""

from __future__ import annotations

from dss.capabilities import Capability
from dss.testing.hostile import HOSTILE
from dss.testing.suites import SourceSuite, TargetSuite
from dss.testing.system import Record, System
from dss.testing.verdict import NotConforming
from dss.testing.wire import Call, Wire

__all__ = [
    "HOSTILE",
    "Call",
    "Capability",
    "NotConforming",
    "Record",
    "SourceSuite",
    "System",
    "TargetSuite",
    "Wire",
]
