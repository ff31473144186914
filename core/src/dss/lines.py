"""Actions as lines of JSON, for plan files and the journal. Every line stands by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from dss.actions import Action, Adoption, Kind, kind_of
from dss.attributes import is_multi
from dss.errors import PlanError
from dss.one_line import from_line, one_line
from dss.records import UNSET, Records, WrongRecord, name_of
from dss.reversibility import Reversibility
from dss.serializing import ANYTHING, Codec, Unwritable, dump_anything, is_marked, load_anything
from dss.templates import Undo

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree

MANY = 20
"""Values of one attribute beyond which the lines that add and remove them do not each repeat them all."""

WAITS = '"after":'
"""What the line of an action has that waits for another."""

_VALUES = (Kind.ADD, Kind.REMOVE)


class Lines:
    """Writes the actions between two trees as lines, and reads them again; the trees need not have been read.

    Args:
        left: the tree that says what is needed.
        right: the tree that is changed.
    """

    def __init__(self, left: DataStoreTree, right: DataStoreTree) -> None:
        self._left, self._right = _Side(left), _Side(right)
        self._undo = Reversibility(right)
        self._sorts: dict[tuple[Kind, str, str | None], _Sort] = {}
        # the changes of one record stand together, so what the left holds is written once for all
        self._last: tuple[Any, bool, dict[str, Any] | None] = (None, False, None)

    def codec(self, branch: str, attribute: str | None) -> Codec:
        """How the values of one attribute are written: as the right model's annotation says, else the left's.

        Raises:
            PlanError: the right tree has no such branch.
        """
        right = self._right.records(branch)
        if attribute not in right.codecs:
            left = self._left.known(branch)
            if left is not None:
                return left.codec(attribute)
        return right.codec(attribute)

    def model(self, branch: str) -> type:
        """The right model of a branch."""
        return self._right.records(branch).klass

    def undo_of(self, action: Action) -> Undo:
        """How far an action can be undone; wholly, too, where it has no handler, since then it is not done at all."""
        return self._undo.of(action)

    def shapes(self, branch: str) -> dict[str, str]:
        """Attributes that are written plainly since an annotation tells their type: how they would be marked else."""
        left = self._left.known(branch)
        names = {**(left.codecs if left is not None else {}), **self._right.records(branch).codecs}
        return {name: shape for name in names if (shape := self.codec(branch, name).shape)}

    # -- writing ---------------------------------------------------------------------------------------------------

    def dump(self, action: Action) -> str:
        """An action as one line of compact JSON in ASCII, without the newline.

        Raises:
            PlanError: naming the branch, the attribute and the type that cannot be written.
        """
        try:
            return one_line(self._found(action))
        except WrongRecord as error:
            raise PlanError(_unwritable(action, f"{action.branch}{error}")) from None
        except Unwritable as error:
            what = f"{action.branch}.{action.attribute}" if action.attribute else action.branch
            raise PlanError(_unwritable(action, f"{what} holds a `{error}`")) from None
        except (ValueError, RecursionError) as error:
            raise PlanError(_unwritable(action, f"{action.branch}: {error}")) from None

    def _found(self, action: Action) -> dict[str, Any]:
        kind, branch, idnumber, attribute = action.kind, action.branch, action.idnumber, action.attribute
        found: dict[str, Any] = {}
        if action.place >= 0:
            found["place"] = action.place
        found["kind"] = kind._value_
        found["branch"] = branch
        found["idnumber"] = idnumber
        if action.native is not None:
            found["native"] = dump_anything(action.native)
        if attribute is not None:
            found["attribute"] = attribute
        if kind is Kind.ERROR:
            found["error"] = action.error
            return found
        sort = self._sorts.get((kind, branch, attribute)) or self._sort(kind, branch, attribute)
        item = action.left
        was = wanted = left = None
        if kind is Kind.NEW:
            if action.right is not None:
                wanted = sort.right.dump(action.right, idnumber)
            if item is not None:
                left = _beyond(sort.left or self._left.records(branch), item, idnumber, wanted or {})
        elif kind is Kind.OLD:
            if action.right is not None:
                was = sort.right.dump(action.right, idnumber)
        else:
            was, wanted, value = action.was, action.wanted, action.value
            if kind in _VALUES:
                found["value"] = None if value is None else sort.item.dump(value)
                was, wanted = _within_reason(kind, value, was, wanted)
            elif value is not None:
                found["value"] = sort.item.dump(value)
            if was is not None:
                was = sort.codec.dump(was)
            if wanted is not None:
                wanted = sort.codec.dump(wanted)
            if item is not None:
                left = self._left_of(action, sort)
        found["was"] = was
        found["wanted"] = wanted
        if left is not None:
            found["left"] = left
        self._add_rest(found, action, sort)
        return found

    def _sort(self, kind: Kind, branch: str, attribute: str | None) -> _Sort:
        codec = self.codec(branch, attribute)
        item = codec.item or ANYTHING
        found = _Sort(self._right.records(branch), self._left.known(branch), codec, item)
        self._sorts[kind, branch, attribute] = found
        return found

    def _left_of(self, action: Action, sort: _Sort) -> dict[str, Any]:
        item, short = action.left, action.kind in _VALUES
        last, was_short, raw = self._last
        if last is not item or was_short is not short or raw is None:
            records = sort.left or self._left.records(action.branch)
            raw = records.dump(item, action.idnumber)
            if short:
                raw = {name: one for name, one in raw.items() if one.__class__ is str or not _is_long(one)}
            self._last = (item, short, raw)
        return raw

    def _add_rest(self, found: dict[str, Any], action: Action, sort: _Sort) -> None:
        adopts = action.adopts
        if adopts is not None:
            found["adopts"] = {
                "native": dump_anything(adopts.native),
                "was": self._adopted(action.branch, adopts.was),
            }
        side, item = (sort.right, action.right) if action.left is None else (sort.left, action.left)
        if item is not None and side is not None and side.computes_name:
            found["name"] = name_of(item)
        if action.joins is not None:
            found["joins"] = action.joins
        if action.removal:
            found["removal"] = True
        if action.after:
            found["after"] = [self._stub(first) for first in action.after]
        if action._message is not None:
            found["message"] = action._message
        found["fingerprint"] = action.fingerprint
        undo = self._undo.of(action)
        if undo is not Undo.WHOLLY:
            found["undo"] = undo._value_

    def _adopted(self, branch: str, was: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: None if one is None else self.codec(branch, name).dump(one) for name, one in was.items()
        }

    def _stub(self, first: Action) -> list[Any]:
        """What tells an action from all others, and what it frees."""
        codec = self.codec(first.branch, first.attribute)
        values = [
            None if one is None else of.dump(one)
            for one, of in ((first.was, codec), (first.wanted, codec), (first.value, codec.item or ANYTHING))
        ]
        return [first.kind.value, first.branch, first.idnumber, first.attribute, *values]

    # -- reading ---------------------------------------------------------------------------------------------------

    def load(self, line: str) -> Action:
        """The action that a line was written from.

        What stands on the right is taken from the right branch as far as that has been read.

        Raises:
            PlanError: the line is no action, or its models have changed.
        """
        try:
            raw = from_line(line)
        except (ValueError, RecursionError) as error:
            raise PlanError(f"a line of the plan is no JSON: {error}") from None
        try:
            return self._loaded(raw)
        except WrongRecord as error:
            raise PlanError(f"a line of the plan does not fit: {raw.get('branch')}{error}") from None
        except PlanError:
            raise
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            raise PlanError(f"a line of the plan is no action: {told:.200}: {line:.80}") from None

    def _loaded(self, raw: dict[str, Any]) -> Action:
        kind, branch, idnumber = kind_of(raw["kind"]), raw["branch"], raw["idnumber"]
        attribute = raw.get("attribute")
        native = raw.get("native")
        if native.__class__ in (dict, list):
            native = load_anything(native)
        if kind is Kind.ERROR:
            action = Action(kind, branch, idnumber, attribute=attribute, error=raw["error"], native=native)
            action.place = raw.get("place", -1)
            return action
        right = self._right.records(branch)
        was, wanted, left = raw["was"], raw["wanted"], raw.get("left")
        value = item = None
        if kind is Kind.NEW:
            if left is not None:
                left = self._left.records(branch).load(self._completed(branch, left, wanted), idnumber)
            item = None if wanted is None else right.load(wanted, idnumber)
            wanted = None
        elif kind is Kind.OLD:
            item = None if was is None else right.load(was, idnumber)
            was = None
        else:
            codec = self.codec(branch, attribute)
            value = raw.get("value")
            if value is not None:
                value = (codec.item or ANYTHING).load(value)
            was = None if was is None else codec.load(was)
            wanted = None if wanted is None else codec.load(wanted)
            item = self._right.item(branch, idnumber)
            if left is not None:
                left = self._left.records(branch).load(left, idnumber)
        adopts = raw.get("adopts")
        action = Action(
            kind,
            branch,
            idnumber,
            left,
            item,
            attribute,
            value,
            was,
            wanted,
            native=native,
            adopts=None if adopts is None else self._adoption(branch, adopts),
            joins=raw.get("joins"),
            removal=raw.get("removal", False),
            after=tuple(map(self._unstubbed, raw.get("after", ()))),
            place=raw.get("place", -1),
            message=raw.get("message"),
        )
        # it would come to the same, for much of the time that reading the line takes
        action._fingerprint = raw.get("fingerprint")
        return action

    def _completed(
        self, branch: str, left: Mapping[str, Any], wanted: Mapping[str, Any] | None
    ) -> Mapping[str, Any]:
        """The left's record, of which only that is written in which the record to be made differs."""
        if not left:
            return wanted or {}
        declared = self._left.records(branch).declared
        whole = {**(wanted or {}), **left}
        for name, one in left.items():
            if one == UNSET and name not in declared:
                del whole[name]
        return whole

    def _adoption(self, branch: str, raw: Mapping[str, Any]) -> Adoption:
        was = {
            name: None if one is None else self.codec(branch, name).load(one)
            for name, one in raw["was"].items()
        }
        return Adoption(load_anything(raw["native"]), was)

    def _unstubbed(self, raw: list[Any]) -> Action:
        kind, branch, idnumber, attribute, was, wanted, value = raw
        codec = self.codec(branch, attribute)
        return Action(
            kind,
            branch,
            idnumber,
            attribute=attribute,
            was=None if was is None else codec.load(was),
            wanted=None if wanted is None else codec.load(wanted),
            value=None if value is None else (codec.item or ANYTHING).load(value),
        )


@attrs.frozen
class _Sort:
    """How the actions of one kind on one attribute are written.

    Attributes:
        right: the target's records.
        left: the source's; None where it has no such branch.
        codec: the attribute's values.
        item: one of them, where they are a collection.
    """

    right: Records
    left: Records | None
    codec: Codec
    item: Codec


class _Side:
    """The models of one tree's branches."""

    def __init__(self, tree: DataStoreTree) -> None:
        self.tree = tree
        self._records: dict[str, Records] = {}

    def records(self, branch: str) -> Records:
        """How the records of a branch are written."""
        found = self._records.get(branch)
        if found is None:
            found = self._records[branch] = self._made(branch)
        return found

    def known(self, branch: str) -> Records | None:
        """As `records`; None where the tree has no such branch."""
        return self.records(branch) if self._branch(branch) is not None else None

    def item(self, branch: str, idnumber: str) -> Any:
        """A record, as far as the branch has been read."""
        found = self._branch(branch)
        return None if found is None else found.contents().items.get(idnumber)

    def _made(self, name: str) -> Records:
        branch = self._branch(name)
        if branch is None:
            there = ", ".join(one.__name__ for one in self.tree.branches) or "none"
            raise PlanError(f"tree `{self.tree.name}` has no branch {name!r}; it has {there}")
        return Records(branch.klass, branch.build)

    def _branch(self, name: str) -> type[DataStoreBranch] | None:
        return next((one for one in self.tree.branches if one.__name__ == name), None)


def _beyond(records: Records, item: Any, idnumber: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What the left's record holds, as far as the one that is to be made does not hold the same."""
    left = records.dump(item, idnumber)
    if left == wanted:
        return {}
    found = {name: one for name, one in left.items() if name not in wanted or wanted[name] != one}
    for name in wanted:
        if name not in left:
            found[name] = None if name in records.declared else UNSET
    return found


def _within_reason(kind: Kind, value: Any, was: Any, wanted: Any) -> tuple[Any, Any]:
    """A thousand values that are added to one record must not each be written with all the thousand."""
    if is_multi(was) and len(was) > MANY:
        was = type(was)((value,) if kind is Kind.REMOVE else ())
    if is_multi(wanted) and len(wanted) > MANY:
        wanted = type(wanted)((value,) if kind is Kind.ADD else ())
    return was, wanted


def _is_long(raw: Any) -> bool:
    if is_marked(raw):
        (raw,) = raw.values()
    return isinstance(raw, list | dict) and len(raw) > MANY


def _unwritable(action: Action, what: str) -> str:
    return (
        f"{what}, which cannot be written into a plan or journal ({action.kind} {action.branch} {action.idnumber!r});"
        " give the model's attribute a type that can: a text, number, day, or a collection of these"
    )
