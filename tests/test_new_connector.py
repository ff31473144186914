"""A new connector's project is finished on its first day: it keeps the rules, installs, and passes its tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.environments import bare, build, environment

from dss.scaffold import MOST, names_of

pytestmark = pytest.mark.slow

TOOLS = (
    ("ruff", "check", "--no-cache"),
    ("ruff", "format", "--check", "--no-cache"),
    ("mypy", "--cache-dir", "mypy-cache"),
)


def make(name: str, folder: Path) -> Path:
    """Make a project with `dss-run new-connector`."""
    program = Path(sys.executable).with_name("dss-run")
    subprocess.run([program, "new-connector", name, "-o", folder], check=True, capture_output=True)
    return folder / names_of(name).folder


@pytest.mark.parametrize("name", ["x", "card_file", "_".join(["abcde"] * 5) + "a" * (MOST - 29)])
def test_it_is_linted_laid_out_and_typed_under_any_name(tmp_path: Path, name: str) -> None:
    """By its own settings, which are strict; as its CI example has it."""
    project = make(name, tmp_path)

    for tool in TOOLS:
        ran = subprocess.run([sys.executable, "-m", *tool], cwd=project, capture_output=True, text=True)

        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_its_wheel_beside_the_cores_is_listed_and_passes_its_tests(
    tmp_path: Path, wheels: dict[str, Path], locked: Path
) -> None:
    """In an environment with nothing in it but what the two require, its extra `test` among that."""
    project = make("card_file", tmp_path)
    wheel = build(project, tmp_path / "wheel")

    home = environment(tmp_path / "env", locked, wheels["core"], f"{wheel}[test]")
    listed = bare([home / "bin/dss-run", "connectors"])
    said = bare([home / "bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", project / "tests"])

    assert listed.startswith("card_file 0.1.0\n  distribution  dss-card-file\n")
    assert "branches      people, groups\n" in listed
    assert " passed" in said
