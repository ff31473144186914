"""What a configuration was when a plan was made."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dss.config import Config, load_config
from dss.digests import config_digests, differences
from dss.registry import Registry
from dss.runner import Run

TREES = """
from dss import DataStoreBranch, DataStoreTree


class Branches(DataStoreBranch):
    pass


class Students(Branches):
    __branchname__ = "students"


class Side(DataStoreTree):
    __branches__ = Branches
"""
CONFIG = """
[trees.sis]
tree = "digested_trees/Side"
[trees.shop]
tree = "digested_trees/Side"
[[sync]]
left = "sis"
right = "shop"
"""


class Installed(Registry):
    """Knows of one connector that it comes from a distribution."""

    def distribution(self, name: str) -> tuple[str, str]:
        """Of any."""
        return f"dss-{name.replace('_', '-')}", "0.3"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "digested_trees", raising=False)
    (tmp_path / "digested_trees.py").write_text(TREES, encoding="utf-8")
    (tmp_path / "dss.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def digests(folder: Path, more: str = "", config: str = CONFIG) -> dict[str, str]:
    """As they are taken when the trees have been made."""
    (folder / "dss.toml").write_text(more + config, encoding="utf-8")
    run = Run(folder / "dss.toml")
    try:
        return config_digests(run.config, run.registry)
    finally:
        sys.modules.pop("digested_trees", None)


def test_the_same_configuration_has_the_same_digests(folder: Path) -> None:
    """Wherever a comment stands, and in whatever order its keys."""
    turned = CONFIG.replace('left = "sis"\nright = "shop"', 'right = "shop"  # the shop\nleft = "sis"')

    first = digests(folder)
    second = digests(folder, config=turned)

    assert first == second
    assert set(first) == {"dss", "trees.sis", "trees.shop", "sync[0]", "digested_trees.py"}
    assert differences(first, second) == []


@pytest.mark.parametrize(
    "more",
    [
        'state = "elsewhere"\n',
        'on_failure = ["mail"]\n',
        "[budgets.students]\ncount = 99\n",
        "[guards]\nshrink = 0.9\n",
        "[expiry]\napprovals = 1\n",
        '[protected]\nidnumber = ["admin*"]\n',
    ],
)
def test_how_careful_a_run_is_does_not_count(folder: Path, more: str) -> None:
    """Nor where its state lies: none of it changes what is found."""
    assert digests(folder, more) == digests(folder)


def test_what_decides_what_is_found_counts(folder: Path) -> None:
    """Each change is told in a sentence of its own."""
    before = digests(folder)
    (folder / "digested_trees.py").write_text(TREES + "\n# changed\n", encoding="utf-8")

    after = digests(
        folder,
        config=CONFIG + '[sync.students.flow]\nemail = "keep"\n[trees.third]\ntree = "digested_trees/Side"\n',
    )

    assert differences(before, after) == [
        "[sync[0]] of the configuration has changed",
        "`digested_trees.py` has changed",
        "[trees.third] of the configuration was not there",
    ]
    assert "[trees.third] of the configuration is not there any more" in differences(after, before)


def test_another_version_is_named_with_both() -> None:
    """Of the core, and of a connector."""
    then = {"dss": "datastoresync 0.1", "connector ldap": "dss-ldap 1", "connector gafe": "dss-gafe 1"}
    now = {"dss": "datastoresync 0.2", "connector ldap": "dss-ldap 2"}

    assert differences(then, now) == [
        "dss-run was of datastoresync 0.1, and is of datastoresync 0.2",
        "connector `ldap` was of dss-ldap 1, and is of dss-ldap 2",
        "connector `gafe` is not in use any more",
    ]


def test_an_installed_connector_is_named_with_its_version(tmp_path: Path) -> None:
    """It is not in the folder, so no digest would tell of it."""
    (tmp_path / "dss.toml").write_text(
        '[trees.a]\nconnector = "school_csv"\nfolder = "."\n[trees.b]\nconnector = "school_csv"\n'
        'folder = "."\n[[sync]]\nleft = "a"\nright = "b"\n',
        encoding="utf-8",
    )
    config = load_config(tmp_path / "dss.toml")

    found = config_digests(config, Installed())

    assert found["connector school_csv"] == "dss-school-csv 0.3"
    assert found["dss"].startswith("datastoresync ")


def test_a_secret_is_known_by_its_reference_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another password is no other configuration."""
    text = CONFIG.replace("[trees.shop]\n", '[trees.shop]\nplugins = []\nurl = { env = "SHOP_URL" }\n')
    (folder / "dss.toml").write_text(text, encoding="utf-8")
    found: list[dict[str, str]] = []

    for value in ("one", "two"):
        monkeypatch.setenv("SHOP_URL", value)
        config: Config = load_config(folder / "dss.toml")
        found.append(config_digests(config, Registry()))

    assert found[0] == found[1]
