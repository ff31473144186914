"""Files are read as streams: neither a large file nor wide rows fill the memory."""

from __future__ import annotations

import tracemalloc
from collections import deque
from typing import Any

from dss.importers import Rows


def peak(export: Any, rows: int) -> float:
    """Megabytes that reading takes beyond what is there before, with the records thrown away."""
    export.put("courses.txt", "".join(f"C{number % 50}\t{'x' * 400}\t\n" for number in range(rows)))
    tree = export.tree()
    given: Rows = tree.importer.readin_branch(tree.courses)
    tracemalloc.start()
    deque(given.rows, maxlen=0)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return taken / 1e6


def test_memory_does_not_grow_with_the_file(export: Any) -> None:
    """Ten times the rows for the same records take no more memory."""
    small, large = peak(export, 2_000), peak(export, 20_000)

    assert large < small * 1.5
    assert large < 4


def test_memory_is_that_of_the_records(export: Any) -> None:
    """Columns that nobody asks for leave nothing behind."""
    columns = ["ID", "Student_Number", "First_Name", *(f"Alert_{number}" for number in range(30))]
    export.set("students", columns=columns)
    export.put("students.txt", _wide(20_000))
    tree = export.tree()
    given: Rows = tree.importer.readin_branch(tree.students)
    tracemalloc.start()

    deque(given.rows, maxlen=0)

    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    # who is who by number and by ID is kept: two texts and two places in tables a student
    assert peak < 12


def _wide(rows: int) -> str:
    notes = "\t".join(["a note of some length"] * 30)
    return "".join(f"{number}\t{number}\tAda\t{notes}\n" for number in range(rows))


def test_records_are_given_before_the_file_is_read_to_its_end(export: Any) -> None:
    """The first rows come while the rest is still on the disk."""
    export.set("students", columns=["Student_Number", "First_Name"])
    export.put("students.txt", "".join(f"{number}\tAda\n" for number in range(50_000)) + "x\0")
    tree = export.tree()

    rows = iter(tree.importer.readin_branch(tree.students).rows)

    assert next(rows)[0] == "0"
