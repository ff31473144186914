"""No value of a statement is ever shown, in whatever database's words; and what would end a transaction is known."""

from __future__ import annotations

import pytest

from dss_moodle_db.statements import masked, may_run, writes

NAMES = frozenset(("user", "username", "mdl_user"))


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("UPDATE mdl_user SET email=? WHERE mdl_user.id = ?", "UPDATE mdl_user SET email=? WHERE mdl_user.id = ?"),
        ("INSERT INTO mdl_user (a, phone1)\n  VALUES (?, ?)", "INSERT INTO mdl_user (a, phone1) VALUES (?, ...)"),
        ("INSERT INTO t (a, b) VALUES (?, ?), (?, ?), (?, ?)", "INSERT INTO t (a, b) VALUES (?, ...), ..."),
        ("DELETE FROM t WHERE id IN (%(id_1)s, %(id_2)s)", "DELETE FROM t WHERE id IN (?, ...)"),
        (
            "UPDATE t SET a=%(a)s::VARCHAR, b=%(b)s::DOUBLE PRECISION WHERE x = %(x)s::INTEGER AND y = %s",
            "UPDATE t SET a=?, b=? WHERE x = ? AND y = ?",
        ),
        ("UPDATE t SET a = 'Ann O''Hara', b = 'x--y' WHERE c = 12.5", "UPDATE t SET a = ?, b = ? WHERE c = ?"),
        ("UPDATE t SET a = E'Ann \\' Secret' -- of Ann\n, b = $$Ann's$$", "UPDATE t SET a = ? , b = ?"),
        ("UPDATE t SET a = $q$Ann's $$ Secret$q$ /* Ann's */", "UPDATE t SET a = ?"),
        ('UPDATE "user" SET "username" = "Ann"', 'UPDATE "user" SET "username" = ?'),
        ("UPDATE `groups` SET a = 'not closed, Ann", "UPDATE `groups` SET a = ?"),
        ("UPDATE t SET a = X'416e6e', b = N'Ann', c = -1e3", "UPDATE t SET a = ?, b = ?, c = ?"),
        ("UPDATE t SET a = :name, b = $1", "UPDATE t SET a = ?, b = ?"),
    ],
)  # fmt: skip
def test_a_statement_is_shown_without_values(statement: str, shown: str) -> None:
    """Placeholders of every driver look the same, and so does what somebody has written out."""
    found = masked(statement, NAMES)

    assert found == shown


def test_a_backslash_keeps_a_text_open_where_it_does() -> None:
    """In MariaDB, and nowhere else."""
    assert masked(r"UPDATE t SET a = 'Ann\' Secret', b = 'x'", NAMES, True) == "UPDATE t SET a = ?, b = ?"
    assert masked(r"UPDATE t SET a = 'C:\', b = 'Ann'", NAMES) == "UPDATE t SET a = ?, b = ?"


@pytest.mark.parametrize(
    "statement",
    ["SELECT 1", " (SELECT 1)", "/* x */ WITH a AS (SELECT 1) SELECT 2", "INSERT INTO t VALUES (';')", "PRAGMA x",
     "ROLLBACK TO SAVEPOINT a", "rollback transaction to a", "SAVEPOINT a", "RELEASE SAVEPOINT a", "SELECT 1;"],
)  # fmt: skip
def test_what_leaves_a_transaction_open_may_run(statement: str) -> None:
    """Questions, ordinary changes, and parts of a transaction."""
    assert may_run(statement)


@pytest.mark.parametrize(
    "statement",
    ["COMMIT", "commit;", "END", "ROLLBACK", "BEGIN", "START TRANSACTION", "SET autocommit = 1", "/* x */ COMMIT",
     "ALTER TABLE t ADD COLUMN c", "CREATE INDEX i ON t (a)", "TRUNCATE t", "LOCK TABLES t WRITE", "CALL p()",
     "PREPARE TRANSACTION 'x'", "COPY t FROM STDIN", "INSERT INTO t VALUES (1); COMMIT", "-- x\nCOMMIT", ""],
)  # fmt: skip
def test_what_ends_a_transaction_may_not(statement: str) -> None:
    """Neither what says so, nor what does it in secret in one of the databases."""
    assert not may_run(statement)


@pytest.mark.parametrize(
    ("statement", "does"),
    [
        ("SELECT 'update'", False),
        ("WITH a AS (SELECT 'delete') SELECT 1", False),
        ("WITH a AS (DELETE FROM t RETURNING id) SELECT 1", True),
        ("INSERT INTO t SELECT 1", True),
        ("SAVEPOINT a", False),
    ],
)
def test_what_writes_is_known(statement: str, does: bool) -> None:
    """By its words, not by the values in it."""
    assert writes(statement) is does
