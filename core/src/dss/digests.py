"""What a configuration was when a plan was made: versions, and digests of everything that decides what is found."""

from __future__ import annotations

import functools
import hashlib
import json
import site
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import importlib_metadata

from dss.config import Config
from dss.registry import Registry

CORE = "dss"
CONNECTOR = "connector "
DISTRIBUTION = "datastoresync"


def config_digests(config: Config, registry: Registry) -> dict[str, str]:
    """Versions of the core and of the connectors in use; digests of trees, syncs and the user's own Python files.

    Call it when the trees have been made, and nothing has been read yet: the user's modules are those that have been
    imported by then. References to secrets are part of it, secrets are not; nor is what says how careful a run is.

    Args:
        config: as read.
        registry: where its connectors come from.
    """
    found = {CORE: f"{DISTRIBUTION} {_version()}"}
    for tree in config.trees.values():
        for name in (*([tree.connector] if tree.connector else []), *tree.plugins):
            distribution, version = registry.distribution(name)
            found[f"{CONNECTOR}{name}"] = f"{distribution} {version}".strip() or "not installed"
    for name, table in config.table.get("trees", {}).items():
        found[f"trees.{name}"] = _digest(table)
    for place, table in enumerate(config.table.get("sync", [])):
        found[f"sync[{place}]"] = _digest(table)
    for name, path in _own_files(config.folder):
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What has changed in between, a sentence each."""
    found = []
    for part in dict.fromkeys([*then, *now]):
        before, after = then.get(part), now.get(part)
        if before != after:
            found.append(_sentence(part, before, after))
    return found


def _sentence(part: str, before: str | None, after: str | None) -> str:
    if part == CORE or part.startswith(CONNECTOR):
        what = "dss-run" if part == CORE else f"connector `{part.removeprefix(CONNECTOR)}`"
        if before is None or after is None:
            return f"{what} was not in use then" if before is None else f"{what} is not in use any more"
        return f"{what} was of {before}, and is of {after}"
    what = f"`{part}`" if part.endswith(".py") else f"[{part}] of the configuration"
    if before is None:
        return f"{what} was not there"
    return f"{what} is not there any more" if after is None else f"{what} has changed"


def _version() -> str:
    try:
        return importlib_metadata.version(DISTRIBUTION)
    except importlib_metadata.PackageNotFoundError:
        return "unknown"


def _digest(table: Any) -> str:
    # days and times of TOML as texts; the order of keys means nothing there
    text = json.dumps(table, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _own_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The modules imported from a folder, without what is installed somewhere inside it."""
    folder = folder.resolve()
    installed = [path for path in _installation() if path.is_relative_to(folder)]
    found = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name == "__main__" or not isinstance(file, str) or not file.endswith(".py"):
            continue
        path = _resolved(file)
        # nearly all of them lie elsewhere, which is told by their names alone
        if not str(path).startswith(str(folder)) or not path.is_relative_to(folder):
            continue
        if not any(path.is_relative_to(one) for one in installed) and path.is_file():
            found[path.relative_to(folder).as_posix()] = path
    yield from sorted(found.items())


@functools.cache
def _resolved(file: str) -> Path:
    """Where a module really lies: asked of the file system once in a process, which may begin many runs."""
    return Path(file).resolve()


@functools.cache
def _installation() -> list[Path]:
    places = [*sysconfig.get_paths().values(), *site.getsitepackages(), sys.prefix]
    return [Path(place).resolve() for place in dict.fromkeys(places)]
