"""The public face in text, one line a name, as `public_api.txt` keeps it.

`python -m tests.typing.public_api` in the workspace's root writes the file anew.
"""

from __future__ import annotations

import ast
import enum
import functools
import importlib
import inspect
import textwrap
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

import dss

FILE = Path(__file__).with_name("public_api.txt")

MODULES = (
    "actions",
    "branch_type",
    "branches",
    "capabilities",
    "errors",
    "hookspecs",
    "importers",
    "models",
    "recording",
    "rehearsal",
    "runner",
    "secrets",
    "sources",
    "templates",
    "testing",
    "testing.samples",
    "testing.suite",
    "testing.system",
    "testing.wire",
    "tree",
)
"""Modules of which every public name is part of the public face, and so has a typing test."""

FOR_THE_CORE = frozenset({"handler_names", "kind_of", "reason_of", "stable"})
"""Names in those modules that only the core itself uses."""

NAMES_ONLY = ("school",)
"""Modules whose names are frozen, and not what those names can do."""

OPERATORS = frozenset(
    f"__{name}__"
    for name in (
        "bool",
        "branchname",
        "branches",
        "connector",
        "contains",
        "getitem",
        "gt",
        "importer",
        "init",
        "iter",
        "len",
        "lt",
        "neg",
        "pos",
        "rshift",
        "sub",
        "template",
    )
)
"""Those of the names with double underscores that are the user's."""


class _Bare:
    """Text that stands in a signature without quotes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def lines() -> list[str]:
    """Every line of the public face."""
    found = [line for name in dss.__all__ for line in _named(f"dss.{name}", getattr(dss, name))]
    top = {id(getattr(dss, name)) for name in dss.__all__}
    for module in MODULES:
        for name, value in public_names(module).items():
            if id(value) not in top:
                found += _named(f"dss.{module}.{name}", value)
    found += [f"dss.{module}.{name}" for module in NAMES_ONLY for name in public_names(module)]
    return found


def public_names(module: str) -> dict[str, object]:
    """What a module says is public, or else the classes and functions that it defines."""
    loaded = importlib.import_module(f"dss.{module}")
    listed = getattr(loaded, "__all__", None)
    if listed is not None:
        return {name: getattr(loaded, name) for name in sorted(listed)}
    return {
        name: value
        for name, value in sorted(vars(loaded).items())
        if not (name.startswith("_") or name in FOR_THE_CORE)
        if getattr(value, "__module__", "") == loaded.__name__
        if inspect.isclass(value) or inspect.isfunction(value)
    }


def _named(path: str, value: object) -> Iterator[str]:
    if inspect.ismodule(value):
        yield f"{path}: module"
    elif inspect.isclass(value):
        if path.count(".") > 1 and value.__module__ != path.rpartition(".")[0]:
            yield f"{path} = {value.__module__}.{value.__qualname__}"
            return
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        yield f"class {path}" + (f"({bases})" if bases else "")
        yield from _members(path, value)
    elif inspect.isfunction(value):
        first = " [first result]" if getattr(value, "dss_spec", {}).get("firstresult") else ""
        for variant in typing.get_overloads(value) or [value]:
            yield f"{path}{_signature(variant)}{first}"
    elif isinstance(value, str):
        yield f"{path} = {value!r}"
    elif isinstance(value, types.UnionType | types.GenericAlias) or typing.get_origin(value) is not None:
        yield f"{path} = {_written(path)}"
    else:
        yield f"{path}: {type(value).__name__}"


def _written(path: str) -> str:
    """What stands behind the `=` of an alias, or where it is imported from."""
    module, _, name = path.rpartition(".")
    for statement in ast.parse(inspect.getsource(importlib.import_module(module))).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == name:
            return ast.unparse(statement.value)
        if isinstance(statement, ast.ImportFrom) and any(one.name == name for one in statement.names):
            return _written(f"{statement.module}.{name}")
    raise LookupError(f"`{path}` is neither assigned nor imported")


def _members(path: str, kind: type) -> Iterator[str]:
    if issubclass(kind, enum.Enum):
        yield from (f"{path}.{member.name} = {member.value!r}" for member in kind)
    own = [one for one in kind.__mro__ if one.__module__.partition(".")[0] == "dss"]
    found: dict[str, str] = {}
    for one in reversed(own):
        found.update(_annotated(one))
        found.update(_set_on_making(one))
        for name, value in vars(one).items():
            line = _member(name, value)
            if line is not None:
                found[name] = line
    yield from (f"{path}.{line}" for name, line in sorted(found.items()) if _is_public(name))


def _member(name: str, value: object) -> str | None:
    if isinstance(value, classmethod | staticmethod):
        return f"{name}{_signature(value.__func__)} [{type(value).__name__}]"
    if isinstance(value, property | functools.cached_property):
        getter = value.fget if isinstance(value, property) else value.func
        return f"{name}: {inspect.signature(getter).return_annotation} [property]" if getter else None
    if inspect.isfunction(value):
        return f"{name}{_signature(value)}"
    return f"{name}: class" if inspect.isclass(value) else None


def _annotated(kind: type) -> Iterator[tuple[str, str]]:
    for name, annotation in inspect.get_annotations(kind).items():
        default = vars(kind).get(name, _Bare(""))
        told = "" if isinstance(default, _Bare | types.MemberDescriptorType) else f" = {_default(default)!r}"
        yield name, f"{name}: {annotation}{told}"


def _set_on_making(kind: type) -> Iterator[tuple[str, str]]:
    """Attributes that a class written by hand gives itself in `__init__`."""
    if "__init__" not in vars(kind) or attrs.has(kind):
        return
    tree = ast.parse(textwrap.dedent(inspect.getsource(vars(kind)["__init__"])))
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            told = f": {ast.unparse(statement.annotation)}" if isinstance(statement, ast.AnnAssign) else ""
            for target in targets:
                if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
                    yield target.attr, f"{target.attr}{told} [attribute]"


def _is_public(name: str) -> bool:
    return name in OPERATORS or not name.startswith("_")


def _signature(function: Callable[..., object]) -> str:
    signature = inspect.signature(function)
    parameters = [
        one.replace(default=_default(one.default), annotation=_annotation(one.annotation))
        for one in signature.parameters.values()
    ]
    given = _annotation(signature.return_annotation)
    return str(signature.replace(parameters=parameters, return_annotation=given))


def _annotation(annotation: object) -> object:
    if isinstance(annotation, str):
        return _Bare(annotation)
    return _Bare("None") if annotation is type(None) else annotation


def _default(default: object) -> object:
    if default is attrs.NOTHING or default is ...:
        return _Bare("...")
    if isinstance(default, enum.Enum):
        return _Bare(f"{type(default).__name__}.{default.name}")
    if inspect.isfunction(default) or (inspect.isclass(default) and default is not inspect.Parameter.empty):
        return _Bare(default.__name__)
    return default


if __name__ == "__main__":
    FILE.write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
