"""How often plugins are asked: per branch and per batch, never per record.

`hook_calls` counts every hook call of a whole run, reading, comparing and carrying out, by pluggy's own
monitoring. The trees are filled by importers, in two branches, and differ in a given number of records.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

import attrs
import pluggy

from dss import (
    Action,
    DataStoreBranch,
    DataStoreTree,
    DefaultImporter,
    DefaultTemplate,
    Result,
    Rows,
    handler,
)

BATCH = "batches"
FIELDS = ("idnumber", "given_name", "family_name")


@attrs.define
class Person:
    """Enough of a person to be compared."""

    idnumber: str
    given_name: str
    family_name: str


class SchoolBranches(DataStoreBranch):
    """What the school has."""

    klass = Person


class Students(SchoolBranches):
    """Its students."""

    __branchname__ = "students"


class Teachers(SchoolBranches):
    """Its teachers."""

    __branchname__ = "teachers"


class Importer(DefaultImporter):
    """Gives as many records as the tree's options say."""

    def readin_branch(self, branch: type[DataStoreBranch]) -> Rows:
        """Records numbered through, of which the first `changed` have a name of their own."""
        records, changed, name = self.tree.options.records, self.tree.options.changed, self.tree.name
        prefix = branch.__name__
        return Rows(
            FIELDS, ((f"{prefix}{n}", name if n < changed else "Ada", "Berg") for n in range(records))
        )


class Template(DefaultTemplate):
    """Takes everything in bulk and has nothing to do."""

    @handler(bulk=100)
    def update(self, actions: Sequence[Action]) -> Iterator[Result]:
        """Answer each."""
        return (action.done() for action in actions)


class School(DataStoreTree):
    """A school of any size."""

    __branches__: ClassVar[type] = SchoolBranches
    __importer__: ClassVar[type] = Importer
    __template__: ClassVar[type] = Template

    counts: ClassVar[Counter[str]] = Counter()

    @attrs.frozen
    class Options:
        """How large, and how many of its records are its own."""

        records: int
        changed: int

    def batch(self) -> AbstractContextManager[object]:
        """Count the batches; nothing is written."""
        self.counts[BATCH] += 1
        return super().batch()


@contextmanager
def monitored(counts: Counter[str]) -> Iterator[None]:
    """Count every hook call of every plugin manager that is made inside the block."""
    make = pluggy.PluginManager.__init__

    def made(manager: pluggy.PluginManager, *args: Any, **kwargs: Any) -> None:
        make(manager, *args, **kwargs)
        manager.add_hookcall_monitoring(lambda name, *_: counts.update([name]), lambda *_: None)

    pluggy.PluginManager.__init__ = made  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        pluggy.PluginManager.__init__ = make  # type: ignore[method-assign]


def hook_calls(records: int, changed: int) -> Counter[str]:
    """Hook calls of one whole run by the hook's name, and `batches`, the number of batches written.

    Args:
        records: Records of each of the two branches, on either side.
        changed: How many of each branch's records differ.
    """
    counts = School.counts
    counts.clear()
    with monitored(counts):
        left, right = (School(name=side, records=records, changed=changed) for side in ("left", "right"))
        +left
        +right
        left >> right
    return Counter(counts)
