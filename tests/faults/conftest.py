"""Processes that make trials, for all tests that want some."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.faults.campaign import Made, workers


@pytest.fixture(scope="package")
def made() -> Iterator[Made]:
    """Two processes that make trials."""
    with workers(2) as found:
        yield found
