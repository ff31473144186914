"""What a run has ended, brought back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dss.actions import Action, Adoption, Kind
from dss.alike import held_values, unchanged, value_of
from dss.attributes import ENABLED, is_multi, names_of
from dss.importers import Scope, opened
from dss.store import KEY, NATIVE, REFUSED
from dss.stored import copy_with
from dss.undo.records import error_on, record_of
from dss.undo.turning import Turning

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch


class Returning(Turning):
    """Brings back what was ended: enabled again, taken into our scope again, or made again as it was."""

    def of_olds(self, ended: Iterable[Action]) -> Iterator[Action]:
        """What brings all of them back.

        Args:
            ended: each with the record as it was.
        """
        by_branch: dict[str, list[Action]] = {}
        for old in ended:
            by_branch.setdefault(old.branch, []).append(old)
        for name, olds in by_branch.items():
            branch, gone = self._branches[name], []
            for old in olds:
                if old.idnumber in branch:
                    yield from self._enabled_again(branch, old)
                else:
                    gone.append(old)
            yield from self._come_back(branch, gone)

    def _enabled_again(self, branch: type[DataStoreBranch], old: Action) -> Iterator[Action]:
        item = branch.get(old.idnumber)
        if record_of(old) in self._earlier.made_again:
            # by an undo that did not come as far as what it refers to
            there = {name: value_of(item, name) for name in branch.references()}
            yield from (
                one
                for one in self._put_in(branch, old, item)
                if one.value not in (there[one.attribute or ""] or ()) and not self._earlier.has_put_in(one)
            )
        if old.adopts is not None or value_of(item, ENABLED) is not False:
            self._back.found_back(old)
            return
        yield Action(
            Kind.UPDATE,
            old.branch,
            old.idnumber,
            right=item,
            attribute=ENABLED,
            was=False,
            wanted=True,
            native=branch.native(old.idnumber),
        )

    def _come_back(self, branch: type[DataStoreBranch], gone: Sequence[Action]) -> Iterator[Action]:
        found = self._anywhere(branch, [old.idnumber for old in gone])
        for old in gone:
            hits = found.get(old.idnumber, [])
            joins = self._other_role(branch, old.idnumber)
            if joins is not None:
                yield Action(
                    Kind.NEW, old.branch, old.idnumber, right=self._without_members(branch, old), joins=joins
                )
            elif hits:
                yield self._taken_in(old, hits)
            else:
                yield from self._made_again(branch, old)

    def _anywhere(
        self, branch: type[DataStoreBranch], idnumbers: Sequence[str]
    ) -> dict[str, list[Mapping[str, Any]]]:
        """What the target has under these keys outside our scope."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        importer = self._right.importer
        if importer is None or not idnumbers or self._right.is_derived(branch.__name__):
            return found
        with opened(importer.readin_items(branch, idnumbers, Scope.ALL)) as records:
            for record in records or ():
                found.setdefault(record[KEY], []).append(record)
        return found

    def _other_role(self, branch: type[DataStoreBranch], idnumber: str) -> str | None:
        """Another branch of people in which somebody still is: only the role in this one has ended."""
        if not branch.people:
            return None
        return next(
            (
                name
                for name, other in self._branches.items()
                if other is not branch and other.people and idnumber in other
            ),
            None,
        )

    def _taken_in(self, old: Action, hits: Sequence[Mapping[str, Any]]) -> Action:
        """A record that is still there, and not ours any more: as it is, but enabled; one given back, as we had it."""
        hit = hits[0]
        native = hit.get(NATIVE)
        if len(hits) > 1:
            return error_on(old, f"{self._right.name} has {len(hits)} records with this idnumber by now")
        if hit.get(REFUSED):
            return error_on(old, f"must not be taken over: {hit[REFUSED]}")
        another = self._another(old, native, "ended")
        if another is not None:
            return another
        wanted = set(names_of(old.right))
        was = {name: value for name, value in hit.items() if name in wanted}
        before = held_values(old.right)
        if old.adopts is not None:
            for name, value in old.adopts.was.items():
                if name in was and not unchanged(was[name], value):
                    return error_on(
                        old, f"`{name}` is {was[name]!r} by now, not the {value!r} that run {self._run} wrote"
                    )
            values = before
        else:
            values = {name: before[name] if value is None else value for name, value in was.items()}
            if ENABLED in before:
                values[ENABLED] = before[ENABLED]
        right = copy_with(
            old.right, {name: values[name] for name in was if name in values and was[name] is not None}
        )
        return Action(
            Kind.NEW, old.branch, old.idnumber, right=right, native=native, adopts=Adoption(native, was)
        )

    def _made_again(self, branch: type[DataStoreBranch], old: Action) -> Iterator[Action]:
        right = self._without_members(branch, old)
        yield Action(Kind.NEW, old.branch, old.idnumber, right=right)
        yield from self._put_in(branch, old, right)

    def _put_in(self, branch: type[DataStoreBranch], old: Action, right: Any) -> Iterator[Action]:
        """What a record referred to, one by one."""
        for name, values in self._members(branch, old).items():
            for value in sorted(values, key=str):
                yield Action(
                    Kind.ADD,
                    old.branch,
                    old.idnumber,
                    right=right,
                    attribute=name,
                    value=value,
                    wanted=values,
                )

    def _members(self, branch: type[DataStoreBranch], old: Action) -> dict[str, Any]:
        """What a record refers to, several of a kind: put in when all that is new has been made."""
        found = {name: value_of(old.right, name) for name in branch.references()}
        return {name: values for name, values in found.items() if is_multi(values) and values}

    def _without_members(self, branch: type[DataStoreBranch], old: Action) -> Any:
        members = self._members(branch, old)
        return copy_with(old.right, dict.fromkeys(members)) if members else old.right
