"""The one module that knows how to reach My System.

Here the system is a JSON file, so that everything works before you have written anything:

    {
        "people": {"1001": {"given_name": "Ada", "username": "ada", "enabled": true}},
        "groups": {"choir": {"name": "Choir", "members": ["1001"]}}
    }

Replace the bodies of `Client` by HTTP calls; each docstring has the one it stands for. What the methods
take, give and raise can stay, and then all other modules can, too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dss.errors import ReadError, TemporaryError
from dss.recording import Recording
from dss.rehearsal import Rehearsal
from filelock import FileLock, Timeout

Record = dict[str, Any]
"""As the system gives it, by its own names, `id` among them."""
KINDS = ("people", "groups")
PATIENCE = 5  # seconds to wait for another process that writes


class Refused(Exception):
    """The system said no, and will again: 404, 409, 422. The change has failed; it is not tried again."""


class Client:
    """The open connection: every call to the system is a method here.

    What is busy or away for the moment (429, 503, no connection) has to become a `TemporaryError`. What was
    to be written is then tried again after a pause; what was to be read is not: wait here, and ask again.
    What cannot be read whole has to become a `ReadError`, never a shorter list.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(f"{path}.lock", timeout=PATIENCE)

    # -- reading

    def records(self, kind: str) -> Iterator[Record]:
        """All records of a kind: `GET /people`, page by page."""
        for number, fields in self._load()[kind].items():
            yield {"id": number, **fields}

    def find(self, kind: str, numbers: Collection[str]) -> Iterator[Record]:
        """Those of these records that are there: `GET /people?id=1001,1002`."""
        known = self._load()[kind]
        for number in numbers:
            if number in known:
                yield {"id": number, **known[number]}

    def _load(self) -> dict[str, dict[str, Record]]:
        try:
            data: dict[str, dict[str, Record]] = json.loads(self.path.read_bytes())
            if not (isinstance(data, dict) and all(isinstance(data.get(kind), dict) for kind in KINDS)):
                raise ValueError(f"wanted an object with {' and '.join(KINDS)}")
        except (OSError, ValueError) as error:
            raise ReadError(f"`{self.path}` cannot be read: {error}; look at it, or at `path`") from error
        return data

    # -- writing

    def create(self, kind: str, number: str, fields: Mapping[str, Any]) -> None:
        """Make a record: `POST /people`."""
        with self._changing() as data:
            if number in data[kind]:
                raise _conflict(kind, number)
            data[kind][number] = dict(fields)

    def change(self, kind: str, number: str, fields: Mapping[str, Any]) -> None:
        """Change some fields of a record: `PATCH /people/{id}`."""
        with self._changing() as data:
            _there(data[kind].get(number), kind, number).update(fields)

    def delete(self, kind: str, number: str) -> None:
        """Take a record away: `DELETE /people/{id}`."""
        with self._changing() as data:
            _there(data[kind].pop(number, None), kind, number)

    def add_member(self, group: str, person: str) -> None:
        """Put a person into a group: `PUT /groups/{id}/members/{id}`."""
        with self._changing() as data:
            record = _there(data["groups"].get(group), "groups", group)
            record["members"] = _with(record, person)

    def remove_member(self, group: str, person: str) -> None:
        """Take a person out of a group: `DELETE /groups/{id}/members/{id}`."""
        with self._changing() as data:
            record = _there(data["groups"].get(group), "groups", group)
            record["members"] = _without(record, person)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, dict[str, Record]]]:
        """All there is, to be changed and stored: wholly or, whatever happens, not at all."""
        try:
            with self._lock:
                data = self._load()
                yield data
                fresh = self.path.with_name(f"{self.path.name}.new")
                with fresh.open("w", encoding="utf-8") as file:
                    json.dump(data, file, indent=1)
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(self.path)
        except Timeout:
            raise TemporaryError(f"`{self.path}` is being written by another process") from None


class RecordingClient:
    """Stands in the place of a `Client` in a dry run: it reads as that does, and writes into a `Recording`.

    Let it be no subclass: a method that is forgotten here must fail, and not be sent.
    """

    def __init__(self, real: Client, rehearsal: Rehearsal) -> None:
        self.real = real
        self.recording = Recording(rehearsal, lambda kind, number: next(real.find(kind, [number]), None))

    def records(self, kind: str) -> Iterator[Record]:
        """All records of a kind, as they would be by then."""
        return self.recording.list(kind, self.real.records(kind))

    def find(self, kind: str, numbers: Collection[str]) -> Iterator[Record]:
        """Those of these records that would be there."""
        wanted = frozenset(numbers)
        return self.recording.list(kind, self.real.find(kind, wanted), lambda record: record["id"] in wanted)

    def create(self, kind: str, number: str, fields: Mapping[str, Any]) -> None:
        """Note that a record would be made."""
        if self.recording.get(kind, number) is not None:
            raise _conflict(kind, number)
        self.recording.create(kind, {"id": number, **fields}, f"POST /{kind}")

    def change(self, kind: str, number: str, fields: Mapping[str, Any]) -> None:
        """Note that a record would be changed."""
        _there(self.recording.update(kind, number, fields, f"PATCH /{kind}/{{id}}"), kind, number)

    def delete(self, kind: str, number: str) -> None:
        """Note that a record would be taken away."""
        _there(self.recording.delete(kind, number, f"DELETE /{kind}/{{id}}"), kind, number)

    def add_member(self, group: str, person: str) -> None:
        """Note that a person would be put into a group."""
        record = _there(self.recording.get("groups", group), "groups", group)
        change = {"members": _with(record, person)}
        self.recording.update("groups", group, change, "PUT /groups/{id}/members/{id}")

    def remove_member(self, group: str, person: str) -> None:
        """Note that a person would be taken out of a group."""
        record = _there(self.recording.get("groups", group), "groups", group)
        change = {"members": _without(record, person)}
        self.recording.update("groups", group, change, "DELETE /groups/{id}/members/{id}")


def _conflict(kind: str, number: str) -> Refused:
    return Refused(f"409: {kind} `{number}` is there already")


def _there(found: Any, kind: str, number: str) -> Any:
    if found is None or found is False:
        raise Refused(f"404: {kind} `{number}` is not there")
    return found


def _with(record: Record, person: str) -> list[str]:
    return sorted({*(record.get("members") or ()), person})


def _without(record: Record, person: str) -> list[str]:
    return sorted({*(record.get("members") or ())} - {person})
