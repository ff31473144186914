"""What the core is told about single fields of a model."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Marks:
    """What the core is told about a field, see `marks`."""

    compare: bool = True
    unique: bool | str = False
    ordered: bool = False


MARKS = "dss"


def marks(*, compare: bool = True, unique: bool | str = False, ordered: bool = False) -> dict[str, Any]:
    """Metadata for `attrs.field(metadata=marks(...))`.

    Args:
        compare: False leaves the field out of every comparison, as does `eq=False` of attrs (of a dataclass,
            `compare=False`).
        unique: no two records of the target may hold one value. True: among all branches of the tree whose field
            of this name is marked; a text names another circle.
        ordered: for multi-valued fields, order counts and the whole value is replaced.
    """
    return {MARKS: Marks(compare, unique, ordered)}
