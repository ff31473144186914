"""From plain TOML values to attrs classes, strictly, with errors that say where and what is wanted."""

from __future__ import annotations

import os
import typing
from collections.abc import Mapping
from collections.abc import Sequence as AbstractSequence
from pathlib import Path
from typing import Any, TypeVar

import attrs
import cattrs
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn

from dss.errors import ConfigError
from dss.secrets import Secret, SecretUrl

T = TypeVar("T")

_SEQUENCES = (list, tuple, set, frozenset, AbstractSequence)
_REFERENCES = ("env", "file", "keyring")


class Structurer:
    """Structures values for one configuration.

    Args:
        folder: what relative paths are relative to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._converter = cattrs.Converter(forbid_extra_keys=True)
        for kind in (str, int, float, bool):
            self._converter.register_structure_hook(kind, self._scalar)
        self._converter.register_structure_hook(Path, self._path)
        self._converter.register_structure_hook(Secret, self._secret)
        self._converter.register_structure_hook(SecretUrl, self._secret)
        self._converter.register_structure_hook_factory(_is_sequence, self._sequence)
        self._converter.register_structure_hook_factory(_is_mapping, self._mapping)
        self._converter.register_structure_hook_factory(_has_fields, self._table)

    def structure(self, value: Any, wanted: type[T], path: str) -> T:
        """Make `wanted` of a TOML value.

        Args:
            path: the value's key path in the file, such as `trees.sis`.

        Raises:
            ConfigError: with one line for each thing wrong, every one naming its key path, the value and what is wanted.
        """
        try:
            return self._converter.structure(value, wanted)
        except Exception as error:
            lines = cattrs.transform_error(error, path, lambda exc, _: _explain(exc))
            raise ConfigError("\n".join(_turned(line) for line in lines)) from None

    def _scalar(self, value: Any, wanted: Any) -> Any:
        if wanted is str and _is_reference(value):
            return self._fetch(value)
        if wanted is float and type(value) is int:
            return float(value)
        if type(value) is not wanted:
            names = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
            raise ValueError(f"is {value!r}; wanted {names[wanted]}")
        return value

    def _path(self, value: Any, _: Any) -> Path:
        return self.folder / Path(self._scalar(value, str)).expanduser()

    def _secret(self, value: Any, wanted: Any) -> Secret:
        if _is_reference(value):
            made: Secret = wanted(self._fetch(value))
            return made
        ways = '{ env = "NAME" }, { file = "path" } or { keyring = "service/user" }'
        if wanted is SecretUrl and isinstance(value, str):
            url = SecretUrl(value)
            if url.has_password:
                raise ValueError(f"holds a password in plain text; wanted {ways}")
            return url
        raise ValueError(f"is a secret and must not stand in the file; wanted {ways}")

    def _fetch(self, reference: Mapping[str, str]) -> str:
        ((way, name),) = reference.items()
        if way == "env":
            if name not in os.environ:
                raise ValueError(f"takes its value from the environment variable `{name}`, which is not set")
            return os.environ[name]
        if way == "file":
            file = self.folder / Path(name).expanduser()
            try:
                return file.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(
                    f"takes its value from the file `{file}`, which cannot be read: {error}"
                ) from None
        return _from_keyring(name)

    def _sequence(self, wanted: Any) -> Any:
        items = typing.get_args(wanted) or (Any,)
        origin = typing.get_origin(wanted) or wanted
        make = {AbstractSequence: tuple}.get(origin, origin)

        def structured(value: Any, _: Any) -> Any:
            if not isinstance(value, list | tuple):
                raise ValueError(f"is {value!r}; wanted a list")
            made = []
            for place, one in enumerate(value):
                try:
                    made.append(one if items[0] is Any else self._converter.structure(one, items[0]))
                except ValueError as error:
                    raise ValueError(f"has at place {place + 1} something that {error}") from None
            return make(made)

        return structured

    def _mapping(self, wanted: Any) -> Any:
        arguments = typing.get_args(wanted)
        item = arguments[1] if len(arguments) == 2 else Any

        def structured(value: Any, _: Any) -> Any:
            if not isinstance(value, Mapping):
                raise ValueError(f"is {value!r}; wanted a table")
            made = {}
            for name, one in value.items():
                try:
                    made[name] = one if item is Any else self._converter.structure(one, item)
                except ValueError as error:
                    raise ValueError(f"has under `{name}` something that {error}") from None
            return made

        return structured

    def _table(self, wanted: Any) -> Any:
        inner = make_dict_structure_fn(wanted, self._converter, _cattrs_forbid_extra_keys=True)

        def structured(value: Any, kind: Any) -> Any:
            if not isinstance(value, Mapping):
                raise ValueError(f"is {value!r}; wanted a table")
            return inner(value, kind)

        return structured


def _is_sequence(wanted: Any) -> bool:
    return (typing.get_origin(wanted) or wanted) in _SEQUENCES


def _is_mapping(wanted: Any) -> bool:
    return (typing.get_origin(wanted) or wanted) in (dict, Mapping)


def _has_fields(wanted: Any) -> bool:
    return hasattr(wanted, "__attrs_attrs__")


def _is_reference(value: Any) -> bool:
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in _REFERENCES


def _from_keyring(name: str) -> str:
    service, slash, user = name.partition("/")
    if not slash:
        raise ValueError(f"names the keyring entry {name!r}; wanted 'service/user'")
    try:
        import keyring
    except ImportError:
        raise ValueError(
            "is kept in the keyring, which needs `pip install 'datastoresync[keyring]'`"
        ) from None
    found = keyring.get_password(service, user)
    if found is None:
        raise ValueError(f"is kept in the keyring, which has nothing for service `{service}`, user `{user}`")
    return found


def _explain(error: BaseException) -> str:
    if isinstance(error, ForbiddenExtraKeysError):
        known = ", ".join(sorted(field.alias for field in attrs.fields(error.cl)))
        return (
            f"has the unknown key `{'`, `'.join(sorted(error.extra_fields))}`; known are: {known or 'none'}"
        )
    if isinstance(error, KeyError):
        return f"lacks the key `{error.args[0]}`"
    return str(error) or type(error).__name__


def _turned(line: str) -> str:
    """Put the key path, which cattrs writes last, first."""
    text, mark, path = line.rpartition(" @ ")
    return f"`{path}` {text}" if mark else line
