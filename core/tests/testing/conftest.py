"""Some checks wait, or end processes: of a sound connector they take seconds."""

from __future__ import annotations

from collections.abc import Generator

import pytest

LONG = (
    "test_a_death_at_any_write_loses_nothing",
    "test_a_busy_system_is_asked_again_after_a_pause",
    "test_a_failure_at_any_write_is_made_good_by_the_next_run",
)
WAITING = ("RefusedIsBusy]",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these as slow."""
    for item in items:
        if ("test_sound" in item.nodeid and item.name.startswith(LONG)) or item.name.endswith(WAITING):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let nothing be skipped that the sound connector is there for."""
    report = yield
    if report.skipped and "test_sound" in item.nodeid:
        report.outcome, report.longrepr = (
            "failed",
            f"it was skipped, and nothing else makes it: {report.longrepr}",
        )
    return report
