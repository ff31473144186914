"""Which record may be meant, when there is none of the idnumber that was given."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dss.attributes import value_of
from dss.branches import DataStoreBranch
from dss.explain.explanation import Near
from dss.store import State
from dss.tree import DataStoreTree

MOST = 8
COMPARED = 20_000
"""So many idnumbers are compared letter by letter; of more, those that begin alike."""

Branch = type[DataStoreBranch]


def near(
    branch: str, idnumber: str, pairs: Sequence[tuple[DataStoreTree, DataStoreTree]]
) -> tuple[Near, ...]:
    """Records that may be meant, the most likely first."""
    found: dict[tuple[str, str], str] = {}
    for name, one, why in (*_same_number(branch, idnumber, pairs), *_by_name(idnumber, pairs)):
        if (name, one) != (branch, idnumber):
            found.setdefault((name, one), why)
    if not found:
        for one in _alike(idnumber, _branches(pairs, branch)):
            found[branch, one] = "looks alike"
    return tuple(Near(name, one, why) for (name, one), why in list(found.items())[:MOST])


def _branches(
    pairs: Sequence[tuple[DataStoreTree, DataStoreTree]], branch: str | None = None
) -> Iterator[Branch]:
    for pair in pairs:
        for tree in pair:
            for one in tree.branches:
                if one.state() is State.COMPLETE and branch in (None, one.__name__):
                    yield one


def _same_number(
    branch: str, idnumber: str, pairs: Sequence[tuple[DataStoreTree, DataStoreTree]]
) -> Iterator[tuple[str, str, str]]:
    text = idnumber.strip()
    spaces: Mapping[str, str] = {}
    for left, _ in pairs:
        spaces = {**spaces, **left.idnumber_templates}
    bare = {text}
    for template in spaces.values():
        head, tail = template.split("{idnumber}")
        if text.startswith(head) and text.endswith(tail) and len(text) > len(head + tail):
            bare.add(text[len(head) : len(text) - len(tail)])
    for own in (True, False):
        for one in _branches(pairs):
            if (one.__name__ == branch) is not own:
                continue
            name, template = one.__name__, spaces.get(one.__name__, "{idnumber}")
            if text in one and (text != idnumber or not own):
                yield name, text, "the same number" if not own else "without the blanks"
            for number in sorted(bare):
                other = template.replace("{idnumber}", number)
                if other != text and other in one:
                    yield name, other, f"the number space of {name} is `{template}`"
            folded = _folded(text)
            for other in one.keys() if own else ():
                if other != text and _folded(other) == folded:
                    yield name, other, "differs in capitals, blanks or zeros in front"


def _folded(text: str) -> str:
    return "".join(text.casefold().split()).lstrip("0")


def _by_name(
    text: str, pairs: Sequence[tuple[DataStoreTree, DataStoreTree]]
) -> Iterator[tuple[str, str, str]]:
    """Whoever has this as login, e-mail address or name."""
    wanted = " ".join(text.casefold().split())
    if not wanted:
        return
    for branch in _branches(pairs):
        for idnumber, item in branch.items():
            for attribute, value in _signs(branch, item):
                if isinstance(value, str) and " ".join(value.casefold().split()) == wanted:
                    yield branch.__name__, idnumber, f"has this {attribute} in {branch.tree.name}"


def _signs(branch: Branch, item: Any) -> Iterable[tuple[str, Any]]:
    if not branch.people:
        return [("name", value_of(item, "name"))]
    given, family = value_of(item, "given_name"), value_of(item, "family_name")
    return [
        ("username", value_of(item, "username")),
        ("e-mail address", value_of(item, "email")),
        ("name", f"{given} {family}"),
        ("name", f"{family}, {given}"),
    ]


def _alike(idnumber: str, branches: Iterable[Branch]) -> list[str]:
    keys = list(dict.fromkeys(one for branch in branches for one, _ in branch.items()))
    if len(keys) > COMPARED:
        keys = [one for one in keys if one[:2] == idnumber[:2]][:COMPARED]
    found = difflib.get_close_matches(idnumber, keys, n=MOST, cutoff=0.75)
    return sorted(found, key=lambda one: not one.startswith(idnumber))
