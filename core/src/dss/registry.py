"""Which plugins there are, and the hooks as typed calls.

Discovery is our own: pluggy's loader keeps one of two entry points with one name in silence, and stops at the first
plugin that fails to import.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import importlib_metadata
import pluggy

from dss import hookspecs
from dss.errors import ConnectorError

if TYPE_CHECKING:
    from dss.actions import Action, Result
    from dss.branches import DataStoreBranch
    from dss.importers import Given
    from dss.report import Report
    from dss.runner import Run
    from dss.tree import DataStoreTree

GROUP = "dss"
BUILTIN = "builtin"
DISABLE = "DSS_DISABLE"

T = TypeVar("T")


class Registry:
    """The plugins installed here, imported one by one as they are wanted.

    Args:
        entry_points: for tests; default is what is installed in the group `dss`.
        disabled: names to pass over; default is the environment variable `DSS_DISABLE`, separated by commas.
    """

    def __init__(
        self,
        entry_points: Iterable[importlib_metadata.EntryPoint] | None = None,
        disabled: Collection[str] | None = None,
    ) -> None:
        found = importlib_metadata.entry_points(group=GROUP) if entry_points is None else entry_points
        if disabled is None:
            disabled = [name.strip() for name in os.environ.get(DISABLE, "").split(",") if name.strip()]
        self.disabled = frozenset(disabled)
        self._found: dict[str, importlib_metadata.EntryPoint] = {}
        self._doubled: dict[str, str] = {}
        self._plugins: dict[str, object] = {}
        for point in sorted(found, key=lambda point: (point.name, point.value)):
            if point.name in self.disabled:
                continue
            other = self._found.setdefault(point.name, point)
            if (_distribution(other), other.value) != (_distribution(point), point.value):
                self._doubled[point.name] = (
                    f"plugin name `{point.name}` is claimed by {_claim(other)} and by {_claim(point)}; uninstall one"
                    f" of the two, or switch both off with {DISABLE}={point.name}"
                )

    def names(self) -> list[str]:
        """All names that can be loaded, without the built-in, sorted."""
        return sorted({*self._found, *self._plugins} - {BUILTIN})

    def distribution(self, name: str) -> tuple[str, str]:
        """Name and version of the distribution a plugin comes from; blank for one registered by hand."""
        point = self._found.get(name)
        if point is None or point.dist is None:
            return "", ""
        return point.dist.name, point.dist.version

    def register(self, name: str, plugin: object) -> None:
        """Add a plugin that is not installed, for a test or a notebook."""
        if name in self._plugins or name in self._found:
            raise ConnectorError(f"a plugin named `{name}` is there already")
        _validate(name, plugin)
        self._plugins[name] = plugin

    def load(self, name: str) -> object:
        """Import a plugin and check that it keeps the rules of the hooks.

        Raises:
            ConnectorError: it is not installed, switched off, installed twice, broken, or breaks a rule.
        """
        if name in self._doubled:
            raise ConnectorError(self._doubled[name])
        if name not in self._plugins:
            self._plugins[name] = self._import(name)
        return self._plugins[name]

    def _import(self, name: str) -> object:
        point = self._found.get(name)
        if name in self.disabled:
            raise ConnectorError(
                f"connector `{name}` is switched off by {DISABLE}; take its name out of that variable"
            )
        if point is None:
            there = ", ".join(f"`{other}`" for other in self.names()) or "none"
            raise ConnectorError(
                f"connector `{name}` is not installed (installed: {there}); `pip install` the distribution that"
                " brings it"
            )
        try:
            plugin = point.load()
        except (Exception, SystemExit) as error:
            raise ConnectorError(
                f"connector `{name}` of `{_distribution(point)}` is installed but broken: {type(error).__name__}:"
                f" {error}; reinstall it, or switch it off with {DISABLE}={name}"
            ) from error
        _validate(name, plugin)
        return plugin

    def load_all(self) -> dict[str, ConnectorError]:
        """Import every plugin; give those that could not be, with the reason. The rest work."""
        broken = {}
        for name in self.names():
            try:
                self.load(name)
            except ConnectorError as error:
                broken[name] = error
        return broken

    def hooks(self, names: Sequence[str]) -> Hooks:
        """The hooks of these plugins, asked in this order, and of the built-in, asked last."""
        wanted = list(dict.fromkeys([*names, BUILTIN]))
        return Hooks([(name, self.load(name)) for name in wanted])

    def classes(self, name: str, kind: str, base: type[T]) -> list[type[T]]:
        """What a plugin registers: `kind` is trees, branches, models or templates, `base` what they must derive from.

        Raises:
            ConnectorError: the plugin gave something else than a sequence of fitting classes.
        """
        function = getattr(self.load(name), f"dss_register_{kind}", None)
        if function is None:
            return []
        try:
            given = function()
        except (Exception, SystemExit) as error:
            raise ConnectorError(
                f"connector `{name}` is installed but broken: dss_register_{kind}: {type(error).__name__}: {error};"
                f" reinstall it, or switch it off with {DISABLE}={name}"
            ) from error
        if not isinstance(given, list | tuple) or not all(
            isinstance(one, type) and issubclass(one, base) for one in given
        ):
            raise ConnectorError(
                f"connector `{name}`: dss_register_{kind} gave {given!r}; wanted a list of subclasses of"
                f" {base.__name__}"
            )
        return list(given)


@functools.cache
def default_registry() -> Registry:
    """The registry of what is installed, made at its first use."""
    return Registry()


def _distribution(point: importlib_metadata.EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def _claim(point: importlib_metadata.EntryPoint) -> str:
    return f"`{_distribution(point)}` ({point.value})"


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def _validate(name: str, plugin: object) -> None:
    manager = _manager()
    try:
        manager.register(plugin, name=name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise ConnectorError(f"plugin `{name}` breaks a rule of the hooks: {error}") from error
    marked = set()
    for caller in manager.get_hookcallers(plugin) or []:
        marked.add(caller.name)
        for implementation in caller.get_hookimpls():
            if not (implementation.wrapper or implementation.hookwrapper):
                _check_answering(name, caller.name, implementation.function)
    for attribute in dir(plugin):
        if attribute.startswith(f"{hookspecs.PROJECT}_") and attribute not in marked:
            _check_unmarked(name, attribute, getattr(plugin, attribute, None))


def _check_answering(name: str, hook: str, function: object) -> None:
    if inspect.isgeneratorfunction(function):
        raise ConnectorError(
            f"plugin `{name}`: `{hook}` is a generator function, so it would always answer, if with nothing; return"
            " an iterable, or None to leave it to the next plugin"
        )
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise ConnectorError(
            f"plugin `{name}`: `{hook}` is asynchronous, and the core is not; run your own loop inside it and return"
            " an iterable"
        )


def _check_unmarked(name: str, attribute: str, found: object) -> None:
    if inspect.isroutine(found):
        raise ConnectorError(
            f"plugin `{name}`: `{attribute}` is named like a hook but not marked, so it would never be called; put"
            " `@dss.hookimpl` above it, or give it another name"
        )


class Hooks:
    """The hooks of a chosen set of plugins, one typed method each."""

    def __init__(self, plugins: Sequence[tuple[str, object]]) -> None:
        self.plugins = list(plugins)
        self._manager = _manager()
        # pluggy asks the one registered last first; but of those marked `trylast` the one registered last comes last
        last = [(name, plugin) for name, plugin in self.plugins if name == BUILTIN]
        for name, plugin in [*reversed([one for one in self.plugins if one[0] != BUILTIN]), *last]:
            if not self._manager.is_registered(plugin):
                self._manager.register(plugin, name=name)
        self._hook: Any = self._manager.hook

    @property
    def reads(self) -> bool:
        """Whether a plugin, beside the built-in that asks the tree's importer, reads branches."""
        return any(one.plugin_name != BUILTIN for one in self._hook.dss_readin_branch.get_hookimpls())

    def joined(self, other: Hooks) -> Hooks:
        """These plugins, then the other's, the built-in last."""
        if self.plugins == other.plugins:
            return self
        both = dict([*self.plugins, *other.plugins])
        builtin = [(BUILTIN, both.pop(BUILTIN))] if BUILTIN in both else []
        return Hooks([*both.items(), *builtin])

    def readin_branch(self, tree: DataStoreTree, branch: type[DataStoreBranch]) -> Given:
        """The records of one branch, or a context manager that gives them; None when nobody reads it."""
        records: Given = self._hook.dss_readin_branch(tree=tree, branch=branch)
        if not hasattr(records, "__enter__"):
            self._check_iterable("dss_readin_branch", records)
        return records

    def compare(self, left: type[DataStoreBranch], right: type[DataStoreBranch]) -> Iterable[Action]:
        """The differences of one pair of branches."""
        actions: Iterable[Action] | None = self._hook.dss_compare(left=left, right=right)
        self._check_iterable("dss_compare", actions)
        return actions or ()

    def handle_actions(self, tree: DataStoreTree, actions: Sequence[Action]) -> Iterable[Result]:
        """The answers to one batch of actions."""
        results: Iterable[Result] | None = self._hook.dss_handle_actions(tree=tree, actions=actions)
        self._check_iterable("dss_handle_actions", results)
        return results or ()

    def sync(self, left: DataStoreTree, right: DataStoreTree) -> Report:
        """Carry out `left >> right`."""
        report: Report = self._hook.dss_sync(left=left, right=right)
        return report

    def report(self, run: Run) -> None:
        """Tell all plugins of a finished run."""
        self._hook.dss_report(run=run)

    def _check_iterable(self, hook: str, answer: object) -> None:
        if answer is not None and (isinstance(answer, str | bytes) or not hasattr(answer, "__iter__")):
            raise ConnectorError(
                f"a plugin of {', '.join(name for name, _ in self.plugins)} answered `{hook}` with"
                f" {type(answer).__name__}; wanted an iterable, or None to leave it to the next"
            )
