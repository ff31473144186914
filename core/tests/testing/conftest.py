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

OF_NO_USE = frozenset(
    f"test_{check}[{branch}]"
    for check, branches in {
        "disabling_and_enabling_are_written": ("groups", "seats"),
        "disabling_is_undone": ("groups", "seats"),
        "single_values_are_added_and_removed": ("people", "seats"),
        "added_and_removed_values_are_undone": ("people", "seats"),
        "who_holds_a_unique_value_is_found": ("groups", "seats"),
        "a_search_for_holders_that_breaks_is_an_error": ("groups", "seats"),
        "unique_values_can_be_exchanged": ("groups", "seats"),
        "holders_are_holders": ("groups", "seats"),
        "spare_values_are_texts": ("groups", "seats"),
    }.items()
    for branch in branches
)
"""Checks for which the sound connector's other branches have nothing."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these as slow."""
    for item in items:
        if ("test_sound" in item.nodeid and item.name.startswith(LONG)) or item.name.endswith(WAITING):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let nothing be skipped that the sound connector is there for."""
    report = yield
    if report.skipped and "test_sound" in item.nodeid and item.name not in OF_NO_USE:
        report.outcome, report.longrepr = (
            "failed",
            f"it was skipped, and nothing else makes it: {report.longrepr}",
        )
    return report
