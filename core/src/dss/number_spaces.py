"""Number spaces: what a person's number in the source becomes in the target, so that two people never get one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from dss.errors import ConfigError

PLACE = "{idnumber}"


def check_number_spaces(templates: Mapping[str, str]) -> None:
    """Refuse templates of two people branches that can make one text out of two numbers.

    Numbers are taken to be digits here; that two real people never meet is checked again when they have been read.

    Raises:
        ConfigError: naming both branches.
    """
    for branch, template in templates.items():
        if template.count(PLACE) != 1 or "{" in template.replace(PLACE, ""):
            raise ConfigError(
                f"`idnumber` of {branch} is {template!r}; wanted a text with `{PLACE}` in it, once"
            )
    for (one, first), (other, second) in combinations(templates.items(), 2):
        if _can_meet(first, second):
            raise ConfigError(
                f"`idnumber` of {one} ({first!r}) and of {other} ({second!r}) can give one number to two people; set"
                f" one of them apart, for example by a letter: 'T{PLACE}'"
            )


def _can_meet(first: str, second: str) -> bool:
    (head, tail), (other_head, other_tail) = first.split(PLACE), second.split(PLACE)
    return _within(head, other_head) and _within(tail[::-1], other_tail[::-1])


def _within(one: str, other: str) -> bool:
    """Whether the longer of two starts is the shorter one and then only digits, which could be part of a number."""
    short, long = sorted((one, other), key=len)
    rest = long[len(short) :]
    return long.startswith(short) and (not rest or rest.isdigit())


def belongs_to(idnumber: str, template: str) -> bool:
    """Whether a template marks its numbers, and this may be one of them; a bare `{idnumber}` marks none."""
    head, tail = template.split(PLACE)
    return (
        bool(head or tail)
        and idnumber.startswith(head)
        and idnumber.endswith(tail)
        and idnumber != head + tail
    )
