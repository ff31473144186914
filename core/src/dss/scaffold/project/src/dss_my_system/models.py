"""What the items are. Every public attribute is compared; None says nothing, and is never a difference."""

from __future__ import annotations

import attrs
from dss.fields import marks
from dss.models import Overridable


@attrs.define(eq=False)
class Person(Overridable):
    """Somebody with an account.

    Attributes:
        idnumber: the key by which both systems of a sync know the person.
        username: no two people may have the same.
        enabled: whether the account works.
    """

    idnumber: str
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    username: str | None = attrs.field(default=None, metadata=marks(unique=True))
    enabled: bool | None = None


@attrs.define(eq=False)
class Group(Overridable):
    """A group; `members` are idnumbers of people."""

    idnumber: str
    name: str | None = None
    members: frozenset[str] | None = None
