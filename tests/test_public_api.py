"""The public face of `dss`: what it consists of is written down, and so changes only when somebody means it."""

from __future__ import annotations

import ast
import difflib
import functools
import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.typing import public_api

import dss

BASES = (
    dss.Action,
    dss.Base,
    dss.DataStoreBranch,
    dss.DataStoreTree,
    dss.DefaultImporter,
    dss.DefaultTemplate,
    dss.Result,
    dss.Rows,
)
RENEWAL = """
The public face has changed. When that is meant:

    .venv/bin/python -m tests.typing.public_api

writes tests/typing/public_api.txt anew; then say in core/CHANGELOG.md, in the words of somebody who uses it, what
is new, and what has to be written otherwise.
"""


def own_callables(kind: type) -> Iterator[tuple[str, Callable[..., object]]]:
    """The public functions of a class, and of those it inherits from, properties among them."""
    for one in kind.__mro__:
        if one.__module__.partition(".")[0] != "dss":
            continue
        for name, value in vars(one).items():
            if isinstance(value, classmethod | staticmethod):
                value = value.__func__
            elif isinstance(value, property):
                value = value.fget
            elif isinstance(value, functools.cached_property):
                value = value.func
            if inspect.isfunction(value) and not name.startswith("_"):
                yield f"{kind.__name__}.{name}", value


def said_in_typing_tests() -> set[str]:
    """Every name that a typing test imports, or takes out of something."""
    found = set()
    for path in public_api.FILE.parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                found |= {alias.name for alias in node.names}
                found |= set((node.module or "").split("."))
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.FunctionDef):
                found.add(node.name)
    return found


def test_names_are_sorted_and_come_at_their_first_use() -> None:
    """Importing `dss` imports nothing else of weight; each name then has its own home's value."""
    heavy = "{'attr', 'attrs', 'cattrs', 'click', 'pluggy'}"
    program = (
        "import sys, dss\n"
        f"print(sorted(name for name in sys.modules if name.startswith('dss.') or name in {heavy}))\n"
        "dss.Kind\n"
        "print('dss.actions' in sys.modules, 'dss.tree' in sys.modules)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["[]", "True False"]
    assert dss.__all__ == sorted(dss.__all__) == dir(dss)


@pytest.mark.parametrize("name", dss.__all__)
def test_a_name_is_there_for_whoever_imports_it(name: str) -> None:
    """Each name resolves, whether by `from dss import` or as an attribute; another one is an error."""
    value = getattr(dss, name)

    assert value is not None
    assert not inspect.ismodule(value) or value is importlib.import_module(f"dss.{name}")
    with pytest.raises(AttributeError, match=f"has no `{name}s_`"):
        getattr(dss, f"{name}s_")


def test_type_checkers_see_the_same_names() -> None:
    """What is imported for type checkers alone is exactly what is given out at the first use."""
    source = ast.parse(Path(dss.__file__).read_text(encoding="utf-8"))
    block = next(one for one in source.body if isinstance(one, ast.If))

    imported = [alias.name for one in block.body if isinstance(one, ast.ImportFrom) for alias in one.names]

    assert sorted(imported) == dss.__all__


def test_every_public_name_has_a_typing_test() -> None:
    """What is part of the public face is used in `tests/typing`, the way a user would."""
    names = {
        *dss.__all__,
        *(name for module in public_api.MODULES for name in public_api.public_names(module)),
    }
    names |= set(public_api.public_names("school"))

    assert sorted(names - said_in_typing_tests()) == []


@pytest.mark.parametrize("kind", BASES, ids=lambda kind: kind.__name__)
def test_base_classes_are_annotated_and_described(kind: type) -> None:
    """Each public function of a class that users subclass or hold has all its types and a docstring."""
    bare = [
        name
        for name, function in own_callables(kind)
        if not function.__doc__
        or any(
            annotation is inspect.Parameter.empty
            for annotation in (
                inspect.signature(function).return_annotation,
                *(
                    parameter.annotation
                    for parameter in inspect.signature(function).parameters.values()
                    if parameter.name not in ("self", "cls")
                ),
            )
        )
    ]

    assert bare == []
    assert kind.__doc__


def test_the_public_face_is_what_is_written_down() -> None:
    """No name, argument, default or type of the public face changes by accident."""
    written = public_api.FILE.read_text(encoding="utf-8").splitlines()

    changed = [
        line
        for line in difflib.unified_diff(written, public_api.lines(), "written down", "now", lineterm="", n=0)
        if not line.startswith("@@")
    ]

    assert not changed, RENEWAL + "\n".join(changed)
