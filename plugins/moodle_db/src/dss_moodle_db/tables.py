"""Moodle's tables as SQLAlchemy sees them: found in a database, or defined by us for one that we make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import MetaData, Table

from dss_moodle_db.schema import courses, people, site

DEFAULT_PREFIX = "mdl_"


class Tables(Mapping[str, Table]):
    """Tables by their bare name, as items and as attributes: `tables.user` is `mdl_user`.

    The prefix is Moodle's `$CFG->prefix`, any string. Names that are also words of SQL (`user`, `groups`) are
    quoted by SQLAlchemy where a site has no prefix.
    """

    def __init__(self, metadata: MetaData, prefix: str) -> None:
        self.metadata = metadata
        self.prefix = prefix
        self._tables = {
            name.removeprefix(prefix): table
            for name, table in metadata.tables.items()
            if name.startswith(prefix)
        }

    @property
    def names(self) -> frozenset[str]:
        """What the tables and their columns are called in the database."""
        tables = self.metadata.tables.values()
        return frozenset(name for table in tables for name in (table.name, *table.c.keys()))

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def __getattr__(self, name: str) -> Table:
        try:
            return self.__dict__["_tables"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def site_tables(prefix: str = DEFAULT_PREFIX) -> Tables:
    """The tables that this connector reads or writes, defined as a fresh Moodle 4.5 has them."""
    metadata = MetaData()
    for page in (site, people, courses):
        page.define(metadata, prefix)
    return Tables(metadata, prefix)
