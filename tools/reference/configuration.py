"""The keys of `dss.toml`, from the classes that it is structured into."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
from tools.reference.docstrings import parsed
from tools.reference.markdown import code, table

from dss.config import TOP_KEYS, BranchConfig, Config, Sided, SyncConfig, TreeConfig
from dss.policies import Breaker, Budget, Expiry, Policies, Removals, Shape

TABLES: dict[str, tuple[str, type]] = {
    "trees": ("[trees.NAME]", TreeConfig),
    "sync": ("[[sync]]", SyncConfig),
    "sync.BRANCH": ("[sync.BRANCH]", BranchConfig),
    "budgets": ("[budgets.BRANCH]", Budget),
    "guards": ("[guards]", Shape),
    "removals": ("[removals.BRANCH]", Removals),
    "breaker": ("[breaker]", Breaker),
    "expiry": ("[expiry]", Expiry),
}
"""By key: the table's heading in the page, and the class that its keys come from."""
NO_KEYS = {TreeConfig: ("name", "options"), SyncConfig: ("of",)}
"""Fields that stand for something else than a key of their name."""
DEFAULTS = {"state": "state"}
"""Defaults that stand in the reading of the file and not in a class."""
WORDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "whole number"),
    (float, "number"),
    (Path, "path"),
    (str, "text"),
    (tuple, "list of texts"),
    (Mapping, "table"),
)


@attrs.frozen
class Key:
    """One key of one table."""

    name: str
    kind: str
    default: str
    help: str


def keys_of(cls: type) -> Iterator[Key]:
    """The keys of the table that is structured into a class."""
    hints = get_type_hints(cls)
    docs = documented(cls)
    for field in attrs.fields(cls):
        if field.name in NO_KEYS.get(cls, ()):
            continue
        text = field.metadata.get("help") or docs.get(field.name, "")
        if hints[field.name] is Sided:
            yield from (Key(f"{field.name}.{one.name}", "text", "", text) for one in attrs.fields(Sided))
        else:
            yield Key(field.name, _kind(hints[field.name]), _default(field), text)


def options_of(cls: type) -> Iterator[str]:
    """The names of a connector's options, those of tables within them too."""
    hints = get_type_hints(cls)
    for field in attrs.fields(cls):
        if field.init and not field.name.startswith("_"):
            yield field.name
            hint = hints[field.name]
            for one in (hint, *get_args(hint)):
                if isinstance(one, type) and attrs.has(one):
                    yield from options_of(one)


def documented(cls: type) -> dict[str, str]:
    """What a class's docstring, or one it is derived from, says of its attributes."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        found.update(parsed(base.__doc__).items("Attributes"))
    return found


def top_keys() -> Iterator[Key]:
    """What stands at the top of the file."""
    docs = {**documented(Policies), **documented(Config)}
    hints = get_type_hints(Config)
    for name in TOP_KEYS:
        if name in TABLES:
            head, cls = TABLES[name]
            text = parsed(inspect.getdoc(cls)).text.partition("\n\n")[0].partition(": ")[2]
            yield Key(
                head, "tables" if "NAME" in head or "[[" in head or "BRANCH" in head else "table", "", text
            )
        elif name in hints:
            yield Key(name, _kind(hints[name]), DEFAULTS.get(name, ""), docs[name])
        else:
            yield Key(f"[{name}]", "table", "", docs[name])


def top() -> str:
    """The keys at the top of the file."""
    rows = [(code(key.name), key.kind, code(key.default), key.help) for key in top_keys()]
    return table(["key", "kind", "default", "meaning"], rows)


def described(name: str) -> str:
    """The keys of one table.

    Args:
        name: one of `TABLES`.
    """
    _, cls = TABLES[name]
    rows = [(code(key.name), key.kind, code(key.default), key.help) for key in keys_of(cls)]
    return table(["key", "kind", "default", "meaning"], rows)


def _kind(hint: Any) -> str:
    """The words for a type: `text`, `list of texts`, `true or false, or text`."""
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    words = dict.fromkeys(_word(get_origin(one) or one) for one in members if one is not NoneType)
    return ", or ".join(words)


def _word(kind: Any) -> str:
    if isinstance(kind, type) and attrs.has(kind):
        return "table"
    return next((word for wanted, word in WORDS if isinstance(kind, type) and issubclass(kind, wanted)), "")


def _default(field: attrs.Attribute[Any]) -> str:
    """As it would stand in the file; empty where nothing stands for it."""
    value: Any = field.default
    if isinstance(value, attrs.Factory):  # type: ignore[arg-type]
        value = value.factory()
    if value is attrs.NOTHING or value is None or value in ((), {}):
        return ""
    if attrs.has(type(value)):
        inner = ", ".join(f"{key} = {_toml(one)}" for key, one in attrs.asdict(value).items())
        return f"{{ {inner} }}"
    return _toml(value)


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(str(value) if isinstance(value, StrEnum) else value)
