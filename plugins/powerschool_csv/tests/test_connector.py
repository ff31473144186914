"""What the connector registers, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import attrs
import pytest

from dss.registry import Registry
from dss_powerschool_csv import config, tables

TABLES = [getattr(tables, name) for name in dir(tables) if name.endswith("Options")]


def test_it_is_found_by_its_name() -> None:
    """The entry point is the folder's name; everything a connector has is registered."""
    plugin: Any = Registry().load("powerschool_csv")

    assert [tree.__name__ for tree in plugin.dss_register_trees()] == ["PowerSchool"]
    assert [branch.__branchname__ for branch in plugin.dss_register_branches()] == [
        "guardians", "students", "teachers", "courses", "classes", "enrollments",
    ]  # fmt: skip
    assert len(plugin.dss_register_models()) == 6
    assert len(plugin.dss_register_templates()) == 1


@pytest.mark.parametrize("table", [config.Options, *TABLES])
def test_every_option_is_documented(table: type) -> None:
    """Each has a help text of at least one sentence."""
    for field in attrs.fields(table):
        assert field.metadata["help"].endswith((".", "...")), field.name


def test_importing_it_loads_nothing_heavy() -> None:
    """Listing connectors must not cost anything."""
    code = (
        "import sys, dss_powerschool_csv; print(sorted(name for name in sys.modules"
        " if name.startswith('dss_powerschool_csv.') or name in ('csv', 'dss.tree', 'attrs')))"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
