"""What is the same for everything that is turned round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dss.actions import Action
from dss.undo.earlier import EarlierUndoes
from dss.undo.records import error_on
from dss.undo.taken_back import TakenBack

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree


class Turning:
    """Turns what a run has done round, or says why that cannot be.

    Which record of the target is meant must be certain: see `frozen` of what a branch holds.

    Args:
        right: the target; it has been read.
        branches: those that are compared, by name.
        run: whose changes they are.
        back: gets what is back already, which gives nothing.
        earlier: undoes of the same run.
    """

    def __init__(
        self,
        right: DataStoreTree,
        branches: Mapping[str, type[DataStoreBranch]],
        run: int,
        back: TakenBack,
        earlier: EarlierUndoes,
    ) -> None:
        self._right, self._branches, self._run = right, branches, run
        self._back, self._earlier = back, earlier

    def _another(self, action: Action, native: Any, was: str) -> Action | None:
        """An error where the target has another record under this idnumber by now.

        Args:
            action: what was done to the one that is meant.
            native: the id of the record that there is.
            was: what was done to it, in a word or two.
        """
        known = action.native if action.adopts is None else action.adopts.native
        if known is None or native is None or str(known) == str(native):
            return None
        return error_on(action, f"is record {native} by now, not {known}, which run {self._run} {was}")

    def _native(self, action: Action) -> Any:
        return self._branches[action.branch].native(action.idnumber)
