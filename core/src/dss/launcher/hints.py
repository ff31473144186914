"""What a type annotation tells."""

from __future__ import annotations

import types
import typing
from typing import Any


def hints_of(klass: type) -> dict[str, Any]:
    """The resolved annotations of a class; none when one names what is imported for type checkers only."""
    try:
        return typing.get_type_hints(klass)
    except Exception:  # whatever an annotation raises that is evaluated, it tells nothing
        return {}


def members(hint: Any) -> tuple[Any, ...]:
    """The types that a value may have, None left out: `int | None` gives `int`."""
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return tuple(one for one in (typing.get_args(hint) if is_union else (hint,)) if one is not type(None))


def kind_of(hint: Any) -> Any:
    """The class of a value: `list` for `list[str]`."""
    return typing.get_origin(hint) or hint
