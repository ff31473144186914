"""A plan that was written into a file, taken up again: for this configuration and this target, or not at all."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from dss.actions import Action
from dss.digests import differences
from dss.errors import PlanError
from dss.guard import rederive
from dss.holding import Because, Hold
from dss.lines import Lines
from dss.plan import Plan
from dss.planfile import Foot, PlanFile, SyncHead
from dss.planfile.tally import total
from dss.spool import LIMIT

if TYPE_CHECKING:
    from dss.memory import Memory
    from dss.policies import Policies
    from dss.stages import Sync


class StoredActions(Collection[Action]):
    """The actions of one sync in a plan file, in order; when there are very many, read anew each time.

    Args:
        file: the plan.
        place: which sync of it.
        lines: what makes actions of its lines.
        count: how many there are.
    """

    def __init__(self, file: PlanFile, place: int, lines: Lines, count: int) -> None:
        self._file, self._place, self._lines, self._count = file, place, lines, count
        self._kept: list[tuple[Action, str]] | None = None
        self._held: dict[int, list[Action]] = {}

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Action]:
        return (action for action, _ in self.with_lines())

    def __contains__(self, action: object) -> bool:
        return isinstance(action, Action) and any(action.key == one.key for one in self)

    def with_lines(self) -> Iterator[tuple[Action, str]]:
        """The actions with the lines that they were read from."""
        if self._count > LIMIT:
            return ((action, line) for action, line, _ in self._read())
        return iter(self._keep())

    def held(self) -> dict[int, list[Action]]:
        """The actions that were held when the plan was made, by the number of the hold."""
        if self._count <= LIMIT:
            self._keep()
            return self._held
        found: dict[int, list[Action]] = {}
        for action, _, numbers in self._read():
            for number in numbers:
                found.setdefault(number, []).append(action)
        return found

    def _read(self) -> Iterator[tuple[Action, str, tuple[int, ...]]]:
        load = self._lines.load
        return ((load(line), line, numbers) for line, numbers in self._file.lines(self._place))

    def _keep(self) -> list[tuple[Action, str]]:
        if self._kept is None:
            kept, held = list[tuple[Action, str]](), dict[int, list[Action]]()
            for action, line, numbers in self._read():
                kept.append((action, line))
                for number in numbers:
                    held.setdefault(number, []).append(action)
            self._kept, self._held = kept, held
        return self._kept


def check_plan(file: PlanFile, digests: Mapping[str, str], syncs: Sequence[Sync]) -> list[Sync]:
    """Look whether a plan is whole, and for this configuration and these targets; give its syncs.

    Args:
        file: the plan.
        digests: of the configuration as it is now.
        syncs: all of the configuration.

    Raises:
        PlanError: it must not be applied, with the reason.
    """
    file.verify()
    changed = differences(file.head.config, digests)
    if changed:
        raise PlanError(
            f"`{file.path}` was made for another configuration: {'; '.join(changed)}. Plan again with"
            f" `dss-run plan -o {shlex.quote(str(file.path))}`"
        )
    known = {sync.name: sync for sync in syncs}
    found = []
    for head in file.head.syncs:
        sync = known.get(head.name)
        if sync is None:
            raise PlanError(f"`{file.path}` is a plan for {head.name}, which the configuration does not have")
        system = sync.right.identity()
        if (sync.left.name, sync.right.name, system) != (head.left, head.right, head.right_system):
            raise PlanError(
                f"`{file.path}` was made for `{head.right}` ({head.right_system}); here `{sync.right.name}` is"
                f" {system}. A plan is for one target, and no other; plan again"
            )
        found.append(sync)
    return found


def take_up(file: PlanFile, place: int, sync: Sync, policies: Policies, memory: Memory) -> None:
    """Give a sync the plan that a file has for it, as it stands there, and its holds as they are by now.

    The right tree has been read, so that what is referred to is found; the left is not looked at.

    Args:
        file: checked.
        place: which of its syncs.
        sync: the same one of the configuration.
        policies: how careful to be.
        memory: what has been approved since is not held any more.
    """
    head, foot = file.head.syncs[place], file.verify()
    tally = foot.counts[place]
    count = total(tally.ready) + total(tally.held) + total(tally.quiet)
    actions = StoredActions(file, place, Lines(sync.left, sync.right), count)
    pairs = [(getattr(sync.left, one.name), getattr(sync.right, one.name)) for one in head.branches]
    notes = [*head.notes, *_changed_sources(head, sync)]
    sync.plan = Plan(sync.left, sync.right, pairs, actions, list(file.errors(place)), notes)
    if file.head.undoes is not None:
        # what a run has made is ours, also where it is not known yet whose the rest is
        memory = attrs.evolve(memory, owned=None)
    sync.holds = rederive(sync.plan, list(_base(actions, foot, place)), policies, memory)
    sync.is_stored = True


def _base(actions: StoredActions, foot: Foot, place: int) -> Iterator[Hold]:
    held = actions.held()
    for number, head in enumerate(foot.holds[place]):
        if head.because is not Because.DEPENDENT and number in held:
            yield Hold(head.scope, head.reason, held[number], head.because, head.quiet, head.budget)


def _changed_sources(head: SyncHead, sync: Sync) -> Iterator[str]:
    """The plan stands all the same: it was reviewed as it is."""
    now = {source.name: source.digest for source in sync.left.sources()}
    changed = [source.name for source in head.sources if now.get(source.name) != source.digest]
    if changed:
        yield f"{sync.left.name} has changed since this was planned: {', '.join(changed)}"
