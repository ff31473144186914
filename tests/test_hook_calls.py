"""Hooks are called for branches and batches, never for records."""

from benchmarks.cases.hooks import BATCH, hook_calls


def test_hooks_are_called_per_branch_and_batch() -> None:
    """Ten times the records make no call more; carrying out takes one call a batch."""
    few = hook_calls(100, 10)

    many, varied = hook_calls(1000, 10), hook_calls(1000, 300)

    assert many == few
    assert varied["dss_handle_actions"] == varied[BATCH] == 6
