"""Branches: one kind of item in one tree.

A branch is declared by subclassing `DataStoreBranch`. What `tree.students` gives is a class made for that one tree
object, a subclass of the declared one named `dss.branches.students`, so that two trees never share an item.
"""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, ClassVar, get_args, get_type_hints

import attrs

from dss.attributes import Flow, model_of, names_of
from dss.blanks import count_record
from dss.branch_type import BranchType
from dss.builder import Builder
from dss.capabilities import Capability
from dss.errors import ConfigError, ConflictError
from dss.keys import check_idnumber
from dss.loading import load, load_again
from dss.specifiers import resolve
from dss.store import KEY, NATIVE, Record, Rows, State, Steps, Store

if TYPE_CHECKING:
    from dss.tree import DataStoreTree

_STEPS = ("will_make_new", "did_make_new", "will_return_old")


class DataStoreBranch(metaclass=BranchType):
    """Base of all branches.

    Attributes:
        __branchname__: the name on the tree; both trees of a sync use the same. A class without one is only a base.
        klass: the model, a class or `'package.module/Class'`.
        refers_to: attributes that hold idnumbers of other branches, with those branches' names.
        key_of: attributes that the idnumber is made of, by `dss.models.key`.
        unique: attributes of which no two records of the target may hold one value, beside those the model marks.
        flow: how far the left's word goes, by attribute, see `dss.attributes.Flow`; read on the right branch.
        attributes: an explicit, strict list of what is compared; None is everything both models have.
        witnesses: groups of attributes, any one of which, when equal, confirms that a record is the same one.
        parent: the reference by which a branch's removals are counted per parent, such as an enrollment's class.
        removal_values: an update to this value takes something away and counts as a removal.
        allow_empty: zero records on the left are believed.
        people: its items are people, of whom one may stand in several branches.
        capabilities: what can be done in this branch; None is what the tree declares.
        tree: the tree that it belongs to; only a tree's own branches have it.

    A subclass may define steps, as plain methods that get the class: `will_make_new(cls, idnumber)` and
    `did_make_new(cls, item)` around the making of an item, `will_return_old(cls, item)` when its idnumber comes again.
    """

    __branchname__: ClassVar[str] = ""
    klass: ClassVar[Any] = "dss.models/Base"
    refers_to: ClassVar[Mapping[str, str | tuple[str, ...]]] = {}
    key_of: ClassVar[tuple[str, ...]] = ()
    parent: ClassVar[str | None] = None
    unique: ClassVar[tuple[str, ...]] = ()
    flow: ClassVar[Mapping[str, str]] = {}
    attributes: ClassVar[tuple[str, ...] | None] = None
    witnesses: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("username",),
        ("email",),
        ("given_name", "family_name"),
        ("name",),
    )
    removal_values: ClassVar[Mapping[str, Any]] = {"enabled": False}
    allow_empty: ClassVar[bool] = False
    people: ClassVar[bool] = False
    capabilities: ClassVar[frozenset[Capability] | None] = None

    tree: ClassVar[DataStoreTree]
    _builder: ClassVar[Builder]
    _steps: ClassVar[Steps]

    @classmethod
    def bind(cls, tree: DataStoreTree) -> type[DataStoreBranch]:
        """Make the class that holds this branch's items for one tree object."""
        name = cls.__branchname__
        klass = cls.klass
        if isinstance(klass, str):
            klass = resolve(klass, f"{cls.__qualname__}.klass")
        if not isinstance(klass, type):
            raise ConfigError(
                f"`{cls.__qualname__}.klass` is {klass!r}; wanted a class or 'package.module/Class'"
            )
        namespace = {
            "__module__": __name__,
            "__qualname__": name,
            "__doc__": cls.__doc__,
            "klass": klass,
            "tree": tree,
            "_store": Store(),
            "_builder": Builder(klass),
            "_steps": Steps(),
        }
        bound = BranchType(name, (cls,), namespace)
        assert issubclass(bound, DataStoreBranch)
        for step in _STEPS:
            setattr(bound._steps, step, _step(bound, step))
        bound.flow = {attribute: _flow(name, attribute, flow) for attribute, flow in cls.flow.items()}
        return bound

    @classmethod
    def configure(cls, **declared: Any) -> None:
        """Change declarations of this one tree's branch: `klass`, `flow`, `attributes`, `allow_empty`."""
        for name, value in declared.items():
            if name == "klass":
                cls.klass = resolve(value, f"{cls.__name__}.klass") if isinstance(value, str) else value
                cls._builder = Builder(cls.klass)
            elif name == "flow":
                cls.flow = {
                    **cls.flow,
                    **{key: _flow(cls.__name__, key, flow) for key, flow in value.items()},
                }
            else:
                setattr(cls, name, value)

    # -- items -----------------------------------------------------------------------------------------------------

    @classmethod
    def make(cls, idnumber: str, *args: Any, **kwargs: Any) -> Any:
        """Make the item with this idnumber, or return the one that is there.

        Further arguments go to the model; a `Base` keeps and tracks any keyword. While the branch is being read, other
        values for an item that is there are settled as for a repeated row.

        Raises:
            BadIdnumber: the idnumber cannot be a key.
            ConflictError: the item is there already, with other values than these, and the branch is not being read.
        """
        store, steps = cls._bound(), cls._steps
        check_idnumber(idnumber)
        old = store.items.get(idnumber)
        if store.state is State.READING:
            store.rows += 1
            count_record(store, cls._builder.as_record(idnumber, *args, **kwargs))
        if old is None:
            if steps.will_make_new is not None:
                steps.will_make_new(idnumber)
            item = store.items[idnumber] = cls._builder.new(idnumber, *args, **kwargs)
            if steps.did_make_new is not None:
                steps.did_make_new(item)
            return item
        record = cls._builder.as_record(idnumber, *args, **kwargs)
        if store.state is State.READING and len(record) > 1:
            rule = getattr(cls.tree.importer, "resolve_duplicate", None)
            load_again(store, cls._builder, old, record, attrs.evolve(steps, resolve_duplicate=rule))
            return store.items[idnumber]
        if steps.will_return_old is not None:
            steps.will_return_old(old)
        if len(record) > 1:
            cls._refuse_others(old, cls._builder.new(idnumber, *args, **kwargs), record)
        return old

    @classmethod
    def _refuse_others(cls, old: Any, again: Any, record: Record) -> None:
        given = [name for name in record if name != KEY]
        # what `__init__` makes attributes of other names of shows only in them
        names = given if all(hasattr(again, name) for name in given) else names_of(again)
        unlike = [
            name
            for name in names
            if (wanted := getattr(again, name)) is not None and getattr(old, name, None) != wanted
        ]
        if unlike:
            raise ConflictError(
                f"{cls.__name__} {record[KEY]!r} is there already, with another `{'`, `'.join(unlike)}`;"
                " change the item itself"
            )

    @classmethod
    def build(cls, record: Record) -> Any:
        """Make an object of the model from a record without putting it into the branch."""
        return cls._builder.from_mapping(record, {})

    @classmethod
    def refusal(cls, attribute: str, value: Any) -> str | None:
        """Why the system cannot take this value of this attribute; None when it can. For connectors to override.

        Asked for what is to be written, never for what the system already holds; the plan then has an error instead of
        a change that must fail.
        """
        return None

    @classmethod
    def protection(cls, idnumber: str) -> str | None:
        """Why nothing may be taken away from this record, such as "an administrator"; None when it may.

        For connectors to override; asked of records of the system that a plan would remove or disable.
        """
        return None

    @classmethod
    def get(cls, idnumber: str) -> Any:
        """The item with this idnumber, or None."""
        return cls._looked_at().get(idnumber)

    @classmethod
    def get_from(cls, attribute: str, value: Any) -> Any:
        """The first item whose attribute has this value, or None. Looks at every item."""
        return next((item for item in cls if getattr(item, attribute, None) == value), None)

    @classmethod
    def keys(cls) -> Iterable[str]:
        """The idnumbers."""
        return cls._looked_at().keys()

    @classmethod
    def items(cls) -> Iterable[tuple[str, Any]]:
        """Pairs of idnumber and item."""
        return cls._looked_at().items()

    @classmethod
    def store(cls) -> dict[str, OrderedDict[str, Any]]:
        """A snapshot for people to look at: `{'CSVTree.students': OrderedDict(...)}`."""
        return {cls.path(): OrderedDict(cls._bound().items)}

    @classmethod
    def path(cls) -> str:
        """`treename.branchname`, the branch's key in the datastore."""
        cls._bound()
        return f"{cls.tree.name}.{cls.__name__}"

    @classmethod
    def native(cls, idnumber: str) -> Any:
        """The system's own id of a record, from reading or from a handler's `done(native=...)`; None when unknown."""
        return cls._bound().native.get(idnumber)

    # -- what an importer says -------------------------------------------------------------------------------------

    @classmethod
    def freeze(cls, idnumber: str, reason: str) -> None:
        """Set a doubtful record aside: one `error` action says why, and nothing else happens to it on either side."""
        cls._bound().freeze(idnumber, reason)

    @classmethod
    def report(cls, problem: str) -> None:
        """Report a bad row that cannot be tied to a record; until it is mended nothing of this branch is removed."""
        cls._bound().problems.append(problem)

    @classmethod
    def doubt(cls, reference: str, reason: str) -> None:
        """Say of a bad row only whom, or what, it refers to: nothing of this branch that refers to it is removed."""
        cls._bound().doubted.setdefault(reference, reason)

    @classmethod
    def note(cls, text: str) -> None:
        """Tell people something about the reading that has no consequence."""
        cls._bound().notes.append(text)

    @classmethod
    def absent(cls, *attributes: str) -> None:
        """Say that the source has no column for these: they are None throughout and never a difference."""
        cls._bound().absent.update(dict.fromkeys(attributes))

    @classmethod
    def undecided(cls, *columns: str) -> None:
        """Say that the source lacks columns that tell who belongs to the branch, so that everybody in it is taken.

        Where the last good run had them, who is new or would come back is held.
        """
        cls._bound().undecided.update(dict.fromkeys(columns))

    # -- reading, for the core -------------------------------------------------------------------------------------

    @classmethod
    def contents(cls) -> Store:
        """The store behind the branch, for the core's own modules."""
        return cls._bound()

    @classmethod
    def clear(cls) -> None:
        """Forget everything that was read."""
        cls._bound()
        cls._store = Store()

    @classmethod
    def load(cls, records: Rows | Iterable[Record], steps: Steps | None = None) -> None:
        """Take in what an importer gives."""
        load(cls._bound(), cls._builder, records, cls._all_steps(steps))

    @classmethod
    def taken(cls, records: Rows | Iterable[Record], steps: Steps | None = None) -> Store:
        """Make items of what an importer gives, just as `load` does, without putting them into the branch."""
        store = Store()
        load(store, cls._builder, records, cls._all_steps(steps))
        return store

    @classmethod
    def _all_steps(cls, steps: Steps | None) -> Steps:
        own = cls._steps
        if steps is not None:
            own = attrs.evolve(
                steps, **{step: getattr(own, step) for step in _STEPS}, keep=own.keep or steps.keep
            )
        return own

    @classmethod
    def keep_only(cls, rule: Callable[[Any], object]) -> None:
        """Take in only the items for which `rule` is true; the configuration's `filter`."""
        cls._steps.keep = rule

    @classmethod
    def bring_up_to_date(cls, idnumber: str, item: Any, native: Any = None) -> None:
        """Put what a handler has just made, or changed, into the branch."""
        store = cls._bound()
        store.items[idnumber] = item
        if native is not None:
            store.native[idnumber] = native

    @classmethod
    def forget(cls, idnumber: str) -> None:
        """Take out what a handler has just ended."""
        store = cls._bound()
        store.items.pop(idnumber, None)

    @classmethod
    def state(cls) -> State:
        """How far reading has come."""
        return cls._bound().state

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The model's public attributes; for a model of any attributes, those its items have."""
        model = model_of(cls.klass)
        if not model.dynamic:
            return model.names
        found = dict.fromkeys(model.names)
        for item in cls:
            found.update(dict.fromkeys(names_of(item)))
        return tuple(found)

    @classmethod
    def unsaid(cls) -> tuple[str, ...]:
        """Attributes that the source has no column for, without those the model works out for itself."""
        absent = cls._bound().absent
        return tuple(name for name in absent if not isinstance(getattr(cls.klass, name, None), property))

    @classmethod
    def references(cls) -> dict[str, tuple[str, ...]]:
        """`refers_to` with every value a tuple."""
        return {name: (to,) if isinstance(to, str) else tuple(to) for name, to in cls.refers_to.items()}

    @classmethod
    def single_references(cls) -> dict[str, tuple[str, ...]]:
        """Those of `references` that hold one idnumber, as far as the model's annotations tell."""
        try:
            hints = get_type_hints(cls.klass)
        except Exception:  # annotations that cannot be evaluated here say nothing
            hints = {}
        return {
            name: to
            for name, to in cls.references().items()
            if name in cls.key_of or str in (hints.get(name), *get_args(hints.get(name)))
        }

    @classmethod
    def circles(cls) -> dict[str, str]:
        """Unique attributes, with the name of the circle in which a value may be held once."""
        found = {name: name for name in cls.unique}
        for name, mark in model_of(cls.klass).fields.items():
            if mark.unique:
                found[name] = mark.unique if isinstance(mark.unique, str) else name
        return found


def _step(branch: type[DataStoreBranch], name: str) -> Callable[..., object] | None:
    """A step that the branch, or a plain class mixed into it, defines."""
    if isinstance(inspect.getattr_static(branch, name, None), FunctionType):
        return MethodType(getattr(branch, name), branch)
    found: Callable[..., object] | None = getattr(branch, name, None)
    return found


def _flow(branch: str, attribute: str, flow: str) -> Flow:
    try:
        return Flow(flow)
    except ValueError:
        raise ConfigError(
            f"`flow` of {branch}.{attribute} is {flow!r}; wanted one of {', '.join(Flow)}"
        ) from None


__all__ = ["NATIVE", "BranchType", "DataStoreBranch"]
