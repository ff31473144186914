"""The configuration: one TOML file, read whole and checked before anything else happens."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from dss.attributes import Flow
from dss.errors import ConfigError
from dss.policies import Policies
from dss.policy_tables import KEYS as POLICY_KEYS
from dss.policy_tables import PolicyTables
from dss.structure import Structurer

DEFAULT_FILE = "dss.toml"


@attrs.frozen
class Sided:
    """A specifier `'module/name'` for one side or both."""

    left: str | None = None
    right: str | None = None


@attrs.frozen
class BranchConfig:
    """`[sync.BRANCH]`: how one branch is compared."""

    model: Sided = attrs.field(
        factory=Sided,
        metadata={"help": 'a model class of your own for that side, such as `"my_school/Student"`'},
    )
    filter: Sided = attrs.field(
        factory=Sided,
        metadata={"help": "a function of an item; those for which it is false do not belong to that side"},
    )
    derive: Sided = attrs.field(
        factory=Sided,
        metadata={"help": "a function of the tree that gives the branch's records out of others"},
    )
    flow: Mapping[str, str] = attrs.field(
        factory=dict,
        metadata={
            "help": "by attribute: `authoritative` (default), `create_only`, `keep`, `add_only` or `ignore`"
        },
    )
    attributes: tuple[str, ...] | None = attrs.field(
        default=None,
        metadata={"help": "exactly these attributes are compared; default: all that both models have"},
    )
    idnumber: str | None = attrs.field(
        default=None,
        metadata={"help": 'for people: what the number becomes in the target, such as `"T{idnumber}"`'},
    )
    allow_empty: bool = attrs.field(
        default=False, metadata={"help": "believe a source that has no record at all in this branch"}
    )


@attrs.frozen
class SyncConfig:
    """`[[sync]]`: one pair of trees."""

    left: str = attrs.field(metadata={"help": "the tree that says what is needed; it is only read"})
    right: str = attrs.field(metadata={"help": "the tree that is changed"})
    branches: tuple[str, ...] | None = attrs.field(
        default=None,
        metadata={
            "help": "which branches, in the order in which new records are made: what is referred to comes first;"
            " default: all that both trees have"
        },
    )
    same_person: bool | str = attrs.field(
        default=True,
        metadata={
            "help": "whether records in two branches of people with equal e-mail address and family name are one person"
            ' with one account, pupils excepted; or a function of an item, `"my_school/same_person"`: what it gives,'
            " when equal and not None, tells one person"
        },
    )
    of: Mapping[str, BranchConfig] = attrs.field(factory=dict, metadata={"help": "the tables [sync.BRANCH]"})


@attrs.frozen
class TreeConfig:
    """`[trees.NAME]`: one system; the other keys are the connector's own options."""

    name: str
    connector: str | None = attrs.field(
        default=None, metadata={"help": "name of an installed connector (`dss-run connectors` lists them)"}
    )
    tree: str | None = attrs.field(
        default=None, metadata={"help": 'instead of it, a tree class of your own: `"my_school/SIS"`'}
    )
    plugins: tuple[str, ...] = attrs.field(
        default=(),
        metadata={"help": "names of installed plugins, beside the connector, that are asked for this tree"},
    )
    options: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Config:
    """The whole file.

    Attributes:
        path: the file.
        state: folder for what is to be remembered from run to run, and for the lock that keeps two runs apart.
        trees: by name.
        syncs: in the order in which they run.
        policies: how careful a run is: budgets, guards, what is protected, when things expire.
        on_failure: a command and its arguments, as a list, that is run when a run ends with anything but 0 or 2.
        table: the file's own values, before anything was made of them; references to secrets, never secrets.
        structurer: makes a connector's options out of plain values.
    """

    path: Path
    state: Path
    trees: Mapping[str, TreeConfig]
    syncs: tuple[SyncConfig, ...]
    policies: Policies
    structurer: Structurer
    on_failure: tuple[str, ...] = ()
    table: Mapping[str, Any] = attrs.field(factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        """The file's folder, in which the user's own modules lie and to which paths are relative."""
        return self.path.parent


TOP_KEYS = ("state", "trees", "sync", *POLICY_KEYS, "on_failure")
_SYNC_KEYS = ("left", "right", "branches", "same_person")
_TREE_KEYS = ("connector", "tree", "plugins")


def load_config(path: Path | str = DEFAULT_FILE) -> Config:
    """Read and check a configuration; the user's own modules in its folder can be imported afterwards.

    Raises:
        ConfigError: naming the file, the key path, the value met and what is wanted.
    """
    path = Path(path).absolute()
    table = _read(path)
    try:
        config = _Loader(path).config(table)
    except ConfigError as error:
        raise ConfigError("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from None
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            # some editors put a byte order mark before what they save as UTF-8
            return tomllib.loads(file.read().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"there is no configuration `{path}`; name one with --config, or make one with `dss-run init`"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not in UTF-8 (byte {error.start}); save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from None


class _Loader:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.structurer = Structurer(path.parent)

    def config(self, table: dict[str, Any]) -> Config:
        for key in table:
            if key not in TOP_KEYS:
                raise ConfigError(f"`{key}` is an unknown key; known are: {', '.join(TOP_KEYS)}")
        trees = {name: self._tree(name, value) for name, value in self._table(table, "trees").items()}
        if not trees:
            raise ConfigError("`trees` is missing; wanted a table [trees.NAME] for each system")
        syncs = table.get("sync", [])
        if not isinstance(syncs, list) or not syncs:
            raise ConfigError(
                "`sync` is missing or no list; wanted one [[sync]] (two brackets) for each pair of trees"
            )
        return Config(
            self.path,
            self.structurer.structure(table.get("state", "state"), Path, "state"),
            trees,
            tuple(self._sync(f"sync[{place}]", sync, trees) for place, sync in enumerate(syncs)),
            PolicyTables(self.structurer).policies(table),
            self.structurer,
            self.structurer.structure(table.get("on_failure", []), tuple[str, ...], "on_failure"),
            table,
        )

    def _table(self, table: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise ConfigError(f"`{key}` is {value!r}; wanted a table")
        return value

    def _tree(self, name: str, value: Any) -> TreeConfig:
        path = f"trees.{name}"
        if not isinstance(value, dict):
            raise ConfigError(f"`{path}` is {value!r}; wanted a table")
        own = {key: value[key] for key in _TREE_KEYS if key in value}
        options = {key: one for key, one in value.items() if key not in _TREE_KEYS}
        tree = self.structurer.structure({"name": name, **own}, TreeConfig, path)
        if (tree.connector is None) == (tree.tree is None):
            has = "both `connector` and" if tree.connector else "neither `connector` nor"
            raise ConfigError(
                f"`{path}` has {has} `tree`; wanted one of the two:"
                " an installed connector's name, or a class of your own, 'module/Class'"
            )
        return attrs.evolve(tree, options=options)

    def _sync(self, path: str, value: Any, trees: Mapping[str, TreeConfig]) -> SyncConfig:
        if not isinstance(value, dict):
            raise ConfigError(f"`{path}` is {value!r}; wanted a table")
        own = {key: value[key] for key in _SYNC_KEYS if key in value}
        same_person = own.pop("same_person", True)
        if not isinstance(same_person, bool | str):
            raise ConfigError(
                f"`{path}.same_person` is {same_person!r}; wanted true, false or 'module/function'"
            )
        sync = self.structurer.structure(own, _PlainSync, path)
        for side, name in (("left", sync.left), ("right", sync.right)):
            if name not in trees:
                raise ConfigError(
                    f"`{path}.{side}` is {name!r}; wanted the name of a tree: {', '.join(trees)}"
                )
        if sync.left == sync.right:
            raise ConfigError(f"`{path}.right` is {sync.right!r}, as `left` is; wanted two different trees")
        for name in sync.branches or ():
            if sync.branches is not None and sync.branches.count(name) > 1:
                raise ConfigError(f"`{path}.branches` names {name!r} twice; wanted each branch once")
        tables: dict[str, BranchConfig] = {}
        for key, one in value.items():
            if key in _SYNC_KEYS:
                continue
            if sync.branches is not None and key not in sync.branches:
                raise ConfigError(
                    f"`{path}.{key}` is neither a key ({', '.join(_SYNC_KEYS)}) nor one of its `branches`"
                    f" ({', '.join(sync.branches)})"
                )
            if not isinstance(one, dict):
                raise ConfigError(
                    f"`{path}.{key}` is {one!r}; there is no such key, known are {', '.join(_SYNC_KEYS)}, and a table"
                    " for each branch"
                )
            tables[key] = self._branch(f"{path}.{key}", one)
        return SyncConfig(sync.left, sync.right, sync.branches, same_person, tables)

    def _branch(self, path: str, value: Any) -> BranchConfig:
        branch = self.structurer.structure(value, BranchConfig, path)
        for attribute, flow in branch.flow.items():
            if flow not in tuple(Flow):
                raise ConfigError(f"`{path}.flow.{attribute}` is {flow!r}; wanted one of {', '.join(Flow)}")
        return branch


@attrs.frozen
class _PlainSync:
    left: str
    right: str
    branches: tuple[str, ...] | None = None
