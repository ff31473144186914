"""`dss-run` on a terminal: colours, moving bars, and a question."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

pty = pytest.importorskip("pty")

QUESTION = b"[y/N]"
PATIENCE = 60.0
"""Seconds that a command may take."""
AGAIN = 2.0
"""Seconds of silence after which an answer is given again."""

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


def on_terminal(
    play: Play, *arguments: str, answers: Sequence[bytes] = (), **environment: str
) -> tuple[int, str]:
    """Run a command on a terminal of its own; gives exit code and everything it showed.

    An answer is given when its question is seen, and again while nothing happens: a key that comes just as the
    question switches the terminal over is lost. A command that takes longer than `PATIENCE` is ended.
    """
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover  the child
        os.chdir(play.folder)
        os.environ.update({"TERM": "xterm", "COLUMNS": "80", "LINES": "24", **environment})
        # as whoever sits there has it; who runs these tests in the background has it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(play.program, [str(play.program), *arguments])
    seen, end = b"", time.monotonic() + PATIENCE
    with contextlib.suppress(OSError):  # Linux's way to say that the other side is gone
        while time.monotonic() < end:
            asked, silent = seen.count(QUESTION), not select.select([terminal], [], [], AGAIN)[0]
            if not silent:
                more = os.read(terminal, 65536)
                if not more:
                    break
                seen += more
            asking = seen.count(QUESTION)
            if asking and answers and (silent or asking > asked):
                os.write(terminal, answers[min(asking, len(answers)) - 1])
    late = time.monotonic() >= end
    if late:
        os.kill(pid, signal.SIGKILL)
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert not late, f"not ended within {PATIENCE} s: {seen.decode()}"
    return code, seen.decode()


def plain(seen: str) -> str:
    """What was shown, without the sequences that colour and move."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen).replace("\r", "")


def test_it_asks_and_shows_bars(play: Play) -> None:
    """After a yes the changes are applied, with a bar that tells how many are done and how fast."""
    code, seen = on_terminal(play, "apply", answers=[b"y\n"])

    assert code == 0
    assert "Change shop? [y/N]: y" in seen
    assert re.search(r"changing shop .*5/5.* [\d,.]+/s", plain(seen))
    assert "shop: 5 done" in plain(seen)
    assert "\x1b[" in seen


@pytest.mark.parametrize("answer", [b"n\n", b"\n"])
def test_no_is_the_default_and_changes_nothing(play: Play, answer: bytes) -> None:
    """Whoever only presses return has not agreed."""
    before = play.held_by("shop")

    code, seen = on_terminal(play, "apply", answers=[answer])

    assert code == 5
    assert "nothing was changed" in seen
    assert play.held_by("shop") == before


def test_each_link_of_a_chain_is_asked_about(chain: Play) -> None:
    """After the first has been applied; who refuses the second is told that something has been changed."""
    before = chain.held_by("till")

    code, seen = on_terminal(chain, "apply", answers=[b"y\n", b"n\n"])

    assert code == 5
    assert "Change shop? [y/N]: y" in seen
    assert "Change till? [y/N]: n" in seen
    assert "nothing more was changed" in seen
    assert "1" in chain.held_by("shop")["students"]
    assert chain.held_by("till") == before


@pytest.mark.parametrize("key", [b"\x03", b"\x04"])
def test_ctrl_c_and_ctrl_d_at_the_question_stop_it(play: Play, key: bytes) -> None:
    """Without a traceback, and without a change."""
    before = play.held_by("shop")

    code, seen = on_terminal(play, "apply", answers=[key])

    assert code == 5
    assert "stopped" in seen
    assert "Traceback" not in seen
    assert play.held_by("shop") == before


def test_held_removals_are_shown_by_name_before_it_asks(exodus: Play) -> None:
    """Who has to agree sees whom it is about."""
    _, seen = on_terminal(exodus, "apply", answers=[b"n\n"])

    assert "old students 20 (Person 20)" in plain(seen)


def test_in_step_is_said_on_a_terminal(play: Play) -> None:
    """Whoever looks on is not left to wonder; nobody needs to agree to nothing."""
    play.run("apply", "--yes")

    code, seen = on_terminal(play, "apply")
    with_yes = on_terminal(play, "apply", "--yes")

    assert code == with_yes[0] == 0
    assert "in step: nothing to do" in plain(seen)
    assert "in step: nothing to do" in plain(with_yes[1])


def test_a_no_tells_nobody(play: Play) -> None:
    """Who has answered knows; the command for failures stays out of it, also after Ctrl-C at the question."""
    path = play.folder / "dss.toml"
    path.write_text('on_failure = ["touch", "told"]\n' + path.read_text("utf-8"), "utf-8")

    codes = [on_terminal(play, "apply", answers=[answer])[0] for answer in (b"n\n", b"\x03", b"\x04")]

    assert codes == [5, 5, 5]
    assert not (play.folder / "told").exists()


def test_no_color_is_respected(play: Play) -> None:
    """NO_COLOR leaves headings plain."""
    _, seen = on_terminal(play, "plan", NO_COLOR="1")

    assert "students: 1 new" in seen
    assert not re.search(r"\x1b\[[0-9;]*m", seen.partition("sis -> shop")[2])


def test_a_dumb_terminal_gets_plain_lines(play: Play) -> None:
    """Nothing that such a terminal would show as rubbish."""
    code, seen = on_terminal(play, "plan", TERM="dumb")

    assert code == 2
    assert "\x1b" not in seen
    assert "reading sis" in seen
