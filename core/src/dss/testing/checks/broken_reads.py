"""Whether a reading that breaks is an error: a tree that was cut short looks as if everybody had left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from dss.capabilities import Capability
from dss.errors import ReadError, TemporaryError
from dss.importers import Changes, Scope
from dss.store import State
from dss.testing.checks.records import by_key, vars_of
from dss.testing.rig import Rig, plain
from dss.testing.suite import Suite, basic, needs
from dss.testing.verdict import fail, require
from dss.testing.wire import Call, Wire
from dss.tree import DataStoreTree

RECORDS = 6
MOST = 8
"""Calls, and items, at which the connection breaks at the most."""
FEW = 4
"""The same for each of the other errors."""
PLACES = 3
"""The same where many records are read."""
ADVICE = "let every error pass, or raise `dss.errors.ReadError`; never end a reading early"

Break = Callable[[], BaseException]


class BrokenReadChecks(Suite):
    """Connections that break while records are being read."""

    @basic
    def test_a_read_that_breaks_is_an_error(self, rig: Rig, branch: str) -> None:
        """At whichever call, and at whichever item of an answer, the connection breaks: no branch comes out short."""
        rig.seed(branch, [self.record(branch, number) for number in range(1, RECORDS + 1)])
        rig.wire.heal()
        tree = rig.read(branch)
        require(
            rig.wire.is_tapped and rig.wire.reads,
            f"while `{branch}` was read, no call went through the wire",
            "name in the suite's `read_calls` the methods of what `open_client()` returns that read; or override `tap`"
            + (
                f" (`{type(tree).__name__}` has no client: `tap` is called with None)"
                if type(tree).open_client is DataStoreTree.open_client
                else ""
            ),
        )
        whole = _read(tree, branch)
        for where, breaks in list(self.breaks(rig)):
            breaks()
            self._read_breaks(rig, branch, where, whole)

    @basic
    def test_a_later_page_that_breaks_is_an_error(self, rig: Rig, branch: str) -> None:
        """The same of many records, in the middle and at the end, where an answer may come in pages."""
        rig.seed(branch, [self.record(branch, number) for number in range(1, self.many + 1)])
        rig.wire.heal()
        whole = _read(rig.read(branch), branch)
        for where, breaks in list(self.breaks(rig, {self.lost: PLACES})):
            breaks()
            self._read_breaks(rig, branch, where, whole)

    @needs(Capability.LOOKUP)
    def test_a_look_up_that_breaks_is_an_error(self, rig: Rig, branch: str) -> None:
        """The same of `readin_items`: a record that was only not read would count as gone."""
        keys = self._seeded(rig, branch)
        for scope, errors in ((Scope.OURS, None), (Scope.ALL, {self.lost: FEW})):
            self._breaks_openly(rig, branch, "readin_items", partial(_found, branch, keys, scope), errors)

    @needs(Capability.UNIQUE)
    def test_a_search_for_holders_that_breaks_is_an_error(self, rig: Rig, branch: str) -> None:
        """The same of `find_holders`: a value would count as free that somebody has."""
        self._seeded(rig, branch)
        records = [self.record(branch, number) for number in range(1, RECORDS + 1)]
        for name in rig.bound[branch].circles().keys() & records[0].keys():
            values = [record[name] for record in records]

            self._breaks_openly(rig, branch, "find_holders", partial(_holders, branch, name, values))

    @needs(Capability.DELTA)
    def test_a_search_for_changes_that_breaks_is_an_error(self, rig: Rig, branch: str) -> None:
        """The same of `readin_changes`: what is not named is never looked at again."""
        mark = _changes(rig.tree(), branch, None).mark
        self._seeded(rig, branch)

        self._breaks_openly(
            rig, branch, "readin_changes", lambda tree: _changes(tree, branch, mark).idnumbers
        )

    def _seeded(self, rig: Rig, branch: str) -> list[str]:
        """Put records there; gives their keys."""
        records = [self.record(branch, number) for number in range(1, RECORDS + 1)]
        rig.seed(branch, records)
        return [record["idnumber"] for record in records]

    def _breaks_openly(
        self,
        rig: Rig,
        branch: str,
        method: str,
        ask: Callable[[DataStoreTree], Iterable[str]],
        errors: Mapping[Break, int] | None = None,
    ) -> None:
        """Require that a method of the importer, when its reading breaks, raises, or answers as it did before."""
        tree = rig.read()
        rig.wire.heal()
        whole = set(ask(tree))
        for where, breaks in list(self.breaks(rig, errors)):
            # a connection that broke may be of no use any more
            tree = rig.read()
            breaks()
            try:
                found = set(ask(tree))
            except Exception:  # noqa: S112  whatever it is called, the break has not been taken for the end
                continue
            require(
                found >= whole,
                f"{where} while `{method}` of `{branch}` was asked, and {len(found)} of {len(whole)} were taken for"
                " all that there are",
                ADVICE,
            )

    def breaks(
        self, rig: Rig, errors: Mapping[Break, int] | None = None
    ) -> Iterator[tuple[str, Callable[[], None]]]:
        """In which ways that may break which the wire has counted since it was healed, and what brings each about."""
        calls, items = rig.wire.reads, rig.wire.items_taken
        for made, most in (self.errors_of_reading() if errors is None else errors).items():
            error = type(made()).__name__
            for number in spread(calls, most):
                yield (
                    f"{error} came at call {number} of {calls}",
                    partial(_break_call, rig.wire, number, made),
                )
            for number in spread(items, most):
                yield (
                    f"{error} came at item {number} of {items}",
                    partial(_break_item, rig.wire, number, made),
                )

    def errors_of_reading(self) -> dict[Break, int]:
        """What breaks a reading, and at how many places at the most: each may be kept by an `except` of its own."""
        return {
            self.lost: MOST,
            lambda: TimeoutError("no answer, as the check wanted"): FEW,
            lambda: ReadError("not read whole, as the check wanted"): FEW,
            lambda: TemporaryError("busy, as the check wanted"): FEW,
        }

    def _read_breaks(self, rig: Rig, branch: str, where: str, whole: set[str]) -> None:
        tree = rig.tree()
        bound = getattr(tree, branch)
        try:
            tree.read([branch])
        except Exception as error:
            # whatever it is called, the break has not been taken for the end of the branch
            require(
                bound.state() is not State.COMPLETE,
                f"{where}, and `{branch}` counts as read whole although {type(error).__name__} was raised",
                "let the error pass while the branch is being read, not after it",
            )
            return
        # a client may try once more by itself, and then have all of them
        found = _read(tree, branch)
        require(
            found == whole,
            f"{where} while `{branch}` was read, and {len(found & whole)} of {len(whole)} records were taken for all"
            " there are, with all that there is of them",
            ADVICE,
        )


def _read(tree: DataStoreTree, branch: str) -> set[str]:
    """What has been read of a branch, by which two readings can be compared."""
    bound = getattr(tree, branch)
    return {_as_text({"idnumber": one, **vars_of(item, bound)}) for one, item in bound.items()}


def _found(branch: str, keys: Sequence[str], scope: Scope, tree: DataStoreTree) -> Iterable[str]:
    return [_as_text(dict(one)) for one in by_key(tree, branch, keys, scope)]


def _as_text(record: Mapping[str, object]) -> str:
    """A record with its values; the order of several says nothing."""
    values = {name: plain(value) for name, value in record.items()}
    return repr(
        sorted(
            (name, sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value))
            for name, value in values.items()
        )
    )


def _holders(branch: str, attribute: str, values: Sequence[object], tree: DataStoreTree) -> Iterable[str]:
    assert tree.importer is not None
    return [str(one.value) for one in tree.importer.find_holders(getattr(tree, branch), attribute, values)]


def _changes(tree: DataStoreTree, branch: str, since: str | None) -> Changes:
    assert tree.importer is not None
    found = tree.importer.readin_changes(getattr(tree, branch), since)
    require(
        found is None or isinstance(found, Changes),
        f"`readin_changes` of `{branch}` since {since!r} gave {found!r}",
        "give `Changes(idnumbers, mark)`",
    )
    if found is None:
        # of a reading that broke this is an honest answer: all has to be read
        fail(
            f"`readin_changes` of `{branch}` has forgotten the mark {since!r}",
            "give `Changes(idnumbers, mark)`",
        )
    return found


def _break_call(wire: Wire, number: int, made: Break) -> None:
    def fault(call: Call, is_before: bool) -> None:
        if is_before and not call.writes and call.number == number:
            raise made()

    wire.heal()
    wire.fault = fault


def _break_item(wire: Wire, number: int, made: Break) -> None:
    wire.heal()
    wire.break_item, wire.break_by = number, made


def spread(count: int, most: int = MOST) -> list[int]:
    """Numbers from 1 to `count`, the first and the last among them, and not more than `most`."""
    if count <= most:
        return list(range(1, count + 1))
    return sorted({1 + round(place * (count - 1) / (most - 1)) for place in range(most)})


def spread_in_pairs(count: int, most: int) -> list[int]:
    """The same, as pairs of neighbours: what takes two calls, again and again, is met before its second, too."""
    if count <= most:
        return spread(count, most)
    firsts = spread(count - 1, most // 2)
    return sorted({*firsts, *(first + 1 for first in firsts)})
