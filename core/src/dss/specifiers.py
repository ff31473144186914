"""Specifiers: `'package.module/Name'`, the way trees, branches and the configuration name Python objects."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from dss.errors import ConfigError


def resolve(specifier: str, wanted_by: str) -> Any:
    """Import what `'package.module/Name'` names.

    Args:
        specifier: the import path, a slash, and the name in that module.
        wanted_by: what asks for it, for the error's text.

    Raises:
        ConfigError: the text has another form, or the module or the name is not there. An exception inside the
            module itself passes through: it is the module's own fault, and its traceback tells where.
    """
    module_name, slash, name = specifier.partition("/")
    if not (slash and name.isidentifier() and all(part.isidentifier() for part in module_name.split("."))):
        raise ConfigError(f"`{wanted_by}` is {specifier!r}; wanted 'package.module/Name'")
    module = import_module(module_name, f"`{wanted_by}` = {specifier!r}")
    try:
        return getattr(module, name)
    except AttributeError:
        where = getattr(module, "__file__", None) or "built in"
        raise ConfigError(
            f"`{wanted_by}` is {specifier!r}, but module `{module_name}` ({where}) has no `{name}`; is the name"
            " spelt right?"
        ) from None


def import_module(module_name: str, wanted_by: str) -> ModuleType:
    """Import a module by name; "not there" and "there but broken" are told apart."""
    if module_name in sys.modules:
        return sys.modules[module_name]
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and (module_name == error.name or module_name.startswith(error.name + ".")):
            raise ConfigError(
                f"{wanted_by}: there is no module `{module_name}`; it has to be installed, or lie in a folder"
                " that Python looks in (the folder of the configuration file does)"
            ) from None
        raise
    except SystemExit as error:
        raise ConfigError(
            f"{wanted_by}: module `{module_name}` ends the program while it is imported ({error!r}); take that out"
        ) from error
