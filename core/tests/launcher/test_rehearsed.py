"""A dry run on the screen: statements with their counts, however many records there were."""

from __future__ import annotations

from dss.launcher.rehearsed import LONGEST, lines
from dss.rehearsal import Rehearsal


def test_each_statement_stands_once_with_its_count() -> None:
    """In the order of their first time, numbers under one another."""
    rehearsal = Rehearsal()
    for _ in range(1000):
        rehearsal.add("INSERT INTO mdl_user (a, ...) VALUES (?, ...)")
        rehearsal.add("UPDATE mdl_user SET a=?", 2)
    rehearsal.notes.append("it took 2 seconds")

    found = list(lines(rehearsal, "moodle"))

    assert found == [
        "moodle: a real run would send this, for so many records each; nothing of it stayed",
        "  1000  INSERT INTO mdl_user (a, ...) VALUES (?, ...)",
        "  2000  UPDATE mdl_user SET a=?",
        "  it took 2 seconds",
    ]


def test_the_list_stays_short() -> None:
    """Whatever a connector notes: many sorts, long ones, and what would move the cursor."""
    rehearsal = Rehearsal()
    rehearsal.add("x" * 1000)
    rehearsal.add("a\x1b[2Jb\nc")
    for number in range(50):
        rehearsal.add(f"call {chr(97 + number)}", 3)

    found = list(lines(rehearsal, "ldap", limit=2))

    assert len(found) == 4
    assert len(found[1]) < LONGEST + 12
    assert found[2] == "  1  a\\x1b[2Jb\\nc"
    assert found[3] == "  ... and 50 more"


def test_a_dry_run_without_writes_says_so() -> None:
    """Nothing to do, or all of it failed."""
    assert list(lines(Rehearsal(), "moodle")) == ["moodle: a real run would write nothing"]
