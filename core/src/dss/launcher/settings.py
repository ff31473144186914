"""What a command is told and has to tell, and what its help says below its options."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dss.launcher.silence import Silence
    from dss.runner import Run

DEFAULT_FILE = "dss.toml"

EXIT_CODES = """\
Exit codes:
  0  in step, nothing is left to do
  1  error: the command line, the configuration, a source or a system, a defect
  2  there are changes to apply, which `plan` or `undo -o` has found, or `resume` has not planned
  3  changes are held back until somebody has looked
  4  some records or changes could not be carried out
  5  stopped before its end, or the question answered with no
  6  another run of this configuration is under way
"""


def epilog(*examples: str) -> str:
    """What stands below the options in a command's help: examples, and the exit codes."""
    lines = "".join(f"\n  {example}" for example in examples)
    # click leaves a paragraph that begins with this mark as it is
    return f"\b\nExamples:{lines}\n\n\b\n{EXIT_CODES}"


class Settings:
    """The options that may stand before a command or after it, and what there is to tell at its end.

    Attributes:
        config: the configuration file.
        debug: whether an error is shown with its traceback.
        report: the file into which a report is written.
        command: the command's name, once it has begun; only of those that plan or change.
        limit: how many lines of one kind are listed.
        began: when it began.
        silence: what is held back until there is something to tell.
        run: the run, once there is one.
        said: sentences that stand in the report below its counts.
        error: what ended it.
        declined: whether somebody was asked, and did not agree.
    """

    def __init__(self) -> None:
        self.config = Path(DEFAULT_FILE)
        self.debug = False
        self.report: Path | None = None
        self.command = ""
        self.limit: int | None = None
        self.began = datetime.datetime.now(datetime.UTC)
        self.silence: Silence | None = None
        self.run: Run | None = None
        self.said: list[str] = []
        self.error: BaseException | None = None
        self.declined = False

    def speak(self) -> None:
        """End the silence: there is something to tell."""
        if self.silence is not None:
            self.silence.end()
