"""Where nothing has happened, nothing is said."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from dss.launcher.running import Running
from dss.launcher.settings import Settings
from dss.launcher.silence import Silence

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


def in_step(play: Play) -> None:
    """Make the right side as the left is."""
    play.run("apply", "--yes")


def test_in_step_prints_nothing_at_all(play: Play) -> None:
    """Neither counts nor what is being read, nor what the user's own code prints, nor a note; cron sends no mail."""
    in_step(play)
    play.put("sis", play.held_by("sis")["students"], _notes=["2 rows passed over: blank number"])

    done = play.spawn("apply", "--yes")

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_what_was_changed_is_told_from_the_beginning_on(play: Play) -> None:
    """Nothing of what was held back is lost, and it keeps its order."""
    with subprocess.Popen(
        [play.program, "apply", "--yes"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        log = process.communicate()[0]

    told = [
        "reading sis",
        "comparing sis with shop",
        "sis -> shop",
        "5 changes to apply",
        "changing shop: 5",
        "5 done",
    ]
    places = [log.index(text) for text in told]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        ({"_bad": {"4": "two rows disagree"}}, 4, "two rows disagree"),
        ({"_unreadable": "the file ends in the middle"}, 1, "reading sis"),
    ],
)
def test_what_needs_attention_is_told(play: Play, more: dict[str, object], code: int, told: str) -> None:
    """Although nothing has been changed."""
    in_step(play)
    play.put("sis", play.held_by("sis")["students"], **more)

    result = play.run("apply", "--yes")

    assert result.exit_code == code
    assert told in result.output


def test_what_is_held_is_told(exodus: Play) -> None:
    """Every night again, until somebody has looked."""
    exodus.run("apply", "--yes")

    result = exodus.run("apply", "--yes")

    assert result.exit_code == 3
    assert "held: 20 removals in students" in result.stdout


def test_who_is_asked_is_told(play: Play) -> None:
    """Without `--yes` somebody waits for an answer, as with the other commands."""
    in_step(play)

    result = play.run("plan")

    assert "in step: nothing to do" in result.stdout


def test_a_second_link_breaks_the_silence_of_the_first(chain: Play) -> None:
    """What was held back of the first is told with it."""
    in_step(chain)
    chain.put("till", {})

    result = chain.run("apply", "--yes")

    assert result.stdout.index("sis -> shop") < result.stdout.index("shop -> till")
    assert "till: " in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--yes"], 0, ""),
        (["--yes"], 3, "counts\n"),
        (["--yes", "--dry-run"], 0, "counts\n"),
        ([], 0, "counts\n"),
        (["--yes", "--speak"], 0, "counts\n"),
    ],
)
def test_what_a_silent_command_prints(arguments: list[str], code: int, said: str) -> None:
    """Nothing where it ends with 0, unless it has something to tell, is rehearsed, or asks."""

    @click.command(cls=Running, silent=True)
    @click.option("--yes", is_flag=True)
    @click.option("--dry-run", is_flag=True)
    @click.option("--speak", is_flag=True)
    @click.pass_context
    def command(context: click.Context, yes: bool, dry_run: bool, speak: bool) -> int:
        click.echo("counts")
        if speak:
            context.ensure_object(Settings).speak()
        return code

    assert CliRunner().invoke(command, arguments, obj=Settings()).output == said


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_is_never_silenced(monkeypatch: pytest.MonkeyPatch) -> None:
    """What moves there is seen while it moves."""
    out, err = io.StringIO(), Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)

    with Silence():
        sys.stdout.write("counts\n")
        sys.stderr.write("reading\n")

    assert (out.getvalue(), err.getvalue()) == ("", "reading\n")
    assert sys.stdout is out


def test_a_warning_ends_the_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin that could not send its mail must not fail unheard."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)

    with Silence():
        sys.stdout.write("counts\n")
        logging.getLogger("dss").info("nothing much")
        before = out.getvalue()
        logging.getLogger("dss").warning("the mail was not sent")
        sys.stdout.write("more\n")

    assert before == ""
    assert out.getvalue() == "counts\nmore\n"


def test_an_error_ends_the_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What came before it helps to understand it."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)

    def fails() -> None:
        sys.stdout.write("reading sis\n")
        raise KeyError

    with pytest.raises(KeyError), Silence():
        fails()

    assert out.getvalue() == "reading sis\n"


def test_a_reader_who_is_gone_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run goes on when what it tells is not wanted."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with Silence() as silence:
            sys.stdout.write("counts\n")
            silence.end()
            sys.stdout.write("more\n")
