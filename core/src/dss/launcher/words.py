"""One change in one line."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from dss.actions import Action, Kind
from dss.attributes import is_blank, names_of
from dss.launcher.visible import masked, shown, visible
from dss.planfile.tally import ADOPT, LABELS, RELEASE, label_of
from dss.records import NAMES, name_of

__all__ = [
    "ADOPT",
    "LABELS",
    "alone",
    "label_of",
    "listed",
    "name_of",
    "record_of",
    "values_of",
    "who",
    "without_values",
    "wrong",
]

_SIGNS = {
    Kind.NEW.value: "+",
    ADOPT: "=",
    Kind.UPDATE.value: "~",
    Kind.ADD.value: "+",
    Kind.REMOVE.value: "-",
    RELEASE: "=",
    Kind.OLD.value: "-",
}


def record_of(action: Action) -> str:
    """Whom it concerns, without a name: branch and idnumber, and the attribute."""
    attribute = f" {action.attribute}" if action.attribute else ""
    return visible(f"{action.branch} {action.idnumber}{attribute}")


def listed(action: Action, key_of: Collection[str] = ()) -> str:
    """A change as a line below the heading that names its branch and kind.

    Args:
        action: the change.
        key_of: attributes that the idnumber is made of, so that they need not be shown beside it.
    """
    return f"{_SIGNS.get(label_of(action), '!')} {who(action)}{_what(action, key_of)}"


def alone(action: Action) -> str:
    """A change as a line that stands by itself."""
    return f"{label_of(action)} {visible(action.branch)} {who(action)}{_what(action)}"


def without_values(action: Action) -> str:
    """A change as a line for a log: neither names nor values."""
    return f"{label_of(action)} {record_of(action)}"


def wrong(action: Action, *, values: bool = True) -> str:
    """An `error` action: whom it concerns, and what is wrong.

    Args:
        values: whether names and values are shown.
    """
    text = visible(action.error or "")
    return f"{record_of(action)}: {text if values else masked(text)}".lstrip()


def who(action: Action) -> str:
    """The idnumber, and the name where there is one."""
    name = name_of(action.left) or name_of(action.right)
    return visible(action.idnumber) + (f" ({visible(name)})" if name else "")


def values_of(item: Any) -> Iterator[tuple[str, Any]]:
    """The attributes of an item that say something; one whose property raises is passed over."""
    try:
        names = names_of(item)
    except Exception:
        return
    for name in names:
        value = _read(item, name)
        if not is_blank(value):
            yield name, value


def _read(item: Any, name: str) -> Any:
    try:
        return getattr(item, name, None)
    except Exception:  # a user's property may raise anything; the compare has reported it
        return None


def _what(action: Action, key_of: Collection[str] = ()) -> str:
    if action._message is not None:
        # the line begins with the record already
        own = action._message.removeprefix(f"{action.kind} {action.branch} {action.idnumber}: ")
        return f": {visible(own)}"
    match action.kind:
        case Kind.NEW if action.adopts is not None:
            return f": takes over record {shown(action.adopts.native)}{_adopted(action)}"
        case Kind.NEW if action.joins is not None:
            return f": the same person as in {visible(action.joins)}"
        case Kind.NEW:
            passed_over = {*NAMES, *key_of}
            made = ", ".join(
                f"{name} {shown(value)}" for name, value in values_of(action.right) if name not in passed_over
            )
            return f": {made}" if made else ""
        case Kind.UPDATE:
            return f": {action.attribute} {shown(action.was)} -> {shown(action.wanted)}"
        case Kind.ADD:
            return f": {action.attribute} + {shown(action.value)}"
        case Kind.REMOVE:
            return f": {action.attribute} - {shown(action.value)}"
        case Kind.OLD if action.adopts is not None:
            return f": gives record {shown(action.adopts.native)} back{_released(action)}"
        case _:
            return ""


def _released(action: Action) -> str:
    """What giving a record back changes in it."""
    assert action.adopts is not None
    changed = [
        f"{name} {shown(value)} -> {shown(was)}"
        for name, was in action.adopts.was.items()
        if not is_blank(value := _read(action.right, name)) and value != was
    ]
    return ", " + ", ".join(changed) if changed else ""


def _adopted(action: Action) -> str:
    """What the adoption changes in the record it takes over."""
    assert action.adopts is not None
    was = action.adopts.was
    changed = [
        f"{name} {shown(was.get(name))} -> {shown(value)}"
        for name, value in values_of(action.right)
        if name in was and was[name] != value
    ]
    return ", " + ", ".join(changed) if changed else ""
