"""`dss-run explain`: readable, safe to print, complete as JSON, and an exit code that says whether it was found."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


def test_a_difference_is_told(play: Play) -> None:
    """Both values, the verdict, and the change."""
    result = play.run("explain", "students", "2")

    assert result.exit_code == 0
    assert "  email: differs: update" in result.stdout
    assert "    sis   'ben@example.org'" in result.stdout
    assert "    shop  'old@example.org'" in result.stdout
    assert "  clubs: differs: add 1, remove 1" in result.stdout
    assert "- update students 2 (Ben Bird): email 'old@example.org' -> 'ben@example.org'" in result.stdout


def test_nothing_to_do_is_found_too(play: Play) -> None:
    """The exit code says whether it is there, not whether something would change."""
    result = play.run("explain", "students", "3")

    assert result.exit_code == 0
    assert "in step: nothing to do" in result.stdout


def test_who_is_not_there(play: Play) -> None:
    """With what may be meant, ready to be typed."""
    result = play.run("explain", "students", "Ben Bird")

    assert result.exit_code == 1
    assert "neither side has it" in result.stdout
    assert "dss-run explain students 2   (has this name in sis)" in result.stdout


def test_nobody_alike(play: Play) -> None:
    """It says that it has looked."""
    result = play.run("explain", "students", "zzzzzz")

    assert result.exit_code == 1
    assert "Nothing looks like it either" in result.stdout


def test_no_such_branch(play: Play) -> None:
    """Those that there are are named."""
    result = play.run("explain", "pupils", "1")

    assert result.exit_code == 1
    assert "there is no branch `pupils` in any [[sync]]; there are courses, students" in result.stderr


def test_a_held_removal(exodus: Play) -> None:
    """Why it waits."""
    result = exodus.run("explain", "students", "30")

    assert result.exit_code == 0
    assert "! old students 30" in result.stdout
    assert "held: " in result.stdout


def test_its_last_runs(play: Play) -> None:
    """What was done to it, and when."""
    play.run("apply", "--yes")

    result = play.run("explain", "students", "2")

    assert "its last runs" in result.stdout
    assert ": update email: 'old@example.org' -> 'ben@example.org': done" in result.stdout


def test_nothing_is_written(play: Play) -> None:
    """Neither in the systems nor in the state folder, which is not made either."""
    shutil.rmtree(play.folder / "state", ignore_errors=True)
    before = {path: path.read_bytes() for path in play.folder.iterdir() if path.is_file()}

    play.run("explain", "students", "2")

    after = {path: path.read_bytes() for path in play.folder.iterdir() if path.is_file()}
    assert after == before
    assert not (play.folder / "state").exists()


def test_a_source_that_cannot_be_read(play: Play) -> None:
    """What is known of it by the journal is told, and that nothing else is."""
    play.run("apply", "--yes")
    play.put("sis", {}, _unreadable="`students.txt`: it is empty")

    result = play.run("explain", "students", "2")

    assert result.exit_code == 1
    assert "`students.txt`: it is empty" in result.stdout
    assert "so it cannot be told what would be done" in result.stdout
    assert "its last runs" in result.stdout
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "odd", ["\x1b[31mred", "[bold]x[/bold]", "'; DROP TABLE x; --", '"quoted"', "a\u202eb", "100%"]
)
def test_odd_numbers_and_values_are_shown_safely(play: Play, odd: str) -> None:
    """Neither a number nor a value can steer the terminal, and a hint can be pasted into a shell."""
    play.put("sis", {"2": {"name": odd, "email": odd, "enabled": True}})

    by_value = play.run("explain", "students", "2")
    by_number = play.run("explain", "students", odd)

    assert by_value.exit_code == 0
    for result in (by_value, by_number):
        assert "\x1b" not in result.stdout
        assert "\u202e" not in result.stdout
        assert "Traceback" not in result.output


def test_a_record_with_bad_rows(play: Play) -> None:
    """The reason of the reader stands among the rules."""
    data = play.held_by("sis")["students"]
    play.put("sis", data, _bad={"2": "line 12: two rows disagree about `email`"})

    result = play.run("explain", "students", "2")

    assert result.exit_code == 0
    assert "set aside: sis: line 12: two rows disagree about `email`" in result.stdout


def test_several_syncs_are_told_one_after_the_other(chain: Play) -> None:
    """What one hands on to the next."""
    result = chain.run("explain", "students", "2")

    assert "sis -> shop" in result.stdout
    assert "shop -> till" in result.stdout


def test_the_json_has_everything(play: Play) -> None:
    """In ASCII, one object."""
    result = play.run("explain", "students", "2", "--json")

    found: dict[str, Any] = json.loads(result.stdout)
    (sync,) = found["syncs"]
    assert result.stdout.isascii()
    assert (found["version"], found["branch"], found["idnumber"], found["found"]) == (
        1,
        "students",
        "2",
        True,
    )
    assert {one["name"] for one in sync["attributes"]} == {"name", "email", "enabled", "clubs"}
    (email,) = (one for one in sync["attributes"] if one["name"] == "email")
    assert (email["left"]["value"], email["right"]["value"], email["differs"]) == (
        "ben@example.org",
        "old@example.org",
        True,
    )
    assert {change["kind"] for change in sync["changes"]} == {"update", "add", "remove"}


def test_the_help_says_that_it_prints_personal_values(play: Play) -> None:
    """To a pipe as well."""
    text = " ".join(play.run("explain", "--help").stdout.split())

    assert "It prints personal values, into a file or a pipe as well" in text
