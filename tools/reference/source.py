"""Signatures, annotations and docstrings as they are written: read in the source, not in the objects."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import attrs

SECTION = re.compile(r"^    # -- (.+?) -+$")
NO_MEMBERS = ("__init__", "__new__", "__repr__", "__str__", "__init_subclass__", "__getattr__")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@attrs.frozen
class Attribute:
    """What a class's body says of an attribute.

    Attributes:
        kind: its annotation.
        default: as it is written; empty when there is none.
        doc: the text that stands below it.
    """

    name: str
    kind: str
    default: str
    doc: str


@attrs.frozen
class Method:
    """What a class's body says of a method or a property.

    Attributes:
        signatures: `name(arguments) -> type` without the object itself, several if it is overloaded; of a property
            `name: type`.
        section: the heading in the class's source below which it stands.
    """

    name: str
    signatures: tuple[str, ...]
    doc: str
    section: str


def found(place: str) -> Any:
    """What `package.module:Name` names."""
    module, _, name = place.partition(":")
    return functools.reduce(getattr, filter(None, name.split(".")), importlib.import_module(module))


@functools.cache
def _parsed(module: ModuleType) -> tuple[ast.Module, list[str]]:
    text = inspect.getsource(module)
    return ast.parse(text), text.splitlines()


def node_of(thing: Any) -> tuple[Any, list[str]]:
    """The definition of a class or function, and the lines of its module."""
    tree, lines = _parsed(importlib.import_module(thing.__module__))
    body: list[ast.stmt] = tree.body
    node: Any = None
    for name in thing.__qualname__.split("."):
        node = next(one for one in body if getattr(one, "name", None) == name)
        body = node.body
    return node, lines


def alias(place: str) -> str:
    """What a name of a module is made of: `Given = Records | None`."""
    module, _, name = place.partition(":")
    tree, _ = _parsed(importlib.import_module(module))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.unparse(node)
    raise LookupError(f"`{module}` does not assign `{name}`")


def signatures(function: Any) -> list[str]:
    """A function's signature, exactly as it is written, each on one line; several, if it is overloaded."""
    function = inspect.unwrap(function)
    tree, _ = _parsed(importlib.import_module(function.__module__))
    nodes = [one for one in tree.body if isinstance(one, Function) and one.name == function.__name__]
    return [signature_of(one) for one in nodes if _is_overload(one)] or [signature_of(nodes[-1])]


def is_context_manager(function: Any) -> bool:
    """Whether a function is called in a `with` statement, for what its signature says that it yields."""
    node, _ = node_of(inspect.unwrap(function))
    return "contextmanager" in {ast.unparse(one).rpartition(".")[2] for one in node.decorator_list}


def _is_overload(node: Function) -> bool:
    return any(ast.unparse(one).rpartition(".")[2] == "overload" for one in node.decorator_list)


def signature_of(node: Function, *, name: str = "", drop_first: bool = False) -> str:
    """The signature that a definition has.

    Args:
        node: the definition.
        name: shown in the place of its own.
        drop_first: leave out the object itself.
    """
    arguments = list(_arguments(node.args))[1 if drop_first else 0 :]
    returned = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    return f"{name or node.name}({', '.join(arguments)}){returned}"


def _arguments(given: ast.arguments) -> Iterator[str]:
    """Arguments as they are written, with blanks around `=` where there is an annotation."""
    plain = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(plain) - len(given.defaults)) + given.defaults
    for place, (one, default) in enumerate(zip(plain, defaults, strict=True), 1):
        yield _argument(one, default)
        if place == len(given.posonlyargs):
            yield "/"
    if given.vararg is not None:
        yield f"*{_argument(given.vararg, None)}"
    elif given.kwonlyargs:
        yield "*"
    for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        yield _argument(one, default)
    if given.kwarg is not None:
        yield f"**{_argument(given.kwarg, None)}"


def _argument(one: ast.arg, default: ast.expr | None) -> str:
    if default is None:
        return ast.unparse(one)
    equals = " = " if one.annotation is not None else "="
    return f"{ast.unparse(one)}{equals}{ast.unparse(default)}"


def attributes(cls: type) -> Iterator[Attribute]:
    """The public attributes that a class's own body declares, an enumeration's values among them."""
    node, _ = node_of(cls)
    target: ast.expr
    for place, one in enumerate(node.body):
        if isinstance(one, ast.AnnAssign):
            target, kind, value = one.target, ast.unparse(one.annotation), one.value
        elif isinstance(one, ast.Assign) and len(one.targets) == 1:
            target, kind, value = one.targets[0], "", one.value
        else:
            continue
        name = ast.unparse(target)
        if (name.startswith("_") and not name.endswith("__")) or name == "__slots__":
            continue
        after = node.body[place + 1] if place + 1 < len(node.body) else None
        doc = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            doc = inspect.cleandoc(str(after.value.value))
        kind = re.sub(r"^ClassVar\[(.*)\]$", r"\1", kind)
        yield Attribute(name, kind, _default(value), doc)


def _default(value: ast.expr | None) -> str:
    """A default as a caller would write it; of a field of attrs, the one it is given."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) in ("attrs.field", "field"):
        given = {one.arg: one.value for one in value.keywords}
        if "factory" in given:
            return f"{ast.unparse(given['factory'])}()".replace("dict()", "{}").replace("list()", "[]")
        return ast.unparse(given["default"]) if "default" in given else ""
    return "" if value is None else ast.unparse(value)


def methods(cls: type) -> Iterator[Method]:
    """The public methods and properties in a class's own body, and the operators that have something to tell."""
    node, lines = node_of(cls)
    overloads: dict[str, list[str]] = {}
    for one in node.body:
        if not isinstance(one, Function) or one.name in NO_MEMBERS:
            continue
        if _is_overload(one):
            overloads.setdefault(one.name, []).append(signature_of(one, drop_first=True))
            continue
        doc = ast.get_docstring(one)
        if one.name.startswith("_") and not (one.name.endswith("__") and doc):
            continue
        how = {ast.unparse(each) for each in one.decorator_list}
        if any(each.endswith((".setter", ".deleter")) for each in how):
            continue
        if how & {"property", "functools.cached_property"}:
            shown = f"{one.name}: {ast.unparse(one.returns) if one.returns else 'Any'}"
        else:
            shown = signature_of(one, drop_first="staticmethod" not in how)
        shown_ones = tuple(overloads.get(one.name, [shown]))
        yield Method(one.name, shown_ones, doc or "", _section(lines, node.lineno, one.lineno))


def _section(lines: list[str], begin: int, end: int) -> str:
    for line in reversed(lines[begin:end]):
        if match := SECTION.match(line):
            return match[1]
    return ""


def constructor(cls: type) -> str:
    """How an object is made: `Origin(attribute: str, value: Any, ...)`; of attrs by its fields."""
    if attrs.has(cls):
        fields = {field.name: field for field in attrs.fields(cls)}
        written = {
            one.name: one for base in reversed(cls.__mro__) if base is not object for one in attributes(base)
        }
        shown = [
            f"{one.name}: {one.kind}" + (f" = {one.default}" if one.default else "")
            for name, one in written.items()
            if name in fields and fields[name].init
        ]
        return f"{cls.__name__}({', '.join(shown)})"
    maker = next(base for base in cls.__mro__ if "__init__" in vars(base))
    if maker.__module__ == "builtins":
        return cls.__name__
    node, _ = node_of(maker)
    (made,) = (one for one in node.body if isinstance(one, Function) and one.name == "__init__")
    return signature_of(made, name=cls.__name__, drop_first=True).removesuffix(" -> None")
