"""What the items are. Every public attribute is compared; None says nothing, and is never a difference."""

from __future__ import annotations

import datetime

import attrs

from dss.models import Overridable
from dss.school import Person


@attrs.define(eq=False)
class Reader(Person):
    """Somebody who may borrow books, in the words that all connectors of schools share; `username` is unique."""


@attrs.define(eq=False)
class Group(Overridable):
    """A class or a club; `members` are idnumbers of readers."""

    idnumber: str
    name: str | None = None
    members: frozenset[str] | None = None


@attrs.define(eq=False)
class Book(Overridable):
    """One copy of a book; its idnumber is what stands on its label."""

    idnumber: str
    title: str | None = None


@attrs.define(eq=False)
class Loan(Overridable):
    """One book that one reader has; the idnumber is `dss.key(reader, book)`."""

    idnumber: str
    reader: str | None = None
    book: str | None = None
    due: datetime.date | None = None
