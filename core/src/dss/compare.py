"""What would have to happen to one branch to make it like another. Pure: no input, no output, no clock."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dss.actions import Action, Kind
from dss.attributes import (
    ENABLED,
    Flow,
    compile_equal,
    has_own_subtraction,
    is_blank,
    is_multi,
    model_of,
    names_of,
    value_actions,
)
from dss.branches import DataStoreBranch
from dss.doubts import Doubts
from dss.errors import ConfigError
from dss.wording import in_words, short

Branch = type[DataStoreBranch]
_NOTHING = object()

TOGETHER = 256
"""Records looked up on the right at once: in a tight loop the processor fetches several of them at a time."""


def compare(left: Branch, right: Branch) -> Iterator[Action]:
    """Yield the differences of one pair of branches, in the order of the records on the left, removals last.

    A record that is doubtful on either side gives one `error` and nothing else.
    """
    return _Comparison(left, right).actions()


def one_sided(left: Branch, right: Branch) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The attributes that only the left and only the right model has, which are therefore not compared."""
    if right.attributes is not None or left.attributes is not None:
        return (), ()
    lefts, rights = left.names(), right.names()
    silent = {
        *left.unsaid(),
        *right.unsaid(),
        *(name for name, flow in right.flow.items() if flow is Flow.IGNORE),
    }
    # a model of any attributes has none at all while it has no items
    if (model_of(left.klass).dynamic and not len(left)) or (model_of(right.klass).dynamic and not len(right)):
        return (), ()
    return (
        tuple(name for name in lefts if name not in rights and name not in silent),
        tuple(name for name in rights if name not in lefts and name not in silent),
    )


class _Comparison:
    """One pair of branches; everything that is the same for all records is worked out once."""

    def __init__(self, left: Branch, right: Branch) -> None:
        self.left, self.right = left, right
        self.name = right.__name__
        self.ours, self.theirs = left.contents(), right.contents()
        self.left_model, self.right_model = model_of(left.klass), model_of(right.klass)
        self.references = right.references()
        silent = vars(DataStoreBranch)["refusal"].__func__
        self.refuses = getattr(right.refusal, "__func__", None) is not silent
        self.ordered = frozenset(
            name
            for model in (self.left_model, self.right_model)
            for name, mark in model.fields.items()
            if mark.ordered
        )
        self.skipped = {
            *self.left.unsaid(),
            *self.right.unsaid(),
            *(name for name, flow in right.flow.items() if flow in (Flow.IGNORE, Flow.CREATE_ONLY)),
        }
        self.explicit = right.attributes if right.attributes is not None else left.attributes
        self.static = not (self.left_model.dynamic or self.right_model.dynamic)
        self.new_names = self._new_names(self.left_model.names) if self.static else ()
        self.names = self._static_names() if self.static else ()
        self.revives = (
            ENABLED in self.right_model.names or self.right_model.dynamic
        ) and self._revives_by_declaration()
        self.doubts = Doubts(left, right)
        # what the left turns out to have is taken out; to look for the rest afterwards costs a second search for each
        self.only_theirs = dict(self.theirs.items)

    @functools.cached_property
    def right_names(self) -> frozenset[str]:
        """What any record of the right has, for a model of any attributes."""
        return frozenset(self.right.names())

    def _revives_by_declaration(self) -> bool:
        """Whether a record of the left is enabled on the right although the left says nothing of it."""
        flow = self._flow(ENABLED)
        listed = self.explicit is None or ENABLED in self.explicit
        return (
            listed
            and flow not in (Flow.IGNORE, Flow.CREATE_ONLY, Flow.KEEP)
            and ENABLED not in self.right.unsaid()
        )

    def _static_names(self) -> tuple[str, ...]:
        lefts, rights = self.left_model.names, self.right_model.names
        if self.explicit is None:
            there = set(rights)
            return tuple(name for name in lefts if name in there and name not in self.skipped)
        for side, names in ((self.left, lefts), (self.right, rights)):
            for name in self.explicit:
                if name not in names:
                    raise ConfigError(
                        f"`attributes` of {side.path()} names `{name}`, which model `{side.klass.__qualname__}` does"
                        f" not have; it has {', '.join(names)}"
                    )
        return tuple(name for name in self.explicit if name not in self.skipped)

    def actions(self) -> Iterator[Action]:
        yield from self._doubtful()
        yield from self._both_and_left()
        yield from self._right_only()
        for reason, count in self.doubts.withheld.items():
            yield Action(
                Kind.ERROR,
                self.name,
                error=f"{in_words(count, 'is', 'are')} left out: {reason}",
            )

    def _doubtful(self) -> Iterator[Action]:
        for side, store in ((self.left, self.ours), (self.right, self.theirs)):
            for problem in store.problems:
                yield Action(Kind.ERROR, self.name, error=f"{side.tree.name}: {problem}")
        for idnumber in dict.fromkeys([*self.ours.frozen, *self.theirs.frozen]):
            reasons = [
                f"{side.tree.name}: {store.frozen[idnumber]}"
                for side, store in ((self.left, self.ours), (self.right, self.theirs))
                if idnumber in store.frozen
            ]
            yield self._error(idnumber, "; ".join(reasons))

    def _error(self, idnumber: str, error: str, attribute: str | None = None) -> Action:
        return Action(
            Kind.ERROR,
            self.name,
            idnumber,
            self.ours.items.get(idnumber),
            self.theirs.items.get(idnumber),
            attribute,
            error=error,
            native=self.theirs.native.get(idnumber),
        )

    # -- records on the left ---------------------------------------------------------------------------------------

    def _both_and_left(self) -> Iterator[Action]:
        frozen = {**self.ours.frozen, **self.theirs.frozen}
        owner = self.ours.owner
        own = has_own_subtraction(self.left.klass)
        equal = None
        if self.static and not own:
            revived = ENABLED if self.revives and ENABLED not in self.names else None
            equal = compile_equal(self.names, revived=revived)
        idnumbers, lefts = iter(self.ours.items), iter(self.ours.items.values())
        while chunk := list(itertools.islice(idnumbers, TOGETHER)):
            rights = list(map(self.only_theirs.pop, chunk, itertools.repeat(None)))
            for idnumber, left, right in zip(chunk, lefts, rights, strict=False):
                if right is not None and equal is not None:
                    try:
                        if equal(left, right):
                            continue
                    except Exception:  # noqa: S110  a property that raises is looked at, and reported, below
                        pass
                if idnumber in frozen:
                    continue
                if right is None:
                    yield from self._new(idnumber, left, owner.get(idnumber))
                elif own:
                    yield from self._subtracted(idnumber, left, right, owner.get(idnumber))
                else:
                    yield from self._updates(idnumber, left, right, owner.get(idnumber))

    def _new(self, idnumber: str, left: Any, owner: str | None) -> Iterator[Action]:
        try:
            if getattr(left, ENABLED, None) is False:
                # the source says that this one is not to be active, and on the right there is nothing to disable
                return
            names = self.new_names if self.static else self._new_names(names_of(left))
            values = {name: getattr(left, name) for name in names}
        except Exception as error:
            yield self._error(idnumber, _broken(left, error))
            return
        if owner is None and (refused := self._refusal([("idnumber", idnumber), *values.items()])):
            yield self._error(idnumber, refused)
            return
        members = {
            name: values.pop(name) for name in self.references if name in values and is_multi(values[name])
        }
        try:
            right = self.right.build({"idnumber": idnumber, **values})
        except Exception as error:
            model = self.right.klass.__qualname__
            yield self._error(idnumber, f"`{model}` of the target does not take it: {_text(error)}")
            return
        if any(self.doubts.is_nobody(name, values.get(name)) for name in self.references):
            return
        yield Action(Kind.NEW, self.name, idnumber, left, right, joins=owner)
        for name, wanted in members.items():
            for value in wanted if name in self.ordered else sorted(wanted, key=str):
                if self.doubts.is_nobody(name, value):
                    continue
                yield Action(Kind.ADD, self.name, idnumber, left, right, name, value, was=None, wanted=wanted)

    def _new_names(self, names: Iterable[str]) -> Sequence[str]:
        """Of the left's attributes, those that something new is made with."""
        if not self.right_model.dynamic:
            there = set(self.right_model.names)
            names = [name for name in names if name in there]
        ignored = {name for name, flow in self.right.flow.items() if flow is Flow.IGNORE}
        return [name for name in names if name not in ignored]

    def _subtracted(self, idnumber: str, left: Any, right: Any, owner: str | None) -> Iterator[Action]:
        try:
            given = list(left - right or ())
        except Exception as error:
            yield self._error(idnumber, f"`__sub__` of `{type(left).__qualname__}` failed: {_text(error)}")
            return
        for action in given:
            if not isinstance(action, Action):
                yield self._error(
                    idnumber,
                    f"`__sub__` of `{type(left).__qualname__}` gave {short(action)}; wanted `Action`s",
                )
                return
        shared = self._shared(owner)
        for action in given:
            if action.attribute in shared or not self._flows(action, right):
                continue
            if self.doubts.withhold_value(action):
                continue
            action.left = left if action.left is None else action.left
            action.right = right if action.right is None else action.right
            yield self._completed(idnumber, action)

    def _flows(self, action: Action, right: Any) -> bool:
        """Whether the flow of its attribute lets an action pass that a model's own `__sub__` has made."""
        flow = Flow.AUTHORITATIVE if action.attribute is None else self._flow(action.attribute)
        if action.kind is Kind.ERROR or flow is Flow.AUTHORITATIVE:
            return True
        if flow is Flow.ADD_ONLY:
            return action.kind is not Kind.REMOVE
        return flow is Flow.KEEP and is_blank(getattr(right, action.attribute or "", None))

    def _updates(self, idnumber: str, left: Any, right: Any, owner: str | None) -> Iterator[Action]:
        name = None
        found: list[Action] = []
        held = frozenset(names_of(right)) if self.right_model.dynamic else None
        try:
            for name in self._pair_names(left, owner):
                # what others of its branch have, and this record has not, is blank
                was = getattr(right, name) if held is None or name in held else None
                wanted = getattr(left, name)
                if was != wanted and not callable(wanted):
                    found += value_actions(name, was, wanted, self._flow(name), name in self.ordered)
            if self.revives and self._is_revived(left, right, owner):
                found.append(Action(Kind.UPDATE, attribute=ENABLED, was=False, wanted=True))
        except Exception as error:
            yield self._error(idnumber, _broken(left, error, name), name)
            return
        for action in found:
            written = action.wanted if action.kind is Kind.UPDATE else action.value
            if action.kind is not Kind.REMOVE and (
                refused := self._refusal([(action.attribute or "", written)])
            ):
                yield self._error(idnumber, refused, action.attribute)
                continue
            nobody = action.kind is Kind.ADD and self.doubts.is_nobody(action.attribute, action.value)
            if not nobody and not self.doubts.withhold_value(action):
                action.left, action.right = left, right
                yield self._completed(idnumber, action)

    def _refusal(self, values: Iterable[tuple[str, Any]]) -> str | None:
        """Why the target cannot take one of these values."""
        if not self.refuses:
            return None
        return next(
            (
                f"`{name}` {short(value)}: {reason}"
                for name, value in values
                if (reason := self.right.refusal(name, value))
            ),
            None,
        )

    def _is_revived(self, left: Any, right: Any, owner: str | None) -> bool:
        """Whether somebody is there again of whom the left says no more than that."""
        return (
            getattr(right, ENABLED, None) is False
            and (ENABLED in self.skipped or getattr(left, ENABLED, None) is None)
            and ENABLED not in self._shared(owner)
        )

    def _pair_names(self, left: Any, owner: str | None) -> Iterable[str]:
        names: Iterable[str] = self.names
        if not self.static:
            if self.explicit is not None:
                names = [name for name in self.explicit if name not in self.skipped]
            else:
                there = self.right_names if self.right_model.dynamic else set(self.right_model.names)
                names = [name for name in names_of(left) if name in there and name not in self.skipped]
        if owner is not None:
            shared = self._shared(owner)
            names = [name for name in names if name not in shared]
        return names

    def _shared(self, owner: str | None) -> frozenset[str]:
        """Of one person in two roles: the attributes for which the owner's branch speaks."""
        if owner is None or not hasattr(self.right.tree, owner):
            return frozenset()
        return frozenset(getattr(self.right.tree, owner).names())

    def _flow(self, name: str) -> Flow:
        return Flow(self.right.flow.get(name, Flow.AUTHORITATIVE))

    def _completed(self, idnumber: str, action: Action) -> Action:
        action.branch = action.branch or self.name
        action.idnumber = action.idnumber or idnumber
        action.native = self.theirs.native.get(idnumber)
        if action.kind is Kind.UPDATE and action.attribute is not None:
            removing = self.right.removal_values.get(action.attribute, _NOTHING)
            action.removal = action.removal or (removing is not _NOTHING and action.wanted == removing)
        elif action.kind in (Kind.REMOVE, Kind.OLD):
            action.removal = True
        return action

    # -- records only on the right ---------------------------------------------------------------------------------

    def _right_only(self) -> Iterator[Action]:
        frozen = {**self.ours.frozen, **self.theirs.frozen}
        for idnumber, right in self.only_theirs.items():
            if idnumber in frozen:
                continue
            try:
                if getattr(right, ENABLED, None) is False:
                    continue
                withheld = self.doubts.withhold_record(right)
            except Exception as error:
                yield self._error(idnumber, _broken(right, error))
                continue
            if not withheld:
                yield self._completed(idnumber, Action(Kind.OLD, self.name, idnumber, None, right))


def _broken(item: Any, error: Exception, name: str | None = None) -> str:
    what = (
        f"attribute `{name}` of `{type(item).__qualname__}`"
        if name
        else f"an attribute of `{type(item).__qualname__}`"
    )
    return f"{what} cannot be read: {_text(error)}"


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
