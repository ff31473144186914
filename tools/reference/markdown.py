"""Tables, lists and blocks of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tools.reference.docstrings import Docstring, paragraphs

WIDTH = 100


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a `|` in a cell is escaped."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("|" + "".join(f" {_cell(cell)} |" if cell else " |" for cell in line) for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Code within a line."""
    return f"`{text}`" if text else ""


def block(text: str, language: str) -> str:
    """Lines of code; of the language `python`, they are run with the other tests."""
    return f"```{language}\n{text}\n```"


def long_signature(text: str) -> str:
    """A signature with each argument on a line of its own, where it is too long for one line."""
    if len(text) <= WIDTH or "(" not in text:
        return text
    begin, rest = text.split("(", 1)
    inside, depth, end = [""], 1, 0
    while depth:
        letter = rest[end]
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 1:
            inside.append("")
        elif depth:
            inside[-1] += letter
        end += 1
    return "\n".join([f"{begin}(", *(f"    {one.strip()}," for one in inside), f"){rest[end:]}"])


def explained(doc: Docstring, *, indent: str = "") -> str:
    """What a docstring says, its parts as lists, without `Attributes`."""
    blocks = paragraphs(doc.text)
    items = [f"- `{name}`: {text}" for name, text in doc.items("Args").items()]
    for title, begin in (("Returns", "Returns"), ("Yields", "Yields")):
        if title in doc.parts:
            items.append(f"- {begin}: {' '.join(doc.parts[title].split())}")
    items += [f"- Raises `{name}`: {text}" for name, text in doc.items("Raises").items()]
    if items:
        blocks.append("\n".join(items))
    if "Example" in doc.parts:
        blocks.append(f"Example: {' '.join(doc.parts['Example'].split())}")
    text = "\n\n".join(blocks)
    return "\n".join(
        f"{indent}{line}" if line and place else line for place, line in enumerate(text.splitlines())
    )
