"""The dry run of a system without transactions: writes are noted instead of sent, and later reads see them.

A connector for HTTP or LDAP keeps its calls in one client class. For a dry run it puts another one in its place: with
the same methods, of which those that read ask the real client as ever, and those that write speak to a `Recording`
instead. No subclass of it: a method that somebody forgot must fail, and not be sent. See `docs/reference/dry-run.md`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

from dss.errors import StateError
from dss.rehearsal import Rehearsal

if TYPE_CHECKING:
    from dss.tree import DataStoreTree

Found = Mapping[str, Any]
"""A record as the system gives it, by its own names; it is never changed, only replaced."""
Change = Found | Callable[[dict[str, Any]], Found]
"""New values of some fields; or a function from the record, which it may change, to the record as it is to be."""


def made_up(number: int) -> str:
    """An id that no system gives: `dry-run-1`."""
    return f"dry-run-{number}"


def _no_names(_kind: Hashable, _record: Found) -> Iterable[Hashable]:
    return ()


class Recording:
    """What a dry run would have written to a system so far, laid over what the system really holds.

    A record is known by its kind and its id. A kind is whatever the connector likes to call it: `"users"`, or
    `("members", group)` for a list of its own below each group. May be used by several threads.

    What the system itself would do is not known here: it may refuse a value, fill in a default, or change other records
    along with one. Whether there is a record to change, or one that is in the way of a new one, the connector asks
    with `get`, and raises what its real client would raise.

    Args:
        rehearsal: where calls are noted.
        read: asks the system for one record, by kind and id or any other name that it goes by; None: it has none.
        id_field: the field of a record that holds its id: `"id"`, `"dn"`.
        new_id: makes up the id of a record that is created without one, from how many there have been.
        names: what else a record is found by, such as the address that may stand in a URL instead of the id. Ids and
            names are compared as they are: where the system takes `A@x` for `a@x`, give and ask for one spelling.
    """

    def __init__(
        self,
        rehearsal: Rehearsal,
        read: Callable[[Any, Any], Found | None],
        *,
        id_field: str = "id",
        new_id: Callable[[int], Hashable] = made_up,
        names: Callable[[Any, Found], Iterable[Hashable]] = _no_names,
    ) -> None:
        self.rehearsal = rehearsal
        self._read = read
        self._id_field = id_field
        self._new_id = new_id
        self._names = names
        self._now: dict[Hashable, dict[Hashable, dict[str, Any] | None]] = {}
        self._ids: dict[tuple[Hashable, Hashable], Hashable] = {}
        self._new: set[tuple[Hashable, Hashable]] = set()
        self._made_up = 0
        self._lock = RLock()

    # -- writing ---------------------------------------------------------------------------------------------------

    def create(self, kind: Hashable, record: Found, call: str) -> dict[str, Any]:
        """Note that a record would be made.

        Args:
            kind: its kind.
            record: what would be sent; with its id where the caller decides on that, as in LDAP.
            call: what is shown of it, without any value: `POST /users`. The names of the fields are added.

        Returns:
            the record as the system would answer, with an id.
        """
        with self._lock:
            made = copy.deepcopy(dict(record))
            if made.get(self._id_field) is None:
                self._made_up += 1
                made[self._id_field] = self._new_id(self._made_up)
            number = made[self._id_field]
            self._put(kind, number, made)
            self._new.add((kind, number))
            self._note(call, record)
            return copy.deepcopy(made)

    def update(
        self, kind: Hashable, name: Hashable, change: Change, call: str, fields: Iterable[str] = ()
    ) -> dict[str, Any] | None:
        """Note that a record would be changed; it is read first, so that what is missing is found.

        Args:
            kind: its kind.
            name: its id, or another name that it goes by.
            change: the new values of some fields, or a function that makes the change. A new id renames the record.
            call: what is shown of it, without any value: `PATCH /users/{id}`. The names of the fields are added.
            fields: those that a function changes.

        Returns:
            the record as it would be then; None when there is none, and nothing is noted.
        """
        with self._lock:
            was = self.get(kind, name)
            if was is None:
                return None
            old = was[self._id_field]
            if callable(change):
                now, shown = dict(change(was)), tuple(fields)
            else:
                now, shown = {**was, **copy.deepcopy(dict(change))}, tuple(change)
            new = now[self._id_field]
            if new != old:
                self._put(kind, old, None)
                self._new.add((kind, new))
            self._put(kind, new, now)
            self._note(call, shown)
            return copy.deepcopy(now)

    def delete(self, kind: Hashable, name: Hashable, call: str) -> bool:
        """Note that a record would be deleted.

        Returns:
            whether there is one; when not, nothing is noted.
        """
        with self._lock:
            was = self.get(kind, name)
            if was is None:
                return False
            self._put(kind, was[self._id_field], None)
            self._note(call, ())
            return True

    def _put(self, kind: Hashable, number: Hashable, record: dict[str, Any] | None) -> None:
        """Let a record be so from now on, under the names that it goes by now."""
        here = self._kind(kind)
        old = here.get(number)
        if old is not None:
            for name in self._names(kind, old):
                if self._ids.get((kind, name)) == number:
                    del self._ids[kind, name]
        here[number] = record
        if record is not None:
            self._ids.update(((kind, name), number) for name in self._names(kind, record))

    def _note(self, call: str, fields: Iterable[str]) -> None:
        shown = ", ".join(dict.fromkeys(map(str, fields)))
        self.rehearsal.add(f"{call}: {shown}" if shown else call)

    # -- reading ---------------------------------------------------------------------------------------------------

    def get(self, kind: Hashable, name: Hashable) -> dict[str, Any] | None:
        """One record as it would be by now, by its id or another name; None when there is none."""
        with self._lock:
            here = self._kind(kind)
            number = self._ids.get((kind, name), name)
            if number in here:
                return copy.deepcopy(here[number])
        found = self._read(kind, name)
        if found is None or found[self._id_field] in here:
            # it went by that name before, or is no more
            return None
        return copy.deepcopy(dict(found))

    def list(
        self, kind: Hashable, found: Iterable[Found], matches: Callable[[Found], bool] | None = None
    ) -> Iterator[dict[str, Any]]:
        """What a list or a search would answer by now.

        Args:
            kind: the kind listed.
            found: what the system answers, all pages of it. Below a record that `is_new` the system knows nothing,
                and must not be asked: give `()`.
            matches: whether a record belongs into the answer, as the system would see it; None is all of the kind. It
                is asked of created and changed records only.

        Yields:
            records that are as they were, in the system's order, then the changed and new ones.
        """
        with self._lock:
            here = dict(self._kind(kind))
        for record in found:
            if record[self._id_field] not in here:
                yield dict(record)
        for changed in here.values():
            if changed is not None and (matches is None or matches(changed)):
                yield copy.deepcopy(changed)

    def is_new(self, kind: Hashable, number: Hashable) -> bool:
        """Whether a record with this id would have been made in this dry run, so that the system does not know it."""
        with self._lock:
            return (kind, number) in self._new

    def _kind(self, kind: Hashable) -> dict[Hashable, dict[str, Any] | None]:
        """What has been written of one kind, by id; None is deleted."""
        return self._now.setdefault(kind, {})


@contextmanager
def in_place_of_client(tree: DataStoreTree, make: Callable[[Any, Rehearsal], object]) -> Iterator[Rehearsal]:
    """Let another client stand in the place of a tree's own while a dry run lasts; what `rehearsal()` returns.

    The tree's template and importer are made anew for it, since one of them may have kept the real client.

    Args:
        tree: the tree.
        make: the other client, from the real one and from where its calls are noted.

    Raises:
        StateError: a dry run of this tree is under way.
    """
    own = vars(tree)
    if _UNDER_WAY in own:
        raise StateError(f"a dry run of tree `{tree.name}` is under way; end it first")
    real, rehearsal = tree.client, Rehearsal()
    stand_in = make(real, rehearsal)
    kept = {name: own.pop(name) for name in _MADE_OF_CLIENT if name in own}
    own[_UNDER_WAY] = True
    tree._client = stand_in
    try:
        yield rehearsal
    finally:
        tree._client = real
        for name in (_UNDER_WAY, *_MADE_OF_CLIENT):
            own.pop(name, None)
        own.update(kept)


_UNDER_WAY = "_is_rehearsed"
_MADE_OF_CLIENT = ("importer", "template")
