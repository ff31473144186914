"""A suite for a connector, as its author writes one; it is checked here, and run in the core's own tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, assert_type

import pytest

from dss.capabilities import Capability
from dss.testing import HOSTILE, Call, NotConforming, Record, SourceSuite, System, TargetSuite, Wire
from dss.testing import Capability as SameCapability
from dss.testing import suite as suite_module
from dss.testing.samples import Samples
from dss.testing.wire import Fault


class Box(System):
    """A system in memory."""

    is_in_process = True

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Record]] = {}

    def options(self) -> Mapping[str, Any]:
        return {"path": "box"}

    def seed(self, branch: str, records: Sequence[Record]) -> None:
        self.records.setdefault(branch, {}).update({one["idnumber"]: one for one in records})

    def read_back(self, branch: str) -> Iterable[Record]:
        return self.records.get(branch, {}).values()

    def dump(self) -> object:
        return self.records


class Suite(TargetSuite):
    """Everything that an author may set or override."""

    connector = "box"
    branches = ("things",)
    read_calls = ("rows",)
    write_calls = ("write",)
    many = 100
    unstorable = {"nul": "a box has no NUL"}  # noqa: RUF012  as an author writes it
    fixed = {"things": ("kind",)}  # noqa: RUF012
    plain = {"things": ("code",)}  # noqa: RUF012

    @pytest.fixture
    def system(self, tmp_path: Path) -> Box:
        return Box()

    def idnumber(self, branch: str, number: int) -> str:
        return str(number)

    def record(self, branch: str, number: int) -> dict[str, Any]:
        return {"idnumber": self.idnumber(branch, number), "name": f"thing {number}"}

    def another(self, branch: str, attribute: str, value: Any) -> Any:
        return f"other {value}"

    def as_read(self, branch: str, attribute: str, value: Any) -> Any:
        return value

    def can_be_key(self, branch: str, key: str) -> bool:
        return key.isdigit()

    def busy(self) -> BaseException:
        return OSError("busy")

    def refused(self) -> BaseException:
        return ValueError("no")

    def tap(self, client: Any, wire: Wire) -> None:
        wire.is_tapped = True


class Unfinished(System):
    """A system without its methods."""


def test_a_system_has_all_its_methods() -> None:
    """One that lacks any cannot be made."""
    with pytest.raises(TypeError, match="abstract"):
        Unfinished()  # type: ignore[abstract]

    box = Box()
    box.seed("things", [{"idnumber": "1"}])

    assert_type(box.dump(), object)
    assert list(box.read_back("things")) == [{"idnumber": "1"}]


def test_what_a_suite_is_made_of_has_types() -> None:
    """Samples, hostile texts, and the calls that go through a wire."""
    suite, wire = Suite(), Wire()

    fault: Fault = lambda call, is_before: None  # noqa: E731  told of every call
    wire.fault = fault
    call = wire.before("write", {"name": "Ada"}, writes=True)

    assert_type(call, Call)
    assert_type(call.mentions(["Ada"]), bool)
    assert_type(suite.record("things", 1), dict[str, Any])
    assert_type(HOSTILE, Mapping[str, str])
    assert call.number == wire.writes == 1
    assert issubclass(TargetSuite, SourceSuite)
    assert issubclass(SourceSuite, suite_module.Suite)
    assert issubclass(suite_module.Suite, Samples)
    assert issubclass(NotConforming, AssertionError)
    assert SameCapability is Capability
