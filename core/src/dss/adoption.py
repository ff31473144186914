"""Before something is made anew: is it in the target already, outside our scope?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dss.actions import Action, Adoption, Kind
from dss.attributes import is_blank, names_of
from dss.branches import DataStoreBranch
from dss.importers import Scope, opened
from dss.store import KEY, NATIVE, REFUSED


def look_up(branch: type[DataStoreBranch], actions: Iterable[Action]) -> Iterator[Action]:
    """Turn `new` actions whose key the target already has into adoptions, or into errors.

    Args:
        branch: the right branch, whose importer is asked once for all keys.
        actions: the branch's `new` actions, which are gone through twice.

    Yields:
        The actions that stand, changed where one becomes an adoption, with `error` actions in the place of those that
        must not be carried out.
    """
    asked = [action.idnumber for action in actions if action.joins is None]
    importer = branch.tree.importer
    if importer is None or not asked:
        yield from actions
        return
    found: dict[str, list[Mapping[str, Any]]] = {}
    with opened(importer.readin_items(branch, asked, Scope.ALL)) as records:
        for record in records or ():
            found.setdefault(record[KEY], []).append(record)
    for action in actions:
        yield _judged(branch, action, found.get(action.idnumber, []))


def _judged(branch: type[DataStoreBranch], action: Action, hits: Sequence[Mapping[str, Any]]) -> Action:
    if not hits or action.joins is not None:
        return action
    if len(hits) > 1:
        natives = ", ".join(str(hit.get(NATIVE)) for hit in hits)
        return _refused(
            action, f"the target has {len(hits)} records with this idnumber ({natives}); merge them there"
        )
    hit = hits[0]
    name = described(hit)
    if hit.get(REFUSED):
        return _refused(
            action,
            f"the target already has this idnumber in {name}, which must not be taken over: {hit[REFUSED]}",
        )
    if not witnesses_of(branch, action.right, hit):
        groups = " or ".join("+".join(group) for group in branch.witnesses)
        return _refused(
            action,
            f"the target already has this idnumber outside our scope, in {name}, and nothing else ({groups}) confirms"
            " that it is the same; correct one of the two, or give that record another idnumber",
        )
    wanted = set(names_of(action.right))
    was = {name: value for name, value in hit.items() if name in wanted}
    action.adopts = Adoption(hit.get(NATIVE), was)
    action.native = hit.get(NATIVE)
    return action


def witnesses_of(branch: type[DataStoreBranch], item: Any, hit: Mapping[str, Any]) -> list[str]:
    """The attributes that confirm that a record of the target is the same as an item; none when nothing does."""
    for group in branch.witnesses:
        if all(_same(getattr(item, attribute, None), hit.get(attribute)) for attribute in group):
            return list(group)
    return []


def _same(wanted: Any, found: Any) -> bool:
    if is_blank(wanted) or is_blank(found):
        return False
    if isinstance(wanted, str) and isinstance(found, str):
        return " ".join(wanted.casefold().split()) == " ".join(found.casefold().split())
    return bool(wanted == found)


def _refused(action: Action, reason: str) -> Action:
    return Action(Kind.ERROR, action.branch, action.idnumber, action.left, None, error=f"not made: {reason}")


def described(record: Mapping[str, Any]) -> str:
    """A record of the target in a few words a person can find it by."""
    parts = [
        f"{name} {record[name]!r}"
        for name in (KEY, "username", "name", "given_name", "family_name")
        if not is_blank(record.get(name))
    ]
    native = record.get(NATIVE)
    return f"record {native}" + (f" ({', '.join(parts)})" if parts else "")
