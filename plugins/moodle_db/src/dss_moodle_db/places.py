"""Where the attributes live that Moodle has no fixed place for: columns of an account, or custom profile fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import attrs
from sqlalchemy import Connection, select

from dss.errors import ConfigError
from dss_moodle_db.config import PROFILE
from dss_moodle_db.dialect import insert_many, one_of, update_many
from dss_moodle_db.texts import markup_problem

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

_FORMATS = {"text": 0, "menu": 0, "checkbox": 0, "textarea": 1}
"""Kinds of profile fields that hold a plain text, with the `dataformat` that Moodle gives their data."""


@attrs.frozen
class Place:
    """Where one attribute is kept.

    Attributes:
        attribute: the attribute of our model.
        column: the column of the user table; empty for a profile field.
        field: the profile field's id.
        default: what Moodle shows while an account has no row for the field.
        dataformat: what goes into the column of that name.
        choices: for a menu or a checkbox, the only texts it takes.
    """

    attribute: str
    column: str = ""
    field: int = 0
    default: str = ""
    dataformat: int = 0
    choices: frozenset[str] | None = None

    def problem(self, value: str) -> str | None:
        """Why the place does not take this value; None when it does."""
        if self.choices is not None and value and value not in self.choices:
            return f"{self.attribute} {value!r} is none of the choices of its profile field"
        if self.column or self.choices is not None or self.dataformat:
            # a column is looked at with the account's others, and what is formatted text Moodle cleans when it shows it
            return None
        return markup_problem({self.attribute: value})


def find_places(client: Client, connection: Connection, attributes: Iterable[str]) -> list[Place]:
    """The configured places of those of these attributes that have one.

    Raises:
        ConfigError: the site has no such profile field or column, or the field's kind holds no plain text.
    """
    wanted = {name: place for name, place in client.options.fields.items() if name in set(attributes)}
    fields = (
        _profile_fields(client, connection) if any(p.startswith(PROFILE) for p in wanted.values()) else {}
    )
    found = []
    for name, place in wanted.items():
        if not place.startswith(PROFILE):
            if place not in client.tables.user.c:
                raise ConfigError(
                    f"`fields.{name}` is `{place}`, and the site's user table has no such column"
                )
            found.append(Place(name, column=place))
            continue
        field = fields.get(place.removeprefix(PROFILE))
        if field is None:
            raise ConfigError(
                f"`fields.{name}` is `{place}`, and the site has no profile field of that short name; "
                f"it has {', '.join(sorted(fields)) or 'none'}"
            )
        if field.datatype not in _FORMATS:
            raise ConfigError(
                f"`fields.{name}` is `{place}`, a field of kind `{field.datatype}`; "
                f"wanted is one of {', '.join(_FORMATS)}"
            )
        choices = None
        if field.datatype == "menu":
            choices = frozenset(line.strip() for line in (field.param1 or "").splitlines())
        elif field.datatype == "checkbox":
            choices = frozenset(("0", "1"))
        found.append(
            Place(
                name,
                field=field.id,
                default=field.defaultdata or "",
                dataformat=_FORMATS[field.datatype],
                choices=choices,
            )
        )
    return found


def _profile_fields(client: Client, connection: Connection) -> dict[str, Any]:
    table = client.tables.user_info_field
    query = select(table.c.id, table.c.shortname, table.c.datatype, table.c.defaultdata, table.c.param1)
    return {row.shortname: row for row in connection.execute(query)}


def store_profile(client: Client, connection: Connection, values: Sequence[tuple[int, Place, str]]) -> None:
    """Write profile data: account, place, text. A row that is there is changed, else one is made."""
    data = client.tables.user_info_data
    for place in dict.fromkeys(place for _, place, _ in values):
        texts = {user: text for user, other, text in values if other == place}
        there = set(
            connection.execute(
                select(data.c.userid).where(data.c.fieldid == place.field, one_of(data.c.userid, texts))
            ).scalars()
        )
        changed = [(user, text) for user, text in texts.items() if user in there]
        fixed = {"dataformat": place.dataformat}
        of_field = data.c.fieldid == place.field
        update_many(connection, data, ["userid", "data"], changed, fixed, where=of_field)
        missing = [(user, text) for user, text in texts.items() if user not in there]
        insert_many(connection, data, ["userid", "data"], missing, {**fixed, "fieldid": place.field})
