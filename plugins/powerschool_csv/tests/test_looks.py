"""What is read quickly, because a whole block of it is plain, is what the careful way makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dss_powerschool_csv.cells import addresses, is_address, login
from dss_powerschool_csv.looks import address_or_blank, addresses_or_blank, login_or_blank

SIGNS = st.sampled_from(list("aZ9@@@,;.#~ <\"'\xa0é\u2003\u3000ł"))
CELLS = st.lists(st.text(SIGNS, max_size=7), min_size=1, max_size=3)


@settings(max_examples=300, deadline=None)
@given(CELLS)
@example(["a@b@c", "x"])
@example(["", "a@b.example"])
def test_addresses_that_look_plain_are_addresses(cells: list[str]) -> None:
    """No cell needs to be stripped, or is anything but blank or an address."""
    assert not address_or_blank(cells) or all(not cell or is_address(cell) for cell in cells)
    assert not address_or_blank(cells) or cells == [cell.strip() for cell in cells]


@settings(max_examples=300, deadline=None)
@given(CELLS)
@example(["a@b;c@d", "", "e@f,g@h;i@j"])
@example(["a@b,", "x"])
@example(["A@b"])
def test_lists_that_look_plain_are_lists_of_addresses(cells: list[str]) -> None:
    """Each is what lies between commas and semicolons."""
    if addresses_or_blank(cells):
        for cell in cells:
            assert addresses(cell) == (cell.replace(";", ",").split(",") if cell else [])


@settings(max_examples=300, deadline=None)
@given(CELLS)
@example(["##ada"])
@example([" ada"])
def test_logins_that_look_plain_are_logins(cells: list[str]) -> None:
    """Each stands for itself, a blank one for none."""
    assert not login_or_blank(cells) or [login(cell) for cell in cells] == [cell or None for cell in cells]


@pytest.mark.parametrize(
    ("look", "cells"),
    [
        (address_or_blank, ["ada@school.example", "", "bo.ek-2@School.example", "zoë@school.example"]),
        (addresses_or_blank, ["eva@home.example,jon@home.example", "", "mia@home.example;a@b.example"]),
        (login_or_blank, ["ada.berg", "", "AB12", "ada@school.example"]),
    ],
)
def test_most_cells_look_plain(look: Any, cells: list[str]) -> None:
    """Otherwise the quick way would never be taken."""
    assert look(cells)
