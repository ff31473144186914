"""A source that does not look like it did in the last good run: a broken export, or another school's."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import attrs

from dss.actions import Action, Kind
from dss.attributes import is_blank, is_multi, value_of
from dss.guard.case import Branch, Case, is_removal, is_return
from dss.holding import Because
from dss.memory import Reading
from dss.policies import Limit, Shape
from dss.wording import number

BEFORE = "in the last good run"


@attrs.frozen(eq=False)
class _Trip:
    """What is out of shape.

    Attributes:
        scope: the branch, or `branch.attribute`.
        text: the first half of the sentence.
        concerns: whether an action of the branch has to wait for that.
        one: what is waiting, for the second half.
        many: several of these.
        blank: the attribute that has gone blank, where that is it.
        shrunk: whether the branch has less than it had.
        column: the column that tells who belongs here, where that one is gone.
        alone: what to say besides when nothing has to wait for it; empty where it is not worth a word then.
    """

    scope: str
    text: str
    concerns: Callable[[Action], bool]
    one: str
    many: str
    blank: str = ""
    shrunk: bool = False
    column: str = ""
    alone: str = ""

    def sentence(self, count: int) -> str:
        return f"{self.text}; {number(count, self.one, self.many)}"


def out_of_shape(case: Case) -> None:
    """Hold what a branch of the left would do that has shrunk, grown, gone blank or changed beyond its limits."""
    trips = {
        name: list(_trips(case, name, left, was))
        for name, left in case.lefts.items()
        if (was := case.memory.readings.get(name)) is not None
    }
    for name in list(trips):
        _and_what_is_made_of_it(case, name, trips)
    for name in [name for name, found in trips.items() if any(trip.shrunk for trip in found)]:
        _and_what_names_it(case, name, trips)
    if not any(trips.values()):
        return
    concerned: dict[_Trip, list[Action]] = {trip: [] for found in trips.values() for trip in found}
    for action in case.plan.actions:
        for trip in trips.get(action.branch, ()):
            if trip.concerns(action):
                concerned[trip].append(action)
    for trip, actions in concerned.items():
        case.hold(Because.SHAPE, actions, trip.sentence, scope=trip.scope)
    # one file may be what several branches are made of
    said = {trip.column for trip, actions in concerned.items() if trip.column and actions}
    for trip, actions in concerned.items():
        if trip.alone and not actions and trip.column not in said:
            said |= {trip.column} - {""}
            _tell(case, trip)


def _and_what_names_it(case: Case, name: str, trips: dict[str, list[_Trip]]) -> None:
    """Hold the removals of branches that name the records of one that has shrunk: they may be made of it."""
    shrunk = next(trip for trip in trips[name] if trip.shrunk)
    for other, references in case.references.items():
        if other != name and any(name in kinds for kinds in references.values()):
            text = f"{other} names {name}, and {shrunk.text}"
            trip = _Trip(other, text, is_removal, "removal waits", "removals wait")
            trips.setdefault(other, []).append(trip)


def _and_what_is_made_of_it(case: Case, name: str, trips: dict[str, list[_Trip]]) -> None:
    """Hold the removals that follow from references that have gone blank: teachers' seats are made of the classes'."""
    left, was = case.lefts[name], case.memory.readings[name]
    for attribute, text in blank_references(name, left, was, case.policies.shape(name)):
        for other, references in case.references.items():
            if other != name and any(name in kinds for kinds in references.values()):
                concerns = functools.partial(_follows_from, case, name, attribute)
                trips.setdefault(other, []).append(
                    _Trip(
                        other, f"{other} names {name}, and {text}", concerns, "removal waits", "removals wait"
                    )
                )


def _follows_from(case: Case, name: str, attribute: str, action: Action) -> bool:
    """Whether a removal is of what a blank reference may have named, at the record in which that is blank."""
    if not is_removal(action):
        return False
    left, found = case.lefts[name], list(case.refers_to(action))
    return any(
        kind == name and value in left and is_blank(value_of(left[value], attribute)) for kind, value in found
    ) and any(
        kind in left.references()[attribute] and (branch := case.branch(kind)) is not None and value in branch
        for kind, value in found
    )


def blank_references(name: str, left: Branch, was: Reading, shape: Shape) -> Iterator[tuple[str, str]]:
    """References of a branch that are blank in more records than before; what other branches make of them has gone too.

    What one file of several lacks may be a small part of all, so the number alone counts.
    """
    store, now = left.contents(), left.contents().reading()
    for attribute in left.references():
        before, count = was.blanks.get(attribute, 0), now.blanks.get(attribute, 0)
        if attribute in store.absent and before < was.rows:
            yield attribute, _no_column(name, attribute)
        elif count - before > shape.count:
            yield attribute, _blank(name, attribute, count, now, before)


def _no_column(name: str, attribute: str) -> str:
    return f"{name} has no column for {attribute}, and had one {BEFORE}"


def _blank(name: str, attribute: str, count: int, now: Reading, before: int) -> str:
    return f"{attribute} is blank in {count} of {now.rows} {name}, and was in {before} {BEFORE}"


def _tell(case: Case, trip: _Trip) -> None:
    """Say that a column is blank or gone where there is nothing to hold: its blanks are refused, or say nothing."""
    name = trip.scope.partition(".")[0]
    left, right = case.lefts[name], case.rights[name]
    is_made = isinstance(getattr(left.klass, trip.blank, None), property)
    if trip.blank and (
        is_made or trip.blank in right.unsaid() or not {*left.names()} & {*right.names()} & {trip.blank}
    ):
        return
    said = f"{trip.text}; look at the export, since {trip.alone}"
    case.plan.errors.insert(0, Action(kind=Kind.ERROR, branch=name, idnumber="", error=said))


def _trips(case: Case, name: str, left: Branch, was: Reading) -> Iterator[_Trip]:
    now, shape = left.contents().reading(), case.policies.shape(name)
    yield from _shrunk(name, now, was, shape)
    yield from _grown(name, case.fresh[name], was, Limit(shape.count, shape.growth))
    yield from _gone_blank(name, left, now, was, Limit(shape.count, shape.blanks))
    changes = Limit(shape.count, shape.changes)
    for (branch, attribute), count in case.changed.items():
        if branch == name and not changes.allows(count, 0):
            of, what = _size(left, case.rights[name], attribute)
            # where there was nothing at all, nothing is spoilt
            if of and not changes.allows(count, of):
                yield _changes(
                    name, attribute, f"{attribute} would change in {min(count, of)} of {of} {what}"
                )


def _gone_blank(name: str, left: Branch, now: Reading, was: Reading, limit: Limit) -> Iterator[_Trip]:
    """Columns that are blank in more records than before, or, however few had any, are not there at all any more."""
    store = left.contents()
    for column, count in now.blanks.items():
        before = was.blanks.get(column, 0)
        is_gone = before < was.rows and column in store.absent
        if column in store.undecided:
            if column in lost_columns(left, was):
                yield _undecided(name, column)
        elif is_gone or not limit.allows(count - before, now.rows):
            text = _no_column(name, column) if is_gone else _blank(name, column, count, now, before)
            alone = "nothing of it is brought over"
            yield attrs.evolve(_changes(name, column, text), blank=column, alone=alone)


def would_come(action: Action) -> bool:
    """Whether somebody would be there who is not, or does not count, before the run."""
    return action.kind is Kind.NEW or is_return(action)


def lost_columns(left: Branch, was: Reading) -> set[str]:
    """The columns that tell who belongs to a branch, and that its source does not have any more."""
    return {column for column in left.contents().undecided if was.blanks.get(column, 0) < was.rows}


def _undecided(name: str, column: str) -> _Trip:
    """Who has left, say, cannot be told from who has not: nobody is made, and nobody comes back."""
    return _Trip(
        name,
        f"{name} has no column `{column}`, and had it {BEFORE}",
        would_come,
        "change waits",
        "changes wait",
        column=column,
        alone="everybody in it is taken, whatever that column would say",
    )


def _size(left: Branch, right: Branch, attribute: str) -> tuple[int, str]:
    """What the changes of an attribute are a share of: the records both sides have, or all single values."""
    values = [value for item in right if is_multi(value := value_of(item, attribute))]
    if values:
        return sum(map(len, values)), f"values in {right.__name__}"
    return sum(map(right.contents().items.__contains__, left.keys())), right.__name__


def _shrunk(name: str, now: Reading, was: Reading, shape: Shape) -> Iterator[_Trip]:
    for what, count, before in (("records", now.keys, was.keys), ("rows", now.rows, was.rows)):
        if not shape.takes_for_whole(count, before):
            text = f"{name} has {number(count, what[:-1], what)}, {before} {BEFORE}"
            yield _Trip(name, text, is_removal, "removal waits", "removals wait", shrunk=True)
            return


def _grown(name: str, fresh: int, was: Reading, limit: Limit) -> Iterator[_Trip]:
    """Too much that is new: it may be the file of another school, so that what is missing says nothing either."""
    if not limit.allows(fresh, was.keys):
        text = f"{fresh} records of {name} are new, and the source had {was.keys} {BEFORE}"
        yield _Trip(
            name,
            text,
            lambda action: action.kind is Kind.NEW or is_removal(action),
            "change waits",
            "changes wait",
        )


def _changes(name: str, attribute: str, text: str) -> _Trip:
    return _Trip(
        f"{name}.{attribute}",
        text,
        lambda action: action.attribute == attribute,
        f"change of {attribute} waits",
        f"changes of {attribute} wait",
    )
