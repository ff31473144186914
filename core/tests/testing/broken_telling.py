"""Connectors that tell wrongly what has changed, where a value came from, or whose a value is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import attrs
from core.tests.testing.broken import caught_by
from core.tests.testing.roster.importer import Branch, Importer

from dss.importers import Changes, Holder, Origin, Records, Scope

# -- trace ---------------------------------------------------------------------------------------------------------


@caught_by("test_every_value_is_traced", "place in words")
class NoPlaces(Importer):
    def trace(self, branch: Branch, idnumber: str) -> Iterator[Origin]:
        return (attrs.evolve(one, place="") for one in super().trace(branch, idnumber))


@caught_by("test_every_value_is_traced", "place in words")
class PlacesOnly(Importer):
    def trace(self, branch: Branch, idnumber: str) -> Iterator[Origin]:
        return (one.place for one in super().trace(branch, idnumber))  # type: ignore[misc]


@caught_by("test_every_value_is_traced", "for each attribute", branch="groups")
class NoMembers(Importer):
    def trace(self, branch: Branch, idnumber: str) -> Iterator[Origin]:
        return (one for one in super().trace(branch, idnumber) if one.attribute != "members")


@caught_by("test_every_value_is_traced", "give nothing")
class OfNobody(Importer):
    def trace(self, branch: Branch, idnumber: str) -> Iterator[Origin]:
        yield Origin("", idnumber, "the roster")
        yield from super().trace(branch, idnumber)


# -- what has changed ----------------------------------------------------------------------------------------------


class Changing(Importer):
    """One whose answer can be altered."""

    def altered(self, found: Changes, branch: Branch, since: str | None) -> Changes | None:
        """The answer that is given instead."""
        return found

    def readin_changes(self, branch: Branch, since: str | None) -> Changes | None:
        found = super().readin_changes(branch, since)
        assert found is not None
        return self.altered(found, branch, since)


@caught_by("test_changes_since_a_mark_are_all_named", "more is no fault, fewer is")
class ForgetsWhatIsGone(Changing):
    def altered(self, found: Changes, branch: Branch, since: str | None) -> Changes | None:
        there = {record["idnumber"] for record in self.readin_items(branch, found.idnumbers)}
        return Changes(there, found.mark)


@caught_by("test_changes_since_a_mark_are_all_named", "more is no fault, fewer is", branch="groups")
class LastChangeOnly(Changing):
    def altered(self, found: Changes, branch: Branch, since: str | None) -> Changes | None:
        return Changes(list(found.idnumbers)[-1:], found.mark)


@caught_by("test_changes_since_a_mark_are_all_named", "return as `mark`")
class MarkStays(Changing):
    def altered(self, found: Changes, branch: Branch, since: str | None) -> Changes | None:
        return Changes(found.idnumbers, since or found.mark)


@caught_by("test_changes_since_a_mark_are_all_named", "Changes(idnumbers, mark)")
class AlwaysForgotten(Changing):
    def altered(self, found: Changes, branch: Branch, since: str | None) -> Changes | None:
        return found if since is None else None


@caught_by("test_changes_since_a_mark_are_all_named", "Changes(idnumbers, mark)")
class MarksAreNumbers(Changing):
    def altered(self, found: Changes, branch: Branch, since: str | None) -> Changes | None:
        return Changes(found.idnumbers, int(found.mark))  # type: ignore[arg-type]


@caught_by("test_changes_since_a_mark_are_all_named", "none that is gone")
class FindsWhatIsGone(Importer):
    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        found = list(super().readin_items(branch, idnumbers, scope))
        return [*found, *({"idnumber": one} for one in set(idnumbers) - {one["idnumber"] for one in found})]


# -- who holds a value ---------------------------------------------------------------------------------------------


@caught_by("test_who_holds_a_unique_value_is_found", "Holder(value, native, idnumber)")
class OurHoldersOnly(Importer):
    def find_holders(self, branch: Branch, attribute: str, values: Collection[Any]) -> Iterable[Holder]:
        for one in super().find_holders(branch, attribute, values):
            if one.idnumber in branch:
                yield one


@caught_by("test_who_holds_a_unique_value_is_found", "Holder(value, native, idnumber)")
class HoldersAreKeys(Importer):
    def find_holders(self, branch: Branch, attribute: str, values: Collection[Any]) -> Iterable[Holder]:
        return [one.idnumber for one in super().find_holders(branch, attribute, values)]  # type: ignore[misc]


@caught_by("test_who_holds_a_unique_value_is_found", "Holder(value, native, idnumber)")
class HoldersOfNothing(Importer):
    def find_holders(self, branch: Branch, attribute: str, values: Collection[Any]) -> Iterable[Holder]:
        return [
            Holder(None, one.native, one.idnumber) for one in super().find_holders(branch, attribute, values)
        ]
