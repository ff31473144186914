"""The tables. A change to them needs a new `VERSION`, and a way from the old one."""

from __future__ import annotations

APPLICATION = 0x64737331
"""Tells the file from other programs' databases ("dss1")."""
VERSION = 1
PLACES = 32
"""Bits of an action's id that are its place; those above are the number of its section."""

TABLES = (
    """CREATE TABLE runs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL, began TEXT NOT NULL, ended TEXT,
        who TEXT NOT NULL, process INTEGER NOT NULL, host TEXT NOT NULL,
        state TEXT NOT NULL, exit_code INTEGER, reason TEXT NOT NULL DEFAULT '',
        of INTEGER, plan TEXT NOT NULL, config TEXT NOT NULL,
        expired INTEGER NOT NULL DEFAULT 0)""",
    # one sync of one run
    """CREATE TABLE sections (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        run INTEGER NOT NULL REFERENCES runs (number), sync INTEGER NOT NULL,
        name TEXT NOT NULL, left TEXT NOT NULL, right TEXT NOT NULL, target TEXT NOT NULL,
        UNIQUE (run, sync))""",
    # id: the section's number and the place; whoever writes a plan writes them in this order
    """CREATE TABLE actions (
        id INTEGER PRIMARY KEY,
        branch TEXT NOT NULL, kind TEXT NOT NULL, idnumber TEXT NOT NULL, attribute TEXT,
        fingerprint TEXT NOT NULL, line TEXT)""",
    """CREATE TABLE outcomes (
        id INTEGER PRIMARY KEY,
        batch INTEGER, outcome TEXT NOT NULL, reason TEXT, native TEXT)""",
    """CREATE TABLE batches (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        section INTEGER NOT NULL REFERENCES sections (number), intended TEXT NOT NULL, settled TEXT)""",
    # which actions a batch holds, from first to last; no two spans overlap
    "CREATE TABLE spans (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, batch INTEGER NOT NULL)",
    # of runs that have ended, so that a list of runs need not count
    """CREATE TABLE counts (
        section INTEGER NOT NULL REFERENCES sections (number),
        branch TEXT NOT NULL, kind TEXT NOT NULL, outcome TEXT, count INTEGER NOT NULL)""",
    "CREATE INDEX counts_section ON counts (section)",
    # one branch of one target; complete: what is not in `owned` is known not to be ours
    """CREATE TABLE scopes (
        number INTEGER PRIMARY KEY,
        target TEXT NOT NULL, branch TEXT NOT NULL, complete INTEGER NOT NULL DEFAULT 0,
        UNIQUE (target, branch))""",
    """CREATE TABLE owned (
        scope INTEGER NOT NULL REFERENCES scopes (number), idnumber TEXT NOT NULL,
        native TEXT, run INTEGER NOT NULL, how TEXT NOT NULL,
        PRIMARY KEY (scope, idnumber)) WITHOUT ROWID""",
    """CREATE TABLE missing (
        scope INTEGER NOT NULL REFERENCES scopes (number), idnumber TEXT NOT NULL,
        since TEXT NOT NULL, last TEXT NOT NULL, runs INTEGER NOT NULL,
        PRIMARY KEY (scope, idnumber)) WITHOUT ROWID""",
    """CREATE TABLE approvals (
        target TEXT NOT NULL, fingerprint TEXT NOT NULL,
        branch TEXT NOT NULL, kind TEXT NOT NULL, idnumber TEXT NOT NULL, attribute TEXT,
        made TEXT NOT NULL, until TEXT NOT NULL, who TEXT NOT NULL, used INTEGER,
        PRIMARY KEY (target, fingerprint)) WITHOUT ROWID""",
    """CREATE TABLE undone (
        target TEXT NOT NULL, fingerprint TEXT NOT NULL, run INTEGER NOT NULL, source TEXT NOT NULL,
        PRIMARY KEY (target, fingerprint)) WITHOUT ROWID""",
    """CREATE TABLE readings (
        tree TEXT NOT NULL, branch TEXT NOT NULL, rows INTEGER NOT NULL, keys INTEGER NOT NULL,
        blanks TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (tree, branch)) WITHOUT ROWID""",
    """CREATE TABLE sources (
        tree TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, modified TEXT, at TEXT NOT NULL,
        PRIMARY KEY (tree, name)) WITHOUT ROWID""",
    # whatever a source has been in good runs: the last few of each
    """CREATE TABLE contents (
        tree TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (tree, name, digest)) WITHOUT ROWID""",
    # removals that are held over a budget: how much there was when they first were, and how many were approved and done
    # since; parent: '' where it is no parent's
    """CREATE TABLE over_budget (
        tree TEXT NOT NULL, branch TEXT NOT NULL, scope TEXT NOT NULL, parent TEXT NOT NULL,
        size INTEGER NOT NULL, let_go INTEGER NOT NULL,
        PRIMARY KEY (tree, scope, parent)) WITHOUT ROWID""",
)
