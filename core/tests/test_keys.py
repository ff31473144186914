"""What may be an idnumber, and how one is made of several parts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss.errors import ConfigError
from dss.models import BadIdnumber, check_idnumber, key, split_key

# few characters, so that separators and escapes meet in every way
part = st.text(alphabet="ab|\\ é", max_size=6)
parts = st.lists(part, min_size=1, max_size=4)


@given(parts)
def test_split_key_takes_apart_what_key_joined(given_parts: list[str]) -> None:
    """No part is lost or changed, whatever is in it."""
    joined = key(*given_parts)

    assert split_key(joined) == tuple(given_parts)


@given(parts, parts)
def test_different_parts_never_give_one_key(one: list[str], other: list[str]) -> None:
    """Two keys are equal exactly when all their parts are."""
    assert (key(*one) == key(*other)) == (one == other)


@given(st.lists(st.text(alphabet="abc-0 ", max_size=6), min_size=1, max_size=4))
def test_plain_parts_are_joined_as_they_are(given_parts: list[str]) -> None:
    """A person reading a plan sees the parts with a bar between them."""
    joined = key(*given_parts)

    assert joined == "|".join(given_parts)


@pytest.mark.parametrize(
    ("given_parts", "wanted"),
    [(("a|b", "c"), "a\\|b|c"), (("a", "b|c"), "a|b\\|c"), (("a\\", "b"), "a\\\\|b"), (("a", ""), "a|")],
)
def test_separator_and_escape_are_escaped(given_parts: tuple[str, ...], wanted: str) -> None:
    """`|` and the backslash inside a part get a backslash before them."""
    assert key(*given_parts) == wanted


def test_key_of_nothing_is_refused() -> None:
    """No parts and one empty part would give one key."""
    with pytest.raises(BadIdnumber, match="at least one part"):
        key()


@pytest.mark.parametrize("idnumber", ["12345", "T117", "C-1|S 1|student", "Zoë", "李雷", "a b", "\U0001f600"])
def test_good_idnumber_is_given_back(idnumber: str) -> None:
    """What can be a key comes back as it was."""
    assert check_idnumber(idnumber) is idnumber


@pytest.mark.parametrize(
    ("idnumber", "reason"),
    [
        ("", "empty"),
        (" 12", "blanks around"),
        ("12 ", "blanks around"),
        ("12\n", "blanks around"),
        ("12\N{NO-BREAK SPACE}", "blanks around"),
        ("\N{IDEOGRAPHIC SPACE}李", "blanks around"),
        ("1\t2", "control character"),
        ("1\x002", "control character"),
        ("1\x7f2", "control character"),
        ("é\x852", "control character"),
        ("1\N{LINE SEPARATOR}2", "control character"),
        ("1\ud8002", "control character"),
        (unicodedata.normalize("NFD", "Zoë"), "NFC"),
        (None, "NoneType"),
        (12345, "int"),
        (b"12345", "bytes"),
    ],
)
def test_bad_idnumber_is_refused(idnumber: object, reason: str) -> None:
    """What cannot be a key is refused with what is wrong about it."""
    with pytest.raises(BadIdnumber, match=reason) as caught:
        check_idnumber(idnumber)

    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, ConfigError)


@given(st.text())
def test_core_refuses_rather_than_normalises(text: str) -> None:
    """A text is either good as it stands or refused; it never comes back changed."""
    try:
        given_back = check_idnumber(text)
    except BadIdnumber:
        unfit = not text or text != text.strip() or not unicodedata.is_normalized("NFC", text)
        assert unfit or any(unicodedata.category(char)[0] in "CZ" for char in text)
    else:
        assert given_back == text
        assert text == unicodedata.normalize("NFC", text.strip())
