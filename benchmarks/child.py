"""The process one case runs in: `python -m benchmarks.child CASE LAYOUT FOLDER`, one JSON line on stdout."""

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
}


def run(case: str, layout: str, folder: Path) -> Measured:
    """Run one case; only the modules it needs are imported, before its clocks start."""
    measured = getattr(import_module(CASES[case]), case)(folder, LAYOUTS[layout])
    assert isinstance(measured, Measured)
    return measured


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(run(sys.argv[1], sys.argv[2], Path(sys.argv[3])))))
