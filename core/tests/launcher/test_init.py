"""`dss-run init`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from dss.branches import DataStoreBranch
from dss.config import load_config
from dss.hookspecs import hookimpl
from dss.launcher.toml import value_text
from dss.registry import Registry
from dss.secrets import Secret, SecretUrl
from dss.tree import DataStoreTree

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


@attrs.frozen(kw_only=True)
class Files:
    names: tuple[str, ...] = attrs.field(default=("a", "b"), metadata={"help": "Which files."})
    quoted: bool | None = attrs.field(default=None, metadata={"help": "Whether they are quoted."})


@attrs.frozen(kw_only=True)
class Options:
    """Options of every kind that a connector might have."""

    files: Files = attrs.field(factory=Files, metadata={"help": "A table of its own."})
    archive: Files | None = attrs.field(
        default=None, metadata={"help": "A table that is not there by default."}
    )
    url: SecretUrl = attrs.field(metadata={"help": "Where it is."})
    token: Secret | None = attrs.field(default=None, metadata={"help": "What opens it."})
    folder: Path = attrs.field(metadata={"help": "Where it lies."})
    mark: str = attrs.field(
        default='tab\t"quote" \x7f', metadata={"help": "A text; it may hold # and 'marks'. " * 6}
    )
    house: str = attrs.field(default="", metadata={"help": "Where from.", "fill_in": True})
    days: int = 3
    share: float = 0.5
    names: dict[str, str] = attrs.field(factory=lambda: {"a b": "c"})
    sizes: list[int] = attrs.field(factory=list)
    computed: str = attrs.field(default=attrs.Factory(lambda self: self.mark, takes_self=True))


class AbacusBranches(DataStoreBranch):
    pass


class Students(AbacusBranches):
    __branchname__ = "students"


class Courses(AbacusBranches):
    __branchname__ = "courses"


class Abacus(DataStoreTree):
    __branches__ = AbacusBranches
    Options = Options  # type: ignore[assignment]


class OtherBranches(DataStoreBranch):
    pass


class OtherCourses(OtherBranches):
    __branchname__ = "courses"


class OtherStudents(OtherBranches):
    __branchname__ = "students"


class OtherRooms(OtherBranches):
    __branchname__ = "rooms"


class Other(DataStoreTree):
    __branches__ = OtherBranches


def plugin(*trees: type) -> object:
    """A connector that registers these trees."""
    return SimpleNamespace(dss_register_trees=hookimpl(lambda: list(trees)))


@pytest.fixture(autouse=True)
def _connectors(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry([])
    registry.register("abacus", plugin(Abacus))
    registry.register("other", plugin(Other))
    registry.register("bare", plugin())
    for module in ("dss.registry", "dss.runner", "dss.tree"):
        monkeypatch.setattr(f"{module}.default_registry", lambda: registry)


def uncommented(text: str) -> str:
    """The file with every setting switched on."""
    return re.sub(r"^#(?=[^ ])", "", text, flags=re.MULTILINE)


def made(play: Play, *connectors: str) -> str:
    """The text that is written for these connectors."""
    result = play.run("init", *connectors, "--output", "-")
    assert result.exit_code == 0
    return result.stdout


def test_it_writes_a_configuration_that_loads(play: Play) -> None:
    """The first connector is left, the second right, with the branches that both have, in the right one's order."""
    (play.folder / "dss.toml").unlink()

    result = play.run("init", "abacus", "other")

    assert result.exit_code == 0
    assert "dss-run check" in result.stdout
    config = load_config(play.folder / "dss.toml")
    assert (config.syncs[0].left, config.syncs[0].right) == ("abacus", "other")
    assert config.syncs[0].branches == ("courses", "students")
    assert "# Only other has rooms" in (play.folder / "dss.toml").read_text(encoding="utf-8")


def test_it_never_overwrites(play: Play) -> None:
    """The file that is there stays, and the exit code says that none was written."""
    before = (play.folder / "dss.toml").read_text(encoding="utf-8")

    result = play.run("init", "abacus", "other")

    assert result.exit_code == 1
    assert "`dss.toml` is there already" in result.stderr
    assert (play.folder / "dss.toml").read_text(encoding="utf-8") == before


def test_output_names_another_file(play: Play) -> None:
    """What is said next names it too."""
    result = play.run("init", "abacus", "other", "-o", "new.toml")

    assert "dss-run check --config new.toml" in result.stdout
    assert (play.folder / "new.toml").exists()


def test_what_has_to_be_filled_in_is_all_that_is_set(play: Play) -> None:
    """Options with a default are switched off; what is needed is marked."""
    text = made(play, "abacus", "other")

    tree = tomllib.loads(text)["trees"]["abacus"]
    assert tree == {
        "connector": "abacus",
        "url": {"env": "ABACUS_URL"},
        "folder": ".",
        "house": "",
        "files": {},
    }
    assert 'house = ""  # FILL IN' in text
    assert 'url = { env = "ABACUS_URL" }  # FILL IN' in text
    assert "# Where it lies.\nfolder = " in text


def test_every_setting_may_be_switched_on_as_it_stands(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defaults shown are the defaults, and of the right types."""
    monkeypatch.setenv("ABACUS_URL", "sqlite://")
    monkeypatch.setenv("ABACUS_TOKEN", "t")
    (play.folder / "all.toml").write_text(uncommented(made(play, "abacus", "other")), encoding="utf-8")

    config = load_config(play.folder / "all.toml")
    options = config.structurer.structure(config.trees["abacus"].options, Options, "trees.abacus")

    assert options.files == Files(names=("a", "b"), quoted=False)
    assert options.archive == Files(names=("a", "b"), quoted=False)
    assert (options.mark, options.days, options.share) == ('tab\t"quote" \x7f', 3, 0.5)
    assert (options.names, options.sizes) == ({"a b": "c"}, [])
    assert config.policies.budgets["courses"].count == 10


def test_shared_explanations_are_given_once(play: Play) -> None:
    """Two tables of one kind do not tell everything twice."""
    text = made(play, "abacus", "other")

    assert text.count("# Which files.") == 1
    assert text.count('#names = ["a", "b"]') == 2


def test_lines_stay_short(play: Play) -> None:
    """Explanations are broken into lines; each still is a comment."""
    assert all(len(line) <= 120 for line in made(play, "abacus", "other").splitlines())


def test_further_connectors_become_further_syncs(play: Play) -> None:
    """One source, two targets; one connector twice gives two trees."""
    table = tomllib.loads(made(play, "abacus", "other", "other"))

    assert [(sync["left"], sync["right"]) for sync in table["sync"]] == [
        ("abacus", "other"),
        ("abacus", "other_2"),
    ]
    assert set(table["trees"]) == {"abacus", "other", "other_2"}


def test_one_connector_leaves_the_right_side_to_a_class_of_ones_own(play: Play) -> None:
    """The file loads all the same."""
    (play.folder / "one.toml").write_text(made(play, "abacus"), encoding="utf-8")

    config = load_config(play.folder / "one.toml")

    assert config.trees[config.syncs[0].right].tree == "my_trees/MyTree"


@pytest.mark.parametrize(
    ("name", "said"), [("abakus", "connector `abakus` is not installed"), ("bare", "brings no tree")]
)
def test_what_cannot_be_used_is_an_error_and_writes_nothing(play: Play, name: str, said: str) -> None:
    """Misspelt, or no connector at all."""
    result = play.run("init", name, "-o", "new.toml")

    assert result.exit_code == 1
    assert said in result.stderr
    assert not (play.folder / "new.toml").exists()


@pytest.mark.parametrize(
    "value",
    [
        "",
        'a "b" \\ \n\t\x00\x1f\x7fé王',
        True,
        -3,
        1.5,
        float("inf"),
        ["a", ["b"]],
        {"a b": {"c": 1}, "": "x", "é": []},
    ],
)
def test_values_come_back_as_they_were(value: Any) -> None:
    """What is written is what a reader of TOML reads."""
    assert tomllib.loads(f"value = {value_text(value)}")["value"] == value


def test_what_toml_lacks_is_refused() -> None:
    """None has no way to be written."""
    with pytest.raises(TypeError, match="nothing like"):
        value_text(None)


def test_sets_and_mappings_of_any_kind_are_written() -> None:
    """Sets in a stable order."""
    table: Mapping[str, Any] = {"b": frozenset({"y", "x"})}

    assert value_text(table) == '{ b = ["x", "y"] }'
