"""All checks of a suite made one after the other, to see which of them hold, and how the others fail."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from core.tests.testing.broken import checks, make_one, needed_by
from core.tests.testing.roster.system import Roster

from dss.testing import NotConforming, System
from dss.testing.plugin import OF_NO_USE
from dss.testing.suite import Suite


def failing(
    kind: type[Suite],
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    system: Callable[[Path], System] = Roster,
    only: Collection[str] = (),
) -> dict[str, str]:
    """What does not hold of a connector: by check, with its branch, what the check says.

    Any other exception than the kit's own passes: a check has to make up its mind.
    """
    suite = kind()
    declared = suite.declared()
    found = {}
    for name in only or checks(kind):
        method = getattr(kind, name)
        needed, any_of = needed_by(method)
        is_for_each = "branch" in inspect.signature(method).parameters
        for branch in declared.branches if is_for_each else ("",):
            has = declared.of(branch) if branch else declared.all()
            if not needed <= has or (any_of and not any_of & has):
                continue
            try:
                make_one(suite, name, branch, system, folder / name / branch, caplog)
            except NotConforming as error:
                found[f"{name}[{branch}]" if branch else name] = str(error)
            except pytest.skip.Exception as skipped:
                if not str(skipped).startswith(OF_NO_USE):
                    raise
            caplog.clear()
    return found
