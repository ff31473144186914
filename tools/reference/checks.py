"""The checks of `dss.testing`: what each suite tries, and for which connectors."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from tools.reference.markdown import code, table

from dss.testing import HOSTILE, SourceSuite, TargetSuite

Check = tuple[str, str, str]

SHOWN = 60
"""Characters of a text that are shown."""


def all_checks(suite: type) -> Iterator[Check]:
    """Name, meaning, and what has to be declared ("" is nothing), in the order in which they are written."""
    seen = set()
    for base in reversed(suite.__mro__):
        for name, method in vars(base).items():
            if name.startswith("test_") and name not in seen:
                seen.add(name)
                yield name, _meaning(method), _needed(method)


def of_sources(*, basic: bool) -> str:
    """The checks of reading, of the basic set or of the optional rest."""
    return _shown([one for one in all_checks(SourceSuite) if basic is not bool(one[2])])


def of_targets(*, basic: bool) -> str:
    """The checks that only targets have."""
    known = {name for name, _, _ in all_checks(SourceSuite)}
    return _shown(
        [one for one in all_checks(TargetSuite) if one[0] not in known and basic is not bool(one[2])]
    )


def hostile() -> str:
    """The sorts of hostile texts, each as Python writes it."""
    rows = [[code(sort), _literal(text)] for sort, text in HOSTILE.items()]
    return table(["sort", "text"], rows)


def _literal(text: str) -> str:
    """A text as Python writes it, shortened, with what would not be seen; in two marks, since it may hold one."""
    shown = "".join(f"\\u{ord(one):04x}" if unicodedata.combining(one) else one for one in repr(text[:SHOWN]))
    shown = shown.replace("  ", r"\x20\x20")
    more = f", and more of it: {len(text):,} characters" if len(text) > SHOWN else ""
    return f"`` {shown} ``{more}"


def _shown(checks: list[Check]) -> str:
    if any(needed for _, _, needed in checks):
        rows = [[code(name), meaning, needed] for name, meaning, needed in checks]
        return table(["check", "what it tries", "made when declared"], rows)
    return table(["check", "what it tries"], [[code(name), meaning] for name, meaning, _ in checks])


def _meaning(method: Any) -> str:
    return " ".join(str(method.__doc__).split("\n\n")[0].split())


def _needed(method: Any) -> str:
    marks = getattr(method, "pytestmark", [])
    needed = [code(str(one)) for mark in marks if mark.name == "dss_needs" for one in mark.args]
    any_of = [code(str(one)) for mark in marks if mark.name == "dss_needs_any" for one in mark.args]
    return ", ".join([*needed, *([" or ".join(any_of)] if any_of else [])])
