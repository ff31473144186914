"""Which of the files in a folder are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss.errors import ConfigError, ReadError
from dss_powerschool_csv.newest import Pattern, newest


def chosen(folder: Path, pattern: str, *names: str) -> dict[str, str]:
    """The names of the chosen files by school."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return {school: file.name for school, file in newest(folder, Pattern(pattern)).items()}


@pytest.mark.parametrize(
    ("pattern", "names", "best"),
    [
        ("s_v{version}.txt", ["s_v4.9.txt", "s_v4.10.txt", "s_v4.2.txt"], "s_v4.10.txt"),
        ("s_v{version}.txt", ["s_v4.9.txt", "s_v10.txt", "s_v4.9.9.txt"], "s_v10.txt"),
        ("s_{date}.txt", ["s_2026-09-01.txt", "s_2026-10-01.txt", "s_2025-12-31.txt"], "s_2026-10-01.txt"),
        ("s{date}.txt", ["s20260901.txt", "s20261001.txt"], "s20261001.txt"),
        ("s_{date}.txt", ["s_20261001-0300.txt", "s_20261001-2300.txt"], "s_20261001-2300.txt"),
        ("s_{date:%m-%d-%Y}.txt", ["s_12-31-2025.txt", "s_01-02-2026.txt"], "s_01-02-2026.txt"),
        ("{date}/s_v{version}.txt", ["2026-01-01/s_v9.txt", "2026-01-02/s_v1.txt"], "2026-01-02/s_v1.txt"),
        ("s*.txt", ["students.txt", "students.csv"], "students.txt"),
        ("S.TXT", ["s.txt"], "s.txt"),
        ("a+b(1).txt", ["a+b(1).txt", "aab1.txt"], "a+b(1).txt"),
    ],
)
def test_the_newest_is_chosen(tmp_path: Path, pattern: str, names: list[str], best: str) -> None:
    """Versions are compared as numbers, days as days, never as text."""
    assert chosen(tmp_path, pattern, *names) == {"": best}


def test_each_school_has_its_own_newest(tmp_path: Path) -> None:
    """Schools need not be at the same version."""
    names = ["x_elem_v4.10.txt", "x_elem_v4.9.txt", "x_sec_v4.9.txt", "y_sec_v5.txt"]

    assert chosen(tmp_path, "x_{school}_v{version}.txt", *names) == {
        "elem": "x_elem_v4.10.txt",
        "sec": "x_sec_v4.9.txt",
    }


def test_two_files_of_which_none_is_newer_are_an_error(tmp_path: Path) -> None:
    """Nobody chooses by chance."""
    with pytest.raises(ReadError, match=r"`students-old.txt` and `students.txt` both fit"):
        chosen(tmp_path, "students*.txt", "students.txt", "students-old.txt")


def test_a_day_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """It is not passed over, since it may be the newest."""
    with pytest.raises(ReadError, match=r"`2026-13-45` in its name is no day"):
        chosen(tmp_path, "s_{date}.txt", "s_2026-13-45.txt")


@pytest.mark.parametrize("pattern", ["{school}_{school}.txt", "{shool}.txt", "{version}{version}"])
def test_placeholders_are_checked(pattern: str) -> None:
    """Each at most once, and only those there are."""
    with pytest.raises(ConfigError, match="at most once"):
        Pattern(pattern)


@given(
    st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=3), min_size=1, max_size=6, unique_by=tuple)
)
def test_the_largest_version_is_chosen_whatever_the_order(versions: list[list[int]]) -> None:
    """Property: the newest is the largest version, part by part."""
    import tempfile

    names = [f"s_v{'.'.join(map(str, version))}.txt" for version in versions]
    with tempfile.TemporaryDirectory() as folder:
        assert chosen(Path(folder), "s_v{version}.txt", *names) == {"": names[versions.index(max(versions))]}


def per_school(export: Any, *schools: str) -> Any:
    """A student file and a teacher file for each school."""
    for number, school in enumerate(schools):
        export.put(f"{school}_students.txt", f"{number + 1}\tAda\n").put(
            f"{school}_teachers.txt", f"{number + 1}\tDina\n"
        )
    export.set("students", files="{school}_students.txt", columns=["Student_Number", "First_Name"])
    return export.set("teachers", files="{school}_teachers.txt", columns=["TeacherNumber", "First_Name"])


def test_the_files_of_all_schools_are_read(export: Any) -> None:
    """Several files make one branch."""
    assert list(per_school(export, "elem", "sec").read("students").students.keys()) == ["1", "2"]


def test_a_school_whose_file_is_missing_is_an_error(export: Any) -> None:
    """The schools are known from the other files."""
    per_school(export, "elem", "sec")
    (export.folder / "sec_students.txt").unlink()

    with pytest.raises(ReadError, match=r"`students`: school `sec` has no file"):
        export.read("students")


def test_a_declared_school_without_any_file_is_an_error(export: Any) -> None:
    """`schools` knows better than the folder."""
    with pytest.raises(ReadError, match=r"school `high` has no file"):
        per_school(export, "elem", "sec").read("students", schools=["elem", "sec", "high"])


def test_a_branch_may_have_fewer_schools(export: Any) -> None:
    """A kindergarten without teachers' file is declared in that branch's table."""
    per_school(export, "elem", "sec").set("teachers", schools=["sec"])
    (export.folder / "elem_teachers.txt").unlink()

    assert list(export.read("teachers").teachers.keys()) == ["T2"]


def test_a_school_that_is_not_declared_is_noted(export: Any) -> None:
    """A new school's file is not read before somebody says so, and does not go unseen."""
    tree = per_school(export, "elem", "sec").read("students", schools=["elem"])

    assert list(tree.students.keys()) == ["1"]
    assert (
        "`sec_students.txt` is of a school that `schools` does not list" in tree.students.contents().notes[0]
    )


def test_an_older_day_of_one_school_is_noted(export: Any) -> None:
    """Yesterday's file beside today's."""
    export.set("students", files="{school}_{date}.txt", columns=["Student_Number", "First_Name"])
    export.put("elem_2026-09-01.txt", "1\tAda\n").put("sec_2026-09-02.txt", "2\tBo\n")

    assert export.read("students").students.contents().notes == [
        "`elem_2026-09-01.txt` is older than other schools' files"
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        "/srv/exports/students.txt",
        "../students.txt",
        "a/../b.txt",
        r"C:\exports\students.txt",
        "..",
        "a//b.txt",
    ],
)
def test_a_pattern_stays_in_its_folder(pattern: str) -> None:
    """The folder has a setting of its own."""
    with pytest.raises(ConfigError, match="wanted a path below `folder`"):
        Pattern(pattern)


def test_backslashes_are_as_good_as_slashes(tmp_path: Path) -> None:
    """On Windows people write them so."""
    (tmp_path / "today").mkdir()
    (tmp_path / "today" / "students.txt").touch()

    assert [file.name for file in Pattern(r"today\students.txt").find(tmp_path)] == ["today/students.txt"]


def test_hidden_files_are_none(tmp_path: Path) -> None:
    """A Mac leaves `._students.txt` beside what it copies."""
    for name in ("students.txt", "._students.txt", ".students.txt"):
        (tmp_path / name).touch()

    assert [file.name for file in Pattern("*students.txt").find(tmp_path)] == ["students.txt"]
    assert [file.name for file in Pattern(".students.*").find(tmp_path)] == [".students.txt"]


def test_one_version_written_in_two_ways_is_an_error(tmp_path: Path) -> None:
    """4, 4.0 and 04 are one number."""
    for name in ("s_v4.txt", "s_v4.0.txt", "s_v3.9.txt"):
        (tmp_path / name).touch()

    with pytest.raises(ReadError, match="neither is newer"):
        newest(tmp_path, Pattern("s_v{version}.txt"))
