"""The exceptions, in families by what is to be done about them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from tools.reference.docstrings import paragraphs, parsed
from tools.reference.markdown import code, table

import dss
from dss.errors import DssError

FAMILIES = ("Abort", "Skip", "Retry")
ELSEWHERE = ("dss.testing", "dss.scaffold")
"""Packages of the core whose errors are none of a run's."""


def all_errors() -> dict[str, type[DssError]]:
    """The core's own exceptions below `DssError`, by name, a family's head before its members."""
    for module in pkgutil.walk_packages(dss.__path__, "dss.", onerror=lambda name: None):
        if not module.name.startswith(ELSEWHERE):
            importlib.import_module(module.name)
    return {
        one.__name__: one
        for one in _below(DssError)
        if one.__module__.startswith("dss.") and not one.__module__.startswith(ELSEWHERE)
    }


def _below(error: type[DssError]) -> Iterator[type[DssError]]:
    for one in sorted(error.__subclasses__(), key=lambda one: one.__name__):
        yield one
        yield from _below(one)


def family(error: type[DssError]) -> str:
    """What its docstring begins with; a member that says nothing of that is of the family of its head."""
    word = (error.__doc__ or "").partition(":")[0]
    if word in FAMILIES:
        return word
    return next((family(base) for base in error.__bases__ if issubclass(base, DssError)), "")


def overview(wanted: str) -> str:
    """The exceptions of one family.

    Args:
        wanted: one of `FAMILIES`.
    """
    rows = [
        (
            code(f"{error.__module__}.{name}"),
            ", ".join(code(base.__name__) for base in error.__bases__),
            _text(error),
        )
        for name, error in all_errors().items()
        if family(error) == wanted
    ]
    return table(["exception", "is a", "raised when"], rows)


def _text(error: type[DssError]) -> str:
    doc = parsed(error.__doc__)
    text = " ".join(paragraphs(doc.text))
    begin, found, rest = text.partition(": ")
    held = " ".join(f"`{name}`: {what}" for name, what in doc.items("Attributes").items())
    return " ".join(filter(None, [rest if found and begin in FAMILIES else text, held]))
