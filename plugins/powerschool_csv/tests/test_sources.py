"""By what an export is known again."""

from __future__ import annotations

import datetime
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from dss.errors import ReadError


def _by_name(tree: Any) -> dict[str, Any]:
    return {source.name: source for source in tree.sources()}


def test_every_file_that_was_read_is_a_source(export: Any) -> None:
    """With the digest of its bytes and the time of its last change."""
    export.write()
    os.utime(export.folder / "students.txt", (1_770_000_000, 1_770_000_000))

    sources = _by_name(export.read())

    assert list(sources) == ["students.txt", "teachers.txt", "courses.txt", "sections.txt", "cc.txt"]
    students = sources["students.txt"]
    assert students.digest == hashlib.sha256((export.folder / "students.txt").read_bytes()).hexdigest()
    assert students.modified == datetime.datetime.fromtimestamp(1_770_000_000, datetime.UTC)


def test_without_reading_it_is_the_same(export: Any) -> None:
    """Those files are looked at that would be read."""
    assert _by_name(export.tree()) == _by_name(export.read())


def test_only_what_was_read_counts(export: Any) -> None:
    """A run of one branch says nothing of the files of others."""
    assert list(_by_name(export.read("courses"))) == ["courses.txt"]


def test_a_second_reading_adds_to_the_first(export: Any) -> None:
    """What is derived is read later, and by itself."""
    tree = export.read("courses")

    tree.read(["teachers"])

    assert list(_by_name(tree)) == ["courses.txt", "teachers.txt"]


@pytest.mark.parametrize("columns", ["students", "students_quoted"])
def test_the_digest_is_of_the_bytes(export: Any, columns: str) -> None:
    """Whatever the character set and the way of writing."""
    text = export.text("students").replace("Ada", "Åda")
    export.put("students.txt", b"\xff\xfe" + text.encode("utf-16-le"))

    tree = export.read("students", encoding="utf-16", quoted=columns == "students_quoted")

    (source,) = tree.sources()
    assert source.digest == hashlib.sha256((export.folder / "students.txt").read_bytes()).hexdigest()


def test_a_name_lasts_from_night_to_night(export: Any) -> None:
    """Versions and dates are not part of it; the school is."""
    export.set("courses", files="{date}/{school}_v{version}.txt")
    export.put("2026-10-01/north_v4.10.txt", "MA7\tMathematics 7\tScience\n")
    export.put("2026-10-01/south_v4.9.txt", "EN7\tEnglish 7\tLanguages\n")

    before = _by_name(export.read("courses"))
    export.put("2026-10-02/south_v5.txt", "EN8\tEnglish 8\tLanguages\n")
    after = _by_name(export.read("courses"))

    assert list(before) == list(after) == ["{date}/north_v{version}.txt", "{date}/south_v{version}.txt"]
    assert before["{date}/north_v{version}.txt"] == after["{date}/north_v{version}.txt"]
    assert before["{date}/south_v{version}.txt"] != after["{date}/south_v{version}.txt"]


def test_a_file_that_was_read_is_not_read_again(export: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its digest was taken on the way."""
    tree = export.read()

    def opened(self: Path, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError(f"{self} is opened again")

    monkeypatch.setattr(Path, "open", opened)

    assert len(list(tree.sources())) == 5


def test_a_file_that_changes_between_two_readings_is_another_source(export: Any) -> None:
    """Also in one process."""
    tree = export.read("courses")
    (before,) = tree.sources()
    export.put("courses.txt", "MA8\tMathematics 8\tScience\n")

    tree.read(["courses"])

    (after,) = tree.sources()
    assert before.digest != after.digest


def test_a_file_that_is_missing_is_no_source(export: Any) -> None:
    """Reading says what is wrong with it."""
    tree = export.tree()
    (export.folder / "courses.txt").unlink()

    assert "courses.txt" not in _by_name(tree)
    with pytest.raises(ReadError):
        tree.read(["courses"])


def test_a_look_at_the_first_rows_reads_no_source(export: Any) -> None:
    """`check` knows nothing of the rest."""
    tree = export.tree()

    list(tree.check())

    assert not tree.client._sources.read
