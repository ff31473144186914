"""Trees: one system each, with its branches, and the operators between two of them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import attrs

from dss.branches import DataStoreBranch
from dss.capabilities import Capability, Finding
from dss.collector import frozen_heap
from dss.datastore import DataStore
from dss.discovery import discover
from dss.errors import ConfigError, StateError
from dss.importers import DefaultImporter
from dss.pairs import Pair, ready_pairs
from dss.reading import read
from dss.registry import Hooks, Registry, default_registry
from dss.rehearsal import Rehearsal
from dss.sources import Source
from dss.specifiers import resolve
from dss.store import Record
from dss.templates import DefaultTemplate

if TYPE_CHECKING:
    from dss.actions import Action
    from dss.policies import Budget
    from dss.report import Report

Specifier = str | type | None
T = TypeVar("T")
Derivation = Callable[[Any], Iterable[Record]]


class DataStoreTree:
    """Base of all trees: one system.

    For a connector, write in two files a subclass with `__branches__`, `__importer__` and `__template__`, `Options`,
    `check`, `identity`, `capabilities`, `open_client` and, where writes can be bracketed, `batch`.

    Args:
        options: an object of `Options`; or give its fields as keywords.
        name: the tree's name in the datastore; default is the class's name.
        plugins: names of plugins, beside the connector, whose hooks are asked for this tree.
        registry: where plugins are found; default is what is installed.
        config_folder: what relative paths in the options are relative to; default is the current folder.

    Attributes:
        __branches__: the base of the branches, a class or `'package.module/Class'`: its named subclasses in its own
            module are the tree's branches, each an attribute of the tree: `tree.students`.
        __importer__: the importer's class; without one the tree is filled by hand, or by a plugin.
        __template__: the template's class; without one nothing can be carried out on the tree.
        __connector__: name of a connector whose tree this class builds on; what the class itself declares wins.
        capabilities: what the system can do; what is not declared is taken not to work.
        options: the object of `Options`.
        name: the tree's name, such as `moodle` of `[trees.moodle]`.
        config_folder: what relative paths in the options are relative to.
        branches: the tree's branches, in the order of their declaration.
        budgets: how much `>>` may remove, by branch or `branch.attribute`; None is the default budget.
        datastore: a window on everything that trees hold, for people to look at.
    """

    __branches__: ClassVar[str | type[DataStoreBranch] | None] = None
    __importer__: ClassVar[str | type[DefaultImporter] | None] = None
    __template__: ClassVar[str | type[DefaultTemplate] | None] = None
    __connector__: ClassVar[str | None] = None

    capabilities: ClassVar[frozenset[Capability]] = frozenset()

    @attrs.frozen
    class Options:
        """What can be configured; a connector gives fields, each with `metadata={"help": ...}`.

        With `"fill_in": True` beside it a field that has a default is shown in the starter file as one to fill in.
        """

    options: Any
    name: str

    def __new__(cls, *args: Any, registry: Registry | None = None, **kwargs: Any) -> Self:
        """Make a tree of the connector that the class names, if it names one."""
        made: Any = object.__new__(_with_connector(cls, registry or default_registry()))
        return made  # type: ignore[no-any-return]

    def __init__(
        self,
        options: Any = None,
        *,
        name: str | None = None,
        plugins: Sequence[str] = (),
        registry: Registry | None = None,
        config_folder: Path | str | None = None,
        **given: Any,
    ) -> None:
        self.name = name or type(self).__name__
        self.config_folder = Path(config_folder) if config_folder is not None else Path.cwd()
        self.options = options if options is not None else self._options(given)
        self._registry = registry or default_registry()
        self._plugins = tuple(plugins)
        self._idnumbers: dict[str, str] = {}
        self._derived: dict[str, Derivation] = {}
        self._client: Any = None
        self.deriving = ""
        self.budgets: Mapping[str, Budget] | None = None
        self.branches: list[type[DataStoreBranch]] = []
        self.datastore = DataStore(self)
        for branch in self._declared_branches():
            self._attach(branch)

    def _options(self, given: dict[str, Any]) -> Any:
        try:
            return self.Options(**given)
        except TypeError as error:
            raise ConfigError(f"options of tree `{self.name}`: {error}") from None

    # -- branches --------------------------------------------------------------------------------------------------

    def _declared_branches(self) -> list[type[DataStoreBranch]]:
        base = self._part("__branches__", DataStoreBranch)
        return discover(base) if base is not None else []

    def _attach(self, branch: type[DataStoreBranch]) -> None:
        name = branch.__branchname__
        if not (isinstance(name, str) and name.isidentifier()) or name.startswith("_") or iskeyword(name):
            raise ConfigError(f"branch name {name!r} of `{branch.__qualname__}` is no public Python name")
        if hasattr(type(self), name) or name in vars(self):
            raise ConfigError(
                f"branch `{name}` of `{branch.__qualname__}` has the name of something every tree has; choose another"
            )
        bound = branch.bind(self)
        self.branches.append(bound)
        setattr(self, name, bound)

    def add_branch(
        self, branch: type[DataStoreBranch], derive: Derivation | None = None
    ) -> type[DataStoreBranch]:
        """Give this one tree a branch more, or another way to read one it has.

        Args:
            branch: the declaration.
            derive: a function from the tree to records, read instead of asking the importer; `dss.importers.reads`
                on it tells which branches it looks at.
        """
        name = branch.__branchname__
        if not any(known.__name__ == name for known in self.branches):
            self._attach(branch)
        if derive is not None:
            self._derived[name] = derive
        found: type[DataStoreBranch] = getattr(self, name)
        return found

    def is_derived(self, name: str) -> bool:
        """Whether a branch is derived from others by a function, instead of read by the importer."""
        return name in self._derived

    def derivation(self, name: str) -> Derivation | None:
        """The function that a branch is derived by; None when it is read by the importer."""
        return self._derived.get(name)

    @staticmethod
    def united(kind: type[DataStoreTree], registry: Registry) -> type[DataStoreTree]:
        """The class that is really instantiated: a tree that names a connector takes over that connector's tree."""
        return _with_connector(kind, registry)

    def __getattr__(self, name: str) -> Any:
        # only for what is not there: a branch is an ordinary attribute
        if name.startswith("_"):
            raise AttributeError(name)
        if hasattr(type(self), name):
            # a property that raised AttributeError: let its own words be heard
            return object.__getattribute__(self, name)
        there = ", ".join(branch.__name__ for branch in vars(self).get("branches", ())) or "none"
        raise AttributeError(
            f"tree `{type(self).__name__}` has no branch or attribute `{name}`; its branches: {there}"
        )

    # -- parts -----------------------------------------------------------------------------------------------------

    def _part(self, attribute: str, base: type[T]) -> type[T] | None:
        value = getattr(type(self), attribute)
        found = resolve(value, f"{type(self).__name__}.{attribute}") if isinstance(value, str) else value
        if found is not None and not (isinstance(found, type) and issubclass(found, base)):
            raise ConfigError(
                f"`{type(self).__name__}.{attribute}` names {found!r}; wanted a subclass of {base.__name__}"
            )
        return found

    @property
    def has_importer(self) -> bool:
        """Whether the tree is read, by an importer or a plugin of its own, or filled by hand."""
        return type(self).__importer__ is not None or self.hooks.reads

    @functools.cached_property
    def importer(self) -> DefaultImporter | None:
        """The importer, made from `__importer__` at its first use."""
        made = self._part("__importer__", DefaultImporter)
        return made(self) if made is not None else None

    @functools.cached_property
    def template(self) -> DefaultTemplate:
        """The template, made from `__template__` at its first use."""
        made = self._part("__template__", DefaultTemplate)
        if made is None:
            raise ConfigError(
                f"tree `{self.name}` has no `__template__`, so nothing can be carried out on it"
            )
        return made(self)

    @functools.cached_property
    def hooks(self) -> Hooks:
        """The hooks of the tree's connector, of its named plugins, and of the built-in; never of anything else."""
        connector = type(self).__connector__
        return self._registry.hooks([*([connector] if connector else []), *self._plugins])

    # -- what a connector provides ---------------------------------------------------------------------------------

    def capabilities_of(self, branch: str) -> frozenset[Capability]:
        """What can be done in one branch: what the branch declares, else what the tree does."""
        declared: frozenset[Capability] | None = getattr(self, branch).capabilities
        return type(self).capabilities if declared is None else declared

    def open_client(self) -> Any:
        """Open the connection to the system. Called once, at the first use of `client`."""
        raise ConfigError(
            f"tree `{self.name}` has no client; `{type(self).__name__}` must define `open_client`"
        )

    @property
    def client(self) -> Any:
        """The open connection."""
        if self._client is None:
            self._client = self.open_client()
        return self._client

    def close(self) -> None:
        """Close the connection, when it is open and can be closed."""
        client, self._client = self._client, None
        if client is not None and hasattr(client, "close"):
            client.close()

    def check(self) -> Iterable[Finding]:
        """Look whether the system can be reached and permits what is needed; writes nothing."""
        return ()

    def identity(self) -> str:
        """Which system this is, without secrets."""
        return self.name

    def sources(self) -> Iterable[Source]:
        """What this tree is read from, as far as that can be known again: for files, their content and time.

        By it an older export, or the same one again, is known; without it neither can be told.
        """
        return ()

    def rehearsal(self) -> AbstractContextManager[Rehearsal]:
        """What encloses a dry run: the real handlers run, and nothing that they write stays. Without it there is none.

        Raises:
            ConfigError: this system cannot do that.
        """
        raise ConfigError(
            f"tree `{self.name}` cannot be rehearsed on: `{type(self).__name__}` defines no `rehearsal`"
        )

    def batch(self) -> AbstractContextManager[object]:
        """What encloses one batch of writes: one transaction, where the system has them."""
        return contextlib.nullcontext()

    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        """A free value for a unique attribute, to break an exchange of values; None when the system cannot do that."""
        return None

    def after_run(self) -> Iterable[str]:
        """What is left to be done by hand after a run that wrote something, one sentence each."""
        return ()

    # -- number spaces ---------------------------------------------------------------------------------------------

    def idnumber(self, branch: str, number: str) -> str:
        """A person's number of this system, as the target knows it: `T117` for teacher 117."""
        template = self._idnumbers.get(branch)
        return number if template is None else template.replace("{idnumber}", number)

    @property
    def idnumber_templates(self) -> Mapping[str, str]:
        """The number spaces, by branch of people."""
        return self._idnumbers

    def set_idnumber_templates(self, templates: dict[str, str]) -> None:
        """Give each people branch its number space, such as `{"teachers": "T{idnumber}"}`."""
        self._idnumbers = dict(templates)

    # -- reading ---------------------------------------------------------------------------------------------------

    def read(self, only: Collection[str] | None = None) -> None:
        """Read branches in, those first that others look at.

        Args:
            only: branch names; those they need are read too. None is all.

        Raises:
            ReadError: a branch cannot be read whole. Its state is then failed, and later ones stay unread.
        """
        read(self, only)

    # -- operators -------------------------------------------------------------------------------------------------

    def __pos__(self) -> Self:
        """Read the whole tree in: `+tree`."""
        self.read()
        return self

    def __neg__(self) -> Self:
        """Empty the tree again: `-tree`."""
        for branch in self.branches:
            branch.clear()
        return self

    def __sub__(self, right: DataStoreTree) -> Iterator[Action]:
        """Yield what would have to happen to the right tree; both sides are checked now, not at the first `next`."""
        if not isinstance(right, DataStoreTree):
            return NotImplemented
        pairs = ready_pairs(self, right)
        return _differences(pairs, right.hooks.joined(self.hooks))

    def __gt__(self, right: DataStoreTree) -> None:
        """Print the differences, one a line."""
        if not isinstance(right, DataStoreTree):
            return NotImplemented
        for action in self - right:
            print(action.message)  # noqa: T201  printing is what the operator is for
        return None

    def __lt__(self, right: DataStoreTree) -> None:
        if not isinstance(right, DataStoreTree):
            return NotImplemented
        if type(self) is not type(right) and isinstance(self, type(right)):
            # for `right > self` Python asks the more derived class first, and asks it this
            return NotImplemented
        raise StateError(
            "`left < right` means nothing between trees; to print the differences write `left > right`"
        )

    def __rshift__(self, right: DataStoreTree) -> Report:
        """Carry the differences out on the right tree; returns what became of them."""
        if not isinstance(right, DataStoreTree):
            return NotImplemented
        return right.hooks.joined(self.hooks).sync(self, right)

    def __repr__(self) -> str:
        return f"<{type(self).__qualname__} {self.name!r}>"


_united: dict[tuple[type[DataStoreTree], type[DataStoreTree]], type[DataStoreTree]] = {}


def _with_connector(cls: type[DataStoreTree], registry: Registry) -> type[DataStoreTree]:
    """A tree class that names a connector takes over that connector's tree; what the class itself declares wins."""
    connector = cls.__connector__
    if connector is None:
        return cls
    trees = registry.classes(connector, "trees", DataStoreTree)
    if not trees:
        raise ConfigError(f"`{cls.__name__}.__connector__` is `{connector}`, which registers no tree")
    if issubclass(cls, tuple(trees)):
        return cls
    united = _united.get((cls, trees[0]))
    if united is None:
        place = {"__module__": cls.__module__, "__qualname__": cls.__qualname__}
        united = _united[cls, trees[0]] = type(cls.__name__, (cls, trees[0]), place)
    return united


__all__ = ["Capability", "DataStoreTree", "Derivation", "Finding"]


def _differences(pairs: Sequence[Pair], hooks: Hooks) -> Iterator[Action]:
    with frozen_heap():
        for left, right in pairs:
            yield from hooks.compare(left, right)
