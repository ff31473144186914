"""Values from outside as text that is safe to print."""

from __future__ import annotations

import shlex
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss.launcher.progress import duration, lines, pace
from dss.launcher.screen import Screen
from dss.launcher.visible import LONGEST, masked, shown, visible
from dss.secrets import Secret
from dss.wording import short

JOINERS = "\u200c\u200d"


@given(st.text(st.characters(), max_size=40))
def test_nothing_unseen_is_left(text: str) -> None:
    """No control character, no half character, no line separator, nothing that turns the direction of writing."""
    kinds = {unicodedata.category(character) for character in visible(text) if character not in JOINERS}

    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(visible(text)) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
    )


@pytest.mark.parametrize("text", ["Łukasz O'Neil", "王小明", "می\u200cخواهم", "[bold]x[/]", "a\\b"])
def test_what_can_be_seen_stays(text: str) -> None:
    """Names of every script, and what only looks like markup."""
    assert visible(text) == text


@given(st.one_of(st.text(), st.none(), st.frozensets(st.text()), st.lists(st.integers()), st.floats()))
def test_a_value_is_one_line(value: object) -> None:
    """Whatever it is."""
    assert len(shown(value).splitlines()) == 1


def test_values_read_as_they_are() -> None:
    """Texts in quotes, sets sorted, None in a word, secrets masked."""
    assert shown("O'Neil \\ \n") == r"'O\'Neil \\ \n'"
    assert shown(frozenset({"b", "a"})) == "{'a', 'b'}"
    assert shown([("x", 1)]) == "[['x', 1]]"
    assert shown({"k": None}) == "{'k': nothing}"
    assert shown(None) == "nothing"
    assert shown(Secret("hush")) == "***"


def test_an_endless_value_is_cut_and_says_so() -> None:
    """With its length."""
    assert shown("x" * 5000) == "'" + "x" * (LONGEST - 1) + "... (5002 characters)"


@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=3).map(lambda name: f"secret {name}"))
def test_a_quoted_value_is_masked_however_it_is_spelt(name: str) -> None:
    """As Python quotes it, and as we do."""
    for quoted in (repr(name), shown(name)):
        assert masked(f"the target's record {quoted} isn't ours") == "the target's record '...' isn't ours"


def test_what_is_in_backticks_stays() -> None:
    """Keys and attributes are named so."""
    assert masked("`email` of `17` is 'x'") == "`email` of `17` is '...'"


def test_an_idnumber_on_a_command_line_stays() -> None:
    """It is no value, and without it the command would be of no use; the values beside it go."""
    text = "'x' has none; take it along with `--only 'classes:7|8'`, not 'y'"

    assert masked(text) == "'...' has none; take it along with `--only 'classes:7|8'`, not '...'"


@pytest.mark.parametrize("idnumber", ["7|8", "a!", "(7)", "7 ", "O'Neil", "O'Neil X", 'a"b', "a;b 'c' d"])
@pytest.mark.parametrize("before", ["--only", "dss-run explain students"])
def test_whatever_stands_in_an_idnumber_what_follows_is_masked(before: str, idnumber: str) -> None:
    """Its quotation marks open nothing, and none of it is left out."""
    command = f"`{before} {shlex.quote(idnumber)}`"

    assert masked(f"'x' needs {command}; 'secret' now") == f"'...' needs {command}; '...' now"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_durations_are_short(seconds: float, text: str) -> None:
    """In the two largest units."""
    assert duration(seconds) == text


def test_pace_tells_rate_and_time_left() -> None:
    """Slow paces with a digit after the point; nothing before the first part is done."""
    assert pace(0, 10, 5) == ""
    assert pace(5, 10, 10) == "0.5/s, 10 s left"
    assert pace(5000, 5000, 2) == "2,500/s"


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """At most one in ten seconds, and always the last."""
    times = iter([0.0, 1.0, 11.0, 12.0, 13.0])
    advance = lines(Screen(sys.stdout), "changing shop", 4, lambda: next(times))

    for _ in range(4):
        advance(1)

    assert capsys.readouterr().out.splitlines() == [
        "changing shop: 4 changes",
        "changing shop: 2 of 4 (0.2/s, 11 s left)",
        "changing shop: 4 of 4 (0.3/s)",
    ]


@pytest.mark.parametrize(
    "value", ["x" * 300, "O'Neil " * 50, 'it\'s "so" ' * 50, "\\" * 100, ["Ada " * 9] * 9]
)
def test_a_value_that_is_cut_is_masked_to_its_end(value: object) -> None:
    """Also when another quoted one follows, or nothing closes it any more."""
    told = masked(f"`email` {short(value)}: has 300 characters ('Secret'...)")
    rest = masked(f"`email` {value!r:.80}")

    assert told.endswith(": has 300 characters ('...'...)")
    assert not any(part in told + rest for part in ("xx", "Neil", "so", "Ada", "Secret"))
