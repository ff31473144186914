"""Plugins: how they are found, which rules they must keep, and of whom a hook is asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import importlib_metadata
import pytest

from dss import DataStoreBranch, DataStoreTree, DefaultImporter, DefaultTemplate, hookimpl
from dss.actions import Action, Kind
from dss.errors import ConfigError, ConnectorError, DssError
from dss.registry import Hooks, Registry

BUILTIN = importlib_metadata.EntryPoint(name="builtin", value="dss.builtin", group="dss")


class Branches(DataStoreBranch):
    pass


class Students(Branches):
    __branchname__ = "students"


class Importer(DefaultImporter):
    def readin_branch(self, branch: Any) -> Any:
        return [{"idnumber": "1", "name": "from the importer"}]


class Template(DefaultTemplate):
    pass


class ShopTree(DataStoreTree):
    """What the fake connector registers."""

    __branches__ = Branches
    __importer__ = Importer
    __template__ = Template


class Shop:
    """A connector that keeps every rule."""

    @hookimpl
    def dss_register_trees(self) -> Any:
        """Give its tree."""
        return [ShopTree]

    @hookimpl
    def dss_register_branches(self) -> Any:
        """Give its branches."""
        return [Students]


class Reader:
    """A plugin that reads branches in its own words."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[str] = []

    @hookimpl
    def dss_readin_branch(self, tree: Any, branch: Any) -> Any:
        """Give one record."""
        self.asked.append(tree.name)
        return [{"idnumber": "1", "name": f"from {self.name}"}]


@pytest.fixture
def registry() -> Registry:
    """A registry with nothing but the built-in and the connector `shop`."""
    made = Registry([BUILTIN], disabled=())
    made.register("shop", Shop())
    return made


def point(name: str, value: str, distribution: str | None, folder: Path) -> importlib_metadata.EntryPoint:
    """An entry point as it is found for an installed distribution."""
    found = importlib_metadata.EntryPoint(name=name, value=value, group="dss")
    if distribution is None:
        return found
    info = folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
    vars(found).update(dist=importlib_metadata.Distribution.at(info))
    return found


def module(name: str, source: str, folder: Path) -> None:
    """Write a module into a folder that Python looks in."""
    (folder / f"{name}.py").write_text(source)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that Python looks in."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


# -- discovery ---------------------------------------------------------------------------------------------------


def test_core_comes_in_by_its_entry_point() -> None:
    """The built-in is installed like anyone's, and not listed as a connector."""
    registry = Registry(disabled=())

    assert registry.load("builtin").__name__ == "dss.builtin"  # type: ignore[attr-defined]
    assert registry.distribution("builtin")[0] == "datastoresync"
    assert "builtin" not in registry.names()


def test_plugins_are_sorted_by_name(folder: Path) -> None:
    """Whatever order they were installed in."""
    points = [point(name, "json", "dss-x", folder) for name in ("moodle", "ldap", "zoo", "gafe")]

    assert Registry(points, disabled=()).names() == ["gafe", "ldap", "moodle", "zoo"]
    assert Registry(reversed(points), disabled=()).names() == ["gafe", "ldap", "moodle", "zoo"]


def test_nothing_is_imported_to_be_listed(folder: Path) -> None:
    """Names and versions are metadata."""
    module("registry_never", "raise RuntimeError('imported')", folder)

    registry = Registry([point("never", "registry_never", "dss-never", folder)], disabled=())

    assert registry.names() == ["never"]
    assert registry.distribution("never") == ("dss-never", "1.2")
    assert "registry_never" not in sys.modules


def test_name_claimed_by_two_distributions_is_refused(folder: Path) -> None:
    """Neither is taken; the error names both, and what to do."""
    module("registry_one", "", folder)
    module("registry_two", "", folder)
    points = [
        point("shop", "registry_one", "dss-shop", folder),
        point("shop", "registry_two", "strangers-shop", folder),
        point("fine", "registry_one", "dss-fine", folder),
    ]

    for order in (points, points[::-1]):
        registry = Registry(order, disabled=())
        with pytest.raises(ConnectorError) as caught:
            registry.load("shop")

        text = str(caught.value)
        assert "`dss-shop` (registry_one)" in text
        assert "`strangers-shop` (registry_two)" in text
        assert "uninstall one" in text
        assert registry.load("fine")
        assert list(registry.load_all()) == ["shop"]


def test_name_given_twice_by_one_distribution_is_refused_too(folder: Path) -> None:
    """One of the two would never be heard of."""
    points = [point("shop", "json", "dss-shop", folder), point("shop", "csv", "dss-shop", folder)]

    with pytest.raises(ConnectorError, match=r"`dss-shop` \(csv\) and by `dss-shop` \(json\)"):
        Registry(points, disabled=()).load("shop")


def test_one_distribution_found_twice_is_one() -> None:
    """As happens when a folder stands on Python's path twice."""
    registry = Registry([BUILTIN, BUILTIN], disabled=())

    assert registry.load("builtin")


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import an_uninstalled_library", "ModuleNotFoundError: No module named 'an_uninstalled_library'"),
        ("1 / 0", "ZeroDivisionError"),
        ("def f(:", "SyntaxError"),
        ("raise SystemExit('no licence')", "SystemExit: no licence"),
    ],
)
def test_broken_connector_is_told_and_the_rest_work(folder: Path, source: str, cause: str) -> None:
    """With its name, its distribution, the cause, and how to switch it off."""
    module("registry_broken", source, folder)
    module("registry_sound", "", folder)
    registry = Registry(
        [
            point("broken", "registry_broken", "dss-broken", folder),
            point("sound", "registry_sound", "dss-sound", folder),
        ],
        disabled=(),
    )

    told = registry.load_all()

    assert list(told) == ["broken"]
    for part in ("connector `broken`", "`dss-broken`", cause, "DSS_DISABLE=broken"):
        assert part in str(told["broken"])
    assert "installed but broken" in str(told["broken"])
    assert registry.load("sound")


def test_entry_point_to_nothing_is_broken_too(folder: Path) -> None:
    """A name that the module does not have."""
    registry = Registry([point("broken", "json:nobody", "dss-broken", folder)], disabled=())

    with pytest.raises(ConnectorError, match="installed but broken: AttributeError"):
        registry.load("broken")


def test_connector_that_is_not_installed_is_told_apart(registry: Registry) -> None:
    """The error lists what is installed."""
    with pytest.raises(
        ConnectorError, match=r"`moodle` is not installed \(installed: `shop`\); `pip install`"
    ):
        registry.load("moodle")


def test_connector_can_be_switched_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a variable; it is then not imported, and whoever wants it is told why it is not there."""
    module("registry_broken", "1 / 0", folder)
    points = [BUILTIN, point("broken", "registry_broken", "dss-broken", folder)]
    monkeypatch.setenv("DSS_DISABLE", "other, broken")

    registry = Registry(points)

    assert registry.names() == []
    assert registry.load_all() == {}
    with pytest.raises(ConnectorError, match="`broken` is switched off by DSS_DISABLE"):
        registry.load("broken")


def test_registering_a_name_twice_is_refused(registry: Registry) -> None:
    """Also by hand, for a test or a notebook."""
    with pytest.raises(ConnectorError, match="`shop` is there already"):
        registry.register("shop", Shop())


def test_help_loads_no_connector() -> None:
    """Importing the core asks no entry point for anything."""
    code = (
        "import sys, dss; dss.__all__\n"
        "assert not any(name.startswith('dss_') for name in sys.modules), sys.modules\n"
        "assert 'pluggy' not in sys.modules and 'attrs' not in sys.modules\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


# -- rules of the hooks ------------------------------------------------------------------------------------------


class Misspelt:
    @hookimpl
    def dss_raedin_branch(self, tree: Any, branch: Any) -> None:
        """Mean to read."""


class Unmarked:
    def dss_readin_branch(self, tree: Any, branch: Any) -> None:
        """Forget the mark."""


class WrongArguments:
    @hookimpl
    def dss_readin_branch(self, tree: Any, brunch: Any) -> None:
        """Name an argument that there is not."""


class Generator:
    @hookimpl
    def dss_readin_branch(self, tree: Any, branch: Any) -> Any:
        """Always answer, with nothing for another's tree."""
        if tree.name == "mine":
            yield {"idnumber": "1"}


class Asynchronous:
    @hookimpl
    async def dss_handle_actions(self, tree: Any, actions: Any) -> Any:
        """Want a loop."""
        return []


class AsynchronousGenerator:
    @hookimpl
    async def dss_handle_actions(self, tree: Any, actions: Any) -> Any:
        """Want a loop, and answer bit by bit."""
        yield 1


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        (Misspelt(), r"unknown hook 'dss_raedin_branch'"),
        (Unmarked(), r"`dss_readin_branch` is named like a hook but not marked.*`@dss.hookimpl`"),
        (WrongArguments(), r"brunch"),
        (Generator(), r"`dss_readin_branch` is a generator function.*return an iterable, or None"),
        (Asynchronous(), r"`dss_handle_actions` is asynchronous"),
        (AsynchronousGenerator(), r"`dss_handle_actions` is asynchronous"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_plugin_that_breaks_a_rule_is_refused_when_loaded(plugin: object, reason: str) -> None:
    """Before anything is asked of it; the error names plugin and hook."""
    registry = Registry([BUILTIN], disabled=())

    with pytest.raises(ConnectorError, match=reason) as caught:
        registry.register("careless", plugin)

    assert "plugin `careless`" in str(caught.value)


def test_installed_plugin_that_breaks_a_rule_is_refused_when_loaded(folder: Path) -> None:
    """And the others still work."""
    source = "from dss import hookimpl\n@hookimpl\ndef dss_reed(tree): pass\n"
    module("registry_careless", source, folder)
    registry = Registry(
        [BUILTIN, point("careless", "registry_careless", "dss-careless", folder)], disabled=()
    )
    registry.register("shop", Shop())

    told = registry.load_all()

    assert list(told) == ["careless"]
    assert "unknown hook 'dss_reed'" in str(told["careless"])


def test_wrapper_may_be_a_generator() -> None:
    """It does not answer: it stands around those who do."""

    class Wrapping:
        @hookimpl(wrapper=True)
        def dss_compare(self, left: Any, right: Any) -> Iterator[None]:
            """Look at what others answer."""
            return (yield)

    Registry([BUILTIN], disabled=()).register("wrapping", Wrapping())


def test_implementation_may_leave_out_arguments(registry: Registry) -> None:
    """What it does not need."""

    class Brief:
        @hookimpl
        def dss_readin_branch(self, branch: Any) -> Any:
            return [{"idnumber": "9"}]

    registry.register("brief", Brief())

    tree = ShopTree(registry=registry, plugins=["brief"])
    +tree

    assert list(tree.students.keys()) == ["9"]


@pytest.mark.parametrize(
    "given",
    [None, ShopTree, [Branches], ["ShopTree"], iter([ShopTree])],
    ids=["none", "class", "branches", "text", "iterator"],
)
def test_registering_something_else_is_refused(given: Any) -> None:
    """Result types are checked, since no type checker compares an implementation with its specification."""

    class Odd:
        @hookimpl
        def dss_register_trees(self) -> Any:
            return given

    registry = Registry([BUILTIN], disabled=())
    registry.register("odd", Odd())

    with pytest.raises(ConnectorError, match=r"`odd`: dss_register_trees gave .*subclasses of DataStoreTree"):
        registry.classes("odd", "trees", DataStoreTree)


def test_registration_that_fails_is_a_broken_connector() -> None:
    """Its heavy imports happen inside the function, and so do their failures."""

    class Heavy:
        @hookimpl
        def dss_register_trees(self) -> Any:
            import an_uninstalled_library  # type: ignore[import-not-found]

            return an_uninstalled_library

    registry = Registry([BUILTIN], disabled=())
    registry.register("heavy", Heavy())

    with pytest.raises(
        ConnectorError, match=r"`heavy` is installed but broken: dss_register_trees: ModuleNotF"
    ):
        registry.classes("heavy", "trees", DataStoreTree)


@pytest.mark.parametrize("hook", ["dss_readin_branch", "dss_compare", "dss_handle_actions"])
@pytest.mark.parametrize("answer", [7, "text", object()], ids=["number", "text", "object"])
def test_answer_that_is_no_iterable_is_refused(hook: str, answer: object) -> None:
    """The error names the hook, what came, and among whom to look."""
    odd = ModuleType("odd")
    functions = {
        "dss_readin_branch": lambda tree, branch: answer,
        "dss_compare": lambda left, right: answer,
        "dss_handle_actions": lambda tree, actions: answer,
    }
    mark: Any = hookimpl
    setattr(odd, hook, mark(functions[hook]))
    hooks = Hooks([("odd", odd)])
    unused: Any = None
    ask: dict[str, Callable[[], object]] = {
        "dss_readin_branch": lambda: hooks.readin_branch(unused, unused),
        "dss_compare": lambda: hooks.compare(unused, unused),
        "dss_handle_actions": lambda: hooks.handle_actions(unused, unused),
    }

    with pytest.raises(
        ConnectorError, match=rf"plugin of odd answered `{hook}` with {type(answer).__name__}"
    ):
        ask[hook]()


# -- of whom a hook is asked -------------------------------------------------------------------------------------


def test_trees_connector_then_named_plugins_then_the_built_in(registry: Registry) -> None:
    """In that order; whoever answers first is heard."""
    order: list[str] = []

    class Shy:
        def __init__(self, name: str) -> None:
            self.name = name

        @hookimpl
        def dss_readin_branch(self, tree: Any, branch: Any) -> None:
            order.append(self.name)

    for name in ("zoo", "ant", "bee"):
        registry.register(name, Shy(name))

    class Mine(DataStoreTree):
        __connector__ = "shop"

    tree: Any = Mine(registry=registry, plugins=["zoo", "ant"])
    +tree

    assert [name for name, _ in tree.hooks.plugins] == ["shop", "zoo", "ant", "builtin"]
    assert order == ["zoo", "ant"]
    assert tree.students["1"].name == "from the importer"


def test_plugin_that_wants_to_be_last_still_comes_before_the_built_in(registry: Registry) -> None:
    """The built-in always answers, so nobody behind it would be heard."""

    class Last:
        @hookimpl(trylast=True)
        def dss_readin_branch(self, tree: Any, branch: Any) -> Any:
            return [{"idnumber": "1", "name": "from the last"}]

    registry.register("last", Last())

    tree: Any = ShopTree(registry=registry, plugins=["last"])
    +tree

    assert tree.students["1"].name == "from the last"


def test_strangers_plugin_is_never_asked(registry: Registry) -> None:
    """It is installed, but the tree does not name it."""
    stranger = Reader("the stranger")
    registry.register("stranger", stranger)

    tree: Any = ShopTree(registry=registry)
    +tree

    assert tree.students["1"].name == "from the importer"
    assert stranger.asked == []


def test_plugin_answers_only_for_the_tree_that_names_it(registry: Registry) -> None:
    """Two trees of one class, one of them with a plugin."""
    reader = Reader("the reader")
    registry.register("reader", reader)
    plain: Any = ShopTree(registry=registry, name="plain")
    special: Any = ShopTree(registry=registry, name="special", plugins=["reader"])

    +plain
    +special

    assert plain.students["1"].name == "from the importer"
    assert special.students["1"].name == "from the reader"
    assert reader.asked == ["special"]


class Handling:
    """A plugin that compares and handles, and remembers for whom."""

    def __init__(self) -> None:
        self.compared: list[str] = []
        self.handled: list[str] = []

    @hookimpl
    def dss_compare(self, left: Any, right: Any) -> None:
        """Leave it to the next."""
        self.compared.append(f"{left.tree.name} {right.tree.name}")

    @hookimpl
    def dss_handle_actions(self, tree: Any, actions: Any) -> Any:
        """Say that all is done."""
        self.handled.append(tree.name)
        return [action.done() for action in actions]


def hand_filled(registry: Registry, name: str, *idnumbers: str, plugins: Any = ()) -> Any:
    """A tree of one branch, filled by hand."""

    class Filled(DataStoreTree):
        __branches__ = Branches
        __template__ = Template

    tree: Any = Filled(registry=registry, name=name, plugins=plugins)
    for idnumber in idnumbers:
        tree.students.make(idnumber)
    return tree


def test_plugins_of_both_sides_may_compare(registry: Registry) -> None:
    """A pair of branches belongs to both trees; each pair is asked once."""
    plugins = {name: Handling() for name in ("of_left", "of_right", "of_nobody")}
    for name, plugin in plugins.items():
        registry.register(name, plugin)
    left = hand_filled(registry, "left", "1", plugins=["of_left"])
    right = hand_filled(registry, "right", plugins=["of_right"])

    assert [action.kind for action in left - right] == [Kind.NEW]

    assert plugins["of_left"].compared == ["left right"]
    assert plugins["of_right"].compared == ["left right"]
    assert plugins["of_nobody"].compared == []


def test_only_the_targets_plugins_handle(registry: Registry) -> None:
    """The left's plugin must not answer for a tree that is not its own."""
    of_left, of_right = Handling(), Handling()
    registry.register("of_left", of_left)
    registry.register("of_right", of_right)

    hand_filled(registry, "left", "1", plugins=["of_left"]) >> hand_filled(registry, "plain")
    hand_filled(registry, "left", "1") >> hand_filled(registry, "right", plugins=["of_right"])

    assert of_left.handled == []
    assert of_right.handled == ["right"]


def test_hooks_are_called_per_branch_and_batch(registry: Registry) -> None:
    """Never per record."""
    plugin = Handling()
    registry.register("counting", plugin)
    left = hand_filled(registry, "left", *map(str, range(1200)))
    right = hand_filled(registry, "right", plugins=["counting"])

    left >> right

    assert plugin.compared == ["left right"]
    assert len(plugin.handled) <= 1200 / 400


def test_unanswered_action_has_failed(registry: Registry) -> None:
    """Exactly one result an action is wanted."""

    class Forgetful:
        @hookimpl
        def dss_handle_actions(self, tree: Any, actions: list[Action]) -> Any:
            return [action.done() for action in actions if action.idnumber != "2"]

    registry.register("forgetful", Forgetful())
    right = hand_filled(registry, "right", plugins=["forgetful"])

    report = hand_filled(registry, "left", "1", "2", "3") >> right

    assert [(result.action.idnumber, result.reason) for result in report.undone] == [("2", "no answer")]
    assert list(right.students.keys()) == ["1", "3"]


def test_tree_read_by_a_plugin_has_to_be_read_too(registry: Registry) -> None:
    """A tree without importer whose plugin reads is unread until then, not empty."""
    registry.register("reader", Reader("the reader"))
    unread = hand_filled(registry, "unread", plugins=["reader"])
    other = hand_filled(registry, "other", "1")

    with pytest.raises(DssError, match=r"`unread.students` has not been read"):
        other - unread

    +unread
    assert [action.kind for action in other - unread] == []


def test_branch_that_no_plugin_reads_is_an_error(registry: Registry) -> None:
    """A plugin that leaves every branch to the next, and no importer to come next."""

    class Shy:
        @hookimpl
        def dss_readin_branch(self, tree: Any, branch: Any) -> None:
            """Leave it to the next."""

    registry.register("shy", Shy())
    tree = hand_filled(registry, "tree", plugins=["shy"])

    with pytest.raises(DssError, match="no plugin of tree `tree` reads `students`"):
        +tree


# -- trees that name a connector ---------------------------------------------------------------------------------


def test_connector_gives_a_tree_its_parts(registry: Registry) -> None:
    """`__connector__` takes branches, importer and template from an installed connector."""

    class Mine(DataStoreTree):
        __connector__ = "shop"

    tree: Any = Mine(registry=registry)
    +tree

    assert isinstance(tree, Mine)
    assert isinstance(tree, ShopTree)
    assert repr(tree) == repr(tree).replace("ShopTree", "Mine")
    assert tree.name == "Mine"
    assert tree.students["1"].name == "from the importer"
    assert type(tree.template) is Template


def test_each_part_can_be_overridden(registry: Registry) -> None:
    """What the user's class declares wins over the connector's."""

    class OwnBranches(DataStoreBranch):
        pass

    class Pupils(OwnBranches):
        __branchname__ = "pupils"

    class OwnImporter(DefaultImporter):
        def readin_branch(self, branch: Any) -> Any:
            return [{"idnumber": "2", "name": "own"}]

    class OwnTemplate(DefaultTemplate):
        pass

    class Mine(DataStoreTree):
        __connector__ = "shop"

    def with_own(**parts: Any) -> Any:
        return +type("Own", (Mine,), parts)(registry=registry)

    assert [branch.__name__ for branch in with_own(__branches__=OwnBranches).branches] == ["pupils"]
    assert with_own(__importer__=OwnImporter).students["2"].name == "own"
    assert type(with_own(__template__=OwnTemplate).template) is OwnTemplate
    assert with_own().students["1"].name == "from the importer"


def test_class_of_the_connector_is_taken_as_it_is(registry: Registry) -> None:
    """A subclass of the connector's own tree needs nothing added."""

    class Mine(ShopTree):
        __connector__ = "shop"

    assert type(Mine(registry=registry)) is Mine


def test_tree_of_a_missing_connector_is_refused_when_made(registry: Registry) -> None:
    """Not when it is read."""

    class Mine(DataStoreTree):
        __connector__ = "moodle"

    with pytest.raises(ConnectorError, match="`moodle` is not installed"):
        Mine(registry=registry)


def test_connector_without_a_tree_is_refused_when_named(registry: Registry) -> None:
    """A plugin need not bring a tree, but then it is no tree's connector."""
    registry.register("reader", Reader("the reader"))

    class Mine(DataStoreTree):
        __connector__ = "reader"

    with pytest.raises(ConfigError, match=r"`Mine.__connector__` is `reader`, which registers no tree"):
        Mine(registry=registry)
