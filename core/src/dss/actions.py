"""One difference, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs


class Kind(StrEnum):
    """What has to happen on the right."""

    NEW = "new"
    """Only the left has it: a record is to be made, or an existing one taken over."""
    UPDATE = "update"
    """An attribute differs."""
    ADD = "add"
    """One value is lacking in an attribute that holds several."""
    REMOVE = "remove"
    """One value is too many in an attribute that holds several."""
    OLD = "old"
    """Only the right has it: the record is to be disabled, ended or let go."""
    ERROR = "error"
    """It cannot be decided what has to happen; nothing does, until somebody has looked."""


class Outcome(StrEnum):
    """What became of an action."""

    DONE = "done"
    """The target now is as wanted."""
    ALREADY = "already done"
    """The target was as wanted before."""
    DROPPED = "dropped"
    """Left undone on purpose, such as what needs something that has failed."""
    DRIFTED = "drifted"
    """Left undone, since the target is not any more as it was planned for."""
    FAILED = "failed"
    """It could not be done."""
    HELD = "held"
    """It waits until somebody has looked."""


@attrs.frozen
class Adoption:
    """An existing record of the target that is taken as ours instead of making a new one.

    Attributes:
        native: the target's own id of the record.
        was: its attributes as they were found, so that the adoption can be undone.
    """

    native: Any
    was: Mapping[str, Any]


def kind_of(word: str) -> Kind:
    """The kind that a word stands for, as `Kind(word)` in a fraction of its time: every action asks once.

    Raises:
        ValueError: there is no such kind.
    """
    return _KINDS.get(word) or Kind(word)


_KINDS: dict[str, Kind] = {kind.value: kind for kind in Kind}


@attrs.define(eq=False, repr=False, on_setattr=attrs.setters.NO_OP)
class Action:
    """One difference between left (what is needed) and right (what is there).

    Attributes:
        kind: what has to happen.
        branch: name of the branch; with `idnumber` it names the record.
        left: the source's object; None for `old`.
        right: the target's object; for `new` the object as it should come to be.
        attribute: for update, add and remove, and for an error about one attribute.
        value: the one value that is added or removed; for an update that only steps aside, the value wanted in the end.
        was: the attribute's value on the right, whole.
        wanted: the value it should have, whole; None where an undo puts back that there was none.
        error: for `error`, what is wrong and what to do about it.
        native: the target's own id of the record, when it is known.
        adopts: for `new`, the existing record that is taken over; for `old`, the record as it was found, when it is
            given back because the adoption is undone.
        joins: for `new`, the branch that owns this same person's attributes; only the membership is new.
        removal: whether this takes something away from somebody, and so counts against the removal budget.
        after: actions that must be done first, because they free a unique value that this one takes.
        place: which action of its plan this is, counted from 0; -1 while there is no plan.
    """

    kind: Kind = attrs.field(converter=kind_of)
    branch: str = ""
    idnumber: str = ""
    left: Any = None
    right: Any = None
    attribute: str | None = None
    value: Any = None
    was: Any = None
    wanted: Any = None
    error: str | None = None
    native: Any = None
    adopts: Adoption | None = None
    joins: str | None = None
    removal: bool = False
    after: tuple[Action, ...] = ()
    place: int = -1
    _message: str | None = attrs.field(default=None, alias="message")
    _fingerprint: str | None = attrs.field(default=None, init=False)

    @property
    def key(self) -> tuple[str, ...]:
        """What tells this action from every other of its plan."""
        if self.kind in (Kind.ADD, Kind.REMOVE):
            what = repr(self.value)
        else:
            # one attribute may be changed twice: to a spare value, and then to the one wanted
            what = self.wanted if isinstance(self.wanted, str) else ""
        return (self.kind, self.branch, self.idnumber, self.attribute or "", what)

    @property
    def fingerprint(self) -> str:
        """What this action is known by from plan to plan, as 16 hexadecimal digits.

        The same change found again has the same one, whatever stands on the right by then; another value has another.
        Worked out when it is first asked for, which is when the action is as it will be carried out.
        """
        if self._fingerprint is None:
            self._fingerprint = self._worked_out()
        return self._fingerprint

    def _worked_out(self) -> str:
        if self.kind in (Kind.ADD, Kind.REMOVE):
            what = stable(self.value)
        else:
            what = stable(self.wanted) if self.kind is Kind.UPDATE else ""
        parts = (self.kind, self.branch, self.idnumber, self.attribute or "", what)
        return hashlib.blake2b("\x1f".join(parts).encode(errors="surrogatepass"), digest_size=8).hexdigest()

    @property
    def message(self) -> str:
        """The action in one line for a person."""
        return self._message if self._message is not None else _describe(self)

    def done(self, native: Any = None) -> Result:
        """Say that the target now is as wanted; `native` is the target's own id of a record just made."""
        return Result(Outcome.DONE, native=native, action=self)

    def already(self, native: Any = None) -> Result:
        """Say that the target was already as wanted."""
        return Result(Outcome.ALREADY, native=native, action=self)

    def dropped(self, reason: str) -> Result:
        """Say that this was left undone on purpose."""
        return Result(Outcome.DROPPED, reason, action=self)

    def failed(self, reason: str) -> Result:
        """Say that this could not be done."""
        return Result(Outcome.FAILED, reason, action=self)

    def drifted(self, reason: str) -> Result:
        """Say that the target has changed since the plan was made, so that this was left undone."""
        return Result(Outcome.DRIFTED, reason, action=self)

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        # without names and values, which a prompt or a traceback would spread
        attribute = f" {self.attribute}" if self.attribute else ""
        return f"<Action {self.kind.value} {self.branch} {self.idnumber!r}{attribute}>"


@attrs.define(eq=False)
class Result:
    """What a handler answers for one action.

    Attributes:
        outcome: what became of it.
        reason: for everything but done, in words for the person who runs it.
        native: the target's own id of the record, when the handler has just learnt it.
        action: the action answered; a bulk handler must give it, for others the core fills it in.
    """

    outcome: Outcome
    reason: str = ""
    native: Any = None
    action: Action | None = None

    @classmethod
    def done(cls, native: Any = None) -> Result:
        """As `Action.done`, for handlers that get one action."""
        return cls(Outcome.DONE, native=native)

    @classmethod
    def already(cls, native: Any = None) -> Result:
        """As `Action.already`, for handlers that get one action."""
        return cls(Outcome.ALREADY, native=native)

    @classmethod
    def dropped(cls, reason: str) -> Result:
        """As `Action.dropped`, for handlers that get one action."""
        return cls(Outcome.DROPPED, reason)

    @classmethod
    def failed(cls, reason: str) -> Result:
        """As `Action.failed`, for handlers that get one action."""
        return cls(Outcome.FAILED, reason)

    @property
    def is_done(self) -> bool:
        """Whether the target is now as wanted."""
        return self.outcome in (Outcome.DONE, Outcome.ALREADY)


def stable(value: Any) -> str:
    """A value as a text that is the same in every process: `repr` gives a set in any order."""
    if isinstance(value, str):
        return repr(str(value))
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(stable, value))) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(stable, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(sorted(f"{stable(key)}: {stable(one)}" for key, one in value.items())) + "}"
    return repr(value)


def _describe(action: Action) -> str:
    who = f"{action.branch} {action.idnumber}".strip()
    match action.kind:
        case Kind.NEW if action.adopts is not None:
            return f"adopt {who}: take the existing record {action.adopts.native} as ours"
        case Kind.NEW if action.joins is not None:
            return f"new {who}: the same person as in {action.joins}, joins {action.branch}"
        case Kind.NEW:
            return f"new {who}{_name(action.left)}"
        case Kind.OLD if action.adopts is not None:
            return f"release {who}: give record {action.adopts.native} back as it was found"
        case Kind.OLD:
            return f"old {who}{_name(action.right)}"
        case Kind.UPDATE:
            return f"update {who}: {action.attribute} {action.was!r} -> {action.wanted!r}"
        case Kind.ADD:
            return f"add {who}: {action.attribute} + {action.value!r}"
        case Kind.REMOVE:
            return f"remove {who}: {action.attribute} - {action.value!r}"
        case _:
            return f"error {who}: {action.error}"


def _name(item: Any) -> str:
    """The item's name in brackets, when it has one that can be read."""
    try:
        name = getattr(item, "name", None) or " ".join(
            part for part in (getattr(item, "given_name", None), getattr(item, "family_name", None)) if part
        )
    except Exception:  # a user's property may raise anything; a description must not
        return ""
    return f" ({name})" if isinstance(name, str) and name else ""
