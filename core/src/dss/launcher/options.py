"""A connector's options as lines of the starter file: explanation, key and default."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from dss.launcher.hints import hints_of, kind_of, members
from dss.launcher.toml import comment, key_text, value_text
from dss.secrets import Secret

OFF = "#"
"""What stands before a setting that is not set; explanations have a blank after it."""
FILL_IN = "  # FILL IN"
NOT_SET = "  # not set by default"

_SAMPLES: tuple[tuple[type, Any], ...] = (
    (bool, False),
    (int, 0),
    (float, 0.0),
    (str, ""),
    (Path, "."),
    (Mapping, {}),
    (list, []),
    (tuple, []),
    (set, []),
    (frozenset, []),
)


class OptionLines:
    """The lines for one tree's options.

    Args:
        tree: the tree's name in the file.
    """

    def __init__(self, tree: str) -> None:
        self._tree = tree
        self._told: set[tuple[str, str]] = set()

    def of(self, options: type) -> Iterator[str]:
        """Lines for every field of an `Options` class, tables within it last, as TOML wants them."""
        yield from self._table(options, f"trees.{key_text(self._tree)}", absent=False)

    def _table(self, options: type, path: str, *, absent: bool) -> Iterator[str]:
        if not attrs.has(options):
            return
        hints = hints_of(options)
        tables = []
        for field in attrs.fields(options):
            if not field.init or field.name.startswith("_"):
                continue
            hint = hints.get(field.name, field.type)
            table = next((one for one in members(hint) if isinstance(one, type) and attrs.has(one)), None)
            if table is not None:
                tables.append((field, table))
                continue
            yield from self._help(field)
            off = "" if _is_needed(field) and not absent else OFF
            yield f"{off}{key_text(field.name)} = {self._value(field, hint)}"
        for field, table in tables:
            yield from list(self._help(field)) or [""]
            inner = f"{path}.{key_text(field.name)}"
            unset = absent or field.default is None
            yield f"{OFF if unset else ''}[{inner}]"
            yield from self._table(table, inner, absent=unset)

    def _help(self, field: attrs.Attribute[Any]) -> Iterator[str]:
        """The explanation, once: tables of one tree may share fields."""
        text = str(field.metadata.get("help", ""))
        if (field.name, text) not in self._told:
            self._told.add((field.name, text))
            yield ""
            yield from comment(text)

    def _value(self, field: attrs.Attribute[Any], hint: Any) -> str:
        """The default, or something of the right type to be replaced."""
        is_needed = _is_needed(field)
        if any(isinstance(one, type) and issubclass(one, Secret) for one in members(hint)):
            variable = re.sub(r"\W", "_", f"{self._tree}_{field.name}").upper()
            return f"{{ env = {value_text(variable)} }}" + (FILL_IN if is_needed else NOT_SET)
        default = _default(field)
        if default is not None:
            try:
                return value_text(default) + (FILL_IN if is_needed else "")
            except TypeError:
                pass
        return value_text(_sample(hint)) + (FILL_IN if is_needed else NOT_SET)


def _is_needed(field: attrs.Attribute[Any]) -> bool:
    """Whether nearly everybody has to set it: it has no default, or its `metadata` says so."""
    return field.default is attrs.NOTHING or bool(field.metadata.get("fill_in"))


def _default(field: attrs.Attribute[Any]) -> Any:
    default: Any = field.default
    if default is attrs.NOTHING:
        return None
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        return None if default.takes_self else default.factory()
    return default


def _sample(hint: Any) -> Any:
    for one in members(hint):
        kind = kind_of(one)
        for wanted, sample in _SAMPLES:
            if isinstance(kind, type) and issubclass(kind, wanted):
                return sample
    return ""
