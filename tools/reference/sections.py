"""Headings of a Markdown page: what stands below one, and the anchors that they give."""

from __future__ import annotations

import re
from collections.abc import Iterator

FENCE = re.compile(r"^ *(```|~~~).*?^ *\1[ ]*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#{1,6}) +(.*?)[ #]*$", re.MULTILINE)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def without_blocks(page: str) -> str:
    """The page with blocks of code emptied; places in the text stay."""
    return FENCE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), page)


def below(page: str, heading: str) -> str:
    """Everything below a heading, up to the next one that is not within it; empty when there is no such heading."""
    found = list(HEADING.finditer(without_blocks(page)))
    for place, one in enumerate(found):
        if one[2] == heading:
            ends = (other.start() for other in found[place + 1 :] if len(other[1]) <= len(one[1]))
            return page[one.end() : next(ends, len(page))]
    return ""


def anchors(page: str) -> set[str]:
    """What a link to this page may name behind its `#`, as code hosts make it of the headings."""
    return set(_anchors(page))


def _anchors(page: str) -> Iterator[str]:
    seen: dict[str, int] = {}
    text = without_blocks(page)
    for heading in HEADING.finditer(text):
        plain = LINK.sub(r"\1", heading[2]).replace("`", "").strip().lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = seen[slug] = seen.get(slug, -1) + 1
        yield f"{slug}-{number}" if number else slug
    yield from re.findall(r'<a (?:id|name)="([^"]+)"', text)
