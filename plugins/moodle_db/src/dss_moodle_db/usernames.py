"""Which usernames Moodle takes, and how it keeps them."""

from __future__ import annotations

import re

_PLAIN_USERNAME = re.compile(r"[-.@_a-z0-9]+")


class Username(str):
    """A username as Moodle stores it: equal to any spelling that Moodle would turn into it.

    Moodle lower-cases usernames, and what somebody types at login. A source that writes `JSmith` wants what is
    stored as `jsmith`; compared as plain texts the two would differ again after every run.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and str.__eq__(self, other.lower())

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def stored_form(username: str) -> str:
    """The username as Moodle would store it; what is no text stays, for `username_problem` to name it."""
    return username.lower() if isinstance(username, str) else username


def username_problem(username: str, *, extended: bool) -> str | None:
    """Why Moodle would not take this username; None when it would.

    Args:
        username: in lower case already.
        extended: whether the site allows any character (`extendedusernamechars`).
    """
    if not isinstance(username, str):
        return f"username is {username!r}; wanted a text"
    if not username:
        return "there is no username, and Moodle needs one; derive it in your model by a property `username`"
    if username != username.strip():
        return f"username {username!r} has blanks around it; Moodle would never find it"
    if username == "guest":
        return "username 'guest' is Moodle's own guest account"
    if not extended and not _PLAIN_USERNAME.fullmatch(username):
        bad = sorted(set(_PLAIN_USERNAME.sub("", username)))
        return (
            f"username {username!r} has {' '.join(map(repr, bad))}; Moodle takes a-z, 0-9 and - . @ _ "
            "(unless its setting extendedusernamechars is on)"
        )
    return None
