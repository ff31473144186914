"""A folder with a configuration and two small trees, and ways to run `dss-run` in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result

from dss.journal import Journal
from dss.launcher.group import dss_run

HERE = Path(__file__).parent
CONFIG = """
[trees.sis]
tree = "my_trees/Left"
[trees.shop]
tree = "my_trees/Right"
[[sync]]
left = "sis"
right = "shop"
"""


@attrs.frozen
class Play:
    """The folder, which is the current one, and the program."""

    folder: Path
    program: Path = Path(sys.executable).with_name("dss-run")

    def configure(self, more: str = "", config: str = CONFIG) -> None:
        """Write the configuration."""
        (self.folder / "dss.toml").write_text(config + more, encoding="utf-8")

    def put(self, tree: str, students: dict[str, Any], **more: Any) -> None:
        """Write what a tree holds."""
        data = {"students": students, "courses": {"ART": {"name": "Art"}}, **more}
        (self.folder / f"{tree}.json").write_text(json.dumps(data), encoding="utf-8")
        if tree == "shop":
            self.claim(data)

    def claim(self, data: dict[str, Any]) -> None:
        """Let it be known that what the target holds is ours, as after earlier runs."""
        with Journal.open(self.folder / "state") as journal:
            for branch in ("students", "courses"):
                ours = [(idnumber, None) for idnumber in data.get(branch, {})]
                journal.owned.add("shop", branch, ours, 0, "claimed")
                journal.owned.complete("shop", branch)

    def held_by(self, tree: str) -> Any:
        """What a tree's file holds now."""
        return json.loads((self.folder / f"{tree}.json").read_text(encoding="utf-8"))

    def run(self, *arguments: str) -> Result:
        """Run a command in this process, without a terminal."""
        return CliRunner().invoke(dss_run, arguments, prog_name="dss-run")

    def spawn(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command in a process of its own, without a terminal."""
        return subprocess.run(
            [self.program, *arguments],
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    """Ana is new, Ben has another address, and Eve, one of three, has left."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    shutil.copyfile(HERE / "my_trees.py", tmp_path / "my_trees.py")
    made = Play(tmp_path)
    made.configure()
    made.put(
        "sis",
        {
            "1": {"name": "Ana Abel", "email": "ana@example.org", "enabled": True, "clubs": ["chess"]},
            "2": {"name": "Ben Bird", "email": "ben@example.org", "enabled": True, "clubs": ["chess", "go"]},
            "3": {"name": "Cy Cole", "email": "cy@example.org", "enabled": True, "clubs": []},
        },
    )
    made.put(
        "shop",
        {
            "2": {"name": "Ben Bird", "email": "old@example.org", "enabled": True, "clubs": ["chess", "tea"]},
            "3": {"name": "Cy Cole", "email": "cy@example.org", "enabled": True, "clubs": []},
            "9": {"name": "Eve Elm", "email": "eve@example.org", "enabled": True, "clubs": []},
        },
    )
    yield made
    for name in ("my_trees", "my_school"):
        sys.modules.pop(name, None)


@pytest.fixture
def exodus(play: Play) -> Play:
    """Twenty of forty have left at once."""
    people = {
        f"{number:02}": {"name": f"Person {number}", "email": f"p{number}@example.org", "enabled": True}
        for number in range(40)
    }
    play.put("shop", people)
    staying = {idnumber: people[idnumber] for idnumber in list(people)[:20]}
    staying["00"] = {**staying["00"], "email": "new@example.org"}
    play.put("sis", staying)
    return play


@pytest.fixture
def chain(play: Play) -> Play:
    """A second sync hands on what the first brings."""
    play.configure(
        '[trees.till]\ntree = "my_trees/Right"\n[[sync]]\nleft = "shop"\nright = "till"\n',
    )
    play.put("till", play.held_by("shop")["students"])
    return play
