"""Naming Python objects by `'package.module/Name'`."""

from __future__ import annotations

from pathlib import Path

import pytest

from dss.errors import ConfigError, DssError
from dss.specifiers import resolve


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that Python looks in."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_names_a_class_in_a_nested_module(folder: Path) -> None:
    """The path before the slash is imported, the name after it looked up there."""
    (folder / "spec_nested").mkdir()
    (folder / "spec_nested" / "people.py").write_text("class Student: pass\n")

    found = resolve("spec_nested.people/Student", "CSVStudents.klass")

    assert found.__qualname__ == "Student"
    assert found.__module__ == "spec_nested.people"


@pytest.mark.parametrize(
    "specifier",
    ["branches", "branches.CSV", "/CSV", "branches/", "bran ches/CSV", "a//B", "a/B/C", "a..b/C", ""],
)
def test_another_form_is_refused(specifier: str) -> None:
    """The error tells who wants it, what was met and what is wanted."""
    with pytest.raises(ConfigError) as caught:
        resolve(specifier, "CSVTree.__branches__")

    text = str(caught.value)
    assert "`CSVTree.__branches__`" in text
    assert repr(specifier) in text
    assert "'package.module/Name'" in text


@pytest.mark.parametrize("module", ["spec_nowhere", "spec_nowhere.inner", "json.nowhere", "sys.nowhere"])
def test_missing_module_is_named(module: str) -> None:
    """A module that is not there is told as that, with where it would have to be."""
    with pytest.raises(ConfigError, match=rf"no module `{module}`.*has to be installed") as caught:
        resolve(f"{module}/CSV", "CSVTree.__importer__")

    assert "CSVTree.__importer__" in str(caught.value)


def test_missing_name_is_told_with_the_file(folder: Path) -> None:
    """A module without the name is told apart from no module."""
    (folder / "spec_short.py").write_text("class Other: pass\n")

    with pytest.raises(ConfigError, match=r"module `spec_short` \(.*spec_short.py\) has no `CSV`"):
        resolve("spec_short/CSV", "CSVTree.__importer__")


def test_fault_inside_the_module_passes_through(folder: Path) -> None:
    """A module that is there but broken is not said to be missing."""
    (folder / "spec_broken.py").write_text("import spec_uninstalled_library\n")

    with pytest.raises(ModuleNotFoundError, match="spec_uninstalled_library") as caught:
        resolve("spec_broken/CSV", "CSVTree.__importer__")

    assert not isinstance(caught.value, DssError)


def test_a_module_that_ends_the_program_is_an_error(folder: Path) -> None:
    """A script with `sys.exit(0)` at its end would make a run that did nothing look like a good one."""
    (folder / "spec_exit.py").write_text("raise SystemExit(0)\n")

    with pytest.raises(ConfigError, match="`spec_exit` ends the program"):
        resolve("spec_exit/CSV", "CSVTree.__importer__")
