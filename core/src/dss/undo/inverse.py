"""One change turned round, on condition that the target still holds what that change wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dss.actions import Action, Adoption, Kind
from dss.alike import held_values, same, unchanged, unlike_in, value_of
from dss.attributes import ENABLED, is_multi, names_of
from dss.keys import split_key
from dss.store import KEY
from dss.undo.records import error_on
from dss.undo.turning import Turning

_NOTHING = object()


class Inverse(Turning):
    """Turns single changes of one target round."""

    def of_update(self, links: Sequence[Action]) -> Iterator[Action]:
        """A value, which may have been changed in several steps, put back."""
        was, wrote = links[0].was, links[-1]
        item = self._branches[wrote.branch].get(wrote.idnumber)
        if item is None:
            again = self._suspended_and_gone(wrote)
            yield (
                self._missing(wrote)
                if again is None
                else Action(Kind.NEW, wrote.branch, wrote.idnumber, right=again)
            )
            return
        now = value_of(item, wrote.attribute or "")
        on_the_way = self._earlier.on_the_way.get((wrote.branch, wrote.idnumber, wrote.attribute or ""), ())
        if same(now, was):
            if not on_the_way:
                # what is in the middle of an exchange of unique values must not be held there
                self._back.found_back(wrote)
            return
        if not any(same(now, one) for one in (wrote.wanted, *on_the_way)):
            yield error_on(wrote, f"is {now!r} by now, not the {wrote.wanted!r} that run {self._run} wrote")
            return
        yield self._update(wrote, item, wrote.attribute or "", now, was)

    def of_value(self, action: Action, *, returns: bool = False) -> Iterator[Action]:
        """A value among others taken out again, or put in again.

        Args:
            action: the `add` or `remove`.
            returns: the record itself was ended afterwards, so that it may have to come back first.
        """
        item = self._branches[action.branch].get(action.idnumber)
        if item is None and not returns:
            yield self._missing(action)
            return
        attribute = action.attribute or ""
        found = None if item is None else value_of(item, attribute)
        have: Any = found if is_multi(found) else frozenset()
        if (action.value in have) is (action.kind is Kind.REMOVE):
            self._back.found_back(action)
            return
        rest = [one for one in have if one != action.value]
        kind = Kind.REMOVE if action.kind is Kind.ADD else Kind.ADD
        yield Action(
            kind,
            action.branch,
            action.idnumber,
            right=item,
            attribute=attribute,
            value=action.value,
            was=have,
            wanted=type(have)(rest if kind is Kind.REMOVE else [*rest, action.value]),
            native=self._native(action),
            removal=kind is Kind.REMOVE,
        )

    def of_new(self, action: Action, values: Mapping[str, Sequence[Any]]) -> Iterator[Action]:
        """What was made, let go; what was taken over, given back; who joined, let go of this branch alone.

        Args:
            action: the `new`.
            values: by attribute, what was put into the record afterwards, by the same run.
        """
        branch = self._branches[action.branch]
        item = branch.get(action.idnumber)
        if item is None or (action.adopts is None and value_of(item, ENABLED) is False):
            self._back.found_back(action)
            return
        native = self._native(action)
        another = self._another(action, native, "made or took over")
        if another is not None:
            yield another
            return
        if action.adopts is not None:
            yield from self._given_back(action, action.adopts, item, native, values)
            return
        other = None if action.joins is not None else self._other_than_made(action, item, values)
        if other is not None:
            yield error_on(action, other)
            return
        yield Action(Kind.OLD, action.branch, action.idnumber, right=item, native=native, removal=True)

    def _other_than_made(self, action: Action, item: Any, values: Mapping[str, Sequence[Any]]) -> str | None:
        """What somebody has changed since in a record that was made."""
        made = held_values(action.right)
        for name in unlike_in(item, made, only_said=True):
            return (
                f"`{name}` is {value_of(item, name)!r} by now, not the {made[name]!r} that run {self._run} wrote: it is"
                " not let go"
            )
        for name in names_of(item):
            now, written = value_of(item, name), made.get(name) or ()
            known = [*(written if is_multi(written) else ()), *values.get(name, ())]
            more = [one for one in now if one not in known] if is_multi(now) and known else []
            if more:
                return f"`{name}` has got {more[0]!r} since run {self._run} made it: it is not let go"
        return None

    def _given_back(
        self, action: Action, adopts: Adoption, item: Any, native: Any, values: Mapping[str, Sequence[Any]]
    ) -> Iterator[Action]:
        wrote = held_values(action.right)
        now = {name: value_of(item, name) for name in adopts.was if name in names_of(item)}
        for name in values.keys() & now.keys():
            # is taken out again by itself
            now[name] = frozenset(now[name] or ()) - set(values[name])
        changed = {
            name: value
            for name, value in now.items()
            if adopts.was[name] is not None and not unchanged(value, adopts.was[name])
        }
        for name, value in changed.items():
            if not same(value, wrote.get(name)):
                yield error_on(
                    action,
                    f"`{name}` is {value!r} by now, not the {wrote.get(name)!r} that run {self._run} wrote when it took"
                    " the record over: it is not given back",
                )
                return
        release = Action(
            Kind.OLD, action.branch, action.idnumber, right=item, native=native, adopts=adopts, removal=True
        )
        if self._right.template.handler_for(release) is not None:
            yield release
            return
        for name, value in changed.items():
            yield self._update(action, item, name, value, adopts.was[name])

    def _update(self, action: Action, item: Any, attribute: str, was: Any, wanted: Any) -> Action:
        removal = self._branches[action.branch].removal_values.get(attribute, _NOTHING)
        return Action(
            Kind.UPDATE,
            action.branch,
            action.idnumber,
            right=item,
            attribute=attribute,
            was=was,
            wanted=wanted,
            native=self._native(action),
            removal=removal is not _NOTHING and wanted == removal,
        )

    def _suspended_and_gone(self, wrote: Action) -> Any:
        """What was suspended and has gone since, as it was before; None where that is not known for certain.

        A system that suspends people for a whole course cannot tell a suspended place in a class from none. Such a
        place is nothing but its key, and comes back as long as what it refers to is there.
        """
        branch = self._branches[wrote.branch]
        parts = split_key(wrote.idnumber)
        is_only_its_key = branch.key_of and {KEY, *branch.names()} == {KEY, ENABLED, *branch.key_of}
        if wrote.attribute != ENABLED or wrote.wanted is not False or not is_only_its_key:
            return None
        item = branch.build(
            {KEY: wrote.idnumber, **dict(zip(branch.key_of, parts, strict=False)), ENABLED: True}
        )
        for name, kinds in branch.references().items():
            if not any(value_of(item, name) in self._branches.get(kind, ()) for kind in kinds):
                return None
        return item

    def _missing(self, action: Action) -> Action:
        return error_on(action, f"is not in {self._right.name} any more")
