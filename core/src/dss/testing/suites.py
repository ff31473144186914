"""The two suites that a connector's author subclasses.

The rule by which the basic set grows: what a check asks for must hold of every connector, whatever that declares; it must
have been met by all connectors of this project for a whole minor release as part of the optional rest; and that it will
join the basic set must have stood in the changelog for one. Until then a new check is optional: it needs a capability.
"""

from __future__ import annotations

from dss.testing.checks.broken_reads import BrokenReadChecks
from dss.testing.checks.connector import ConnectorChecks
from dss.testing.checks.hostile_reading import HostileReadingChecks
from dss.testing.checks.reading import ReadingChecks
from dss.testing.checks.writing import WritingChecks


class SourceSuite(ConnectorChecks, ReadingChecks, HostileReadingChecks, BrokenReadChecks):
    """What a connector has to keep that stands on the left of a sync, and is only read."""


class TargetSuite(SourceSuite, WritingChecks):
    """What a connector has to keep that stands on the right of a sync, and is read and written."""
