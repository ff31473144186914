"""What a comparison found, in a form that every side can give and that can be held against the truth."""

import hashlib
from collections.abc import Iterable
from typing import TypedDict

NEW = "new"
GONE = "gone"
ATTRIBUTE = "attribute"


class Found(TypedDict):
    """Numbers of differences, and a digest of every single one of them."""

    new: int
    gone: int
    changed: int
    attributes: int
    digest: str


def found(differences: Iterable[tuple[str, str, str]]) -> Found:
    """Sum up differences given as (kind, idnumber, attribute), in any order and with repetitions.

    The kind is `NEW`, `GONE` or `ATTRIBUTE`; the attribute's name is empty for the first two.
    """
    distinct = sorted(set(differences))
    lines = "\n".join("\t".join(difference) for difference in distinct)
    return Found(
        new=sum(1 for kind, _, _ in distinct if kind == NEW),
        gone=sum(1 for kind, _, _ in distinct if kind == GONE),
        changed=len({idnumber for kind, idnumber, _ in distinct if kind == ATTRIBUTE}),
        attributes=sum(1 for kind, _, _ in distinct if kind == ATTRIBUTE),
        digest=hashlib.sha256(lines.encode()).hexdigest()[:16],
    )
