"""The example of a connector that somebody else writes: outside the workspace, installed and tried as theirs is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.environments import bare, build, environment, run_tests
from tests.tutorial import differences

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(root: Path) -> Path:
    """Its folder."""
    return root / "examples" / "card_file"


@pytest.fixture(scope="module")
def home(
    project: Path, wheels: dict[str, Path], locked: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A clean environment with nothing but its wheel, the core's, and what they require for its tests."""
    folder = tmp_path_factory.mktemp("card_file")
    wheel = build(project, folder / "wheel")
    return environment(folder / "env", locked, f"{wheel}[test]", wheels["core"])


def test_wheel_is_found_by_its_entry_point(home: Path) -> None:
    """`dss-run connectors` names it, and what it brings."""
    said = bare([home / "bin/dss-run", "connectors"])

    assert re.findall(r"^(\w+) \d\S+$", said, flags=re.MULTILINE) == ["card_file"]


def test_suite_holds_where_it_is_installed(home: Path, project: Path, testers: Path) -> None:
    """All that it declares works, as the conformance suite sees it."""
    said = run_tests(home, testers, project / "tests")

    assert re.search(r"^card_file: \d+ checks of the basic set hold", said, flags=re.MULTILINE), said


def test_readme_prints_what_it_shows(project: Path, tmp_path: Path) -> None:
    """Whoever follows it in the project's folder sees two libraries come into step."""
    begin = f"```console\n$ cp -r {project} card_file && cd card_file\n```\n"
    page = (project / "README.md").read_text(encoding="utf-8")

    assert "\n\n".join(differences(begin + page, tmp_path)) == ""
