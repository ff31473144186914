"""The dry run of a system without transactions: nothing is sent, and later reads see what would have been."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from core.tests.rest_school import Directory, Group, Person, Refused, RestTree, serving

from dss import DataStoreBranch, DataStoreTree
from dss.apply import apply
from dss.dry_run import rehearse
from dss.errors import StateError
from dss.plan import make_plan
from dss.recording import Recording
from dss.rehearsal import Call, Rehearsal


class LeftBranches(DataStoreBranch):
    allow_empty = True


class LeftPeople(LeftBranches):
    __branchname__ = "people"
    klass = Person


class LeftGroups(LeftBranches):
    __branchname__ = "groups"
    klass = Group


class Left(DataStoreTree):
    __branches__ = LeftBranches


def left(people: dict[str, str], groups: dict[str, set[str]]) -> Any:
    """What is needed: people by number with their names, and groups with their members."""
    tree: Any = Left()
    for number, name in people.items():
        tree.people.make(number, name=name, email=f"{name.lower()}@school.example", enabled=True)
    for number, members in groups.items():
        tree.groups.make(number, name=number.upper(), members=frozenset(members))
    return tree


@pytest.fixture
def directory() -> Iterator[Directory]:
    """A directory with yesterday's people in it."""
    with serving() as server:
        tree: Any = RestTree(port=server.server_port)
        +tree
        found = make_plan(left({"1": "Ann", "2": "Ben", "3": "Cem"}, {"a": {"1", "2"}}), tree)
        assert apply(tree, found.actions).undone == []
        server.writes.clear()
        yield server


@pytest.fixture
def today() -> Any:
    """One is new, one renamed, one gone; a new group, and another one changed."""
    return left({"1": "Anna", "2": "Ben", "4": "Dov"}, {"a": {"2", "4"}, "b": {"1", "4"}})


def test_real_handlers_run_and_nothing_is_sent(directory: Directory, today: Any) -> None:
    """Batch after batch finds what the ones before it have made; not one write reaches the server."""
    tree: Any = RestTree(port=directory.server_port)
    +tree
    actions = list(make_plan(today, tree).actions)
    before = repr(directory.kept)

    report, rehearsal = rehearse(tree, actions)

    assert [result.reason for result in report.undone] == []
    assert str(report) == f"{len(actions)} done"
    assert directory.writes == []
    assert repr(directory.kept) == before
    assert rehearsal.calls == [
        Call("POST /users: number, name, email, enabled", 1),
        Call("POST /groups: number, name", 1),
        Call("PATCH /users/{id}: email", 1),
        Call("PATCH /users/{id}: name", 1),
        Call("POST /groups/{id}/members: id", 3),
        Call("DELETE /groups/{id}/members/{id}", 1),
        Call("DELETE /users/{id}", 1),
    ]


def test_the_real_run_afterwards_does_what_the_dry_run_said(directory: Directory, today: Any) -> None:
    """With real ids, by the real client, and once."""
    tree: Any = RestTree(port=directory.server_port)
    +tree
    actions = list(make_plan(today, tree).actions)
    rehearsed, rehearsal = rehearse(tree, actions)

    report = apply(tree, actions)

    assert report.counts == rehearsed.counts
    assert len(directory.writes) == sum(call.count for call in rehearsal.calls)
    assert "dry-run" not in repr(directory.kept)
    fresh: Any = +RestTree(port=directory.server_port)
    assert list(make_plan(today, fresh).actions) == []


def test_reading_in_a_dry_run_sees_what_would_be(directory: Directory, today: Any) -> None:
    """The same importer, as if all of it were true; and afterwards it is not."""
    tree: Any = RestTree(port=directory.server_port)
    +tree
    actions = list(make_plan(today, tree).actions)

    with tree.rehearsal():
        apply(tree, actions)
        +tree
        after = list(make_plan(today, tree).actions)
        made = tree.people.native("4")
    +tree

    assert after == []
    assert made == "dry-run-1"
    assert [action.message for action in make_plan(today, tree).actions] == [
        action.message for action in actions
    ]


def test_what_the_system_would_refuse_is_found(directory: Directory, today: Any) -> None:
    """As far as the stand-in looks: an address that is taken, a user who is gone."""
    tree: Any = RestTree(port=directory.server_port)
    +tree
    actions = list(make_plan(today, tree).actions)
    taken = {"id": "u9", "number": "9", "name": "Dov", "email": "dov@school.example", "enabled": True}
    directory.kept["users"] = {"u9": taken, **directory.kept["users"]}
    del directory.kept["users"][tree.people.native("1")]

    report, _ = rehearse(tree, actions)

    found = {
        (result.action.branch, result.action.kind, result.reason) for result in report.undone if result.action
    }
    assert ("people", "new", "the directory said 409") in found
    assert ("people", "update", "the directory said 404") in found
    assert directory.writes == []


def test_a_dry_run_inside_another_is_refused(directory: Directory) -> None:
    """The first goes on, and the real client is back after it."""
    tree: Any = RestTree(port=directory.server_port)
    real, template = tree.client, tree.template

    with tree.rehearsal():
        assert tree.client is not real
        with pytest.raises(StateError, match="under way"), tree.rehearsal():
            pass
        assert tree.template.client is tree.client
    with pytest.raises(KeyboardInterrupt), tree.rehearsal():
        raise KeyboardInterrupt

    assert tree.client is real
    assert tree.template is template
    with tree.rehearsal():
        pass


# -- by itself -----------------------------------------------------------------------------------------------------


class System(dict[str, dict[str, Any]]):
    """What a system holds, by id."""

    def ask(self, _kind: object, name: object) -> Any:
        """One record by id or mail."""
        return next((record for number, record in self.items() if name in (number, record["mail"])), None)


@pytest.fixture
def system() -> System:
    """Two records."""
    return System(
        {"1": {"id": "1", "mail": "a@x", "name": "A"}, "2": {"id": "2", "mail": "b@x", "name": "B"}}
    )


@pytest.fixture
def recording(system: System) -> Recording:
    """A recording over it."""
    return Recording(Rehearsal(), system.ask, names=lambda _, record: [record["mail"]])


def names(recording: Recording, system: System, matches: Any = None) -> list[str]:
    """What a list answers."""
    return [record["name"] for record in recording.list("users", system.values(), matches)]


def test_what_was_created_is_found_by_id_name_and_list(recording: Recording, system: System) -> None:
    """And is the caller's own copy."""
    made = recording.create("users", {"mail": "c@x", "name": "C", "in": ["k"]}, "POST /users")
    made["in"].append("l")

    assert made["id"] == "dry-run-1"
    assert recording.get("users", "dry-run-1") == recording.get("users", "c@x")
    assert (recording.get("users", "c@x") or {})["in"] == ["k"]
    assert recording.is_new("users", "dry-run-1")
    assert not recording.is_new("users", "1")
    assert names(recording, system) == ["A", "B", "C"]
    assert recording.get("groups", "dry-run-1") is None


def test_what_was_changed_goes_by_its_new_name_only(recording: Recording, system: System) -> None:
    """What it does not say stays as the system has it."""
    recording.update("users", "a@x", {"mail": "z@x"}, "PATCH /users/{id}")

    assert recording.get("users", "z@x") == {"id": "1", "mail": "z@x", "name": "A"}
    assert recording.get("users", "1") == {"id": "1", "mail": "z@x", "name": "A"}
    assert recording.get("users", "a@x") is None
    assert system["1"]["mail"] == "a@x"
    assert recording.rehearsal.calls == [Call("PATCH /users/{id}: mail")]


def test_a_search_is_answered_as_the_system_would_by_then(recording: Recording, system: System) -> None:
    """With who fits now, without who does no longer; the rest the system has judged itself."""
    recording.update("users", "1", {"name": "BB"}, "PATCH")
    recording.create("users", {"mail": "c@x", "name": "BBB"}, "POST")
    recording.create("users", {"mail": "d@x", "name": "D"}, "POST")

    def of_b(record: Any) -> bool:
        return str(record["name"]).startswith("B")

    found = list(recording.list("users", [record for record in system.values() if of_b(record)], of_b))

    assert [record["name"] for record in found] == ["B", "BB", "BBB"]


def test_what_was_deleted_is_gone(recording: Recording, system: System) -> None:
    """It cannot be changed or deleted again, and its address is free."""
    assert recording.delete("users", "a@x", "DELETE")

    assert recording.get("users", "1") is None
    assert recording.get("users", "a@x") is None
    assert names(recording, system) == ["B"]
    assert not recording.delete("users", "1", "DELETE")
    assert recording.update("users", "1", {"name": "Q"}, "PATCH") is None
    again = recording.create("users", {"mail": "a@x", "name": "A"}, "POST")
    assert (recording.get("users", "a@x") or {})["id"] == again["id"]
    assert [call.text for call in recording.rehearsal.calls] == ["DELETE", "POST: mail, name"]


def test_a_directory_entry_is_known_by_the_name_that_its_maker_gives() -> None:
    """As in LDAP: added under its DN, values added and taken away, renamed, deleted."""
    entries = {"uid=a,ou=p": {"dn": "uid=a,ou=p", "mail": ["a@x"], "cn": ["A"]}}
    recording = Recording(Rehearsal(), lambda _, dn: entries.get(dn), id_field="dn")

    def swap_mail(entry: dict[str, Any]) -> dict[str, Any]:
        entry["mail"] = [*(one for one in entry["mail"] if one != "a@x"), "b@x"]
        return entry

    recording.create("entries", {"dn": "uid=c,ou=p", "cn": ["C"]}, "add")
    recording.update("entries", "uid=a,ou=p", swap_mail, "modify", fields=("mail",))
    recording.update("entries", "uid=a,ou=p", {"dn": "uid=b,ou=p"}, "rename")

    assert recording.get("entries", "uid=a,ou=p") is None
    assert recording.get("entries", "uid=b,ou=p") == {"dn": "uid=b,ou=p", "mail": ["b@x"], "cn": ["A"]}
    assert recording.is_new("entries", "uid=b,ou=p")
    assert recording.is_new("entries", "uid=c,ou=p")
    assert recording.delete("entries", "uid=c,ou=p", "delete")
    assert [entry["dn"] for entry in recording.list("entries", entries.values())] == ["uid=b,ou=p"]
    assert entries["uid=a,ou=p"]["mail"] == ["a@x"]
    assert [call.text for call in recording.rehearsal.calls] == [
        "add: dn, cn",
        "modify: mail",
        "rename: dn",
        "delete",
    ]


def test_threads_may_write_at_once(system: System) -> None:
    """A bulk handler owns its threads; every id is made up once, and nothing is miscounted."""
    recording = Recording(Rehearsal(), system.ask, names=lambda _, record: [record["mail"]])

    with ThreadPoolExecutor(8) as pool:
        made = list(
            pool.map(lambda n: recording.create("users", {"mail": f"{n}@x", "name": ""}, "POST"), range(400))
        )

    assert len({record["id"] for record in made}) == 400
    assert recording.rehearsal.calls == [Call("POST: mail, name", 400)]


def test_a_connector_may_make_ids_up_itself(system: System) -> None:
    """Where ids have a form that handlers look at."""
    recording = Recording(Rehearsal(), system.ask, new_id=lambda number: -number)

    assert recording.create("users", {"mail": "c@x"}, "POST")["id"] == -1


def test_the_real_client_refuses_what_it_should() -> None:
    """The example's server is no dummy that takes anything."""
    with serving() as server:
        tree: Any = RestTree(port=server.server_port)
        tree.client.insert_user({"email": "a@x"})

        with pytest.raises(Refused, match="409"):
            tree.client.insert_user({"email": "a@x"})
        with pytest.raises(Refused, match="404"):
            tree.client.delete_user("nobody@x")
