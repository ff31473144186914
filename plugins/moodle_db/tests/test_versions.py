"""Which versions of Moodle are written to, and by which authentication accounts are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import School, Site, Synced

KNOWN = ["2022112800", "2023100900.05", "2024100700", "2025041400"]
UNKNOWN = ["2018051700", "2031010100", "", "four"]


def set_version(site: Site, version: str) -> None:
    """Let the site be of a version, as `config` has it."""
    site.change("UPDATE mdl_config SET value = ? WHERE name = 'version'", version)


@pytest.mark.parametrize("version", KNOWN)
def test_4_1_to_5_x_are_written_to(site: Site, school: School, sync: Synced, version: str) -> None:
    """As `version.php` of each has it, with or without the weekly fixes behind the point."""
    set_version(site, version)
    school.person("students", "S1")

    report = sync(school, site.tree())

    assert report.undone == []
    assert site.user("S1")


@pytest.mark.parametrize("version", UNKNOWN)
def test_an_unknown_version_is_read_and_not_written(
    site: Site, school: School, sync: Synced, version: str
) -> None:
    """Older, newer, or none at all; the reason tells what to do."""
    set_version(site, version)
    school.person("students", "S1")
    before = site.dump()
    moodle = site.tree()

    report = sync(school, moodle)

    assert ["4.1 to 5.x" in result.reason for result in report.undone] == [True]
    assert site.dump() == before


def test_an_accepted_version_is_written_to(site: Site, school: School, sync: Synced) -> None:
    """Only that one: after the next update somebody has to look again."""
    set_version(site, "2031010100")
    school.person("students", "S1")

    refused = sync(school, site.tree(accept_version="2030010100"))
    taken = sync(school, site.tree(accept_version="2031010100"))

    assert len(refused.undone) == 1
    assert taken.undone == []
    found = {finding.level for finding in site.tree(accept_version="2031010100").check()}
    assert found == {"ok", "warning"}


def test_nobody_is_made_who_could_not_log_in(site: Site, school: School, sync: Synced) -> None:
    """An authentication plugin that is not enabled; once it is, the same run makes them."""
    school.person("students", "S1")

    refused = sync(school, site.tree(auth="ldap"))
    site.change("UPDATE mdl_config SET value = 'ldap' WHERE name = 'auth'")
    made = sync(school, site.tree(auth="ldap"))

    assert ["not enabled" in result.reason for result in refused.undone] == [True]
    assert made.undone == []
    assert site.user("S1")["auth"] == "ldap"
