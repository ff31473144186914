"""Bring the generated blocks of `docs/reference/` up to date, or tell with `--check` whether they are."""

from __future__ import annotations

import sys
from pathlib import Path

from cogapp import Cog  # type: ignore[import-untyped]

ROOT = Path(__file__).parent.parent.parent
PAGES = ROOT / "docs" / "reference"
BEGIN = "<!-- [[[cog"
COMMAND = "make reference"


def generated() -> list[Path]:
    """The pages that have a generated block."""
    return [path for path in sorted(PAGES.glob("*.md")) if BEGIN in path.read_text(encoding="utf-8")]


def cog(*pages: Path, check: bool = False) -> int:
    """Make the blocks of pages anew, or only tell whether they would change; 0 is well.

    Args:
        pages: the pages.
        check: write nothing, and show what would change.
    """
    options = ["--check", "--diff", f"--check-fail-msg=run `{COMMAND}`"] if check else ["-r"]
    prologue = "from tools.reference.page import *"
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    words = ["cog", *options, "-U", "-n", "utf-8", "-p", prologue, "--verbosity=1", *map(str, pages)]
    return int(Cog().main(words))


if __name__ == "__main__":
    sys.exit(cog(*generated(), check="--check" in sys.argv[1:]))
