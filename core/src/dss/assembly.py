"""From a configuration to trees: connectors found, options structured, the user's own code in its places."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dss.attributes import model_of
from dss.branches import DataStoreBranch
from dss.config import BranchConfig, Config, SyncConfig
from dss.errors import ConfigError, ConnectorError
from dss.number_spaces import check_number_spaces
from dss.people import Rule, same_person
from dss.policy_tables import check_names
from dss.registry import Registry
from dss.school import BRANCHES, IDNUMBER_TEMPLATES
from dss.specifiers import resolve
from dss.tree import DataStoreTree


class Assembly:
    """Builds what one configuration describes.

    Every error it raises is a `ConfigError` or `ConnectorError` that names the file and the key path.
    """

    def __init__(self, config: Config, registry: Registry) -> None:
        self.config, self.registry = config, registry

    def pair(self, place: int) -> tuple[DataStoreTree, DataStoreTree]:
        """The left and the right tree of one `[[sync]]`, with everything that is configured for their branches."""
        config = self.config.syncs[place]
        left, right = self.tree(config.left), self.tree(config.right)
        path = f"sync[{place}]"
        for name in config.branches or ():
            for side, tree in (("left", left), ("right", right)):
                self._set_up(tree, side, name, config.of.get(name, BranchConfig()), f"{path}.{name}")
        for name in config.of if config.branches is None else ():
            for side, tree in (("left", left), ("right", right)):
                self._set_up(tree, side, name, config.of[name], f"{path}.{name}")
        self._check_order(config.branches or (), right, f"{path}.branches")
        left.set_idnumber_templates(self._number_spaces(config, path, left, right))
        return left, right

    def _check_order(self, names: Sequence[str], right: DataStoreTree, path: str) -> None:
        """What is made before that to which it refers would be dropped, and left to the next run."""
        for place, name in enumerate(names):
            branch: type[DataStoreBranch] = getattr(right, name)
            for attribute, others in branch.single_references().items():
                late = [other for other in others if other in names[place + 1 :]]
                if late:
                    raise self._error(
                        f"`{path}` has `{name}` before `{late[0]}`, to which its `{attribute}` refers; put"
                        f" `{late[0]}` first"
                    )

    def tree(self, name: str) -> DataStoreTree:
        """One tree, as its table `[trees.NAME]` has it."""
        config = self.config.trees[name]
        path = f"trees.{name}"
        connector: str | None
        if config.connector is not None:
            with self.naming(f"{path}.connector"):
                found = self.registry.classes(config.connector, "trees", DataStoreTree)
            if not found:
                raise self._error(f"`{path}.connector` is {config.connector!r}, which registers no tree")
            kind: Any = found[0]
            connector = config.connector
        else:
            kind = self._resolved(config.tree or "", f"{path}.tree")
            if not (isinstance(kind, type) and issubclass(kind, DataStoreTree)):
                raise self._error(f"`{path}.tree` is {kind!r}; wanted a subclass of DataStoreTree")
            connector = kind.__connector__
        with self.naming(path):
            kind = DataStoreTree.united(kind, self.registry)
        try:
            options = self.config.structurer.structure(config.options, kind.Options, path)
        except ConfigError as error:
            raise self._error(str(error)) from None
        plugins = [*([connector] if connector else []), *config.plugins]
        with self.naming(path):
            tree: DataStoreTree = kind(
                options, name=name, plugins=plugins, registry=self.registry, config_folder=self.config.folder
            )
        with self.naming(f"{path}.plugins"):
            # asked for now, so that one that is not there is told of by its place in the file
            _ = tree.hooks
        return tree

    def _error(self, text: str) -> ConfigError:
        """What is wrong with the file, one line for each thing, every one naming the file."""
        return ConfigError("\n".join(f"{self.config.path}: {line}" for line in text.splitlines()))

    @contextlib.contextmanager
    def naming(self, path: str) -> Iterator[None]:
        """Put file and key path before what a connector or a declaration finds wrong."""
        try:
            yield
        except (ConfigError, ConnectorError) as error:
            raise type(error)(f"{self.config.path}: `{path}`: {error}") from None

    def _resolved(self, specifier: str, path: str) -> Any:
        """What a specifier names; an exception in the user's own module passes, since its traceback tells where."""
        try:
            return resolve(specifier, path)
        except ConfigError as error:
            raise self._error(str(error)) from None

    def _function(self, specifier: str, path: str, given: str) -> Callable[..., Any]:
        """A function of the user's own.

        Args:
            given: what its one argument will be, for the message when it does not take just one.
        """
        found = self._resolved(specifier, path)
        if not callable(found):
            raise self._error(f"`{path}` is {specifier!r}, which is {found!r}; wanted a function")
        if not _takes_one(found):
            raise self._error(
                f"`{path}` is {specifier!r}, which cannot be called with {given} alone: it takes"
                f" {inspect.signature(found)}"
            )
        function: Callable[..., Any] = found
        return function

    def _set_up(self, tree: DataStoreTree, side: str, name: str, config: BranchConfig, path: str) -> None:
        derive = getattr(config.derive, side)
        if not any(branch.__name__ == name for branch in tree.branches):
            if derive is None:
                there = ", ".join(branch.__name__ for branch in tree.branches) or "none"
                raise self._error(
                    f"`{path}`: tree `{tree.name}` has no branch `{name}` (it has {there}); derive it with"
                    f" `derive.{side}`, or take it out of `branches`"
                )
            with self.naming(path):
                tree.add_branch(_declaration(name))
        branch: type[DataStoreBranch] = getattr(tree, name)
        if derive is not None:
            tree.add_branch(branch, derive=self._function(derive, f"{path}.derive.{side}", "the tree"))
        model = getattr(config.model, side)
        if model is not None:
            klass = self._resolved(model, f"{path}.model.{side}")
            if not isinstance(klass, type):
                raise self._error(f"`{path}.model.{side}` is {model!r}, which is {klass!r}; wanted a class")
            with self.naming(f"{path}.model.{side}"):
                branch.configure(klass=klass)
        rule = getattr(config.filter, side)
        if rule is not None:
            branch.keep_only(self._function(rule, f"{path}.filter.{side}", "a record"))
        self._check_attributes(branch, [*(config.attributes or ())], f"{path}.attributes")
        if side == "right":
            self._check_attributes(branch, config.flow, f"{path}.flow")
            branch.configure(flow=config.flow)
            if config.attributes is not None:
                branch.configure(attributes=config.attributes)
        if config.allow_empty:
            branch.configure(allow_empty=True)

    def _check_attributes(self, branch: type[DataStoreBranch], names: Iterable[str], path: str) -> None:
        """A misspelt attribute would be left out, or written, in silence."""
        model = model_of(branch.klass)
        for name in names:
            if name not in model.names and not model.dynamic:
                raise self._error(
                    f"`{path}` names {name!r}, which model `{branch.klass.__qualname__}` of {branch.path()} does not"
                    f" have; it has {', '.join(model.names)}"
                )

    def _number_spaces(
        self, config: SyncConfig, path: str, left: DataStoreTree, right: DataStoreTree
    ) -> dict[str, str]:
        people = [branch.__name__ for branch in left.branches if branch.people]
        wanted = {name: one.idnumber for name, one in config.of.items() if one.idnumber is not None}
        for name in wanted:
            if name not in people:
                raise self._error(
                    f"`{path}.{name}.idnumber` is {wanted[name]!r}, but {name} is no branch of people; take it out"
                )
        templates = {name: wanted.get(name, IDNUMBER_TEMPLATES.get(name, "{idnumber}")) for name in people}
        with self.naming(path):
            check_number_spaces(
                {name: templates[name] for name in shared_names(config, left, right) if name in people}
            )
        return templates

    def rule(self, place: int) -> Rule | None:
        """What tells that two records are one person, as configured for one `[[sync]]`."""
        wanted = self.config.syncs[place].same_person
        if isinstance(wanted, str):
            return self._function(wanted, f"sync[{place}].same_person", "a record")
        return same_person if wanted else None

    def check_policies(self, rights: Mapping[str, type[DataStoreBranch]]) -> None:
        """A budget, say, for a branch or attribute that is not there would leave another without one.

        Args:
            rights: the targets' branches by name.
        """

        def check(branch: str, attribute: str, path: str) -> None:
            if branch not in rights:
                raise self._error(
                    f"`{path}` is for a branch that no [[sync]] has; wanted one of {', '.join(sorted(rights))}"
                )
            if attribute:
                self._check_attributes(rights[branch], [attribute], path)

        check_names(self.config.policies, check)


def _takes_one(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(None)
    except ValueError:
        # some that are written in C do not say what they take
        return True
    except TypeError:
        return False
    return True


def shared_names(config: SyncConfig, left: DataStoreTree, right: DataStoreTree) -> Sequence[str]:
    """The branches of a sync: those configured, else those that both trees have, in the right one's order."""
    if config.branches is not None:
        return config.branches
    there = {branch.__name__ for branch in left.branches}
    return [branch.__name__ for branch in right.branches if branch.__name__ in there]


def _declaration(name: str) -> type[DataStoreBranch]:
    """A branch that only the configuration knows of: from the school's vocabulary, or of any attributes."""
    mixin = BRANCHES.get(name)
    bases: tuple[type, ...] = (DataStoreBranch,) if mixin is None else (mixin, DataStoreBranch)
    declared: type[DataStoreBranch] = type(
        name, bases, {"__branchname__": name, "__doc__": f"The derived branch {name}."}
    )
    return declared
