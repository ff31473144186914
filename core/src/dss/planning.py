"""Both sides of one sync read and compared, up to the plan."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from dss.actions import Kind
from dss.apply import lacking
from dss.assembly import Assembly, shared_names
from dss.collector import freeze_heap
from dss.errors import ConfigError
from dss.only import Only
from dss.ordering import Actions
from dss.people import Rule, settle
from dss.plan import Plan, make_plan
from dss.stages import Sync
from dss.store import State

Say = Callable[[str], object]


def plan_sync(sync: Sync, assembly: Assembly, rule: Rule | None, only: Only, say: Say) -> Plan:
    """Read both sides, settle who is who, compare.

    Args:
        sync: with its trees.
        assembly: what names the places of the configuration in errors.
        rule: what tells that two records are one person.
        only: to what the plan is limited; what it needs to be read is read too.
        say: is called with a sentence when a step begins.
    """
    names = shared_names(sync.config, sync.left, sync.right)
    _read(sync, names, assembly, rule, say)
    # what has been read lives to the end of the run; the collector need not walk it again
    freeze_heap()
    say(f"comparing {sync.left.name} with {sync.right.name}")
    plan = make_plan(sync.left, sync.right, [name for name in names if only.has_branch(name)])
    # what has been planned lives to the end of the run, too
    freeze_heap()
    if only.parted:
        assert isinstance(plan.actions, Actions)
        _refuse_slips(plan, only)
        plan.actions.leave_out(lambda action: not only.has(action))
        plan.errors = [error for error in plan.errors if only.has(error)]
        plan.notes += _missing(plan, sync)
    return plan


def _read(sync: Sync, names: Sequence[str], assembly: Assembly, rule: Rule | None, say: Say) -> None:
    say(f"reading {sync.left.name}")
    people = {branch.__name__ for branch in sync.left.branches if branch.people}
    derived = [name for name in names if sync.left.is_derived(name) and name not in people]
    sync.left.read([name for name in names if name not in derived])
    say(f"reading {sync.right.name}")
    sync.right.read(names)
    _check_provided(sync, assembly.config.path)
    with assembly.naming(sync.name):
        settle(sync.left, names, rule, sync.right)
    if derived:
        # only now, so that what is derived names people as they have been settled
        sync.left.read(derived)


def _check_provided(sync: Sync, file: Path) -> None:
    """A branch that is asked for by name must not drop out with no more than a note."""
    for name in sync.config.branches or ():
        for tree in (sync.left, sync.right):
            branch = getattr(tree, name)
            if branch.state() is State.NOT_PROVIDED:
                reason = "; ".join(branch.contents().notes)
                raise ConfigError(
                    f"{file}: `{sync.name}.branches` names `{name}`, which `{tree.name}` does not"
                    f" provide ({reason}); mend that, or take `{name}` out"
                )


def _refuse_slips(plan: Plan, only: Only) -> None:
    """A number that was mistyped must not look like a record that is in step."""
    for left, right in plan.pairs:
        for idnumber in sorted(only.branches.get(right.__name__) or ()):
            if not any(
                idnumber in known
                for store in (left.contents(), right.contents())
                for known in (store.items, store.frozen, store.left_out)
            ):
                raise ConfigError(
                    f"neither {left.tree.name} nor {right.tree.name} has {right.__name__} `{idnumber}`;"
                    f" `dss-run explain {right.__name__} {shlex.quote(idnumber)}` looks for what may be meant"
                )


def _missing(plan: Plan, sync: Sync) -> Iterator[str]:
    """What single records refer to that the target does not have, and that this plan does not make."""
    actions = list(plan.actions)
    made = {(action.branch, action.idnumber) for action in actions if action.kind is Kind.NEW}
    told: set[tuple[str, str]] = set()
    there = {branch.__name__: branch for branch in sync.right.branches}
    for action in actions:
        for branches, value in lacking(there, action):
            if not any((branch, value) in made for branch in branches) and (branches[0], value) not in told:
                told.add((branches[0], value))
                home = _home(sync, branches, value)
                yield (
                    f"{action.branch} {action.idnumber} refers to {' or '.join(branches)} `{value}`, which"
                    f" {sync.right.name} does not have; take it along with `--only {shlex.quote(f'{home}:{value}')}`"
                )


def _home(sync: Sync, branches: Sequence[str], value: str) -> str:
    """The branch of several in which the source has a record."""
    lefts = {branch.__name__: branch for branch in sync.left.branches}
    return next((name for name in branches if name in lefts and value in lefts[name]), branches[0])
