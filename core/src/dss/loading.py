"""Records taken into a store, with every step that the user has defined, and no cost for those he has not."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dss.attributes import is_multi, model_of, names_of
from dss.blanks import count_columns, count_record, count_row
from dss.builder import Builder
from dss.errors import ConfigError, ConflictError
from dss.fields import Marks
from dss.keys import BadIdnumber, check_idnumber
from dss.sharing import SAMPLE, SHARE_FROM, Row, Sharing
from dss.store import KEY, NATIVE, Record, Rows, Steps, Store
from dss.stored import copy_with, held_by
from dss.wording import short

CHUNK = 4096
"""Keys that are looked at together."""

ROWS = 64
"""Rows that are taken together: few enough to stay at hand in the processor's caches."""


def load(store: Store, builder: Builder, records: Rows | Iterable[Record], steps: Steps) -> None:
    """Take records into a store.

    Raises:
        ConfigError: a record is not a mapping, or has no idnumber field at all.
    """
    if builder.made_by_attrs and not steps.per_record:
        if isinstance(records, Rows):
            _load_rows(store, builder, records, steps)
        else:
            _load_keywords(store, builder, records, steps)
            _check_keys(store, store.items)
    else:
        before = set(store.items)
        for record in records:
            _load_mapping(store, builder, record, steps)
        if steps.keep is not None:
            _leave_out(store, steps.keep, before)


def _leave_out(store: Store, keep: Callable[[Any], object], before: Collection[str]) -> None:
    """Drop what the user's filter does not want, now that rows of one record have been united, whatever their order."""
    for idnumber, item in list(store.items.items()):
        if idnumber not in before and not keep(item):
            store.left_out.add(idnumber)
            del store.items[idnumber]
            store.native.pop(idnumber, None)


def _load_rows(store: Store, builder: Builder, rows: Rows, steps: Steps) -> None:
    """The quick way in: what it does per row is most of what reading costs, so rows are taken many at a time.

    Tight loops over a few rows are not only quicker: among a million records, where nothing is at hand in the
    processor's caches, they let it fetch several things at once.
    """
    fields = rows.fields
    key_at = fields.index(KEY)
    native_at = fields.index(NATIVE) if NATIVE in fields else None
    plain = sharing_made_of = builder.many_by_position(fields, store.unused)
    sharing: Sharing | None = None
    sample: list[Row] = []
    given = iter(rows.rows)
    while chunk := list(itertools.islice(given, ROWS)):
        taken = 0
        columns = _columns(chunk)
        if len(columns) == len(fields):
            made_of = sharing_made_of if sharing is not None and sharing.fits(chunk) else plain
            natives = columns[native_at] if native_at is not None else ()
            taken = _take_together(store, columns[key_at], made_of(chunk), natives)
            if taken == len(chunk):
                count_columns(store, fields, columns)
            elif taken:
                count_columns(store, fields, _columns(chunk[:taken]))
            if sharing is None and len(store.items) >= SHARE_FROM:
                sample += chunk
                if len(sample) >= SAMPLE:
                    sharing = Sharing(
                        sample, [fields.index(name) for name in (KEY, NATIVE) if name in fields]
                    )
                    sharing_made_of = builder.many_by_position(fields, store.unused, sharing.known)
                    sample.clear()
        if taken < len(chunk):
            _load_one_by_one(store, builder, rows, chunk[taken:], steps)


def _columns(rows: Iterable[Row]) -> Sequence[Row]:
    """The same values by columns; none, where the rows are not of one length."""
    try:
        return list(zip(*rows, strict=True))
    except ValueError:
        return ()


def _take_together(
    store: Store, idnumbers: Sequence[Any], made: Iterable[Any], natives: Iterable[Any]
) -> int:
    """Take in objects that are just being made, up to the first that cannot be; none, where an idnumber is doubled.

    Returns:
        how many were taken.
    """
    try:
        if len(set(idnumbers)) < len(idnumbers) or not store.items.keys().isdisjoint(idnumbers):
            return 0
    except TypeError:
        # one of them cannot even be looked up
        return 0
    items: list[Any] = []
    with contextlib.suppress(Exception):
        # why one is refused is found out by taking it by itself
        items.extend(made)
    taken = idnumbers[: len(items)]
    store.items.update(zip(taken, items, strict=True))
    store.native.update(zip(taken, natives, strict=False))
    _check_keys(store, taken)
    return len(taken)


def _load_one_by_one(store: Store, builder: Builder, rows: Rows, chunk: Iterable[Row], steps: Steps) -> None:
    """Rows among which some are not as they should be, or come a second time."""
    build = builder.by_position(rows.fields, store.unused)
    at = rows.fields.index(KEY)
    native_at = rows.fields.index(NATIVE) if NATIVE in rows.fields else None
    for row in chunk:
        idnumber = row[at] if len(row) == len(rows.fields) else None
        if type(idnumber) is not str or idnumber in store.items:
            _load_mapping(store, builder, rows.named(row), steps)
            continue
        count_row(store, rows.fields, row)
        if _is_good(store, idnumber):
            if native_at is not None:
                store.native[idnumber] = row[native_at]
            try:
                store.items[idnumber] = build(row)
            except Exception as error:
                _refuse(store, builder, idnumber, error)


def _refuse(store: Store, builder: Builder, idnumber: Any, error: Exception) -> None:
    """The model will not have a record: nothing may be concluded about it, and the others go on."""
    if _is_good(store, idnumber):
        store.freeze(
            idnumber, f"model `{builder.klass.__qualname__}` refuses it: {type(error).__name__}: {error}"
        )


def _load_keywords(store: Store, builder: Builder, records: Iterable[Record], steps: Steps) -> None:
    """Mappings whose names are the model's own go to it as they are; others take the careful way."""
    items, klass = store.items, builder.klass
    fitting = True
    for record in records:
        if (
            fitting
            and isinstance(record, Mapping)
            and (idnumber := record.get(KEY)) is not None
            and idnumber not in items
        ):
            try:
                items[idnumber] = klass(**record)
            except TypeError:
                # a name that the model does not have, or one that it lacks
                fitting = False
            except Exception as error:
                store.rows += 1
                _refuse(store, builder, idnumber, error)
                continue
            else:
                store.rows += 1
                count_record(store, record)
                continue
        _load_mapping(store, builder, record, steps)


def _check_keys(store: Store, keys: Iterable[Any]) -> None:
    """Look at keys that have been taken in, many at a time: nearly always there is nothing to find."""
    bad = [idnumber for idnumber in _suspects(keys) if not _is_good(store, idnumber)]
    for idnumber in bad:
        del store.items[idnumber]
        store.native.pop(idnumber, None)


def _suspects(given: Iterable[Any]) -> Iterator[Any]:
    keys = iter(given)
    while chunk := list(itertools.islice(keys, CHUNK)):
        try:
            text = f"|{'|'.join(chunk)}|"
        except TypeError:
            yield from chunk
            continue
        if not (text.isascii() and text.isprintable()) or "| " in text or " |" in text or "||" in text:
            yield from chunk


def _is_good(store: Store, idnumber: Any) -> bool:
    try:
        check_idnumber(idnumber)
    except BadIdnumber as error:
        store.problems.append(str(error))
        return False
    return True


def _load_mapping(store: Store, builder: Builder, given: Record, steps: Steps) -> None:
    """Take in one record with all the user's steps."""
    if not isinstance(given, Mapping):
        raise ConfigError(
            f"an importer gave {type(given).__name__} {short(given)}; wanted a mapping, or Rows(fields, tuples)"
        )
    if KEY not in given:
        raise ConfigError(f"an importer gave a record without `{KEY}`; it has {', '.join(map(str, given))}")
    store.rows += 1
    record = dict(given)
    if steps.filter_out is not None and steps.filter_out(**_without_native(record)):
        return
    if steps.preprocess is not None:
        changed = steps.preprocess(record)
        record = dict(changed) if isinstance(changed, Mapping) else record
    count_record(store, record)
    idnumber: Any = record.get(KEY)
    if not _is_good(store, idnumber):
        return
    old = store.items.get(idnumber)
    if old is not None:
        load_again(store, builder, old, record, steps)
        return
    if steps.will_make_new is not None:
        steps.will_make_new(idnumber)
    try:
        item = builder.from_mapping(record, store.unused)
    except Exception as error:
        _refuse(store, builder, idnumber, error)
        return
    store.items[idnumber] = item
    if NATIVE in record:
        store.native[idnumber] = record[NATIVE]
    if steps.did_make_new is not None:
        steps.did_make_new(item)


def _without_native(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != NATIVE}


def load_again(store: Store, builder: Builder, old: Any, record: dict[str, Any], steps: Steps) -> None:
    """Take in one more record of an idnumber that is there already.

    Args:
        old: the item that is there.
    """
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
            if not isinstance(resolved, builder.klass):
                raise ConfigError(
                    f"`resolve_duplicate` gave {short(resolved)} for {idnumber!r}; wanted a record, an object of"
                    f" `{builder.klass.__qualname__}`, or None to keep the one that is there"
                )
            store.items[idnumber] = resolved
            return
        if NATIVE in record and store.native.get(idnumber) != record[NATIVE]:
            raise ConflictError(
                f"the system has two records with idnumber {idnumber!r}: {store.native.get(idnumber)} and"
                f" {record[NATIVE]}; merge them there"
            )
        try:
            new = builder.from_mapping(record, store.unused)
        except Exception as error:
            _refuse(store, builder, idnumber, error)
            return
        store.items[idnumber] = merge(old, new)
    except ConflictError as error:
        store.freeze(idnumber, str(error))


def merge(old: Any, new: Any) -> Any:
    """Unite two objects of one idnumber that agree in everything but multi-valued attributes.

    Raises:
        ConflictError: they disagree in something else; which of the two is right cannot be told from their order.
    """
    was, wanted = held_by(old), held_by(new)
    merged: dict[str, Any] = {}
    conflicts = []
    for name in _mergeable(old, new):
        one, other = _value(old, was, name), _value(new, wanted, name)
        if one == other or other is None:
            continue
        if one is None:
            merged[name] = other
        elif is_multi(one) and is_multi(other):
            merged[name] = type(one)([*one, *(value for value in other if value not in one)])
        else:
            conflicts.append(f"`{name}` is {one!r} in one and {other!r} in the other")
    united = copy_with(old, merged) if merged else old
    if not conflicts:
        # what is computed follows from what is held; where it does not, something unseen differs
        conflicts = _computed_conflicts(united, copy_with(new, merged))
    if conflicts:
        raise ConflictError(f"two rows have this idnumber and disagree: {'; '.join(conflicts)}")
    return united


def _mergeable(old: Any, new: Any) -> Iterator[str]:
    """The public attributes that can be set: those held, and properties that have a setter."""
    marked = model_of(type(old)).fields
    for name in dict.fromkeys([*held_by(old), *held_by(new), *names_of(old)]):
        computed = getattr(type(old), name, None)
        settable = not isinstance(computed, property) or computed.fset is not None
        if not name.startswith("_") and settable and marked.get(name, Marks()).compare:
            yield name


def _value(item: Any, held: Mapping[str, Any], name: str) -> Any:
    return held[name] if name in held else getattr(item, name, None)


def _computed_conflicts(one: Any, other: Any) -> list[str]:
    found = []
    for name in names_of(one):
        try:
            was, wanted = getattr(one, name), getattr(other, name, None)
        except Exception:  # noqa: S112  a property that raises is reported by the comparison
            continue
        if (
            wanted is not None
            and was is not None
            and was != wanted
            and not (is_multi(was) and is_multi(wanted))
        ):
            found.append(f"`{name}` is {was!r} in one and {wanted!r} in the other")
    return found
