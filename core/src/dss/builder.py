"""Objects of a model out of records, by keyword or by position."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import attrs

from dss.errors import ConfigError
from dss.models import Base
from dss.store import KEY, NATIVE, Record


class Builder:
    """Makes objects of one class from records, by keyword or by position."""

    def __init__(self, klass: type) -> None:
        self.klass = klass
        self._fields: dict[str, Any] | None = None
        self.takes_any = False
        self.accepted: tuple[str, ...] = ()
        if attrs.has(klass) and _made_by_attrs(klass):
            self._fields = {f.alias: f for f in attrs.fields(klass) if f.init}
            self.accepted = tuple(self._fields)
        else:
            self._study_signature(klass)

    def _study_signature(self, klass: type) -> None:
        if _init_of(klass) is _init_of(Base):
            self.takes_any = True
            return
        try:
            parameters = list(inspect.signature(klass).parameters.values())
        except (TypeError, ValueError):
            self.takes_any = True
            return
        if not parameters:
            raise ConfigError(
                f"model `{klass.__qualname__}` takes no arguments; its `__init__` must take the idnumber first"
            )
        self.takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self._first = parameters[0].name
        self._required = [
            p.name
            for p in parameters[1:]
            if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
        ]
        self.accepted = (KEY, *(p.name for p in parameters[1:]))

    @property
    def made_by_attrs(self) -> bool:
        """Whether attrs wrote the class's `__init__`, which then takes exactly its fields and does nothing else."""
        return self._fields is not None

    def from_mapping(self, record: Record, unused: dict[str, None]) -> Any:
        """Make an object; fields the class has no place for are named in `unused`."""
        if self.takes_any and self._fields is None:
            rest = {name: value for name, value in record.items() if name not in (KEY, NATIVE)}
            return self.klass(record[KEY], **rest)
        given = {}
        for name, value in record.items():
            if name in self.accepted:
                given[name] = value
            elif name != NATIVE:
                unused[name] = None
        if self._fields is not None:
            for name, field in self._fields.items():
                if name not in given and field.default is attrs.NOTHING:
                    given[name] = None
            return self.klass(**given)
        for name in self._required:
            given.setdefault(name, None)
        return self.klass(given.pop(KEY), **given)

    def takes_in_order(self, fields: tuple[str, ...]) -> bool:
        """Whether a tuple of these fields can be given to the class as it is: `klass(*row)`."""
        if self._fields is None or any(field.kw_only for field in self._fields.values()):
            return False
        aliases = tuple(self._fields)
        rest = [field for alias, field in self._fields.items() if alias not in fields]
        return aliases[: len(fields)] == fields and all(field.default is not attrs.NOTHING for field in rest)

    def by_position(
        self, fields: tuple[str, ...], unused: dict[str, None]
    ) -> Callable[[tuple[Any, ...]], Any] | None:
        """A function from a plain tuple to an object, or None when this class cannot be made so.

        Compiled for these fields, since it runs once a record: a mapping and keywords cost four times as much.
        """
        if self._fields is None:
            return None
        for name in fields:
            if name not in self._fields and name != NATIVE:
                unused[name] = None
        arguments: list[str] = []
        by_keyword = False
        for alias, field in self._fields.items():
            if alias in fields:
                text = f"row[{fields.index(alias)}]"
            elif field.default is attrs.NOTHING:
                text = "None"
            else:
                # its default stands; what comes after it can no longer be told by its place
                by_keyword = True
                continue
            by_keyword = by_keyword or field.kw_only
            arguments.append(f"{alias}={text}" if by_keyword else text)
        call: Callable[[tuple[Any, ...]], Any] = eval(  # noqa: S307  made of field names and numbers
            f"lambda row: klass({', '.join(arguments)})", {"klass": self.klass}
        )
        return call


def _init_of(klass: type) -> object:
    return inspect.getattr_static(klass, "__init__")


def _made_by_attrs(klass: type) -> bool:
    code = getattr(_init_of(klass), "__code__", None)
    return code is not None and code.co_filename.startswith("<attrs generated")
