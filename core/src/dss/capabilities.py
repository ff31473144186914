"""What a connector's system can do, and what a look at it finds."""

from __future__ import annotations

from enum import StrEnum

import attrs


class Capability(StrEnum):
    """What a connector can do; what is not declared is taken not to work, and `dss.testing` checks both.

    A tree class declares them in `capabilities`; a branch class may declare its own, which then stand for that branch.
    """

    READ = "read"
    """The branches can be read."""
    LOOKUP = "lookup"
    """Single records are read by their keys (`importer.readin_items`), without reading a whole branch."""
    STREAM = "stream"
    """Records are handed over as they come; no more than a few are in memory at a time."""
    BLANKS = "blanks"
    """A value that is empty is told from one that is not there: `""` and None come back as they were."""
    DELTA = "delta"
    """What has changed since a mark can be told (`importer.readin_changes`); a full read stays the truth."""
    SOURCES = "sources"
    """What is read can be known again (`tree.sources`): an older export, or the same one, is noticed."""
    TRACE = "trace"
    """Where each value came from can be told (`importer.trace`), for `dss-run explain`."""
    CREATE = "create"
    """New records can be made (`new_…`)."""
    UPDATE = "update"
    """Attributes of records can be changed (`update_…`)."""
    DISABLE = "disable"
    """Records with an attribute `enabled` can be disabled, and enabled again (`update_…` of `enabled`)."""
    END = "end"
    """Records that the source has no more are ended (`old_…`): disabled where they can be, else deleted or let go."""
    MULTI_VALUES = "multi-values"
    """Single values of multi-valued attributes can be added and removed (`add_…` and `remove_…`)."""
    SCOPE = "scope"
    """The system holds other records beside ours; they are never taken for ours, nor touched."""
    ADOPT = "adopt"
    """Existing records outside the scope can be found, taken over, and given back (`release_…`)."""
    UNIQUE = "unique"
    """Who holds a unique value can be told for the whole system (`importer.find_holders`)."""
    SWAP = "swap"
    """Two records can exchange their unique values, by way of a spare one (`tree.spare_value`)."""
    TRANSACTIONS = "transactions"
    """`tree.batch` is one transaction: all of it is written, or nothing."""
    DRY_RUN = "dry-run"
    """The real handlers can be run without anything being written (`tree.rehearsal`)."""
    UNDO = "undo"
    """What was done can be undone, as far as each handler says (`@handler(undo=...)`)."""


@attrs.frozen
class Finding:
    """One line of what `check` finds: level is "ok", "warning" or "error"."""

    level: str
    text: str
