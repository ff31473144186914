"""Models that are odd and right: what the kit makes of them can be written, and can be told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import attrs
import pytest
from core.tests.testing.odd import failing
from core.tests.testing.roster.tree import Groups, People
from core.tests.testing.sound import SoundSuite, connector

from dss.branches import DataStoreBranch
from dss.models import Overridable

CHANGING = (
    "test_a_change_by_somebody_else_is_not_overwritten",
    "test_a_record_taken_away_by_somebody_else_stays_away",
    "test_a_dry_run_tells_of_every_sort_of_change",
    "test_what_is_refused_has_failed_and_is_not_asked_again",
)
"""Checks that change the first attribute that can be changed."""


@attrs.define(eq=False)
class LooseSeat(Overridable):
    """A seat whose first attribute is a reference, and may change."""

    idnumber: str
    person: str | None = None
    group: str | None = None
    role: str | None = None


class LooseSeats(DataStoreBranch):
    __branchname__ = "seats"
    klass = LooseSeat
    refers_to: ClassVar[dict[str, str]] = {"group": "groups", "person": "people"}


class ReferenceFirst(SoundSuite):
    connector = connector(branches=(People, Groups, LooseSeats))
    branches = ("seats",)


def test_a_reference_may_come_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each sample is changed to refer to another record than before."""
    failed = failing(ReferenceFirst, tmp_path, caplog, only=CHANGING)

    assert not failed


@attrs.define(eq=False)
class Room(Overridable):
    """A group inside another, and somebody who looks after it."""

    idnumber: str
    name: str | None = None
    parent: str | None = None


class Rooms(DataStoreBranch):
    __branchname__ = "groups"
    klass = Room
    refers_to: ClassVar[dict[str, str]] = {"parent": "groups"}


class Nested(SoundSuite):
    connector = connector(branches=(People, Rooms))
    branches = ("groups",)


def test_records_may_refer_to_their_own_kind(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The kit leaves such a reference out; an author may give it."""
    failed = failing(Nested, tmp_path, caplog, only=("test_reading_gives_what_is_there",))

    assert not failed


class TwoValues(SoundSuite):
    """The only attribute is open or closed."""

    connector = connector()
    branches = ("groups",)
    fixed: ClassVar[dict[str, tuple[str, ...]]] = {"groups": ("members",)}

    def record(self, branch: str, number: int) -> dict[str, Any]:
        """A group that is open."""
        values = super().record(branch, number)
        return {**values, "name": "open"} if branch == "groups" else values

    def another(self, branch: str, attribute: str, value: Any) -> Any:
        """The other of the two."""
        return "closed" if value == "open" else "open"


def test_where_there_is_no_third_value_nobody_can_be_overwritten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A change by somebody else is then what was there, or what is wanted."""
    with pytest.raises(pytest.skip.Exception, match="neither as it was nor as it is wanted"):
        failing(TwoValues, tmp_path, caplog, only=CHANGING[:1])
