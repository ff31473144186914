"""Values of which the target takes only one: who holds them, who frees them, and in what order.

A value is unique within a circle: all branches of the tree that mark an attribute of the same name (a username among
students, teachers and guardians).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from dss.actions import Action, Kind
from dss.adoption import described
from dss.attributes import is_blank, is_multi
from dss.branches import DataStoreBranch
from dss.importers import Holder
from dss.store import KEY, NATIVE, State
from dss.wording import short

NAMED = 5
"""So many who want one value are named; a rule that gives everybody the same must not write everybody's list of all."""

Value = tuple[str, Any]
"""A circle and a value in it."""
Owner = tuple[str, str]
"""A branch and an idnumber."""


def arrange(branches: Sequence[type[DataStoreBranch]], actions: Sequence[Action]) -> list[Action]:
    """See to it that every unique value is free when an action takes it.

    Args:
        branches: the right branches that are synced.
        actions: all actions; `after` is filled in where one has to wait for another.

    Returns:
        The actions, with `error` actions in the place of those whose value is not free, and with an update to a spare
        value put in where values are exchanged in a circle.
    """
    return _Arrangement(branches, actions).arranged()


@attrs.define
class _Wish:
    action: Action
    value: Value
    owner: Owner


class _Arrangement:
    def __init__(self, branches: Sequence[type[DataStoreBranch]], actions: Sequence[Action]) -> None:
        self.branches = {branch.__name__: branch for branch in branches}
        self.circles = {
            name: circles for name, branch in self.branches.items() if (circles := branch.circles())
        }
        self.actions = list(actions)
        self.refused: dict[int, str] = {}
        self.wishes = [wish for action in actions for wish in self._wishes(action)]
        self.extra: list[Action] = []

    def _wishes(self, action: Action) -> Iterable[_Wish]:
        circles = self.circles.get(action.branch, {})
        owner = (action.branch, action.idnumber)
        if action.kind is Kind.UPDATE and action.attribute in circles and not is_blank(action.wanted):
            yield from self._wish(action, circles[action.attribute], action.wanted, owner)
        elif action.kind is Kind.NEW and action.joins is None:
            for attribute, circle in circles.items():
                value = getattr(action.right, attribute, None)
                if not is_blank(value):
                    yield from self._wish(action, circle, value, owner)

    def _wish(self, action: Action, circle: str, value: Any, owner: Owner) -> Iterable[_Wish]:
        if is_multi(value):
            self.refused[id(action)] = (
                f"`{circle}` is {short(value)}; a unique value is a single one, a text as a rule"
            )
        else:
            yield _Wish(action, (circle, value), owner)

    def arranged(self) -> list[Action]:
        if not self.wishes and not self.refused:
            return self.actions
        self._refuse_doubles()
        holders = self._holders({wish.value for wish in self.wishes})
        freeing: dict[Value, list[Action]] = {}
        for value, action in self._freeing():
            freeing.setdefault(value, []).append(action)
        for wish in self.wishes:
            if id(wish.action) in self.refused:
                continue
            for holder in holders.get(wish.value, ()):
                if _is_held_by(holder, wish.action):
                    continue
                freed_by = next(
                    (action for action in freeing.get(wish.value, ()) if _is_held_by(holder, action)), None
                )
                if freed_by is None:
                    self._refuse(wish, holder)
                    break
                if not any(first is freed_by for first in wish.action.after):
                    wish.action.after = (*wish.action.after, freed_by)
        self._spread_refusals()
        self._break_circles()
        self._spread_refusals()
        return [self._standing(action) for action in [*self.extra, *self.actions]]

    def _freeing(self) -> Iterable[tuple[Value, Action]]:
        """The values that this plan lets go of, with the action that does."""
        for action in self.actions:
            circles = self.circles.get(action.branch, {})
            if action.kind is Kind.UPDATE and action.attribute in circles and not is_multi(action.was):
                yield (circles[action.attribute], action.was), action
            elif action.kind is Kind.NEW and action.adopts is not None:
                for attribute, circle in circles.items():
                    was, wanted = action.adopts.was.get(attribute), getattr(action.right, attribute, None)
                    if not is_blank(was) and not is_multi(was) and wanted is not None and wanted != was:
                        yield (circle, was), action

    def _refuse_doubles(self) -> None:
        by_value: dict[Value, list[_Wish]] = {}
        for wish in self.wishes:
            by_value.setdefault(wish.value, []).append(wish)
        for (circle, value), wishes in by_value.items():
            owners = {wish.owner[1] for wish in wishes}
            if len(owners) > 1:
                everybody = sorted(
                    f"{branch} {idnumber}" for branch, idnumber in {wish.owner for wish in wishes}
                )
                more = f" and {len(everybody) - NAMED} more" if len(everybody) > NAMED else ""
                names = ", ".join(everybody[:NAMED]) + more
                for wish in wishes:
                    self.refused[id(wish.action)] = (
                        f"`{circle}` {value!r} is wanted by several: {names}; give each their own"
                    )

    def _holders(self, wanted: set[Value]) -> dict[Value, list[Holder]]:
        """Who holds the wanted values now: first our own records, then anybody in the system."""
        found: dict[Value, dict[Any, Holder]] = {value: {} for value in wanted}
        for name, circles in self.circles.items():
            branch = self.branches[name]
            for attribute, circle in circles.items():
                for holder in _among_ours(branch, attribute, {value for of, value in wanted if of == circle}):
                    found[circle, holder.value].setdefault(_identity(holder), holder)
        asked: set[str] = set()
        for name, circles in self.circles.items():
            branch = self.branches[name]
            if branch.tree.importer is None:
                continue
            for attribute, circle in circles.items():
                if circle in asked:
                    continue
                asked.add(circle)
                values = sorted((value for of, value in wanted if of == circle), key=str)
                for holder in branch.tree.importer.find_holders(branch, attribute, values) if values else ():
                    if (circle, holder.value) in found:
                        found[circle, holder.value].setdefault(_identity(holder), holder)
        return {
            value: sorted(holders.values(), key=lambda holder: (holder.idnumber or "", str(holder.native)))
            for value, holders in found.items()
        }

    def _refuse(self, wish: _Wish, holder: Holder) -> None:
        circle, value = wish.value
        who = described({**holder.record, KEY: holder.idnumber, NATIVE: holder.native})
        self.refused.setdefault(
            id(wish.action),
            f"`{circle}` {value!r} is held by {who} in the target, which this plan does not free; change it there, or"
            " give this one another",
        )

    def _spread_refusals(self) -> None:
        """Refuse also what waits for a refused action, and what waits for that."""
        waiting: dict[int, list[_Wish]] = {}
        for wish in self.wishes:
            for first in wish.action.after:
                waiting.setdefault(id(first), []).append(wish)
        refused = [action for action in self.actions if id(action) in self.refused]
        reached: list[_Wish] = []
        while refused:
            for wish in waiting.get(id(refused.pop()), ()):
                if id(wish.action) not in self.refused:
                    self.refused[id(wish.action)] = ""
                    reached.append(wish)
                    refused.append(wish.action)
        for wish in reached:
            # named when all are known, so that always the same one of several is
            first = next(first for first in wish.action.after if id(first) in self.refused)
            self.refused[id(wish.action)] = (
                f"`{wish.value[0]}` {wish.value[1]!r} is held by {first.branch} {first.idnumber}, whose own change"
                " cannot be made (see there)"
            )

    def _break_circles(self) -> None:
        values = {id(wish.action): wish.value for wish in self.wishes}
        while circles := _circles(self._standing_wishes()):
            for circle in circles:
                # two circles may share an action: breaking the one may have broken the other
                if _is_closed(circle) and not any(id(one) in self.refused for one in circle):
                    self._break(circle, values)

    def _standing_wishes(self) -> list[Action]:
        standing = [wish.action for wish in self.wishes if id(wish.action) not in self.refused]
        return sorted(standing, key=lambda action: (action.branch, action.idnumber))

    def _break(self, circle: list[Action], values: Mapping[int, Value]) -> None:
        updates = [one for one in circle if one.kind is Kind.UPDATE and one.attribute is not None]
        if updates:
            aside = min(updates, key=lambda action: (action.branch, action.idnumber))
            tree = self.branches[aside.branch].tree
            spare = tree.spare_value(aside.branch, aside.attribute or "", aside.idnumber)
            if spare is not None:
                self._go_through_spare(aside, circle, spare)
                return
        names = " -> ".join(f"{one.branch} {one.idnumber}" for one in [*circle, circle[0]])
        for one in circle:
            unique, value = values[id(one)]
            self.refused[id(one)] = (
                f"`{unique}` {value!r} is exchanged in a circle ({names}), which this target cannot do; give one of"
                " them another for the moment"
            )

    def _go_through_spare(self, action: Action, circle: list[Action], spare: str) -> None:
        """Let one of the circle step aside to a spare value; the rest then follow one after another."""
        aside = attrs.evolve(
            action,
            value=action.wanted,
            wanted=spare,
            after=(),
            message=f"update {action.branch} {action.idnumber}: {action.attribute} {action.was!r} -> {spare!r}"
            f" (for the moment, on the way to {action.wanted!r})",
        )
        action.was = spare
        for one in circle:
            one.after = tuple(aside if first is action else first for first in one.after)
        action.after = (*action.after, aside)
        self.extra.append(aside)

    def _standing(self, action: Action) -> Action:
        reason = self.refused.get(id(action))
        if reason is None:
            return action
        return Action(
            Kind.ERROR,
            action.branch,
            action.idnumber,
            action.left,
            action.right if action.kind is not Kind.NEW else None,
            action.attribute,
            error=reason,
            native=action.native,
        )


def _is_held_by(holder: Holder, action: Action) -> bool:
    """Whether the holder of a value is the very record that an action is about."""
    native = action.adopts.native if action.adopts is not None else action.native
    if native is not None and holder.native is not None:
        return bool(native == holder.native)
    exists = action.kind is not Kind.NEW or action.adopts is not None
    return exists and holder.idnumber == action.idnumber


def _circles(actions: Sequence[Action]) -> list[list[Action]]:
    """The rings of actions that wait for one another, each once; found without recursion, since a chain may be long."""
    found: list[list[Action]] = []
    finished: set[int] = set()
    for start in actions:
        path: list[Action] = []
        place: dict[int, int] = {}
        todo = [(start, False)]
        while todo:
            action, left = todo.pop()
            if left:
                finished.add(id(path.pop()))
                del place[id(action)]
            elif id(action) in place:
                found.append(path[place[id(action)] :])
            elif id(action) not in finished:
                place[id(action)] = len(path)
                path.append(action)
                todo.append((action, True))
                todo.extend((first, False) for first in action.after)
    return found


def _is_closed(circle: list[Action]) -> bool:
    """Whether each still waits for the next, and the last for the first."""
    pairs = zip(circle, [*circle[1:], circle[0]], strict=True)
    return all(any(first is following for first in one.after) for one, following in pairs)


def _among_ours(branch: type[DataStoreBranch], attribute: str, values: set[Any]) -> Iterable[Holder]:
    if not values or branch.state() not in (State.COMPLETE, State.UNREAD):
        return
    for idnumber, item in branch.items():
        try:
            value = getattr(item, attribute, None)
        except Exception:  # noqa: S112  a property that raises is reported by the comparison
            continue
        # a target may hold a list where one text is wanted, which is nobody's value and cannot be looked up
        if not is_multi(value) and value in values:
            yield Holder(value, branch.native(idnumber), idnumber, _shown(item))


def _shown(item: Any) -> Mapping[str, Any]:
    return {name: getattr(item, name, None) for name in ("username", "name", "given_name", "family_name")}


def _identity(holder: Holder) -> tuple[str, Any]:
    return ("native", holder.native) if holder.native is not None else ("idnumber", holder.idnumber)
