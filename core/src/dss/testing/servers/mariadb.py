"""MariaDB."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import quote

from dss.testing.servers.server import Server


class MariaDB(Server):
    """A MariaDB with one user and no database but its own; new databases have the collation that Moodle asks for."""

    name = "MariaDB"
    package = "mariadb-server"
    programs: ClassVar[Sequence[str]] = ("mariadb-install-db", "mariadbd", "mariadb-admin")
    account = "mysql"

    def prepare(self) -> None:
        """Make its files."""
        self.run(
            self.program("mariadb-install-db"),
            *("--no-defaults", f"--datadir={self.folder / 'data'}", "--skip-test-db"),
            *("--auth-root-authentication-method=normal", "--skip-name-resolve"),
        )
        self.write(
            "init.sql",
            f"CREATE USER IF NOT EXISTS '{self.user}'@'{self.host}' IDENTIFIED BY '{self.password}';\n"
            f"GRANT ALL ON *.* TO '{self.user}'@'{self.host}' WITH GRANT OPTION;\n",
        )

    def command(self) -> list[str]:
        """In the foreground, heard on loopback only."""
        settings = {
            "datadir": self.folder / "data",
            "socket": self.folder / "s",
            "pid-file": self.folder / "pid",
            "init-file": self.folder / "init.sql",
            "bind-address": self.host,
            "port": self.port,
            "character-set-server": "utf8mb4",
            "collation-server": "utf8mb4_unicode_ci",
            "max-connections": 250,
            "innodb-buffer-pool-size": "256M",
        }
        if not self.durable:
            settings |= {"innodb-flush-log-at-trx-commit": 0, "innodb-flush-method": "nosync"}
        return [
            self.program("mariadbd"),
            *("--no-defaults", "--skip-name-resolve", "--skip-log-bin"),
            *(f"--{name}={value}" for name, value in settings.items()),
        ]

    def answers(self) -> bool:
        """Ask it."""
        asked = [self.program("mariadb-admin"), "--no-defaults", "--protocol=tcp", "-h", self.host]
        asked += ["-P", str(self.port), "-u", self.user, "ping"]
        said = subprocess.run(
            asked, stdin=subprocess.DEVNULL, capture_output=True, env={"MYSQL_PWD": self.password}
        )
        return said.returncode == 0

    def url(self, driver: str, database: str = "") -> str:
        """Where to reach it, by TCP, with the password."""
        return f"{driver}://{self.user}:{quote(self.password)}@{self.host}:{self.port}/{database}"
