"""The two suites that a connector's author subclasses.

The rule by which the basic set grows: what a check asks for must hold of every connector, whatever that declares; all
connectors of this project must have met it for a whole minor release as part of the optional rest; and for as long the
changelog must have said that it will join the basic set. Until then a new check is optional: it needs a capability.

Bases stand here from the last to the first: pytest makes the checks of the last one first. What a check takes for
granted is tried before it, so that the first failure is the one to look at.
"""

from __future__ import annotations

from typing import ClassVar

from dss.testing.checks.answers import AnswerChecks
from dss.testing.checks.connector import ConnectorChecks
from dss.testing.checks.delta import DeltaChecks
from dss.testing.checks.drift import DriftChecks
from dss.testing.checks.dry_runs import DryRunChecks
from dss.testing.checks.dying import DyingChecks
from dss.testing.checks.failing import FailingChecks
from dss.testing.checks.gaps import GapChecks
from dss.testing.checks.given import GivenChecks
from dss.testing.checks.hostile_reading import HostileReadingChecks
from dss.testing.checks.privacy import PrivacyChecks
from dss.testing.checks.private_writing import PrivateWritingChecks
from dss.testing.checks.reading import ReadingChecks
from dss.testing.checks.retrying import RetryChecks
from dss.testing.checks.scope import ScopeChecks
from dss.testing.checks.sources import SourceOfReadingChecks
from dss.testing.checks.undoing import UndoChecks


class SourceSuite(
    PrivacyChecks,
    HostileReadingChecks,
    DeltaChecks,
    SourceOfReadingChecks,
    ReadingChecks,
    AnswerChecks,
    ConnectorChecks,
    GivenChecks,
):
    """What a connector has to keep that stands on the left of a sync, and is only read."""


class TargetSuite(
    DyingChecks,
    PrivateWritingChecks,
    RetryChecks,
    FailingChecks,
    GapChecks,
    UndoChecks,
    ScopeChecks,
    DryRunChecks,
    DriftChecks,
    SourceSuite,
):
    """What a connector has to keep that stands on the right of a sync, and is read and written."""

    is_for_targets: ClassVar[bool] = True
