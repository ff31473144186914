"""The process one case runs in: `python -m benchmarks.child CASE SUBJECT FOLDER`, one JSON line on stdout.

The subject is a table's name, or for the database's cases the number of users, for plan files that of actions.
"""

import dataclasses
import json
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.layouts import LAYOUTS
from benchmarks.measure import Measured

CASES = {
    "plain_mappings": "benchmarks.cases.plain",
    "plain_positional": "benchmarks.cases.plain",
    "diffsync": "benchmarks.cases.peer",
    "dss_mappings": "benchmarks.cases.own",
    "dss_rows": "benchmarks.cases.own",
    "plain_export": "benchmarks.cases.export",
    "dss_powerschool": "benchmarks.cases.export",
    "plain_seats": "benchmarks.cases.export",
    "dss_seats": "benchmarks.cases.export",
    "moodle_dss": "benchmarks.cases.moodle",
    "moodle_raw": "benchmarks.cases.moodle",
    "bare": "benchmarks.cases.keeping",
    "journaled": "benchmarks.cases.keeping",
    "kept": "benchmarks.cases.keeping",
    "school_bare": "benchmarks.cases.keeping",
    "school_journaled": "benchmarks.cases.keeping",
    "school_twice": "benchmarks.cases.keeping",
    "school_filed": "benchmarks.cases.keeping",
    "plan_written": "benchmarks.cases.planfile",
    "plan_shown": "benchmarks.cases.planfile",
}


def run(case: str, subject: str, folder: Path) -> Measured:
    """Run one case; only the modules it needs are imported, before its clocks start."""
    function = getattr(import_module(CASES[case]), case)
    measured = function(folder, int(subject) if subject.isdigit() else LAYOUTS[subject])
    assert isinstance(measured, Measured)
    return measured


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(run(sys.argv[1], sys.argv[2], Path(sys.argv[3])))))
