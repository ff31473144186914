"""Lists that stay short: at most so many lines, none of them crowded out by a thousand others of one sort."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

LISTED = 20
"""Lines of one branch and kind where `--limit` says nothing, in what is wrong and in what stands in a log."""

# what tells one record's reason from another's: what is quoted, and numbers
_PARTICULAR = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"|\d+")

T = TypeVar("T")


def sort_of(reason: str) -> str:
    """What many reasons of one sort have in common: the words, without the names and numbers in them."""
    return _PARTICULAR.sub("", reason)


def chosen(items: Sequence[T], limit: int | None, sort: Callable[[T], Hashable]) -> list[T]:
    """At most `limit` items, in their order; each sort has its first before any has its second.

    Args:
        items: what is to be listed.
        limit: None is all.
        sort: what items of one sort have in common.
    """
    if limit is None or len(items) <= limit:
        return list(items)
    seen = Counter[Hashable]()
    ranks = []
    for place, item in enumerate(items):
        of = sort(item)
        ranks.append((seen[of], place))
        seen[of] += 1
    return [items[place] for place in sorted(place for _, place in sorted(ranks)[:limit])]


def counted(texts: Iterable[str], limit: int | None) -> tuple[list[str], int]:
    """Each text once, with how often it came where that is more than once; and how many are left out.

    Args:
        texts: what is to be listed.
        limit: different texts listed; None is all.
    """
    found = list(Counter(texts).items())
    lines = [f"{text} ({count})" if count > 1 else text for text, count in found[:limit]]
    return lines, sum(count for _, count in found[len(lines) :])
