"""Words that messages of several modules need."""

from __future__ import annotations


def in_words(count: int, one: str, many: str, scope: str = "") -> str:
    """So many removals as the beginning of a sentence, with the verb that goes with one or with many of them."""
    where = f" in {scope}" if scope else ""
    return f"1 removal{where} {one}" if count == 1 else f"{count} removals{where} {many}"
