"""What is made first must not refer to what is made later."""

import sys
from pathlib import Path
from typing import Any

import pytest

from dss.errors import ConfigError
from dss.runner import Run
from dss.school import Classes, Cohorts, Courses, Enrollments, Students

MODULE = "trees_in_order"
TREES = """
from dss import DataStoreBranch, DataStoreTree
from dss import school

class Branches(DataStoreBranch): pass
class Courses(school.Courses, Branches): pass
class Classes(school.Classes, Branches): pass
class Cohorts(school.Cohorts, Branches): pass
class Students(school.Students, Branches): pass

class Tree(DataStoreTree):
    __branches__ = Branches
"""


@pytest.fixture(name="run")
def _run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / f"{MODULE}.py").write_text(TREES, encoding="utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, MODULE, raising=False)

    def run(*names: str) -> Run:
        config = tmp_path / "dss.toml"
        trees = "".join(f'[trees.{name}]\ntree = "{MODULE}/Tree"\n' for name in ("a", "b"))
        config.write_text(
            f'{trees}[[sync]]\nleft = "a"\nright = "b"\nbranches = {list(names)}\n', encoding="utf-8"
        )
        return Run(config)

    yield run
    sys.modules.pop(MODULE, None)


def test_a_branch_comes_after_what_its_records_refer_to(run: Any) -> None:
    """In the wrong order the first run would drop every class, and leave it to the second."""
    with pytest.raises(
        ConfigError, match=r"`sync\[0\]\.branches` has `classes` before `courses`.*put `courses` first"
    ):
        run("classes", "courses")


def test_members_may_be_declared_after_their_group(run: Any) -> None:
    """Single values are added when everything new is there, so their order is free."""
    with run("cohorts", "students", "courses", "classes") as ready:
        assert [sync.config.branches for sync in ready.syncs] == [
            ("cohorts", "students", "courses", "classes")
        ]


def test_single_references_are_told_from_sets(plant: Any) -> None:
    """By the model's annotations, and by what the key is made of."""
    tree = plant(Students, Courses, Classes, Enrollments, Cohorts)

    assert tree.classes.single_references() == {"course": ("courses",)}
    assert set(tree.enrollments.single_references()) == {"class_", "person"}
    assert tree.cohorts.single_references() == {}
    assert tree.students.single_references() == {}
