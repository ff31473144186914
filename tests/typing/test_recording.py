"""The dry run of a system without transactions, as the author of a client for it writes one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, TypedDict, assert_type

import pytest

from dss import DataStoreTree
from dss.recording import Found, Recording, in_place_of_client, made_up
from dss.rehearsal import Call, Rehearsal


class User(TypedDict):
    """A record of a client that has types."""

    id: str
    name: str


class Client:
    """The real client."""

    def user(self, kind: str, number: str) -> User | None:
        return {"id": number, "name": "Ada"} if number == "7" else None


class Dry:
    """What stands in its place."""

    def __init__(self, real: Client, rehearsal: Rehearsal) -> None:
        self.recording = Recording(rehearsal, real.user, new_id=lambda number: number)


class Tree(DataStoreTree):
    def open_client(self) -> Client:
        return Client()

    def rehearsal(self) -> AbstractContextManager[Rehearsal]:
        return in_place_of_client(self, Dry)


def rename(record: dict[str, Any]) -> Found:
    """A change that is a function."""
    return {**record, "name": "Ben"}


def test_a_recording_gives_records_as_mappings() -> None:
    """Whatever the client's records are, those that come out are plain and may be changed."""
    rehearsal = Rehearsal()
    recording = Recording(rehearsal, Client().user)

    assert_type(recording.create("users", {"name": "Cleo"}, "POST /users"), dict[str, Any])
    assert_type(recording.update("users", "7", {"name": "Eve"}, "PATCH /users"), dict[str, Any] | None)
    recording.update("users", "7", rename, "PATCH /users", fields=["name"])
    assert_type(recording.get("users", "7"), dict[str, Any] | None)
    assert_type(recording.list("users", ()), Iterator[dict[str, Any]])
    assert_type(recording.is_new("users", "7"), bool)
    assert_type(recording.delete("users", "8", "DELETE /users"), bool)
    assert_type(made_up(1), str)
    with pytest.raises(TypeError):
        recording.create("users", 3, "POST /users")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        recording.update("users", "7", None, "PATCH /users")  # type: ignore[arg-type]

    assert [(call.text, call.count) for call in rehearsal.calls] == [
        ("POST /users: name", 1),
        ("PATCH /users: name", 2),
    ]


def test_a_rehearsal_is_told_call_by_call() -> None:
    """Whoever listens gets each call; what the listener returns does not matter."""
    heard: list[Call] = []
    rehearsal = Rehearsal(heard.append)

    rehearsal.add("POST /users", count=2)

    assert_type(rehearsal.calls, list[Call])
    assert_type(rehearsal.notes, list[str])
    assert_type(heard[0].text, str)
    assert_type(heard[0].count, int)
    Rehearsal(print)
    with pytest.raises(TypeError):
        Rehearsal("print").add("POST /users")  # type: ignore[arg-type]


def test_another_client_stands_in() -> None:
    """`in_place_of_client` takes a class or function of the real client, and gives where calls are noted."""
    tree = Tree()

    with tree.rehearsal() as rehearsal:
        assert_type(rehearsal, Rehearsal)
        assert isinstance(tree.client, Dry)
    with pytest.raises(TypeError), in_place_of_client(tree, Client):  # type: ignore[arg-type]
        pass

    assert isinstance(tree.client, Client)
