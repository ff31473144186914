"""What every test of the workspace shares: documents whose Python blocks are tests, and quick ones first."""

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parent

collect_ignore = ["examples/card_file/tests"]
"""They need what is not installed here: `tests/test_card_file.py` runs them where it is, as its author would."""

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/*.md",
    "docs/*/*.md",
    "core/*.md",
    "plugins/*/*.md",
    "examples/*/*.md",
]
"""Where they are."""

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()],
    patterns=DOCUMENTS,
    path=str(ROOT),
).pytest()


LONGEST = ("test_packaging.py", "test_conformance.py")
"""Files that take longest, and so come first of the slow ones: a process gets a file at a time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests marked `slow` behind all others, so that most mistakes show within seconds."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("slow") is not None,
            LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST),
        )
    )
