"""The kit's checks wait, and end processes: all of them take a minute."""

from __future__ import annotations

from collections.abc import Generator

import pytest

THE_WHOLE_KIT = ("test_sound.py", "test_broken.py")
"""Every check, of a connector that is sound and of hundreds that are not."""

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
        if item.path.name in THE_WHOLE_KIT:
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
