"""What people install: every wheel, alone, in a clean environment with nothing but its own requirements."""

from __future__ import annotations

import email
import hashlib
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Member

pytestmark = pytest.mark.slow

FOOTPRINT = 3_000_000  # bytes of the core's wheel and all it requires


def pip(*words: str | Path) -> None:
    """Run this environment's own pip."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def bare(command: list[str | Path], **extra: str) -> str:
    """What a command prints, with nothing of this environment reaching it; it must succeed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    ran = subprocess.run(command, capture_output=True, text=True, env=kept | extra, timeout=240)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="session")
def locked(root: Path) -> Path:
    """A folder with the wheel of everything locked, its hashes checked; kept until the lock changes."""
    lock = root / "requirements.txt"
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    folder = root / ".cache" / f"wheels-{version}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
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
    built = {}
    for member in (core, *connectors):
        pip("wheel", "--no-build-isolation", "--no-deps", "-w", folder / str(member), member.folder)
        (built[str(member)],) = (folder / str(member)).iterdir()
    return built


@pytest.fixture(scope="session")
def home(
    member: Member, wheels: dict[str, Path], locked: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A clean environment with one member's wheel, the core's too, and what they require."""
    folder = tmp_path_factory.mktemp(str(member)) / "env"
    venv.create(folder, with_pip=False, symlinks=True)
    chosen = {wheels["core"], wheels[str(member)]}
    pip("--python", folder / "bin/python", "install", "--no-index", "--find-links", locked, *chosen)
    return folder


@pytest.fixture(scope="session")
def testers(locked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What runs tests, in a folder of its own, so that it can be lent to a clean environment."""
    folder = tmp_path_factory.mktemp("testers")
    names = ("pytest", "hypothesis", "sybil")
    pip("install", "--no-index", "--find-links", locked, "--target", folder, *names)
    return folder


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
        "    if not found.name.endswith('__main__'): importlib.import_module(found.name)\n"
    )

    bare([home / "bin/python", "-W", "error", "-c", walk, member.package.name])


def test_wheel_alone_passes_its_own_tests(member: Member, home: Path, testers: Path, root: Path) -> None:
    """The tests hold for what is installed, not only for the sources in a shared environment."""
    said = bare(
        [
            home / "bin/python",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-m",
            "not slow",
            member.folder / "tests",
        ],
        PYTHONPATH=str(testers),
        PYTHONDONTWRITEBYTECODE="1",
    )

    assert " passed" in said


def test_core_stays_small(wheels: dict[str, Path], locked: Path, tmp_path: Path) -> None:
    """Under 3 MB to fetch: a machine in a school's cupboard installs it in seconds."""
    pip("download", "--no-index", "--find-links", locked, "-d", tmp_path, wheels["core"])

    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}

    assert sum(sizes.values()) < FOOTPRINT, sizes
