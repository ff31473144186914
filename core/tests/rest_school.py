"""A small directory behind a loopback HTTP server, and the connector for it: what a connector for a real one needs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import quote, unquote

import attrs

from dss import Action, DataStoreBranch, DataStoreTree, DefaultImporter, DefaultTemplate, Result
from dss.recording import Recording, in_place_of_client
from dss.rehearsal import Rehearsal
from dss.templates import handler


class Directory(ThreadingHTTPServer):
    """Users, groups and members, kept in memory; a user is known by id and by address.

    Attributes:
        writes: the requests received that were no question.
        kept: by path of the collection, the records by id.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.writes: list[str] = []
        self.kept: dict[str, dict[str, dict[str, Any]]] = {"users": {}, "groups": {}}
        self.made = 0


class _Answers(BaseHTTPRequestHandler):
    server: Directory

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""

    def _answer(self, status: int, body: Any = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")

    def _found(self) -> tuple[dict[str, dict[str, Any]] | None, str | None]:
        """The collection, and the id in it."""
        parts = [unquote(part) for part in self.path.strip("/").split("/")]
        path, name = ("/".join(parts), None) if len(parts) % 2 else ("/".join(parts[:-1]), parts[-1])
        if path not in self.server.kept and path.split("/")[0] == "groups" and len(parts) > 2:
            path = f"groups/{self._id('groups', parts[1])}/members"
        here = self.server.kept.get(path)
        return here, None if name is None or here is None else self._id(path, name)

    def _id(self, path: str, name: str) -> str | None:
        here = self.server.kept[path]
        by_address = {record.get("email"): number for number, record in here.items()}
        return name if name in here else by_address.get(name)

    def do_GET(self) -> None:
        here, number = self._found()
        if here is None or (number is None and len(self.path.strip("/").split("/")) % 2 == 0):
            self._answer(404)
        else:
            self._answer(200, list(here.values()) if number is None else here[number])

    def do_POST(self) -> None:
        self.server.writes.append(self.command)
        here, _ = self._found()
        record = self._body()
        if here is None:
            return self._answer(404)
        if "email" in record and self._id(self.path.strip("/"), record["email"]) is not None:
            return self._answer(409)
        self.server.made += 1
        number = record.get("id") or f"u{self.server.made}"
        here[number] = {**record, "id": number}
        if self.path.strip("/") == "groups":
            self.server.kept[f"groups/{number}/members"] = {}
        return self._answer(200, here[number])

    def do_PATCH(self) -> None:
        self.server.writes.append(self.command)
        here, number = self._found()
        if here is None or number is None:
            return self._answer(404)
        here[number].update(self._body())
        return self._answer(200, here[number])

    def do_DELETE(self) -> None:
        self.server.writes.append(self.command)
        here, number = self._found()
        if here is None or number is None:
            return self._answer(404)
        del here[number]
        return self._answer(200)


class Refused(Exception):
    """The directory said no: 404 or 409."""


class Client:
    """The real client: one method for each call, and no other way to the wire."""

    def __init__(self, port: int) -> None:
        self.port = port

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, f"/{path}", None if body is None else json.dumps(body))
            answer = connection.getresponse()
            found = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise Refused(f"{answer.status}")
        return found

    def find(self, path: str, name: str) -> Any:
        """One record, or None."""
        try:
            return self._ask("GET", f"{path}/{quote(name)}")
        except Refused:
            return None

    def users(self) -> Any:
        """All users."""
        return self._ask("GET", "users")

    def groups(self) -> Any:
        """All groups."""
        return self._ask("GET", "groups")

    def members(self, group: str) -> Any:
        """The members of a group."""
        return self._ask("GET", f"groups/{quote(group)}/members")

    def insert_user(self, body: dict[str, Any]) -> Any:
        """Make a user."""
        return self._ask("POST", "users", body)

    def patch_user(self, name: str, body: dict[str, Any]) -> Any:
        """Change a user."""
        return self._ask("PATCH", f"users/{quote(name)}", body)

    def delete_user(self, name: str) -> None:
        """Delete a user."""
        self._ask("DELETE", f"users/{quote(name)}")

    def insert_group(self, body: dict[str, Any]) -> Any:
        """Make a group."""
        return self._ask("POST", "groups", body)

    def insert_member(self, group: str, body: dict[str, Any]) -> Any:
        """Put somebody into a group."""
        return self._ask("POST", f"groups/{quote(group)}/members", body)

    def delete_member(self, group: str, name: str) -> None:
        """Take somebody out of a group."""
        self._ask("DELETE", f"groups/{quote(group)}/members/{quote(name)}")


class RecordingClient:
    """What stands in its place in a dry run: it asks as the real one, and writes into a `Recording`."""

    def __init__(self, real: Client, rehearsal: Rehearsal) -> None:
        self.real = real
        self.recording = Recording(
            rehearsal,
            self._read,
            names=lambda kind, record: [record["email"]] if kind == "users" else [],
        )

    def _read(self, kind: Any, name: Any) -> Any:
        if isinstance(kind, tuple):
            group = kind[1]
            return (
                None
                if self.recording.is_new("groups", group)
                else self.real.find(f"groups/{group}/members", name)
            )
        return self.real.find(kind, name)

    def _members_of(self, group: str) -> tuple[str, str]:
        found = self.recording.get("groups", group)
        if found is None:
            raise Refused("404")
        return "members", found["id"]

    def users(self) -> Any:
        """All users."""
        return list(self.recording.list("users", self.real.users()))

    def groups(self) -> Any:
        """All groups."""
        return list(self.recording.list("groups", self.real.groups()))

    def members(self, group: str) -> Any:
        """The members of a group."""
        kind = self._members_of(group)
        known = () if self.recording.is_new("groups", kind[1]) else self.real.members(kind[1])
        return list(self.recording.list(kind, known))

    def insert_user(self, body: dict[str, Any]) -> Any:
        """Make a user."""
        if self.recording.get("users", body["email"]) is not None:
            raise Refused("409")
        return self.recording.create("users", body, "POST /users")

    def patch_user(self, name: str, body: dict[str, Any]) -> Any:
        """Change a user."""
        return _there(self.recording.update("users", name, body, "PATCH /users/{id}"))

    def delete_user(self, name: str) -> None:
        """Delete a user."""
        _there(self.recording.delete("users", name, "DELETE /users/{id}"))

    def insert_group(self, body: dict[str, Any]) -> Any:
        """Make a group."""
        return self.recording.create("groups", body, "POST /groups")

    def insert_member(self, group: str, body: dict[str, Any]) -> Any:
        """Put somebody into a group."""
        return self.recording.create(self._members_of(group), body, "POST /groups/{id}/members")

    def delete_member(self, group: str, name: str) -> None:
        """Take somebody out of a group."""
        _there(self.recording.delete(self._members_of(group), name, "DELETE /groups/{id}/members/{id}"))


def _there(found: Any) -> Any:
    if not found:
        raise Refused("404")
    return found


class RestBranches(DataStoreBranch):
    """Base of the branches."""

    allow_empty = True


@attrs.define
class Person:
    """A user."""

    idnumber: str
    name: str = ""
    email: str = ""
    enabled: bool = True


@attrs.define
class Group:
    """A group with its members."""

    idnumber: str
    name: str = ""
    members: frozenset[str] = frozenset()


class People(RestBranches):
    """Users."""

    __branchname__ = "people"
    klass = Person


class Groups(RestBranches):
    """Groups."""

    __branchname__ = "groups"
    klass = Group
    refers_to: ClassVar[dict[str, str]] = {"members": "people"}


class RestImporter(DefaultImporter):
    """Reads both."""

    def readin_branch(self, branch: type[DataStoreBranch]) -> Any:
        """Records as they are."""
        client = self.tree.client
        people = {user["id"]: user for user in client.users()}
        if branch.__name__ == "people":
            for user in people.values():
                yield {
                    "idnumber": user["number"],
                    "__native__": user["id"],
                    **{name: user[name] for name in ("name", "email", "enabled")},
                }
        else:
            for group in client.groups():
                members = frozenset(people[one["id"]]["number"] for one in client.members(group["id"]))
                yield {
                    "idnumber": group["number"],
                    "__native__": group["id"],
                    "name": group["name"],
                    "members": members,
                }


class RestTemplate(DefaultTemplate):
    """Writes both; it has kept the client it was made with, which a dry run must not mind."""

    def __init__(self, tree: Any) -> None:
        super().__init__(tree)
        self.client = tree.client

    @handler(bulk=2)
    def new_people(self, actions: list[Action]) -> list[Result]:
        """Make users."""
        return [self._each(action, self._new_person) for action in actions]

    def _each(self, action: Action, do: Callable[[Action], Result]) -> Result:
        try:
            return do(action)
        except Refused as error:
            return action.failed(f"the directory said {error}")

    def _new_person(self, action: Action) -> Result:
        person = action.right
        body = {"number": action.idnumber, "name": person.name, "email": person.email, "enabled": True}
        return action.done(native=self.client.insert_user(body)["id"])

    @handler(per="record", bulk=2)
    def update_people(self, actions: list[Action]) -> list[Result]:
        """Change users."""
        return [self._each(action, self._update_person) for action in actions]

    def _update_person(self, action: Action) -> Result:
        self.client.patch_user(
            self.tree.people.native(action.idnumber), {str(action.attribute): action.wanted}
        )
        return action.done()

    def old_people(self, action: Action) -> None:
        """Delete a user."""
        self.client.delete_user(self.tree.people.native(action.idnumber))

    def new_groups(self, action: Action) -> Result:
        """Make a group."""
        made = self.client.insert_group({"number": action.idnumber, "name": action.right.name})
        return action.done(native=made["id"])

    def add_groups_members(self, action: Action) -> None:
        """Put somebody in, who must be a user by now."""
        group, person = self._pair(action)
        if person not in {user["id"] for user in self.client.users()}:
            raise Refused("no such user")
        self.client.insert_member(group, {"id": person})

    def remove_groups_members(self, action: Action) -> None:
        """Take somebody out."""
        self.client.delete_member(*self._pair(action))

    def _pair(self, action: Action) -> tuple[str, str]:
        return self.tree.groups.native(action.idnumber), self.tree.people.native(action.value)


class RestTree(DataStoreTree):
    """The directory."""

    __branches__ = RestBranches
    __importer__ = RestImporter
    __template__ = RestTemplate

    @attrs.frozen
    class Options(DataStoreTree.Options):
        """Where it is."""

        port: int = 0

    def open_client(self) -> Client:
        """The real client."""
        return Client(self.options.port)

    def rehearsal(self) -> AbstractContextManager[Rehearsal]:
        """Its stand-in."""
        return in_place_of_client(self, RecordingClient)


@contextmanager
def serving() -> Iterator[Directory]:
    """A directory on loopback."""
    server = Directory()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
