"""What is done about Moodle's caches after groups were made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dss.apply import apply
from dss.drift import Drift
from dss.dry_run import rehearse
from dss.plan import make_plan

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import School, Site


def with_a_class(school: School) -> None:
    """One course with one class: one group to be made."""
    school.course("MA", "MA.1")


def command(told: Path, status: int = 0) -> list[str]:
    """A command that notes that it was run, with words that a shell would take apart."""
    program = f"open({str(told)!r}, 'a').write('run'); print('no cache\\nthere'); raise SystemExit({status})"
    return [sys.executable, "-c", program, "$HOME; two words"]


def remarks(site: Site, school: School, *purge: str) -> list[str]:
    """What a real run says at its end."""
    moodle = site.tree(purge_caches=list(purge))
    +moodle
    return apply(moodle, make_plan(school, moodle).actions).remarks


def test_the_command_is_run_once(site: Site, school: School, tmp_path: Path) -> None:
    """After the run, however many groups it made."""
    with_a_class(school)
    school.course("PH", "PH.1")

    said = remarks(site, school, *command(tmp_path / "told"))

    assert said == ["2 groups were made, and Moodle's caches purged"]
    assert (tmp_path / "told").read_text() == "run"


def test_it_is_not_run_for_nothing(site: Site, school: School, tmp_path: Path) -> None:
    """A person who is made is seen at once."""
    school.person("students", "S1")

    assert remarks(site, school, *command(tmp_path / "told")) == []
    assert not (tmp_path / "told").exists()


@pytest.mark.parametrize("missing", [False, True])
def test_a_command_that_fails_is_told(site: Site, school: School, tmp_path: Path, missing: bool) -> None:
    """What was made stays made, and somebody has to purge by hand."""
    with_a_class(school)
    failing = [str(tmp_path / "nowhere")] if missing else command(tmp_path / "told", status=3)

    (said,) = remarks(site, school, *failing)

    assert said.startswith("1 group was made, and Moodle shows it once its caches are purged")
    assert ("could not be started" if missing else "ended with 3: no cache there") in said


def test_without_a_command_it_is_said(site: Site, school: School) -> None:
    """With the words to type."""
    with_a_class(school)

    (said,) = remarks(site, school)

    assert "`php admin/cli/purge_caches.php --muc`" in said


def test_a_dry_run_purges_nothing(site: Site, school: School, tmp_path: Path) -> None:
    """It says that a real run would."""
    with_a_class(school)
    moodle = site.tree(purge_caches=command(tmp_path / "told"))
    +moodle

    report, _ = rehearse(moodle, make_plan(school, moodle).actions, drift=Drift(moodle))

    assert report.undone == []
    assert ["after a real run" in said for said in report.remarks] == [True]
    assert not (tmp_path / "told").exists()
