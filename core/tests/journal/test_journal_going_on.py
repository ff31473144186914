"""A run that was cut short, and goes on: should that be cut short too, somebody has to end it."""

from pathlib import Path

from dss.journal import Journal, JournalSync, RunState


def test_a_run_that_goes_on_has_not_ended(tmp_path: Path) -> None:
    """It is found among those in question until it is ended again, however it was ended before."""
    with Journal.open(tmp_path) as journal:
        number = journal.begin("undo", config={}, syncs=[JournalSync("sync[0]", "sis", "moodle", "m")], of=1)
        journal.end(number, RunState.INTERRUPTED, 5, "was cut short")
        assert journal.in_question() == []

        journal.go_on(number)
        (going_on,) = journal.in_question()
        journal.end(number, RunState.INTERRUPTED, 0, "was cut short, and resumed")

        assert (going_on.number, going_on.state, going_on.ended) == (number, RunState.RUNNING, None)
        assert (going_on.exit_code, going_on.reason) == (None, "")
        assert journal.in_question() == []
