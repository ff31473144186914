"""Two small trees kept in JSON files, as a user could write them; tests copy this beside a configuration.

A file holds branches by name; a branch holds records by idnumber. Keys that begin with an underscore make things go
wrong: `_bad` (idnumber to reason), `_notes`, `_unreadable`, `_not_provided`, `_refused` (idnumbers), `_crash`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from dss.actions import Action
from dss.branches import DataStoreBranch
from dss.errors import NotProvided, ReadError
from dss.importers import DefaultImporter
from dss.templates import DefaultTemplate
from dss.tree import DataStoreTree, Finding


@attrs.define
class Student:
    idnumber: str
    name: str | None = None
    email: str | None = None
    enabled: bool | None = None
    clubs: frozenset[str] | None = None


@attrs.define
class Course:
    idnumber: str
    name: str | None = None


class Branches(DataStoreBranch):
    pass


class Students(Branches):
    __branchname__ = "students"
    klass = Student


class Courses(Branches):
    __branchname__ = "courses"
    klass = Course


class Importer(DefaultImporter):
    def readin_branch(self, branch: type[DataStoreBranch]) -> Iterable[dict[str, Any]]:
        data = self.tree.client
        if "_unreadable" in data:
            raise ReadError(data["_unreadable"])
        if branch.__name__ == data.get("_not_provided"):
            raise NotProvided("it is somebody else's")
        if branch.__name__ == "students":
            print("reading students")  # noqa: T201  a user's code may print
            for idnumber, reason in data.get("_bad", {}).items():
                branch.freeze(idnumber, reason)
            for note in data.get("_notes", []):
                branch.note(note)
        return [
            {
                "idnumber": idnumber,
                **record,
                **({"clubs": frozenset(record["clubs"])} if "clubs" in record else {}),
            }
            for idnumber, record in data.get(branch.__name__, {}).items()
        ]


class Template(DefaultTemplate):
    def _record(self, action: Action) -> Any:
        data = self.tree.client
        if action.idnumber == data.get("_crash"):
            raise KeyboardInterrupt
        if action.idnumber in data.get("_refused", []):
            raise ValueError(f"the address {getattr(action.left, 'email', None)!r} is taken")
        return data[action.branch].setdefault(action.idnumber, {})

    def new(self, action: Action) -> None:
        values = attrs.asdict(action.right)
        del values["idnumber"]
        self._record(action).update(
            {key: _plain(value) for key, value in values.items() if value is not None}
        )

    def update(self, action: Action) -> None:
        self._record(action)[action.attribute] = action.wanted

    def add_students_clubs(self, action: Action) -> None:
        record = self._record(action)
        record["clubs"] = [*record.get("clubs", []), action.value]

    def remove_students_clubs(self, action: Action) -> None:
        self._record(action)["clubs"].remove(action.value)

    def old_students(self, action: Action) -> None:
        self._record(action)["enabled"] = False


class Tree(DataStoreTree):
    __branches__ = Branches
    __importer__ = Importer

    @property
    def file(self) -> Any:
        return self.config_folder / f"{self.name}.json"

    def open_client(self) -> Any:
        return json.loads(self.file.read_text(encoding="utf-8"))

    def check(self) -> Iterable[Finding]:
        yield Finding("ok", "can be read") if self.file.exists() else Finding("error", "is not there")


class Left(Tree):
    pass


class Right(Tree):
    __template__ = Template

    @attrs.frozen
    class Options:
        password: str = attrs.field(default="", metadata={"help": "What opens it."})

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        yield
        self.file.write_text(json.dumps(self.client), encoding="utf-8")

    def after_run(self) -> Iterable[str]:
        return ["empty the cache"]


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value
