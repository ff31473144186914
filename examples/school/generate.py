"""Write the AutoSend files of the invented school's two days into `exports/day1` and `exports/day2`.

The files are committed; run this only after changing the school. The same code always writes the same bytes::

    python examples/school/generate.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from riverbend.files import write, write_stale
from riverbend.overnight import pass_night
from riverbend.school import invent


def generate(folder: Path) -> None:
    """Write both days below `folder`."""
    school = invent()
    for day in ("day1", "day2"):
        (folder / day).mkdir(parents=True, exist_ok=True)
        write_stale(school, folder / day)
    write(school, folder / "day1")
    pass_night(school)
    write(school, folder / "day2")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "exports")
