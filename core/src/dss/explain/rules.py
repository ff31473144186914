"""The rules that decided about one record as a whole."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dss.adoption import described, witnesses_of
from dss.attributes import ENABLED, has_own_subtraction, is_multi, value_of
from dss.branches import DataStoreBranch
from dss.config import BranchConfig
from dss.doubts import Doubts
from dss.errors import DssError
from dss.explain.code import place_of
from dss.explain.explanation import FEW, Rule
from dss.explain.keys import is_key
from dss.explain.verdicts import Case
from dss.importers import Scope, opened, steps_of
from dss.number_spaces import belongs_to
from dss.specifiers import resolve
from dss.stages import Sync
from dss.store import REFUSED
from dss.tree import DataStoreTree

STEPS = ("filter_out", "preprocess", "resolve_duplicate")


def rules_of(sync: Sync, case: Case, folder: Path) -> Iterator[Rule]:
    """All rules that had a part in it, each in one sentence."""
    config = sync.config.of.get(case.right.__name__, BranchConfig())
    yield from _read(case, config, folder)
    yield from _people(sync, case, folder)
    yield from _both_sides(case)
    yield from _protected(case)
    yield from _references(case)
    yield from _outside(case)


def _read(case: Case, config: BranchConfig, folder: Path) -> Iterator[Rule]:
    """What happened on the way in."""
    for side, branch in (("left", case.left), ("right", case.right)):
        store, name = branch.contents(), branch.tree.name
        if case.idnumber in store.left_out:
            rule = getattr(config.filter, side)
            where = place_of(resolve(rule, f"filter.{side}"), folder) if rule else "its filter"
            yield Rule("filter", f"{name}: the filter {where} leaves it out")
        if case.idnumber in store.frozen:
            yield Rule("set aside", f"{name}: {store.frozen[case.idnumber]}")
        derive = branch.tree.derivation(branch.__name__)
        if derive is not None:
            yield Rule("derived", f"{name}: {branch.__name__} are derived by {place_of(derive, folder)}")
        elif branch.tree.importer is not None:
            steps = steps_of(branch.tree.importer)
            for step in STEPS:
                if (function := getattr(steps, step)) is not None:
                    yield Rule("step", f"{name}: every record passes {place_of(function, folder)}")
    store = case.left.contents()
    if store.problems:
        yield Rule(
            "doubt",
            f"{case.left.path()} has rows that cannot be tied to a record, so nothing of {case.left.__name__} is"
            f" removed: {'; '.join(store.problems[:3])}{' and more' if len(store.problems) > 3 else ''}",
        )
    if store.doubtful:
        yield Rule(
            "doubt", f"{case.left.path()} may lack records ({store.doubtful}), so nothing of it is removed"
        )
    if case.idnumber in store.doubted:
        yield Rule("doubt", f"what refers to it may not be all there: {store.doubted[case.idnumber]}")


def _people(sync: Sync, case: Case, folder: Path) -> Iterator[Rule]:
    """Number spaces, and one person in two roles."""
    tree, name, idnumber = case.left.tree, case.left.__name__, case.idnumber
    own = case.left.contents().renamed.get(idnumber, idnumber)
    template = tree.idnumber_templates.get(name, "{idnumber}")
    if belongs_to(own, template):
        head, tail = template.split("{idnumber}")
        number = own[len(head) : len(own) - len(tail)]
        yield Rule("number space", f"`{template}`: in {tree.name} the number is `{number}`")
    if own != idnumber:
        yield Rule(
            "two roles", f"in {tree.name} it is `{own}`; as one person with another it is `{idnumber}`"
        )
    if not case.left.people:
        return
    roles = [
        branch.__name__
        for branch in tree.branches
        if branch.people and branch is not case.left and branch.contents().owner.get(idnumber) == name
    ]
    if case.owner is not None:
        yield Rule(
            "two roles", f"one person with {case.owner} `{idnumber}`, which speaks for what they share"
        )
    if roles:
        yield Rule("two roles", f"one person with {' and '.join(roles)} `{idnumber}`; {name} speaks for them")
    if case.owner is not None or roles or own != idnumber:
        rule = sync.config.same_person
        what = "equal e-mail address and family name"
        if isinstance(rule, str):
            what = place_of(resolve(rule, "same_person"), folder)
        yield Rule("same_person", f"that they are one person is told by {what}")


def _both_sides(case: Case) -> Iterator[Rule]:
    """Enabled, missing, revived, a subtraction of the model's own."""
    source, target = case.source, case.target
    if source is not None and target is None and not case.is_frozen:
        if value_of(source, ENABLED) is False:
            yield Rule("enabled", "the source says that it is not enabled, so it is not made")
        for attribute in case.right.references():
            value = value_of(source, attribute)
            if isinstance(value, str) and case.doubts.is_nobody(attribute, value):
                yield Rule("refers to", f"its {attribute} `{value}` will not be there, so it is not made")
    if source is None and target is not None and not case.is_frozen:
        doubts = Doubts(case.left, case.right)
        if value_of(target, ENABLED) is False:
            yield Rule("enabled", "the source does not have it and it is not enabled in the target: in step")
        elif doubts.withhold_record(target):
            yield Rule("doubt", f"it is not ended: {next(iter(doubts.withheld))}")
    if source is not None and target is not None:
        update = next((one for one in case.planned if one.action.attribute == ENABLED), None)
        if update is not None and update.action.wanted is True:
            yield Rule("enabled", "it is there again, so it is enabled again")
        if has_own_subtraction(case.left.klass):
            yield Rule("compared by", f"`{case.left.klass.__qualname__}.__sub__` decides what differs")


def _protected(case: Case) -> Iterator[Rule]:
    if case.target is None:
        return
    try:
        why = case.right.protection(case.idnumber)
    except DssError as error:
        why = f"it cannot be told whether it is protected: {error}"
    if why:
        yield Rule("protected", f"nothing may be taken away from it: {why}")


def _references(case: Case) -> Iterator[Rule]:
    """What it refers to and one of the sides does not have."""
    item = case.source if case.source is not None else case.target
    if item is None:
        return
    for attribute, names in case.right.references().items():
        value = value_of(item, attribute)
        values = [value] if isinstance(value, str) else sorted(value, key=str) if is_multi(value) else []
        missing = [text for one in values if (text := _missing(case, names, one))]
        yield from (Rule("refers to", f"{attribute}: {text}") for text in missing[:FEW])
        if len(missing) > FEW:
            yield Rule("refers to", f"{attribute}: and {len(missing) - FEW} more that are missing")
        for one in values:
            yield from _known_otherwise(case, attribute, names, one)


def _missing(case: Case, names: tuple[str, ...], value: Any) -> str:
    lacking = [
        tree.name
        for tree in (case.left.tree, case.right.tree)
        if (there := _present(tree, names)) and not any(value in branch.contents().items for branch in there)
    ]
    if not lacking or any((name, value) in case.made for name in names):
        return ""
    return f"{' or '.join(names)} `{value}` is missing in {' and in '.join(lacking)}"


def _known_otherwise(case: Case, attribute: str, names: tuple[str, ...], value: Any) -> Iterator[Rule]:
    for branch in _present(case.left.tree, names):
        old = branch.contents().renamed.get(value)
        if old is not None:
            yield Rule(
                "two roles", f"{attribute}: `{value}` is {branch.__name__} `{old}` in {branch.tree.name}"
            )


def _present(tree: DataStoreTree, names: tuple[str, ...]) -> list[type[DataStoreBranch]]:
    found = (vars(tree).get(name) for name in names)
    return [branch for branch in found if branch is not None and branch.state().value == "complete"]


def _outside(case: Case) -> Iterator[Rule]:
    """What the target has under this number beyond what is ours."""
    importer = case.right.tree.importer
    if case.target is not None or importer is None or not is_key(case.idnumber):
        return
    with opened(importer.readin_items(case.right, [case.idnumber], Scope.ALL)) as records:
        hits: list[Mapping[str, Any]] = [dict(record) for record in records or ()]
    for hit in hits:
        refused = f"; it must not be taken over: {hit[REFUSED]}" if hit.get(REFUSED) else ""
        confirmed = ""
        if case.source is not None and not refused:
            same: list[str] = []
            with contextlib.suppress(Exception):
                # a user's property may raise anything, and is told of elsewhere
                same = witnesses_of(case.right, case.source, hit)
            confirmed = (
                f"; the same by {' and '.join(same)}"
                if same
                else "; nothing else confirms that it is the same"
            )
        yield Rule(
            "outside our scope",
            f"{case.right.tree.name} has {described(hit)} under this number{refused}{confirmed}",
        )
