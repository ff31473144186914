"""The workspace and its members, as the tests of its rules see them."""

import hashlib
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest
from filelock import FileLock
from tests.environments import build, pip

ROOT = Path(__file__).parent.parent


@attrs.frozen
class Member:
    """One distribution of the workspace: `core`, or a connector in a folder of `plugins`."""

    folder: Path

    @property
    def pyproject(self) -> dict[str, Any]:
        """The content of its pyproject file."""
        return tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))

    @property
    def package(self) -> Path:
        """The folder of its import package."""
        name = "dss" if self.folder.name == "core" else f"dss_{self.folder.name}"
        return self.folder / "src" / name

    def __str__(self) -> str:
        """The folder's name, which is also the connector's."""
        return self.folder.name


CORE = Member(ROOT / "core")
CONNECTORS = [
    Member(path) for path in sorted((ROOT / "plugins").iterdir()) if (path / "pyproject.toml").exists()
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `member` or `connector` once for each of them."""
    if "member" in metafunc.fixturenames:
        metafunc.parametrize("member", [CORE, *CONNECTORS], ids=str, scope="session")
    if "connector" in metafunc.fixturenames:
        metafunc.parametrize("connector", CONNECTORS, ids=str, scope="session")


@pytest.fixture(scope="session")
def root() -> Path:
    """The workspace's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def core() -> Member:
    """The core."""
    return CORE


@pytest.fixture(scope="session")
def connectors() -> list[Member]:
    """Every connector, in the order of their names."""
    return CONNECTORS


@pytest.fixture(scope="session")
def locked(root: Path) -> Path:
    """A folder with the wheel of everything locked, its hashes checked; kept until the lock changes."""
    lock = root / "requirements.txt"
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    folder = root / ".cache" / f"wheels-{version}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            part = folder.with_suffix(f".{os.getpid()}")
            pip("download", "--no-deps", "--require-hashes", "-r", lock, "-d", part)
            part.rename(folder)
    return folder


@pytest.fixture(scope="session")
def wheels(
    core: Member, connectors: list[Member], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The wheel of each member, by the folder's name, built with the locked back-end."""
    folder = tmp_path_factory.mktemp("wheels")
    return {str(member): build(member.folder, folder / str(member)) for member in (core, *connectors)}


@pytest.fixture(scope="session")
def testers(locked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What runs tests, in a folder of its own, so that it can be lent to a clean environment."""
    folder = tmp_path_factory.mktemp("testers")
    names = ("pytest", "hypothesis", "sybil")
    pip("install", "--no-index", "--find-links", locked, "--target", folder, *names)
    return folder
