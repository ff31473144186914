"""Classes, enumerations and functions: what they take, what they have, what each is for.

`described("dss.tree:DataStoreTree")` is a class with a heading of its own; `members` is its inner part, for a page that
puts its own words around it.
"""

from __future__ import annotations

import enum
import importlib
import inspect
from collections.abc import Collection
from types import ModuleType
from typing import Any

import attrs
from tools.reference import source
from tools.reference.docstrings import first_sentence, parsed
from tools.reference.markdown import block, code, explained, long_signature, table

PYTHON, TEXT = "python", "text"
"""Kinds of blocks: an import is run with the tests, and a signature alone is no program."""


def described(*places: str, level: int = 3, without: Collection[str] = ()) -> str:
    """Classes and functions, each with a heading.

    Args:
        places: `package.module:Name`, as they are imported.
        level: of the headings.
        without: names of members, and of sections of the source, that are left out.
    """
    return "\n\n".join(_described(place, level, without) for place in places)


def _described(place: str, level: int, without: Collection[str]) -> str:
    module, _, name = place.partition(":")
    thing = source.found(place)
    head = f"{'#' * level} `{name}`"
    home = "dss" if name in importlib.import_module("dss").__all__ else module
    imported = f"from {home} import {name.partition('.')[0]}"
    doc = parsed(inspect.getdoc(thing) if "__doc__" in vars(thing) or not isinstance(thing, type) else "")
    if not isinstance(thing, type):
        begin = "with " if source.is_context_manager(thing) else ""
        signatures = "\n".join(f"{begin}{long_signature(one)}" for one in source.signatures(thing))
        shown = [block(imported, PYTHON), block(signatures, TEXT), explained(doc)]
    elif issubclass(thing, enum.Enum):
        shown = [block(imported, PYTHON), explained(doc), values(place)]
    else:
        bases = [base.__name__ for base in thing.__bases__ if base is not object]
        made = f"class {long_signature(source.constructor(thing))}"
        below = f"\n\nA subclass of {', '.join(map(code, bases))}." if bases else ""
        shown = [block(imported, PYTHON), block(made, TEXT)]
        shown += [explained(doc) + below, members(place, without=without)]
    return "\n\n".join([head, *filter(None, shown)])


def values(place: str) -> str:
    """The values of an enumeration."""
    cls = source.found(place)
    docs = {one.name: one.doc for one in source.attributes(cls)}
    rows = [(code(one.name), code(repr(one.value)), docs.get(one.name, "")) for one in cls]
    if not any(row[2] for row in rows):
        return table(["name", "value"], [row[:2] for row in rows])
    return table(["name", "value", "meaning"], rows)


def members(place: str, *, without: Collection[str] = ()) -> str:
    """A class's public attributes as a table, and its methods as a list, with their docstrings.

    Args:
        place: `package.module:Class`.
        without: names, and sections of the source, that are left out.
    """
    cls = source.found(place)
    parts = [_attributes(cls, without)]
    shown: dict[str, list[str]] = {}
    for one in source.methods(cls):
        if not {one.name, one.section} & set(without):
            shown.setdefault(one.section, []).append(
                f"- {', '.join(map(code, one.signatures))}\n\n  {explained(parsed(one.doc), indent='  ')}".rstrip()
            )
    for section, lines in shown.items():
        title = f"**{section[:1].upper()}{section[1:]}**" if section else "**Methods**"
        parts += [title, "\n".join(lines)]
    return "\n\n".join(filter(None, parts))


def _attributes(cls: type, without: Collection[str]) -> str:
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if (base is not object and attrs.has(base)) or base is cls:
            docs.update(parsed(base.__doc__).items("Attributes"))
    written = {one.name: one for one in source.attributes(cls)}
    properties = {one.name for one in source.methods(cls)}
    names = [
        name for name in dict.fromkeys([*written, *docs]) if name not in properties and name not in without
    ]
    if attrs.has(cls):
        # what it is made with stands in the constructor already
        explained_ones = [(code(name), docs[name]) for name in names if docs.get(name)]
        return table(["attribute", "meaning"], explained_ones) if explained_ones else ""
    rows = []
    for name in names:
        one = written.get(name)
        kind, default = (one.kind, one.default) if one is not None else ("", "")
        rows.append((code(name), code(kind), code(default), docs.get(name) or (one.doc if one else "")))
    return table(["attribute", "type", "default", "meaning"], rows) if rows else ""


def aliases(*places: str) -> str:
    """Names of types, and what they stand for."""
    return block("\n".join(map(source.alias, places)), TEXT)


def names(module: str) -> str:
    """Everything that a module offers by `__all__`: what it is, and where in the page it stands."""
    home = importlib.import_module(module)
    rows = []
    for name in sorted(
        home.__all__, key=lambda name: (isinstance(getattr(home, name), ModuleType), name.lower())
    ):
        thing = getattr(home, name)
        if isinstance(thing, ModuleType):
            rows.append((code(f"{module}.{name}"), f"module: {_summary(thing)}"))
        else:
            rows.append((f"[`{name}`](#{name.lower()})", _summary(thing)))
    return table(["name", "what it is"], rows)


def _summary(thing: Any) -> str:
    text = first_sentence(inspect.getdoc(thing))
    return f"{text[:1].lower()}{text[1:]}" if isinstance(thing, ModuleType) else text
