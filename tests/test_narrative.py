"""The story that the API comes from, called as it tells it: trees, branches, models, differences, templates."""

from __future__ import annotations

import code
import subprocess
import sys
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import GeneratorType
from typing import Any

import pytest

import dss
from dss.tree import DataStoreTree

FOLDER = Path(__file__).parent / "narrative"
MODULES = ("branches", "models", "models.users", "templates", "importers")


class CSVTree(DataStoreTree):
    __branches__ = "branches/CSVBranches"


class DBTree(DataStoreTree):
    __branches__ = "branches/DBBranches"
    __template__ = "templates/DB"


class FullCSVTree(CSVTree):
    __importer__ = "importers/CSV"


@pytest.fixture(autouse=True)
def in_the_storys_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let Python find `branches`, `models.users`, `templates` and `importers` where the story has them."""
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture
def csv_tree() -> Any:
    """The file's side, filled by hand."""
    tree: Any = CSVTree()
    tree.students.make("12345", name="Ada Lee")
    tree.teachers.make("9", name="Dee Ort")
    return tree


@pytest.fixture
def db_tree() -> Any:
    """The database's side, with nothing in it."""
    return DBTree()


def test_tree_has_the_branches_its_specifier_names() -> None:
    """Classes named `dss.branches.students` and `dss.branches.teachers`, one list of both."""
    csv_tree: Any = CSVTree()
    db_tree: Any = DBTree()

    assert repr(csv_tree.students) == "dss.branches.students"
    assert repr(db_tree.teachers) == "dss.branches.teachers"
    assert isinstance(csv_tree.students, type)
    assert repr(csv_tree.branches) == "[dss.branches.students, dss.branches.teachers]"
    assert csv_tree.branches == [csv_tree.students, csv_tree.teachers]


def test_branch_makes_and_gives_items_of_its_klass() -> None:
    """`klass`, `make` and `get`."""
    csv_tree: Any = CSVTree()

    student = csv_tree.students.make("12345")

    assert csv_tree.students.klass is sys.modules["models.users"].Student
    assert type(student) is csv_tree.students.klass
    assert student.idnumber == "12345"
    assert csv_tree.students.get("12345") is student
    assert csv_tree.students.get("12346") is None
    assert csv_tree.students.make("12345") is student


def test_store_and_datastore_show_what_is_held(csv_tree: Any, db_tree: Any) -> None:
    """The store of a branch, and the hash table of the whole datastore in the background."""
    student = csv_tree.students.get("12345")

    assert csv_tree.students.store() == {"CSVTree.students": OrderedDict({"12345": student})}
    shown = csv_tree.datastore.__tree__
    assert isinstance(shown, defaultdict)
    assert shown["CSVTree.students"] == OrderedDict({"12345": student})
    assert set(shown) >= {"CSVTree.students", "CSVTree.teachers", "DBTree.students", "DBTree.teachers"}


def test_minus_generates_the_differences(csv_tree: Any, db_tree: Any) -> None:
    """What we need minus what we have."""
    differences = csv_tree - db_tree

    assert isinstance(differences, GeneratorType)
    actions = list(differences)
    assert [str(action) for action in actions] == [
        "new students 12345 (Ada Lee)",
        "new teachers 9 (Dee Ort)",
    ]
    for action in actions:
        assert isinstance(action, dss.Action)
        assert action.left is not None
        assert action.right is not None
        assert action.attribute is None
        assert action.error is None
        assert action.message == str(action)


def test_models_properties_are_compared(csv_tree: Any, db_tree: Any) -> None:
    """Each non-callable property both have; an inequality is an action."""
    db_tree.students.make("12345", name="Ada Leigh")
    db_tree.teachers.make("9", name="Dee Ort")

    (action,) = csv_tree - db_tree

    assert (action.idnumber, action.attribute) == ("12345", "name")
    assert (action.left.name, action.right.name) == ("Ada Lee", "Ada Leigh")


def test_shift_hands_the_differences_to_the_right_trees_template(
    csv_tree: Any, db_tree: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Methods named after what is to be done are called, with the object in `action.right`."""
    csv_tree >> db_tree

    assert capsys.readouterr().out == "welcome, Ada Lee\nhello, Dee Ort\n"
    assert list(csv_tree - db_tree) == []


def test_greater_prints_the_differences(
    csv_tree: Any, db_tree: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a form for people, for debugging; nothing is done."""
    csv_tree > db_tree

    assert capsys.readouterr().out == "new students 12345 (Ada Lee)\nnew teachers 9 (Dee Ort)\n"
    assert len(db_tree.students) == 0


def test_plus_reads_in_and_minus_clears() -> None:
    """By way of the importer's `readin_branch`, branch by branch."""
    csv_tree: Any = FullCSVTree()

    +csv_tree
    assert [item.name for item in csv_tree.students] == ["Ada Lee", "Bo Ek", "Cy Im"]
    assert [item.name for item in csv_tree.teachers] == ["Dee Ort"]

    -csv_tree
    assert len(csv_tree.students) == len(csv_tree.teachers) == 0


def test_template_is_reached_by_importing_either() -> None:
    """`dss.templates.DefaultTemplate` is there after `import dss` alone, and so are the story's other names."""
    ask = (
        "import dss; dss.templates.DefaultTemplate, dss.tree.DataStoreTree, dss.branches.DataStoreBranch,"
        " dss.models.Base, dss.importers.DefaultImporter"
    )
    for lines in (ask, "import dss.templates; dss.templates.DefaultTemplate"):
        done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=False)

        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("folder", [FOLDER, FOLDER.parent], ids=["in its folder", "from elsewhere"])
def test_wrapping_it_up_runs_as_a_script(folder: Path) -> None:
    """Read both, print the differences, bring them over, find nothing left."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(FOLDER / "wrapping_up.py")],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    printed = done.stdout.splitlines()
    assert sorted(printed[:4]) == [
        "new students 12347 (Cy Im)",
        "new teachers 9 (Dee Ort)",
        "old students 12340 (Flo Ry)",
        "update students 12346: name 'Bo Eck' -> 'Bo Ek'",
    ]
    assert printed[4:] == [
        "welcome, Cy Im",
        "hello, Dee Ort",
        "Bo Eck is now Bo Ek",
        "farewell, Flo Ry",
    ]
    assert done.returncode == 0


SESSION = """
from dss.tree import DataStoreTree
class CSVTree(DataStoreTree):
\t__branches__ = 'branches/CSVBranches'
\t__importer__ = 'importers/CSV'

class DBTree(DataStoreTree):
\t__branches__ = 'branches/DBBranches'
\t__template__ = 'templates/DB'

csv_tree = CSVTree()
db_tree = DBTree()
csv_tree.students
csv_tree.branches
+csv_tree
csv_tree.students.get('12345')
csv_tree.students.store()
csv_tree.datastore.__tree__
csv_tree - db_tree
for action in csv_tree - db_tree:
\tprint(action)

csv_tree > db_tree
csv_tree >> db_tree
csv_tree > db_tree
-csv_tree
"""


def test_lines_run_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    """Into Python's prompt, one after the other, with tabs, in the order of the story."""
    prompt = code.InteractiveConsole()

    for line in SESSION.splitlines():
        prompt.push(line)

    printed = capsys.readouterr()
    assert printed.err == ""
    assert "dss.branches.students\n[dss.branches.students, dss.branches.teachers]\n" in printed.out
    assert printed.out.count("new students 12345 (Ada Lee)") == 2
    assert "welcome, Ada Lee\n" in printed.out
