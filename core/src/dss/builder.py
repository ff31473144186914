"""Objects of a model out of records, by keyword or by position."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from dss.errors import ConfigError
from dss.models import Base
from dss.sharing import Known, Row
from dss.store import KEY, NATIVE, Record


class Builder:
    """Makes objects of one class from records, by keyword or by position.

    Raises:
        ConfigError: the class has no place for an idnumber.
    """

    def __init__(self, klass: type) -> None:
        self.klass = klass
        self._fields: dict[str, Any] | None = None
        self._aliases: dict[str, str] = {}
        self._by_place: list[str] = []
        self._required: list[str] = []
        self._takes_any = False
        self._key_comes_first = True
        if attrs.has(klass) and _made_by_attrs(klass):
            self._study_fields(klass)
        else:
            self._study_signature(klass)

    def _study_fields(self, klass: type) -> None:
        fields = [field for field in attrs.fields(klass) if field.init]
        self._fields = {field.alias: field for field in fields}
        # records, and the other side's objects, name attributes; attrs wants them by their aliases
        self._aliases = {field.name: field.alias for field in fields} | {name: name for name in self._fields}
        self._by_place = [field.alias for field in fields if not field.kw_only and field.alias != KEY]
        self._required = [field.alias for field in fields if field.default is attrs.NOTHING]
        if KEY not in self._fields:
            raise ConfigError(f"model `{klass.__qualname__}` has no field `{KEY}`; every model needs one")
        self._key_comes_first = fields[0].alias == KEY and not fields[0].kw_only

    def _study_signature(self, klass: type) -> None:
        if _init_of(klass) is _init_of(Base):
            self._takes_any = True
            return
        try:
            parameters = list(inspect.signature(klass).parameters.values())
        except (TypeError, ValueError):
            self._takes_any = True
            return
        by_place = [p for p in parameters if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]
        named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        self._takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
        first = by_place[0] if by_place else None
        has_key = any(p.name == KEY for p in named)
        if not (first or has_key or self._takes_any):
            raise ConfigError(
                f"model `{klass.__qualname__}` takes no arguments; its `__init__` must take the idnumber first"
            )
        # a first parameter of another name is the idnumber, unless there is one of that name
        self._key_comes_first = first is not None and (first.name == KEY or not has_key)
        others = [p for p in named if p.name != KEY and not (self._key_comes_first and p is first)]
        self._aliases = {p.name: p.name for p in others}
        self._by_place = [p.name for p in others if p in by_place]
        self._required = [p.name for p in others if p.default is p.empty]

    @property
    def made_by_attrs(self) -> bool:
        """Whether attrs wrote the class's `__init__`, which then takes exactly its fields and does nothing else."""
        return self._fields is not None

    def new(self, idnumber: str, *args: Any, **kwargs: Any) -> Any:
        """Make an object as a programmer would: arguments beyond the idnumber go to the class as they are."""
        if self._key_comes_first:
            return self.klass(idnumber, *args, **kwargs)
        return self.klass(*args, idnumber=idnumber, **kwargs)

    def as_record(self, idnumber: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The arguments of `new` as a record, each under its attribute's name where that is known."""
        names = {alias: name for name, alias in reversed(self._aliases.items()) if name != alias}
        given = dict(zip(self._by_place, args, strict=False)) | kwargs
        return {KEY: idnumber} | {names.get(alias, alias): value for alias, value in given.items()}

    def from_mapping(self, record: Record, unused: dict[str, None]) -> Any:
        """Make an object; what the class needs and the record lacks is None, what it has no place for is `unused`."""
        given: dict[str, Any] = {}
        for name, value in record.items():
            if name in (KEY, NATIVE):
                continue
            if name in self._aliases:
                given[self._aliases[name]] = value
            elif self._takes_any:
                given[name] = value
            else:
                unused[name] = None
        for name in self._required:
            if name != KEY:
                given.setdefault(name, None)
        return self.new(record[KEY], **given)

    def many_by_position(
        self, fields: tuple[str, ...], unused: dict[str, None], shared: Mapping[int, Known] | None = None
    ) -> Callable[[Iterable[Row]], Iterable[Any]]:
        """A function from plain tuples of these fields to objects; only for a class made by attrs.

        Args:
            fields: the attributes' names.
            unused: takes the names that the class has no place for.
            shared: by their place in a tuple, the values that are kept once.
        """
        if not shared and self._takes_in_order(fields):
            # tuples that have the class's own order go to it as they are
            return functools.partial(itertools.starmap, self.klass)
        return functools.partial(map, self.by_position(fields, unused, shared))

    def _takes_in_order(self, fields: tuple[str, ...]) -> bool:
        given = self._by_attrs()
        if any(field.kw_only for field in given.values()):
            return False
        fields = self._as_aliases(fields)
        rest = [field for alias, field in given.items() if alias not in fields]
        return tuple(given)[: len(fields)] == fields and all(
            field.default is not attrs.NOTHING for field in rest
        )

    def by_position(
        self, fields: tuple[str, ...], unused: dict[str, None], shared: Mapping[int, Known] | None = None
    ) -> Callable[[Row], Any]:
        """A function from a plain tuple of these fields to an object, as `many_by_position`.

        Compiled for these fields, since it runs once a record: a mapping and keywords cost four times as much.
        """
        fields, shared = self._as_aliases(fields), shared or {}
        given = self._by_attrs()
        unused.update((name, None) for name in fields if name not in given and name != NATIVE)
        arguments: list[str] = []
        by_keyword = False
        for alias, field in given.items():
            if alias in fields:
                at = fields.index(alias)
                text = f"known{at}[row[{at}]]" if at in shared else f"row[{at}]"
            elif field.default is attrs.NOTHING:
                text = "None"
            else:
                # its default stands; what comes after it can no longer be told by its place
                by_keyword = True
                continue
            by_keyword = by_keyword or field.kw_only
            arguments.append(f"{alias}={text}" if by_keyword else text)
        call: Callable[[Row], Any] = eval(  # noqa: S307  made of field names and numbers
            f"lambda row: klass({', '.join(arguments)})",
            {"klass": self.klass, **{f"known{at}": known for at, known in shared.items()}},
        )
        return call

    def _by_attrs(self) -> dict[str, Any]:
        assert self._fields is not None, "only a class made by attrs has fields of known places"
        return self._fields

    def _as_aliases(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._aliases.get(name, name) for name in fields)


def _init_of(klass: type) -> object:
    return inspect.getattr_static(klass, "__init__")


def _made_by_attrs(klass: type) -> bool:
    code = getattr(_init_of(klass), "__code__", None)
    return code is not None and code.co_filename.startswith("<attrs generated")
