"""The rules that hold for every distribution of the workspace."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from tests.conftest import Member

LOCKS = ("requirements.txt", "requirements-bench.txt")
CLIENTS = ("sqlalchemy", "psycopg", "pymysql", "ldap3", "ldap", "httpx", "requests", "google", "keyring")


def requirements(pyproject: dict[str, Any]) -> Iterator[Requirement]:
    """Every requirement a pyproject file states, extras, groups and the build's own among them."""
    project = pyproject.get("project", {})
    for lines in (
        pyproject.get("build-system", {}).get("requires", []),
        project.get("dependencies", []),
        *project.get("optional-dependencies", {}).values(),
        *pyproject.get("dependency-groups", {}).values(),
    ):
        yield from map(Requirement, lines)


def pins(lock: Path) -> dict[str, str]:
    """The versions that a lock file lists, by the distribution's normal name."""
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def unlocked(pyproject: dict[str, Any], locked: dict[str, str], own: set[str]) -> list[str]:
    """The requirements that no pin of the lock meets, those on members of the workspace left out."""
    return [
        str(requirement)
        for requirement in requirements(pyproject)
        if requirement.name not in own
        and not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"))
    ]


def test_root_is_no_distribution(root: Path) -> None:
    """The root's pyproject holds settings only, so nothing can be installed from it by mistake."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))

    assert "project" not in settings
    assert "build-system" not in settings


def test_connector_has_the_files_every_connector_has(connector: Member) -> None:
    """Knowing one connector is knowing all of them."""
    modules = ("__init__", "config", "client", "branches", "models", "importer", "templates")
    wanted = [
        *(connector.folder / name for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")),
        *(connector.package / f"{module}.py" for module in modules),
    ]

    missing = [str(path.relative_to(connector.folder)) for path in wanted if not path.is_file()]

    assert missing == []
    assert list((connector.folder / "tests").glob("test_*.py"))


def test_connector_is_named_after_its_folder(connector: Member) -> None:
    """Folder, entry point, import package and distribution bear one name."""
    name = connector.folder.name

    project = connector.pyproject["project"]

    assert project["entry-points"]["dss"] == {name: f"dss_{name}"}
    assert project["name"] == f"dss-{name.replace('_', '-')}"
    assert [path.name for path in (connector.folder / "src").iterdir()] == [f"dss_{name}"]


def test_core_offers_its_command_and_its_built_in_plugin(core: Member) -> None:
    """The core's own defaults come in by the same group of entry points as a stranger's."""
    project = core.pyproject["project"]

    assert project["scripts"] == {"dss-run": "dss.launcher:main"}
    assert project["entry-points"]["dss"] == {"builtin": "dss.builtin"}


def test_member_is_built_the_same_way(member: Member, root: Path) -> None:
    """hatchling, a version that stands in the file, the files people look for, and no pytest table."""
    pyproject = member.pyproject
    project = pyproject["project"]

    assert pyproject["build-system"]["build-backend"] == "hatchling.build"
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert "dynamic" not in project
    assert project["requires-python"] == ">=3.11"
    assert project["readme"] == "README.md"
    assert "pytest" not in pyproject.get("tool", {})
    assert (member.package / "py.typed").is_file()
    assert (member.folder / "LICENSE").read_bytes() == (root / "LICENSE").read_bytes()


def test_changelog_names_the_version(member: Member) -> None:
    """Whoever upgrades finds the version they upgrade to."""
    changelog = (member.folder / "CHANGELOG.md").read_text(encoding="utf-8")

    assert f"\n## {member.pyproject['project']['version']}" in changelog


def test_every_requirement_has_a_lower_bound(member: Member, root: Path) -> None:
    """An old release that lacks what we call is never picked in silence."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))

    boundless = [
        str(requirement)
        for requirement in (*requirements(member.pyproject), *requirements(settings))
        if not any(part.operator in (">=", "==", "~=") for part in requirement.specifier)
    ]

    assert boundless == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_holds_versions_and_hashes_only(root: Path, name: str) -> None:
    """No address, no option and no note: the lock serves wherever packages come from."""
    pin = re.compile(r"[a-z0-9.-]+==[\w.!+]+( ; [\w.<>='! ()]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")

    lines = (root / name).read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not pin.fullmatch(line) and not digest.fullmatch(line)] == []


def test_lock_meets_every_requirement(member: Member, core: Member, connectors: list[Member]) -> None:
    """A requirement changed without `make lock` is found here."""
    locked = pins(core.folder.parent / "requirements.txt")
    own = {each.pyproject["project"]["name"] for each in (core, *connectors)}

    assert unlocked(member.pyproject, locked, own) == []


def test_lock_holds_what_editable_installs_need(root: Path) -> None:
    """Members are installed without build isolation: the lock brings the back-end and `editables`."""
    locked = pins(root / "requirements.txt")

    assert {"hatchling", "editables"} <= locked.keys()


def test_benchmarks_run_at_the_locked_versions(root: Path) -> None:
    """Installing what the benchmarks need changes nothing that was already there."""
    locked = pins(root / "requirements.txt")

    differing = {
        name: version
        for name, version in pins(root / "requirements-bench.txt").items()
        if locked.get(name, version) != version
    }

    assert differing == {}


def test_no_module_has_a_name_that_says_nothing(member: Member) -> None:
    """A definition is where its module's name says."""
    nameless = {"utils", "util", "helpers", "helper", "common", "misc"}

    assert [path for path in member.package.rglob("*") if path.stem in nameless] == []


def test_no_module_of_the_core_imports_a_client_library(core: Member) -> None:
    """Only connectors talk to systems. The core's own extra, `keyring`, is the exception."""
    offending = []

    for path in core.package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            taken = {name.partition(".")[0] for name in names}
            offending += [(path.name, name) for name in taken & {*CLIENTS} - {"keyring"}]

    assert offending == []


def test_importing_a_package_loads_no_client_library(member: Member) -> None:
    """`dss-run` finds out what a connector registers without paying for what it connects with."""
    code = f"import sys, {member.package.name}; print(*sorted(set(sys.modules) & set({CLIENTS})))"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout.split() == []
