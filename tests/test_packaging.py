"""What people install: every wheel, alone, in a clean environment with nothing but its own requirements."""

from __future__ import annotations

import email
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.environments import bare, environment, pip, run_tests

if TYPE_CHECKING:
    from tests.conftest import Member

pytestmark = pytest.mark.slow

BESIDE = "dss.testing"
"""What needs more than its wheel requires: the extra of the same name."""
FOOTPRINT = 3_000_000  # bytes of the core's wheel and all it requires


@pytest.fixture(scope="session")
def home(
    member: Member, wheels: dict[str, Path], locked: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A clean environment with one member's wheel, the core's too, and what they require."""
    folder = tmp_path_factory.mktemp(str(member)) / "env"
    return environment(folder, locked, wheels["core"], wheels[str(member)])


def test_wheel_holds_what_it_promises(member: Member, wheels: dict[str, Path]) -> None:
    """One import package with its type marker, the licence, the README, and nothing else."""
    with zipfile.ZipFile(wheels[str(member)]) as wheel:
        names = wheel.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        described = email.message_from_bytes(wheel.read(metadata))

    tops = {name.partition("/")[0] for name in names}
    assert tops == {member.package.name, metadata.partition("/")[0]}
    assert f"{member.package.name}/py.typed" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert described["License-Expression"] == "MIT"
    assert described.get_payload()


def test_wheel_alone_lists_exactly_itself(member: Member, home: Path) -> None:
    """`dss-run connectors` names the one connector that was installed, and with the core alone none."""
    said = bare([home / "bin/dss-run", "connectors"])

    listed = re.findall(r"^(\w+) (\d\S+)$", said, flags=re.MULTILINE)
    version = member.pyproject["project"]["version"]
    assert listed == ([] if str(member) == "core" else [(str(member), version)])


def test_wheel_alone_has_all_that_its_modules_import(member: Member, home: Path) -> None:
    """A requirement that another distribution happened to bring along is missed here."""
    walk = (
        "import importlib, pkgutil, sys\n"
        "package = importlib.import_module(sys.argv[1])\n"
        "for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    if not found.name.startswith(sys.argv[2]) and not found.name.endswith('__main__'):\n"
        "        importlib.import_module(found.name)\n"
    )

    bare([home / "bin/python", "-W", "error", "-c", walk, member.package.name, BESIDE])


def test_wheel_alone_passes_its_own_tests(member: Member, home: Path, testers: Path) -> None:
    """The tests hold for what is installed, not only for the sources in a shared environment."""
    said = run_tests(home, testers, member.folder / "tests")

    assert " passed" in said


def test_core_stays_small(wheels: dict[str, Path], locked: Path, tmp_path: Path) -> None:
    """Under 3 MB to fetch: a machine in a school's cupboard installs it in seconds."""
    pip("download", "--no-index", "--find-links", locked, "-d", tmp_path, wheels["core"])

    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}

    assert sum(sizes.values()) < FOOTPRINT, sizes
