"""From plain TOML values to attrs classes, strictly, with errors that say where and what is wanted."""

from __future__ import annotations

import datetime
import os
import types
import typing
from collections.abc import Iterable, Mapping
from collections.abc import Sequence as AbstractSequence
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import cattrs
from cattrs.gen import make_dict_structure_fn

from dss.errors import ConfigError
from dss.problems import Problem, Wrong, problems_of
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
        for moment in (datetime.datetime, datetime.date, datetime.time):
            self._converter.register_structure_hook(moment, _moment)
        self._converter.register_structure_hook(Path, self._path)
        self._converter.register_structure_hook(Secret, self._secret)
        self._converter.register_structure_hook(SecretUrl, self._secret)
        self._converter.register_structure_hook_factory(_is_sequence, self._sequence)
        self._converter.register_structure_hook_factory(_is_mapping, self._mapping)
        self._converter.register_structure_hook_factory(_has_fields, self._table)
        self._converter.register_structure_hook_factory(_is_choice, _choice)
        self._converter.register_structure_hook_factory(_is_union, self._union)

    def structure(self, value: Any, wanted: type[T], path: str) -> T:
        """Make `wanted` of a TOML value.

        Args:
            path: the value's key path in the file, such as `trees.sis`.

        Raises:
            ConfigError: with a line for each thing wrong, every one naming its key path, the value and what is wanted.
        """
        try:
            return self._converter.structure(value, wanted)
        except Exception as error:
            lines = [f"`{path}{place}` {text}" for place, text in problems_of(error)]
            raise ConfigError("\n".join(lines)) from None

    def _scalar(self, value: Any, wanted: Any) -> Any:
        if _is_choice(wanted):
            # an enumeration of texts is a kind of text to cattrs
            return _choice(wanted)(value, wanted)
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

    def _fetch(self, reference: Mapping[str, Any]) -> str:
        ((way, name),) = reference.items()
        if not isinstance(name, str) or not name:
            raise ValueError(f"has `{way} = {name!r}`; wanted a text")
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
        # tuple[str, int] has so many members; tuple[str, ...] and all others any number of one kind
        kinds = items if origin is tuple and len(items) > 1 and items[-1] is not ... else None

        def structured(value: Any, _: Any) -> Any:
            if not isinstance(value, list | tuple):
                raise ValueError(f"is {value!r}; wanted a list")
            if kinds is not None and len(value) != len(kinds):
                raise ValueError(f"is {value!r}; wanted a list of {len(kinds)}")
            each = kinds or (items[0],) * len(value)
            return make(
                self._all((f"[{place}]", one, each[place]) for place, one in enumerate(value)).values()
            )

        return structured

    def _mapping(self, wanted: Any) -> Any:
        arguments = typing.get_args(wanted)
        item = arguments[1] if len(arguments) == 2 else Any

        def structured(value: Any, _: Any) -> Any:
            if not isinstance(value, Mapping):
                raise ValueError(f"is {value!r}; wanted a table")
            made = self._all((f".{name}", one, item) for name, one in value.items())
            return dict(zip(value, made.values(), strict=True))

        return structured

    def _all(self, parts: Iterable[tuple[str, Any, Any]]) -> dict[str, Any]:
        """Structure the members of a list or table, by place; everything that is wrong is found at once."""
        made: dict[str, Any] = {}
        found: list[Problem] = []
        for place, value, wanted in parts:
            try:
                made[place] = value if wanted is Any else self._converter.structure(value, wanted)
            except Exception as error:
                found += [(place + rest, text) for rest, text in problems_of(error)]
        if found:
            raise Wrong(found)
        return made

    def _union(self, wanted: Any) -> Any:
        """`A | B`: the first that takes the value; when none does, what the last but None says."""
        kinds = [kind for kind in typing.get_args(wanted) if kind is not type(None)]
        takes_none = len(kinds) < len(typing.get_args(wanted))

        def structured(value: Any, _: Any) -> Any:
            if value is None and takes_none:
                return None
            wrong: list[list[Problem]] = []
            for kind in kinds:
                try:
                    return self._converter.structure(value, kind)
                except Exception as error:
                    wrong.append(problems_of(error))
            # what went wrong deepest inside was meant by the user; else all that could have stood here is named
            deepest = max(wrong, key=lambda problems: max(len(place) for place, _ in problems))
            if any(place for place, _ in deepest) or len(wrong) == 1:
                raise Wrong(deepest)
            texts = [text for problems in wrong for _, text in problems]
            said = [text.partition("; wanted ")[2] for text in texts]
            if all(said):
                raise ValueError(f"is {value!r}; wanted {' or '.join(said)}")
            raise ValueError("; or it ".join(texts))

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
    try:
        found = keyring.get_password(service, user)
    except (keyring.errors.KeyringError, EOFError) as error:
        # there is none, or it is locked and nobody is there to open it
        raise ValueError(
            f"is kept in the keyring, which cannot be opened: {str(error) or type(error).__name__}"
        ) from None
    if found is None:
        raise ValueError(f"is kept in the keyring, which has nothing for service `{service}`, user `{user}`")
    return found


def _moment(value: Any, wanted: Any) -> Any:
    if type(value) is not wanted:
        example = {datetime.datetime: "2026-08-01T06:30:00", datetime.date: "2026-08-01"}.get(
            wanted, "06:30:00"
        )
        raise ValueError(f"is {value!r}; wanted a {wanted.__name__} without quotes, such as {example}")
    return value


def _is_choice(wanted: Any) -> bool:
    return typing.get_origin(wanted) is typing.Literal or (
        isinstance(wanted, type) and issubclass(wanted, Enum)
    )


def _choice(wanted: Any) -> Any:
    is_enum = isinstance(wanted, type)
    members = {one.value: one for one in wanted} if is_enum else {one: one for one in typing.get_args(wanted)}

    def structured(value: Any, _: Any) -> Any:
        for known, member in members.items():
            if type(known) is type(value) and known == value:
                return member
        raise ValueError(f"is {value!r}; wanted one of {', '.join(repr(known) for known in members)}")

    return structured


def _is_union(wanted: Any) -> bool:
    return typing.get_origin(wanted) in (typing.Union, types.UnionType)
