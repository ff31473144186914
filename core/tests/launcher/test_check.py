"""`dss-run check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from importlib_metadata import EntryPoint

from dss.registry import Registry

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


def installed(monkeypatch: pytest.MonkeyPatch, **points: str) -> None:
    """Have these plugins installed, by name and module, beside the built-in."""
    points["builtin"] = "dss.builtin"
    registry = Registry([EntryPoint(name, value, "dss") for name, value in points.items()], disabled=())
    for module in ("dss.registry", "dss.runner", "dss.tree"):
        monkeypatch.setattr(f"{module}.default_registry", lambda: registry)


def test_where_all_is_in_place_it_says_so(play: Play) -> None:
    """Every tree is looked at; warnings do not make it fail."""
    result = play.run("check")

    assert result.exit_code == 0
    assert f"ok       configuration: {play.folder / 'dss.toml'}" in result.stdout
    assert "ok       sis: can be read" in result.stdout
    assert "ok       shop: can be read" in result.stdout
    assert "0 errors, 2 warnings" in result.stdout


def test_it_writes_nothing(play: Play) -> None:
    """Not even the folder of the state."""
    before = {path for path in play.folder.iterdir() if path.name != "__pycache__"}

    play.run("check")

    assert {path for path in play.folder.iterdir() if path.name != "__pycache__"} == before


def test_a_state_folder_that_cannot_be_written_is_an_error(play: Play) -> None:
    """`apply` would end with it; nothing is made to find that out."""
    config = (play.folder / "dss.toml").read_text(encoding="utf-8")
    play.configure(config=f"state = 'occupied'\n{config}")
    (play.folder / "occupied").write_text("not a folder", encoding="utf-8")

    result = play.run("check")

    assert result.exit_code == 1
    assert "error    state: the state folder" in result.stdout
    assert "is no folder; something else has that name; move it away" in result.stdout


def test_every_system_that_is_away_is_told(play: Play) -> None:
    """The first error does not hide the second."""
    (play.folder / "sis.json").unlink()
    (play.folder / "shop.json").unlink()

    result = play.run("check")

    assert result.exit_code == 1
    assert "error    sis: is not there" in result.stdout
    assert "error    shop: is not there" in result.stdout
    assert "2 errors" in result.stdout


def test_everything_wrong_with_the_trees_is_told_at_once(play: Play) -> None:
    """Who mends one thing need not run it again to hear of the next."""
    config = (play.folder / "dss.toml").read_text(encoding="utf-8")
    config = config.replace('"my_trees/Left"', '"my_trees/Lift"')
    play.configure(config=config.replace('"my_trees/Right"', '"my_trees/Right"\ncolour = 1\npassword = 2'))

    result = play.run("check")

    assert result.exit_code == 1
    assert "`trees.sis.tree`" in result.stdout
    assert "`trees.shop` has the unknown key `colour`" in result.stdout
    assert "`trees.shop.password` is 2" in result.stdout
    assert result.stdout.count("error    configuration") == 2


def test_a_defect_in_one_trees_check_hides_no_other(play: Play) -> None:
    """It is an error of that tree."""
    text = (play.folder / "my_trees.py").read_text(encoding="utf-8")
    text = text.replace(
        "class Left(Tree):\n    pass\n", "class Left(Tree):\n    def check(self):\n        return 1 / 0\n"
    )
    (play.folder / "my_trees.py").write_text(text, encoding="utf-8")

    result = play.run("check")

    assert result.exit_code == 1
    assert "error    sis: ZeroDivisionError: division by zero" in result.stdout
    assert "ok       shop: can be read" in result.stdout


def test_missing_handlers_are_named_without_reading(play: Play) -> None:
    """What the template lacks for the kinds of change that the models allow."""
    (play.folder / "shop.json").write_text("not even JSON", encoding="utf-8")

    result = play.run("check")

    assert "warning  shop: no handler for `old_courses`; such changes would be dropped" in result.stdout


def test_a_flow_that_never_removes_needs_no_handler_for_removals(play: Play) -> None:
    """`add_only` asks for `add_students_clubs` alone, `ignore` for nothing."""
    text = (play.folder / "my_trees.py").read_text(encoding="utf-8")
    for name in ("add_students_clubs", "remove_students_clubs"):
        text = text.replace(f"def {name}", f"def not_{name}")
    (play.folder / "my_trees.py").write_text(text, encoding="utf-8")
    play.configure('[sync.students]\nflow = { clubs = "add_only" }\n')

    result = play.run("check")

    assert "no handler for `add_students_clubs`, `old_courses`;" in result.stdout


def test_an_unset_variable_is_named_with_its_place(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the secret should come from, and for which key."""
    monkeypatch.delenv("SHOP_PASSWORD", raising=False)
    config = (play.folder / "dss.toml").read_text(encoding="utf-8")
    play.configure(
        config=config.replace('"my_trees/Right"', '"my_trees/Right"\npassword = { env = "SHOP_PASSWORD" }')
    )

    result = play.run("check")

    assert result.exit_code == 1
    assert "`trees.shop.password`" in result.stdout
    assert "`SHOP_PASSWORD`, which is not set" in result.stdout


def test_a_connector_that_is_not_installed_is_an_error(play: Play) -> None:
    """With what to do about it."""
    config = (play.folder / "dss.toml").read_text(encoding="utf-8")
    play.configure(config=config.replace('tree = "my_trees/Left"', 'connector = "abacus"'))

    result = play.run("check")

    assert result.exit_code == 1
    assert "connector `abacus` is not installed" in result.stdout
    assert "pip install" in result.stdout


def test_a_broken_connector_that_is_not_used_is_only_a_warning(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It must not keep a school from its nightly run."""
    installed(monkeypatch, wreck="there_is_no_such_module")

    result = play.run("check")

    assert result.exit_code == 0
    assert "warning  connector wreck: connector `wreck` of" in result.stdout
    assert "DSS_DISABLE=wreck" in result.stdout


def test_a_broken_connector_that_is_used_is_an_error(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be done without it."""
    installed(monkeypatch, wreck="there_is_no_such_module")
    config = (play.folder / "dss.toml").read_text(encoding="utf-8")
    play.configure(config=config.replace('tree = "my_trees/Left"', 'connector = "wreck"'))

    result = play.run("check")

    assert result.exit_code == 1
    assert "error    connector wreck" in result.stdout


def test_the_list_of_connectors_survives_a_broken_one(monkeypatch: pytest.MonkeyPatch, play: Play) -> None:
    """The broken one is told with the reason and how to switch it off; the others are listed as ever."""
    monkeypatch.syspath_prepend(play.folder)
    (play.folder / "abacus_plugin.py").write_text(
        "from dss import hookimpl\n"
        "@hookimpl\n"
        "def dss_register_branches():\n"
        "    from my_trees import Courses, Students\n"
        "    return [Students, Courses]\n",
        encoding="utf-8",
    )
    installed(monkeypatch, abacus="abacus_plugin", wreck="there_is_no_such_module")

    result = play.run("connectors")

    assert result.exit_code == 1
    assert "hooks         dss_register_branches\n" in result.stdout
    assert "branches      students, courses\n" in result.stdout
    assert "ModuleNotFoundError" in result.stdout
    assert "DSS_DISABLE=wreck" in result.stdout


def test_the_list_of_connectors_names_distribution_and_version(play: Play) -> None:
    """As they are installed here; one that is switched off is said to be."""
    done = play.spawn("connectors", DSS_DISABLE="moodle_db")

    text = done.stdout.decode()
    assert done.returncode == 0
    assert "moodle_db: switched off by DSS_DISABLE" in text
    assert "builtin" not in text


def test_the_list_of_connectors_says_what_each_can_do(monkeypatch: pytest.MonkeyPatch, play: Play) -> None:
    """What its tree or any of its branches declares, in the order of the reference; nothing where nothing is."""
    monkeypatch.syspath_prepend(play.folder)
    (play.folder / "able_plugin.py").write_text(
        "from dss import DataStoreBranch, DataStoreTree, hookimpl\n"
        "from dss.capabilities import Capability\n"
        "class Branch(DataStoreBranch):\n"
        "    __branchname__ = 'things'\n"
        "    capabilities = frozenset({Capability.UPDATE, Capability.CREATE})\n"
        "class Tree(DataStoreTree):\n"
        "    capabilities = frozenset({Capability.READ})\n"
        "@hookimpl\n"
        "def dss_register_trees(): return [Tree]\n"
        "@hookimpl\n"
        "def dss_register_branches(): return [Branch]\n",
        encoding="utf-8",
    )
    installed(monkeypatch, able="able_plugin")

    result = play.run("connectors")

    assert "capabilities  read, create, update\n" in result.stdout
