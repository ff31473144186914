"""A site that lacks what is needed says so at once, and what is not needed may be missing."""

from __future__ import annotations

import pytest
from plugins.moodle_db.tests.conftest import School, Site, Synced

from dss.errors import ConfigError
from dss_moodle_db.columns import NEEDED


def drop(site: Site, table: str, column: str) -> None:
    """Take a column away, and every index that holds it back."""
    for index in site.rows("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", table):
        held = [row["name"] for row in site.rows(f"PRAGMA index_info('{index['name']}')")]
        if column in held:
            site.change(f"DROP INDEX {index['name']}")
    site.change(f"ALTER TABLE {table} DROP COLUMN {column}")


@pytest.mark.parametrize(("table", "column"), [("user", "suspended"), ("groups_members", "itemid")])
def test_a_column_that_lacks_is_named(site: Site, table: str, column: str) -> None:
    """By `check` as by reading, with its table and what to do."""
    drop(site, f"mdl_{table}", column)

    found = [finding.text for finding in site.tree().check() if finding.level == "error"]
    with pytest.raises(ConfigError) as caught:
        +site.tree()

    assert len(found) == 1
    assert str(caught.value).endswith(found[0])
    assert f"table `mdl_{table}` has no column `{column}`." in found[0]
    assert "check_database_schema.php" in found[0]


def test_all_that_lack_are_named_at_once(site: Site) -> None:
    """Table by table."""
    for table, column in (("user", "deleted"), ("user", "suspended"), ("enrol", "status")):
        drop(site, f"mdl_{table}", column)

    with pytest.raises(ConfigError) as caught:
        +site.tree()

    words = (
        "table `mdl_user` has no columns `deleted`, `suspended`; table `mdl_enrol` has no column `status`."
    )
    assert words in str(caught.value)


def test_nothing_else_is_needed(school: School, site: Site, sync: Synced) -> None:
    """A whole year of a school goes through without any of the other columns."""
    site.parent_role()
    for table, needed in NEEDED.items():
        for row in site.rows(f"PRAGMA table_info('mdl_{table}')"):
            if row["name"] not in needed | {"id"}:
                drop(site, f"mdl_{table}", row["name"])
    moodle = site.tree(guardian_role="parent")
    school.person("guardians", "G1")
    school.person("students", "100", guardians=frozenset({"G1"}))
    school.person("teachers", "T1")
    school.course("MA7", "MA7.1")
    school.course("MA8", "MA8.1")
    school.enrol("MA7.1", "100")
    school.enrol("MA7.1", "T1", "teacher")
    school.cohorts.make("k", name="K", members=frozenset({"100"}))

    first = sync(school, moodle)
    for branch in ("courses", "classes", "cohorts"):
        for item in getattr(school, branch):
            item.name = f"Renamed {item.name}"
    school.students["100"].username = "renamed"
    school.classes["MA7.1"].course = "MA8"
    second = sync(school, moodle)
    for emptied in school.branches:
        emptied.clear()
    third = sync(school, moodle)

    assert [report.undone for report in (first, second, third)] == [[], [], []]
