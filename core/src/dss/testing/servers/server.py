"""A server program of the system, run for as long as tests need it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from dss.errors import DssError

SECONDS = 60.0
"""How long a server may take to answer for the first time, or to end."""

PAUSE = 0.05
"""Seconds between two looks whether it answers."""

PLACES = ("/usr/sbin", "/usr/local/sbin", "/sbin")
"""Where programs of the system lie beside those on the path."""


class ServerMissing(DssError):
    """A program is not installed; the text says which package has it."""


class Server:
    """Base of all servers: `with PostgreSQL() as server: server.url("postgresql+psycopg")`.

    A server dies with the process that has started it, whatever becomes of that. Run as root, it runs as the user whom
    the system has for it, or as `nobody`, since servers refuse to be root.

    Args:
        durable: whether what is committed is on the disk, as in real life; tests are in a hurry.

    Attributes:
        name: what people call it.
        package: Debian's package.
        programs: what has to be installed.
        account: the user whom the package makes.
        ending: the signal by which it ends at once and tidily.
        host: where it listens.
        port: on which port.
        user: who may do everything there.
        password: of that user.
        folder: where everything of it lies.
    """

    name: ClassVar[str]
    package: ClassVar[str]
    programs: ClassVar[Sequence[str]]
    account: ClassVar[str]
    ending: ClassVar[signal.Signals] = signal.SIGTERM

    host = "127.0.0.1"

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        self.port = 0
        self.user = "dss_admin"
        self.password = secrets.token_urlsafe(12)
        self.folder = Path()
        self._process: subprocess.Popen[bytes] | None = None

    # -- what each server says of itself ---------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make what the server keeps in its folder, before its first start."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """What starts it, in the foreground."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it can be asked something."""
        raise NotImplementedError

    def url(self, driver: str, database: str = "") -> str:
        """Where to reach it, as whoever may do everything.

        Args:
            driver: what the URL begins with, such as `postgresql+psycopg`.
            database: one of those that it holds, where it holds several; empty is the one that is always there.
        """
        raise NotImplementedError

    @classmethod
    def folders(cls) -> Iterator[str]:
        """Where its programs may lie beside the usual places."""
        return iter(())

    # -- what is installed -----------------------------------------------------------------------------------------

    @classmethod
    def missing(cls) -> list[str]:
        """Its programs that are not installed."""
        return [program for program in cls.programs if cls._found(program) is None]

    @classmethod
    def program(cls, name: str) -> str:
        """The path of one of its programs.

        Raises:
            ServerMissing: it is not installed.
        """
        found = cls._found(name)
        if found is None:
            raise ServerMissing(
                f"{cls.name} is not installed (`{name}` is missing); "
                f"on Debian and Ubuntu: `apt-get install {cls.package}`"
            )
        return found

    @classmethod
    def _found(cls, name: str) -> str | None:
        places = [*cls.folders(), *os.environ.get("PATH", "").split(os.pathsep), *PLACES]
        return shutil.which(name, path=os.pathsep.join(places))

    # -- its life --------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        """Start it, with everything new.

        Raises:
            ServerMissing: a program is not installed.
            DssError: it does not start; the end of its own log is told.
        """
        for program in self.programs:
            self.program(program)
        self.folder = Path(tempfile.mkdtemp(prefix=f"dss-{self.name.lower()}-"))
        try:
            self._own(self.folder)
            self.prepare()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End it, and leave nothing behind."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, on the port it had; at first on a free one."""
        self.port = self.port or free_port()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._environment(),
                preexec_fn=_die_with_parent(self.ending),
                **self._as_user(),
            )
        until = time.monotonic() + SECONDS
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise DssError(f"{self.name} does not start:\n{self._end_of_log()}")
            time.sleep(PAUSE)

    def stop(self) -> None:
        """End it as an administrator does; `start` brings it back with what it holds."""
        if self._process is not None:
            self._process.send_signal(self.ending)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it as a power cut does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(SECONDS)

    @property
    def log(self) -> Path:
        """Where it tells what it does."""
        return self.folder / "server.log"

    def run(self, *command: str) -> None:
        """Run a program to its end as the server's user.

        Raises:
            DssError: it fails; what it said is told.
        """
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=self.folder,
            env=self._environment(),
            **self._as_user(),
        )
        if ran.returncode:
            raise DssError(f"`{command[0]}` failed:\n{ran.stdout}{ran.stderr}")

    def write(self, name: str, text: str) -> Path:
        """Write a file into its folder that only the server's user reads."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        self._own(path)
        return path

    def _environment(self) -> Mapping[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}

    def _as_user(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        entry = self._entry()
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def _entry(self) -> pwd.struct_passwd:
        for name in (self.account, "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise DssError(
            f"root needs a user for {self.name}, and there is neither `{self.account}` nor `nobody`"
        )

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            entry = self._entry()
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def _end_of_log(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:] if self.log.exists() else ""


def free_port() -> int:
    """A port on loopback that nobody uses just now."""
    with socket.socket() as taken:
        taken.bind((Server.host, 0))
        port: int = taken.getsockname()[1]
        return port


def _die_with_parent(ending: signal.Signals) -> Callable[[], object] | None:
    """Let the kernel end the server when who started it dies, be it by a signal; only Linux can."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    set_death_signal = 1

    def ask() -> None:
        library.prctl(set_death_signal, int(ending))

    return ask
