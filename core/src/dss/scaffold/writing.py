"""Writes the project of a new connector."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from dss.errors import ConfigError
from dss.scaffold.names import Names

MIT = "MIT"
_LICENCE_FILE = "LICENSE"
_SPDX = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")
_DOTTED = ("github", "gitignore")
"""What begins with a dot in a project, and must not here: it would count for this one."""


def project_files(names: Names, licence: str = MIT) -> dict[str, str]:
    """The texts of a new project, by their paths in it.

    Args:
        names: what it is called.
        licence: an SPDX expression. Of any but MIT the text is not known, so there is no `LICENSE` then.

    Raises:
        ConfigError: the licence is no SPDX expression.
    """
    if not _SPDX.fullmatch(licence):
        raise ConfigError(
            f"licence `{licence}`: wanted an SPDX expression, such as `Apache-2.0` or `LicenseRef-Proprietary`"
        )
    found = {names.applied(path): names.applied(text) for path, text in _templates()}
    if licence != MIT:
        del found[_LICENCE_FILE]
        mine = f'\nlicense = "{MIT}"\n'
        found["pyproject.toml"] = found["pyproject.toml"].replace(mine, f'\nlicense = "{licence}"\n')
    return found


def _templates() -> Iterator[tuple[str, str]]:
    for path, file in _walk(files("dss.scaffold") / "project"):
        first, slash, rest = path.partition("/")
        yield f".{first}{slash}{rest}" if first in _DOTTED else path, file.read_text(encoding="utf-8")


def _walk(folder: Traversable, above: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith(".") or entry.name == "__pycache__":
            # what tools and the installation leave there
            continue
        if entry.is_dir():
            yield from _walk(entry, f"{above}{entry.name}/")
        else:
            yield above + entry.name, entry


def write_project(folder: Path, texts: dict[str, str]) -> None:
    """Make a folder with these files: all of them, or none.

    Raises:
        ConfigError: something of that name is there already.
        OSError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise ConfigError(
            f"`{folder}` is there already and stays as it is; choose another name, another folder with --output, or"
            " move it away"
        ) from None
    try:
        for path, text in texts.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
