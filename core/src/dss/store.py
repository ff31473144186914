"""Where a branch keeps its items, and how records become items."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import attrs

from dss.attributes import is_multi, names_of
from dss.errors import ConfigError, ConflictError
from dss.keys import BadIdnumber, check_idnumber
from dss.models import Base

KEY = "idnumber"
NATIVE = "__native__"
REFUSED = "__refused__"

Record = Mapping[str, Any]


class State(StrEnum):
    """How far the reading of a branch has come."""

    UNREAD = "unread"
    READING = "reading"
    COMPLETE = "complete"
    FAILED = "failed"
    NOT_PROVIDED = "not provided"


class Rows:
    """Records by position: the names once, then one plain tuple a record.

    The quickest way for an importer to hand over records, since no mapping is made for each.

    Args:
        fields: attribute names, `idnumber` among them; `NATIVE` names the column with the target's own ids.
        rows: the tuples, of the same length as `fields`; may be a generator.
    """

    __slots__ = ("fields", "rows")

    def __init__(self, fields: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
        self.fields = tuple(fields)
        self.rows = rows
        if KEY not in self.fields:
            raise ConfigError(f"Rows has the fields {', '.join(self.fields)}; `{KEY}` must be one of them")
        if len(set(self.fields)) != len(self.fields):
            raise ConfigError(f"Rows names a field twice: {', '.join(self.fields)}")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.fields, row, strict=True)) for row in self.rows)


@attrs.define
class Steps:
    """What the user has defined to happen to every record on its way in; a step that is None costs nothing."""

    filter_out: Callable[..., object] | None = None
    preprocess: Callable[[dict[str, Any]], object] | None = None
    resolve_duplicate: Callable[[Any, dict[str, Any]], object] | None = None
    will_make_new: Callable[..., object] | None = None
    did_make_new: Callable[[Any], object] | None = None
    will_return_old: Callable[[Any], object] | None = None
    keep: Callable[[Any], object] | None = None

    @property
    def per_record(self) -> bool:
        """Whether any step has to see every record."""
        return any((self.filter_out, self.preprocess, self.will_make_new, self.did_make_new, self.keep))


@attrs.define
class Store:
    """The items of one branch of one tree, with what is doubtful about them.

    Attributes:
        items: by idnumber, in the order read.
        native: the system's own ids by idnumber.
        frozen: records nothing may be concluded about, with the reason.
        problems: bad rows that could not be tied to a record; while there are any, nothing of the branch is removed.
        notes: for people only.
        absent: attributes the source has no column for.
        doubtful: why this branch may lack records that the source has; then nothing of it is removed.
        owner: idnumbers whose attributes another branch of the same tree owns, with that branch's name.
        unused: fields of the records that the model has no place for.
    """

    state: State = State.UNREAD
    items: dict[str, Any] = attrs.field(factory=dict)
    native: dict[str, Any] = attrs.field(factory=dict)
    frozen: dict[str, str] = attrs.field(factory=dict)
    problems: list[str] = attrs.field(factory=list)
    notes: list[str] = attrs.field(factory=list)
    absent: dict[str, None] = attrs.field(factory=dict)
    doubtful: str = ""
    owner: dict[str, str] = attrs.field(factory=dict)
    unused: dict[str, None] = attrs.field(factory=dict)

    def freeze(self, idnumber: str, reason: str) -> None:
        """Set a record aside; a second reason is added to the first."""
        known = self.frozen.get(idnumber)
        if known is None:
            self.frozen[idnumber] = reason
        elif reason not in known:
            self.frozen[idnumber] = f"{known}; {reason}"


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
        positional: list[str | None] = []
        keyword: list[str] = []
        for alias, field in self._fields.items():
            if alias in fields:
                text = f"row[{fields.index(alias)}]"
            elif field.default is attrs.NOTHING:
                text = "None"
            else:
                text = ""
            if text and (keyword or field.kw_only or (positional and positional[-1] is None)):
                keyword.append(f"{alias}={text}")
            elif text:
                positional.append(text)
            else:
                positional.append(None)
        given = [text for text in positional if text is not None]
        if not keyword and given == [f"row[{place}]" for place in range(len(fields))]:
            klass = self.klass
            return lambda row: klass(*row)
        call: Callable[[tuple[Any, ...]], Any] = eval(  # noqa: S307  made of field names and numbers
            f"lambda row: klass({', '.join([*given, *keyword])})", {"klass": self.klass}
        )
        return call


def _init_of(klass: type) -> object:
    return inspect.getattr_static(klass, "__init__")


def _made_by_attrs(klass: type) -> bool:
    code = getattr(_init_of(klass), "__code__", None)
    return code is not None and code.co_filename.startswith("<attrs generated")


def load(store: Store, builder: Builder, records: Rows | Iterable[Record], steps: Steps) -> None:
    """Take records into a store.

    Raises:
        ConfigError: a record is not a mapping, or has no idnumber field at all.
    """
    if isinstance(records, Rows) and not steps.per_record:
        build = builder.by_position(records.fields, store.unused)
        if build is not None:
            _load_rows(store, builder, records, build, steps)
            return
    for record in records:
        if not isinstance(record, Mapping):
            raise ConfigError(
                f"an importer gave {type(record).__name__} {record!r:.80}; wanted a mapping, or Rows(fields, tuples)"
            )
        if KEY not in record:
            raise ConfigError(
                f"an importer gave a record without `{KEY}`; it has {', '.join(map(str, record))}"
            )
        _load_mapping(store, builder, dict(record), steps)


def _load_rows(
    store: Store, builder: Builder, rows: Rows, build: Callable[[tuple[Any, ...]], Any], steps: Steps
) -> None:
    """The quick way in. What it does per row is most of what reading costs, so it holds nothing but the necessary."""
    items, at = store.items, rows.fields.index(KEY)
    native_at = rows.fields.index(NATIVE) if NATIVE in rows.fields else None
    native = store.native
    for row in rows.rows:
        idnumber = row[at]
        if (
            idnumber in items
            or type(idnumber) is not str
            or not idnumber
            or not (idnumber.isascii() and idnumber.isprintable() and idnumber.strip() is idnumber)
        ):
            _load_mapping(store, builder, dict(zip(rows.fields, row, strict=True)), steps)
            continue
        items[idnumber] = build(row)
        if native_at is not None:
            native[idnumber] = row[native_at]


def _load_mapping(store: Store, builder: Builder, record: dict[str, Any], steps: Steps) -> None:
    if steps.filter_out is not None and steps.filter_out(**_without_native(record)):
        return
    if steps.preprocess is not None:
        changed = steps.preprocess(record)
        record = dict(changed) if isinstance(changed, Mapping) else record
    try:
        idnumber = check_idnumber(record[KEY])
    except BadIdnumber as error:
        store.problems.append(f"record {len(store.items) + len(store.problems) + 1}: {error}")
        return
    old = store.items.get(idnumber)
    if old is not None:
        _load_duplicate(store, builder, old, record, steps)
        return
    if steps.will_make_new is not None:
        steps.will_make_new(idnumber)
    item = builder.from_mapping(record, store.unused)
    if steps.keep is not None and not steps.keep(item):
        return
    store.items[idnumber] = item
    if NATIVE in record:
        store.native[idnumber] = record[NATIVE]
    if steps.did_make_new is not None:
        steps.did_make_new(item)


def _without_native(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != NATIVE}


def _load_duplicate(store: Store, builder: Builder, old: Any, record: dict[str, Any], steps: Steps) -> None:
    idnumber = record[KEY]
    if steps.will_return_old is not None:
        steps.will_return_old(old)
    try:
        if steps.resolve_duplicate is not None:
            resolved = steps.resolve_duplicate(old, record)
            if resolved is None:
                return
            if isinstance(resolved, Mapping):
                resolved = builder.from_mapping({**resolved, KEY: idnumber}, store.unused)
            store.items[idnumber] = resolved
            return
        if NATIVE in record and store.native.get(idnumber) != record[NATIVE]:
            raise ConflictError(
                f"the system has two records with idnumber {idnumber!r}: {store.native.get(idnumber)} and {record[NATIVE]};"
                " merge them there"
            )
        store.items[idnumber] = merge(old, builder.from_mapping(record, store.unused))
    except ConflictError as error:
        store.freeze(idnumber, str(error))


def merge(old: Any, new: Any) -> Any:
    """Unite two objects of one idnumber that agree in everything but multi-valued attributes.

    Raises:
        ConflictError: they disagree in something else; which of the two is right cannot be told from their order.
    """
    merged: dict[str, Any] = {}
    conflicts = []
    for name in dict.fromkeys(itertools.chain(names_of(old), names_of(new))):
        was, wanted = getattr(old, name, None), getattr(new, name, None)
        if was == wanted or wanted is None:
            continue
        if was is None:
            merged[name] = wanted
        elif is_multi(was) and is_multi(wanted):
            merged[name] = type(was)([*was, *(value for value in wanted if value not in was)])
        else:
            conflicts.append(f"`{name}` is {was!r} in one and {wanted!r} in the other")
    if conflicts:
        raise ConflictError(f"two rows have this idnumber and disagree: {'; '.join(conflicts)}")
    if not merged:
        return old
    if attrs.has(type(old)):
        names = {field.name for field in attrs.fields(type(old))}
        aliases = {field.name: field.alias for field in attrs.fields(type(old))}
        return attrs.evolve(old, **{aliases[name]: value for name, value in merged.items() if name in names})
    for name, value in merged.items():
        setattr(old, name, value)
    return old
