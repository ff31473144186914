"""The workspace and its members, as the tests of its rules see them."""

import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest

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
