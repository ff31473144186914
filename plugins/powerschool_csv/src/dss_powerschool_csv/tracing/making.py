"""In words: what was made of a cell."""

from __future__ import annotations

import html
import unicodedata
from typing import Any

from dss_powerschool_csv.cells import tidy

NOTHING = "nothing is said of it"


def what_was_made(raw: str, made: Any, *, entities: bool = False, why_none: str = "it has no meaning") -> str:
    """What the reader did with a cell; empty when it took the cell as it is.

    Args:
        raw: the cell as it stands in the file.
        made: the value that became of it.
        entities: whether the export has HTML entities.
        why_none: why nothing was made of a cell that is not blank.
    """
    text, steps = cleaned(raw, entities=entities)
    if made is None:
        steps.append(f"blank, so {NOTHING}" if not text else f"{why_none}, so {NOTHING}")
    elif isinstance(made, frozenset):
        steps.append(f"taken apart: {listed(sorted(map(str, made)))}" if made else "blank: it has none")
    elif not text and made == "":
        steps.append("blank: the source says that there is none")
    elif str(made) != text:
        steps.append(f"read as `{made}`")
    return "; ".join(steps)


def cleaned(raw: str, *, entities: bool = False) -> tuple[str, list[str]]:
    """A cell as the reader looks at it, and what was done to that end."""
    text, steps = raw, []
    if entities and (letters := unicodedata.normalize("NFC", html.unescape(text))) != text:
        steps.append("HTML entities turned into letters")
        text = letters
    if (tidied := tidy(text)) != text:
        blanks = text.strip() == tidied
        steps.append("blanks around it taken away" if blanks else "control characters and blanks tidied up")
        text = tidied
    return text, steps


def numbered(raw: str, number: str, template: str, idnumber: str) -> str:
    """How a number in a cell became an idnumber."""
    steps = [] if raw.strip() == number else [f"read as `{number}`"]
    if number != idnumber:
        steps.append(f"the number space `{template}` makes it `{idnumber}`")
    return "; ".join(steps)


def listed(texts: list[str]) -> str:
    """Several texts, in quotes."""
    return ", ".join(f"`{text}`" for text in texts)
