"""Servers for tests: started where nobody else is, gone afterwards, and clear when they are not installed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import ClassVar

import pytest

from dss.errors import DssError
from dss.testing.servers import ALL, PostgreSQL, Server, ServerMissing

pytestmark = pytest.mark.slow


def _skip_without(server: type[Server]) -> None:
    if server.missing() and os.environ.get("DSS_REQUIRE_SERVICES") != "1":
        pytest.skip(f"{server.name} is not installed")


def _listens(server: Server) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex((server.host, server.port)) == 0


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: str(kind.name))
def test_a_server_comes_back_with_the_same_port_and_leaves_nothing(kind: type[Server]) -> None:
    """It listens while it is wanted; its folder is gone afterwards."""
    _skip_without(kind)

    with kind() as server:
        port, folder = server.port, server.folder
        assert _listens(server)
        server.stop()
        assert not _listens(server)
        server.start()
        assert _listens(server)
        assert server.port == port
        server.kill()
        server.start()

    assert not _listens(server)
    assert not folder.exists()


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: str(kind.name))
def test_a_server_dies_with_whoever_started_it(kind: type[Server]) -> None:
    """Also when that is killed, and can do nothing any more."""
    _skip_without(kind)
    program = (
        "import sys, time\n"
        f"from dss.testing.servers import {kind.__name__}\n"
        f"server = {kind.__name__}().__enter__()\n"
        "print(server.port, server.folder, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    server = kind()
    port, _, folder = parent.stdout.readline().strip().partition(" ")
    server.port = int(port)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    until = time.monotonic() + 20
    while _listens(server) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _listens(server)
    subprocess.run(["rm", "-rf", folder], check=True)


def test_what_is_not_installed_is_named_with_its_package() -> None:
    """Nobody has to guess what to install."""

    class Unheard(PostgreSQL):
        name = "Unheard"
        package = "unheard-of"
        programs: ClassVar[Sequence[str]] = ("unheard-of-server",)

    with pytest.raises(ServerMissing, match=r"`unheard-of-server` is missing.*`apt-get install unheard-of`"):
        Unheard().__enter__()


def test_a_server_that_does_not_start_shows_its_log() -> None:
    """Otherwise its words would be gone with its folder."""
    _skip_without(PostgreSQL)

    class Wrong(PostgreSQL):
        def command(self) -> list[str]:
            return [*super().command(), "-c", "no_such_setting=1"]

    with pytest.raises(DssError, match="no_such_setting"):
        Wrong().__enter__()
