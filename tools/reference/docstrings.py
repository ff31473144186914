"""Docstrings in Google's form, taken apart and written as Markdown."""

from __future__ import annotations

import inspect
import re
import textwrap

import attrs

TITLES = ("Args", "Attributes", "Returns", "Raises", "Yields", "Example")
_ITEM = re.compile(r"^(\*{0,2}\w+(?: \([^)]*\))?): (.*)$")


@attrs.frozen
class Docstring:
    """One docstring.

    Attributes:
        text: paragraphs and lists before the first titled part.
        parts: the titled parts, by title.
    """

    text: str
    parts: dict[str, str]

    def items(self, title: str) -> dict[str, str]:
        """A part that explains names, by name."""
        found: dict[str, str] = {}
        name = ""
        for line in self.parts.get(title, "").splitlines():
            if match := _ITEM.match(line):
                name = match[1]
                found[name] = match[2]
            elif name:
                found[name] = f"{found[name]} {line.strip()}"
        return found


def parsed(text: str | None) -> Docstring:
    """Take a docstring apart; None is an empty one."""
    before: list[str] = []
    parts: dict[str, list[str]] = {}
    into = before
    for line in inspect.cleandoc(text or "").splitlines():
        title = line.removesuffix(":")
        if title in TITLES and line.endswith(":"):
            into = parts.setdefault(title, [])
            continue
        if line and not line.startswith(" "):
            into = before
        into.append(line)
    return Docstring(
        "\n".join(before).strip(),
        {title: textwrap.dedent("\n".join(lines)).strip() for title, lines in parts.items()},
    )


def paragraphs(text: str) -> list[str]:
    """A text's paragraphs and lists, each paragraph on one line, each item of a list too."""
    found = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines: list[str] = []
        for line in block.splitlines():
            if lines and not line.startswith("- "):
                lines[-1] += f" {line.strip()}"
            else:
                lines.append(line.strip())
        found.append("\n".join(lines))
    return [each for each in found if each]


def first_sentence(text: str | None) -> str:
    """The line that a docstring begins with, on which it is listed."""
    return next(iter(paragraphs(parsed(text).text)), "")
