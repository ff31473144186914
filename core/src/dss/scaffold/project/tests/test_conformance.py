"""The connector does all that it declares, and touches nothing else: the suite of `dss.testing`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from dss.testing import System, TargetSuite


class TrialSystem(System):
    """The system, reached by another way than the connector's: what both got wrong would look right."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._put({"people": {}, "groups": {}})

    def _put(self, data: Any) -> None:
        self.path.write_text(json.dumps(data), encoding="utf-8")

    def options(self) -> Mapping[str, Any]:
        """The table `[trees.NAME]` for it."""
        return {"path": str(self.path)}

    def dump(self) -> Any:
        """Everything there is."""
        return json.loads(self.path.read_text(encoding="utf-8"))

    def seed(self, branch: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Put records there, or give those that are there already these values."""
        data = self.dump()
        for record in records:
            fields = data[branch].setdefault(record["idnumber"], {})
            for name, value in record.items():
                if name != "idnumber" and value is not None:
                    fields[name] = sorted(value) if name == "members" else value
        self._put(data)

    def read_back(self, branch: str) -> Iterable[Mapping[str, Any]]:
        """All records of a branch."""
        for number, fields in self.dump()[branch].items():
            record = {"idnumber": number, **fields}
            if "members" in record:
                record["members"] = frozenset(record["members"])
            yield record

    def remove(self, branch: str, idnumbers: Sequence[str]) -> None:
        """Take records away, as somebody else would."""
        data = self.dump()
        for number in idnumbers:
            del data[branch][number]
        self._put(data)


class TestMySystem(TargetSuite):
    """All checks; narrow them down by the attributes that `TargetSuite` documents."""

    connector = "my_system"
    read_calls = ("records", "find")
    write_calls = ("create", "change", "delete", "add_member", "remove_member")

    @pytest.fixture
    def system(self, tmp_path: Path) -> TrialSystem:
        """A system of its own for every test, empty at first."""
        return TrialSystem(tmp_path / "my_system.json")
