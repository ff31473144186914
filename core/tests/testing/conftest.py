"""Some checks wait, or end processes: of a sound connector they take seconds."""

from __future__ import annotations

import pytest

LONG = ("test_a_death_at_any_write_loses_nothing", "test_a_busy_system_is_asked_again_after_a_pause")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these as slow."""
    for item in items:
        if item.name.startswith(LONG) and "test_sound" in item.nodeid:
            item.add_marker(pytest.mark.slow)
