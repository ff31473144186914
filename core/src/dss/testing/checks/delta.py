"""Whether what has changed since a mark is told."""

from __future__ import annotations

from typing import Any

from dss.capabilities import Capability
from dss.importers import Changes
from dss.testing.checks.records import by_key
from dss.testing.rig import Rig
from dss.testing.suite import Suite, needs
from dss.testing.verdict import require


class DeltaChecks(Suite):
    """Changes that a system writes down itself."""

    @needs(Capability.DELTA)
    def test_changes_since_a_mark_are_all_named(self, rig: Rig, branch: str) -> None:
        """What was made, changed or taken away since a mark is named, and read again gives what is there."""
        stays, goes, comes = (self.record(branch, number) for number in (1, 3, 4))
        names = [*self.changeable(branch)[:1], *self.multi_valued(branch)]
        changing = [self.record(branch, number) for number in range(5, 5 + len(names))]
        rig.seed(branch, [stays, goes, *changing])
        first = self._changes(rig, branch, None)
        touched = {one["idnumber"] for one in (goes, comes, *changing)}
        for name, one in zip(names, changing, strict=True):
            rig.seed(branch, [{**one, name: self.another(branch, name, one[name])}])
        rig.system.remove(branch, [goes["idnumber"]])
        rig.seed(branch, [comes])

        then = self._changes(rig, branch, first.mark)
        after = self._changes(rig, branch, then.mark)

        unnamed = touched - set(then.idnumbers)
        require(
            not unnamed,
            f"`readin_changes` of `{branch}` does not name {', '.join(sorted(unnamed))}, made, changed or taken away"
            " since the mark",
            "name every record that may have changed since the mark; more is no fault, fewer is",
        )
        require(
            not touched & set(after.idnumbers) or after.mark != then.mark,
            f"`readin_changes` of `{branch}` names the same changes again after its new mark",
            "return as `mark` where the system stands once these changes are known",
        )
        tree = rig.read()
        found = {one["idnumber"] for one in by_key(tree, branch, sorted(touched))}
        require(
            found == touched - {goes["idnumber"]},
            f"of what `readin_changes` of `{branch}` named, `readin_items` finds {sorted(found)}",
            "let `readin_items` find those that are there, and none that is gone",
        )

    def _changes(self, rig: Rig, branch: str, since: str | None) -> Any:
        tree = rig.tree()
        assert tree.importer is not None
        found = tree.importer.readin_changes(getattr(tree, branch), since)
        require(
            isinstance(found, Changes) and isinstance(found.mark, str),
            f"`readin_changes` of `{branch}` since {since!r} gave {found!r}",
            "return `Changes(idnumbers, mark)`; None only for a mark that the system has forgotten",
        )
        return found
