"""What is known of one record, and why it gets what it gets: plain values, for people and programs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import attrs

from dss.actions import Action
from dss.holding import Hold
from dss.importers import Origin

FEW = 5
"""So many of many alike are named."""


@attrs.frozen
class Value:
    """One attribute on one side.

    Attributes:
        value: as it is compared.
        error: why it cannot be read; empty when it can.
        computed_by: the property that computes it, with file and line; empty for a value that is held.
        made_of: the attributes that the property looked at.
        held: beneath a property, what the source itself has for it.
    """

    value: Any
    error: str = ""
    computed_by: str = ""
    made_of: tuple[str, ...] = ()
    held: Any = None


@attrs.frozen
class Side:
    """One record in one tree.

    Attributes:
        tree: the tree's name.
        system: which system it is.
        is_there: whether the tree has the record.
        idnumber: the number it has there; on the left another one, where one person's roles have been settled.
        native: the system's own id of it.
        values: by attribute.
        origins: where its values came from, and what was left out.
        untraced: why that is not known; empty when it is.
    """

    tree: str
    system: str
    is_there: bool = False
    idnumber: str = ""
    native: Any = None
    values: Mapping[str, Value] = attrs.field(factory=dict)
    origins: tuple[Origin, ...] = ()
    untraced: str = ""

    def origins_of(self, attribute: str) -> tuple[Origin, ...]:
        """Those of one attribute; of the record itself for an empty name."""
        return tuple(origin for origin in self.origins if origin.attribute == attribute)


@attrs.frozen
class Attribute:
    """One attribute, and what was decided about it.

    Attributes:
        name: the attribute.
        left: in the source; None where it has no such attribute.
        right: in the target; likewise.
        flow: how far the source's word goes.
        compared: whether it is compared at all.
        verdict: in words.
        differs: whether something would be done about it.
    """

    name: str
    left: Value | None
    right: Value | None
    flow: str
    compared: bool
    verdict: str
    differs: bool = False


@attrs.frozen
class Rule:
    """A rule that decided something about the record.

    Attributes:
        name: of what kind it is, such as `filter`, `set aside`, `two roles`.
        text: one sentence.
    """

    name: str
    text: str


@attrs.frozen
class Planned:
    """A change, and the holds that it is in."""

    action: Action
    holds: tuple[Hold, ...] = ()


@attrs.frozen
class Others:
    """Changes of other records that refer to this one.

    Attributes:
        counts: how many, by branch and kind.
        few: the first of them.
    """

    counts: Mapping[tuple[str, str], int] = attrs.field(factory=dict)
    few: tuple[Planned, ...] = ()


@attrs.frozen
class InSync:
    """What one `[[sync]]` makes of the record.

    Attributes:
        name: as the configuration's key path names it.
        left: the source.
        right: the target.
        summary: in one sentence what would happen, and why.
        rules: those that decided.
        attributes: one by one.
        planned: the changes of this record, held or not.
        others: what refers to it.
        problems: what is wrong with the record, or with its branch.
        failed: why nothing can be said: a system cannot be read.
        idnumber: under which it is compared.
    """

    name: str
    left: Side
    right: Side
    summary: str = ""
    rules: tuple[Rule, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    planned: tuple[Planned, ...] = ()
    others: Others = attrs.field(factory=Others)
    problems: tuple[str, ...] = ()
    failed: str = ""
    idnumber: str = ""

    @property
    def is_found(self) -> bool:
        """Whether either side has, or had, anything of the record."""
        return (
            self.left.is_there
            or self.right.is_there
            or bool(self.left.origins or self.right.origins or self.planned)
            or any(rule.name in KNOWN for rule in self.rules)
        )


KNOWN = ("filter", "set aside")
"""Rules that tell of a record which is in neither branch."""


@attrs.frozen
class Near:
    """A record that may be meant."""

    branch: str
    idnumber: str
    why: str


@attrs.frozen
class Past:
    """What an earlier run did, or meant to do, with the record.

    Attributes:
        run: the run's number.
        began: when.
        kind: what kind of run it was.
        what: the change in one line.
        outcome: what became of it.
        reason: why not more.
    """

    run: int
    began: datetime.datetime
    kind: str
    what: str
    outcome: str
    reason: str = ""


@attrs.frozen
class Explanation:
    """Everything there is to say of one record.

    Attributes:
        branch: its branch.
        idnumber: its idnumber.
        syncs: by each `[[sync]]` that has the branch.
        past: its last changes, newest first.
        near: what may be meant, when nothing was found.
        unread: why its last changes cannot be told.
    """

    branch: str
    idnumber: str
    syncs: tuple[InSync, ...]
    past: tuple[Past, ...] = ()
    near: tuple[Near, ...] = ()
    unread: str = ""

    @property
    def is_found(self) -> bool:
        """Whether any system has, or had, anything of the record."""
        return any(sync.is_found for sync in self.syncs)
