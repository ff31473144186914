"""What every test of the workspace shares: documents whose Python blocks are tests, and quick ones first."""

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent

collect_ignore = ["examples/card_file/tests"]
"""They need what is not installed here: `tests/test_card_file.py` runs them where it is, as its author would."""

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=[
        "README.md",
        "CONTRIBUTING.md",
        "docs/*.md",
        "docs/*/*.md",
        "core/*.md",
        "plugins/*/*.md",
        "examples/*/*.md",
    ],
    path=str(ROOT),
).pytest()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests marked `slow` behind all others, so that most mistakes show within seconds.

    Where tests run in several processes, a document stays whole, since its blocks stand one upon the other; so do the
    tests of an example, which share what takes long to make.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
    for item in items:
        place = item.path.relative_to(ROOT)
        if place.suffix == ".md" or place.parts[0] == "examples":
            item.add_marker(pytest.mark.xdist_group(str(place)))
