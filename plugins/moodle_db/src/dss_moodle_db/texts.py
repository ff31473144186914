"""Markup in names: Moodle takes it out of what people type, and so shows names as they are stored in many places.

What is written past Moodle's forms must keep to that, or a name in the source becomes a script in everybody's browser.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

_TAG = re.compile(r"<[A-Za-z/!?]\S{0,20}")
"""What begins a tag; a lone `<` or `&`, as in `3 < 4` or `A & B`, does not."""

_LANGUAGES = re.compile(
    r"""<span(?:\s+lang="[a-zA-Z0-9_-]+"|\s+class="multilang"){2}\s*>|</span>|<lang\s+lang="[a-zA-Z0-9_-]+"\s*>|</lang>"""
)
"""The only tags that Moodle leaves in titles: one text in several languages."""


def markup_problem(values: Mapping[str, Any], plain: Collection[str] = ()) -> str | None:
    """Which text holds markup that Moodle's own forms would take out, in words; None when none does.

    Args:
        values: texts by the name they go by in the message; what is no text is passed over.
        plain: those of them that may not even hold Moodle's tags for several languages.
    """
    for name, value in values.items():
        if isinstance(value, str) and "<" in value:
            found = markup_in(value, languages=name not in plain)
            if found:
                return f"`{name}`: {found}"
    return None


def markup_in(text: str, *, languages: bool) -> str | None:
    """What is wrong with a text that holds markup; None when it holds none."""
    found = _TAG.search(_LANGUAGES.sub("", text) if languages else text)
    if found is None:
        return None
    return (
        f"it holds markup ({found.group()[:20]!r}), which Moodle takes out of names because it would run in the pages "
        "that show them; take it out in the source, or in your model"
    )
