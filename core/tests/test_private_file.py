"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dss.private_file import whole_file


def test_half_a_file_never_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    """It is put there when it is whole, and nothing else is left behind."""
    path = tmp_path / "last.txt"
    path.write_text("the last one")

    with pytest.raises(TypeError), whole_file(path) as file:
        file.writelines([b"the ne", 3])  # type: ignore[list-item]

    assert path.read_text("utf-8") == "the last one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_it_is_for_its_owner_only_and_replaces_a_link(tmp_path: Path) -> None:
    """Whatever was there before, and however it could be read."""
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "new"
    elsewhere.write_text("theirs")
    path.symlink_to(elsewhere)

    with whole_file(path) as file:
        file.write(b"ours")

    assert path.read_bytes() == b"ours"
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    assert elsewhere.read_text("utf-8") == "theirs"
