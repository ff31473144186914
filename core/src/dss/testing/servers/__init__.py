"""Real servers for tests: their own programs, started on loopback, each in a temporary folder, on a free port.

What a connector does to a server can only be tried on that server. These need no privileges and no configuration of
the machine; the programs come from the system's packages.
"""

from dss.testing.servers.mariadb import MariaDB
from dss.testing.servers.postgresql import PostgreSQL
from dss.testing.servers.server import Server, ServerMissing

ALL: tuple[type[Server], ...] = (PostgreSQL, MariaDB)
"""Every server that can be started."""

__all__ = ["ALL", "MariaDB", "PostgreSQL", "Server", "ServerMissing"]
