"""`dss-run new-connector`: a connector's project, complete and working."""

from __future__ import annotations

import importlib
import json
import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dss import builtin
from dss.dry_run import rehearse
from dss.errors import ReadError, TemporaryError
from dss.plan import make_plan
from dss.registry import Registry
from dss.scaffold import MOST
from dss.tree import DataStoreTree

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play

LEFT: dict[str, Any] = {
    "people": {
        "1": {"given_name": "Ada", "username": "ada", "email": "", "enabled": True},
        "2": {"given_name": "Ben", "username": "ben", "enabled": True},
        "4": {"given_name": "Cleo", "username": "cleo"},
    },
    "groups": {
        "choir": {"name": "Choir", "members": ["1", "2"]},
        "band": {"name": "Band", "members": ["4"]},
    },
}
RIGHT: dict[str, Any] = {
    "people": {
        "1": {"given_name": "Ada", "username": "ben", "email": "a@b.example", "enabled": True},
        "2": {"given_name": "Ben", "username": "ada", "enabled": False},
        "3": {"given_name": "Dan", "username": "dan", "enabled": True},
    },
    "groups": {
        "choir": {"name": "Chor", "members": ["2", "3"]},
        "chess": {"name": "Chess", "members": ["3"]},
    },
}

Toy = Callable[..., DataStoreTree]


@pytest.fixture
def toy(play: Play, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toy]:
    """Makes trees of a connector that was written just now, each of a file of its own."""
    assert play.run("new-connector", "toy").exit_code == 0
    monkeypatch.syspath_prepend(play.folder / "dss-toy" / "src")
    registry = Registry([])
    registry.register("builtin", builtin)
    registry.register("toy", importlib.import_module("dss_toy"))
    (kind,) = registry.classes("toy", "trees", DataStoreTree)

    def make(name: str, holds: Any) -> DataStoreTree:
        (play.folder / name).write_text(json.dumps(holds), encoding="utf-8")
        return kind(path=name, config_folder=play.folder, registry=registry)

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "dss_toy"]:
        del sys.modules[name]


def held_by(tree: DataStoreTree) -> Any:
    """What a tree's file holds now."""
    return json.loads((tree.config_folder / tree.options.path).read_text(encoding="utf-8"))


def test_it_writes_what_every_connector_has(play: Play) -> None:
    """And says what comes next."""
    result = play.run("new-connector", "card-file")

    project = play.folder / "dss-card-file"
    modules = ("__init__", "config", "client", "branches", "models", "importer", "templates")
    wanted = {
        *(
            "pyproject.toml",
            "README.md",
            "CHANGELOG.md",
            "LICENSE",
            ".gitignore",
            ".github/workflows/test.yml",
        ),
        *("tests/test_conformance.py", "src/dss_card_file/py.typed"),
        *(f"src/dss_card_file/{module}.py" for module in modules),
    }
    assert result.exit_code == 0
    assert {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()} == wanted
    assert result.stdout == (
        "dss-card-file is written: 15 files, of which README.md says what to change, and in what order.\n"
        "Next:\n"
        "  cd dss-card-file && pip install -e '.[test]'\n"
        "  pytest\n"
        "  dss-run init card_file\n"
    )


def test_it_bears_the_name_in_every_place(play: Play) -> None:
    """Distribution, entry point, package, classes, prose: nothing of the model's own name is left."""
    play.run("new-connector", "card_file")

    project = play.folder / "dss-card-file"
    described = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [path.read_text(encoding="utf-8") for path in project.rglob("*") if path.is_file()]
    assert described["name"] == "dss-card-file"
    assert described["license"] == "MIT"
    assert described["entry-points"]["dss"] == {"card_file": "dss_card_file"}
    assert "class CardFileTree(DataStoreTree):" in "".join(texts)
    squeezed = "".join(texts).lower().replace(" ", "").replace("_", "").replace("-", "")
    assert "mysystem" not in squeezed
    assert "cardfile" in squeezed


def test_it_syncs(toy: Toy) -> None:
    """Every kind of change is carried out, also an exchange of unique values; then both are in step."""
    left, right = +toy("left.json", LEFT), +toy("right.json", RIGHT)

    report = left >> right

    assert report.undone == []
    assert held_by(right)["people"]["3"] == {"given_name": "Dan", "username": "dan", "enabled": False}
    assert held_by(right)["people"]["1"] == LEFT["people"]["1"]
    assert held_by(right)["groups"] == LEFT["groups"]
    assert list(left - +toy("again.json", held_by(right))) == []


def test_its_dry_run_writes_nothing(toy: Toy) -> None:
    """And does the same, by the same handlers."""
    left, right = +toy("left.json", LEFT), +toy("right.json", RIGHT)
    plan = make_plan(left, right)

    report, rehearsal = rehearse(right, plan.actions)

    assert report.undone == []
    assert "POST /groups: id, name" in [call.text for call in rehearsal.calls]
    assert held_by(right) == RIGHT


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"people": {}}', '{"people": {}, "groups": []}'])
def test_its_file_is_read_whole_or_not_at_all(toy: Toy, text: str) -> None:
    """What was cut short is never taken for a small one."""
    tree = toy("left.json", LEFT)
    (tree.config_folder / "left.json").write_text(text, encoding="utf-8")

    with pytest.raises(ReadError, match=r"left\.json` cannot be read"):
        +tree


def test_a_write_that_breaks_leaves_its_file_as_it_was(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new content takes the old one's place in one step, or not at all."""
    tree = toy("right.json", RIGHT)

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        tree.client.delete("groups", "choir")

    assert held_by(tree) == RIGHT


def test_another_writer_makes_it_wait(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is busy for the moment, which is tried again, and no failure."""
    tree = toy("right.json", RIGHT)
    other = toy("right.json", RIGHT)
    tree.client._lock.timeout = 0

    with other.client._lock, pytest.raises(TemporaryError, match="another process"):
        tree.client.delete("groups", "choir")

    assert held_by(tree) == RIGHT


@pytest.mark.parametrize(
    "name",
    ["Card", "9x", "_x", "x_", "a__b", "a b", "../x", "class", "é", "dss-foo", "default", "x" * (MOST + 1)],
)
def test_what_can_be_no_name_is_refused(play: Play, name: str) -> None:
    """With what is wanted, and before anything is written."""
    before = sorted(play.folder.iterdir())

    result = play.run("new-connector", "--", name)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: connector name `{name}`: ")
    assert sorted(play.folder.iterdir()) == before


def test_the_name_of_what_is_installed_is_refused(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two plugins of one name cannot be used together."""
    registry = Registry([])
    registry.register("card_file", object())
    monkeypatch.setattr("dss.registry.default_registry", lambda: registry)

    results = [play.run("new-connector", name) for name in ("card-file", "builtin")]

    assert [result.exit_code for result in results] == [1, 1]
    assert "connector name `card_file` is taken" in results[0].stderr


def test_a_folder_that_is_there_is_left_alone(play: Play) -> None:
    """Even an empty one."""
    (play.folder / "dss-x").mkdir()

    result = play.run("new-connector", "x")

    assert result.exit_code == 1
    assert "`dss-x` is there already and stays as it is" in result.stderr
    assert list((play.folder / "dss-x").iterdir()) == []


def test_output_names_the_folder_above(play: Play) -> None:
    """It is made when it is missing."""
    result = play.run("new-connector", "x", "-o", "my projects")

    assert (play.folder / "my projects" / "dss-x" / "pyproject.toml").is_file()
    assert "cd 'my projects/dss-x' && " in result.stdout


def test_another_licence_is_named_and_its_text_asked_for(play: Play) -> None:
    """Its text is not ours to know; what is no SPDX expression is refused."""
    result = play.run("new-connector", "x", "--license", "Apache-2.0 OR BSD-3-Clause")
    refused = play.run("new-connector", "y", "--license", 'MIT"')

    described = tomllib.loads((play.folder / "dss-x" / "pyproject.toml").read_text(encoding="utf-8"))
    assert described["project"]["license"] == "Apache-2.0 OR BSD-3-Clause"
    assert not (play.folder / "dss-x" / "LICENSE").exists()
    assert "put the text of your licence there" in result.stdout
    assert refused.exit_code == 1
    assert "wanted an SPDX expression" in refused.stderr
    assert not (play.folder / "dss-y").exists()


def test_a_project_that_cannot_be_written_leaves_nothing(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a project would be taken for a whole one."""
    write = Path.write_text

    def full(path: Path, *arguments: Any, **more: Any) -> int:
        if path.name == "client.py":
            raise OSError(28, "No space left on device", str(path))
        return write(path, *arguments, **more)

    monkeypatch.setattr(Path, "write_text", full)
    result = play.run("new-connector", "x")

    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert not (play.folder / "dss-x").exists()
