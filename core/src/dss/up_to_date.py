"""What the target now holds, written into its branch, so that a second compare finds nothing."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from dss.actions import Action, Kind
from dss.attributes import is_multi
from dss.stored import copy_with
from dss.wording import short

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch


def bring_up_to_date(branch: type[DataStoreBranch], action: Action, native: Any) -> None:
    """Do to the branch what a handler has just done to the target."""
    if action.kind is Kind.NEW:
        if native is None:
            native = action.native
        if native is None and action.joins is not None:
            # one account in two branches
            native = getattr(branch.tree, action.joins).native(action.idnumber)
        branch.bring_up_to_date(action.idnumber, action.right, native)
        return
    if native is not None:
        # the target has made the record anew, somewhere else
        branch.contents().native[action.idnumber] = native
    item = branch.get(action.idnumber)
    if action.kind is Kind.OLD and action.adopts is not None:
        branch.forget(action.idnumber)
        return
    if action.kind is Kind.OLD:
        if item is not None and getattr(item, "enabled", None) is True:
            _put(branch, action.idnumber, item, "enabled", False)
            item = branch.get(action.idnumber)
        if getattr(item, "enabled", None) is not False:
            # it has no such attribute, or one that is computed
            branch.forget(action.idnumber)
        return
    if item is None or action.attribute is None:
        return
    value = action.wanted
    if action.kind in (Kind.ADD, Kind.REMOVE):
        found = getattr(item, action.attribute, None)
        have: Any = found if is_multi(found) else type(value)() if is_multi(value) else frozenset()
        rest = [one for one in have if one != action.value]
        value = type(have)([*rest, action.value] if action.kind is Kind.ADD else rest)
    _put(branch, action.idnumber, item, action.attribute, value)


def _put(branch: type[DataStoreBranch], idnumber: str, item: Any, attribute: str, value: Any) -> None:
    """Set an attribute, of a frozen model by way of a copy."""
    try:
        try:
            setattr(item, attribute, value)
        except AttributeError:
            # frozen, or a property of the model, which follows from what it is computed of
            with contextlib.suppress(AttributeError):
                branch.bring_up_to_date(idnumber, copy_with(item, {attribute: value}))
    except Exception as error:
        # the target has the value by now, and the other records go on
        branch.freeze(
            idnumber,
            f"model `{type(item).__qualname__}` refuses `{attribute}` {short(value)} as it now is: {error}",
        )
