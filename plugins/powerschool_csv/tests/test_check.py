"""`check` tells what would be read, from the first rows alone."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from dss import school
from dss.branches import DataStoreBranch
from dss.models import Base
from dss_powerschool_csv.tree import PowerSchool


def findings(tree: PowerSchool) -> dict[str, list[str]]:
    """What check finds, by level."""
    found: dict[str, list[str]] = {"ok": [], "warning": [], "error": []}
    for finding in tree.check():
        found[finding.level].append(finding.text)
    return found


def test_a_sound_export(export: Any) -> None:
    """Each file is named, with its columns and character set."""
    found = findings(export.tree())

    assert not found["error"]
    assert "`students`: `students.txt`, 10 columns, utf-8" in found["ok"]
    assert len(found["ok"]) == 6


def test_versions_and_schools_are_told(export: Any) -> None:
    """People see which of several files is taken."""
    export.set("students", files="{school}_v{version}.txt")
    for version in ("4.9", "4.10"):
        export.put(f"elem_v{version}.txt", export.text("students"))

    found = findings(export.tree())

    assert (
        "`students`: `elem_v4.10.txt`, school elem, version 4.10, the newest of 2, 10 columns, utf-8"
        in found["ok"]
    )


def test_every_file_that_is_wrong_is_told(export: Any) -> None:
    """Not only the first."""
    export.put("students.txt", b"<html>").put("cc.txt", b"")
    export.set("courses", columns=["Name", "CreditType", "x"])

    errors = "\n".join(findings(export.tree())["error"])

    assert "`students.txt`, line 1: this is a web page" in errors
    assert "`cc.txt`: it is empty" in errors
    assert "has no column `Course_Number`" in errors


def test_missing_columns_are_warned_of(export: Any) -> None:
    """What nothing is said of, and what follows."""
    export.set("students", columns=["Student_Number", "First_Name"]).put("students.txt", "1\tAda\n")

    warnings = findings(export.tree())["warning"]

    assert any(
        "no column `Enroll_Status`, so every student in the file is taken for active" in one
        for one in warnings
    )
    assert any(
        "no column for email, family_name, grade, guardians, homeroom, username" in one for one in warnings
    )


class Pupil(school.Student):
    """A pupil whose address follows from the number."""

    @property
    def email(self) -> str:  # type: ignore[override]
        """An address."""
        return f"{self.idnumber}@school.example"


@attrs.define
class Card:
    """A model that has three attributes only."""

    idnumber: str
    given_name: str
    family_name: str


@pytest.mark.parametrize(
    ("model", "unsaid"),
    [
        (Pupil, "family_name, grade, guardians, homeroom, username"),
        (Card, "family_name"),
        (Base, "email, family_name"),
    ],
)
def test_what_a_model_works_out_or_lacks_is_not_warned_of(export: Any, model: type, unsaid: str) -> None:
    """Only attributes that the model has, and takes from the export, can be without a word."""
    export.set("students", columns=["Student_Number", "First_Name"]).put("students.txt", "1\tAda\n")
    tree = export.tree()
    tree.students.configure(klass=model)

    (told,) = [one for one in findings(tree)["warning"] if "no column for" in one]

    assert told.startswith(f"`students`: no column for {unsaid}")
    assert not tree.students.contents().absent


def test_only_branches_of_the_tree_are_checked(export: Any) -> None:
    """A tree of one's own with students only needs no other file."""

    class Branches(DataStoreBranch):
        """What is taken."""

    class Students(school.Students, Branches):
        """Students."""

    class Few(PowerSchool):
        """Students only."""

        __branches__ = Branches

    export.put("students.txt", export.text("students"))

    found = findings(Few(folder=str(export.folder), students=export.options["students"]))

    assert found["ok"] == ["`students`: `students.txt`, 10 columns, utf-8"]
    assert not found["error"]


def test_no_more_than_the_head_is_read(export: Any) -> None:
    """A fault far down does not show, since a check must be quick."""
    export.put("students.txt", export.text("students") * 20_000 + "\0")

    assert not findings(export.tree())["error"]


def test_options_that_cannot_be_are_found(export: Any) -> None:
    """A configuration error is a finding too."""
    assert "`encoding` is `klingon`" in findings(export.tree(encoding="klingon"))["error"][0]


def test_identity_is_the_folder(export: Any) -> None:
    """Two exports are two systems."""
    assert str(export.folder) in export.tree().identity()
