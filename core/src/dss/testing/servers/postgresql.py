"""PostgreSQL."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from dss.testing.servers.server import Server


class PostgreSQL(Server):
    """A PostgreSQL with one user and no database but its own."""

    name = "PostgreSQL"
    package = "postgresql"
    programs: ClassVar[Sequence[str]] = ("initdb", "postgres", "pg_isready")
    account = "postgres"
    # without waiting for those who are connected
    ending = signal.SIGINT

    @classmethod
    def folders(cls) -> Iterator[str]:
        """Debian keeps each version's programs in a folder of its own; the newest first."""
        found = Path("/usr/lib/postgresql").glob("*/bin")
        return map(str, sorted(found, key=lambda path: -float(path.parent.name)))

    def prepare(self) -> None:
        """Make its files."""
        password = self.write("password", self.password)
        self.run(
            self.program("initdb"),
            *("-D", str(self.folder / "data"), "-U", self.user, f"--pwfile={password}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        )

    def command(self) -> list[str]:
        """In the foreground, heard on loopback only."""
        settings = {
            "listen_addresses": self.host,
            "unix_socket_directories": str(self.folder),
            "max_connections": "250",
            "deadlock_timeout": "200ms",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [
            self.program("postgres"),
            *("-D", str(self.folder / "data"), "-p", str(self.port)),
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ]

    def answers(self) -> bool:
        """Ask it."""
        asked = [self.program("pg_isready"), "-q", "-h", self.host, "-p", str(self.port)]
        return subprocess.run(asked, stdin=subprocess.DEVNULL).returncode == 0

    def url(self, driver: str, database: str = "") -> str:
        """Where to reach it, by TCP, with the password."""
        return (
            f"{driver}://{self.user}:{quote(self.password)}@{self.host}:{self.port}/{database or 'postgres'}"
        )
