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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests marked `slow` behind all others, so that most mistakes show within seconds.

    Of the slow ones the wheels come first, since they take longest. Where tests run in several processes, a file goes
    to one of them, and of a connector's conformance a class.
    """
    for item in items:
        kind = item.getparent(pytest.Class)
        part = f"::{kind.name}" if kind is not None and item.path.name == "test_conformance.py" else ""
        item.add_marker(pytest.mark.xdist_group(f"{item.path.relative_to(ROOT)}{part}"))
    items.sort(
        key=lambda item: (
            item.get_closest_marker("slow") is not None,
            item.path.name != "test_packaging.py",
        )
    )
