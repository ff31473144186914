"""The whole chain: pytest finds the plugin, runs a suite, and shows of it what an author needs."""

from __future__ import annotations

import pytest

pytest_plugins = ("pytester",)

READING = "test_reading_gives_what_is_there"
DRY = "test_a_dry_run_writes_nothing"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of its own, which is strict."""
    pytester.makeini("[pytest]\naddopts = --strict-markers -p no:cacheprovider\nfilterwarnings = error\n")
    return pytester


def suite(connector: str) -> str:
    """A file of tests, as an author would write it."""
    return f"""
from core.tests.testing.broken_reading import Capitals
from core.tests.testing.roster.tree import ALL, Tree
from core.tests.testing.sound import SoundSuite, connector
from dss.capabilities import Capability

class NoDryRun(Tree):
    capabilities = ALL - {{Capability.DRY_RUN}}

class TestRoster(SoundSuite):
    connector = {connector}
"""


def test_a_check_that_fails_shows_what_it_says(project: pytest.Pytester) -> None:
    """What was seen and what to change, and nothing of code that the author has not written."""
    project.makepyfile(suite("connector(importer=Capitals)"))

    ran = project.runpytest_inprocess("-k", READING)

    ran.assert_outcomes(failed=1, passed=2, deselected=ran.parseoutcomes()["deselected"])
    ran.stdout.fnmatch_lines(
        [
            f"*TestRoster.{READING}?people?*",
            "`people` is not read as it was seeded, and as `read_back` finds it:",
            "*`family_name` should be 'family name 1', is 'FAMILY NAME 1'",
            "  To change: mend `readin_branch`, and the condition by which it knows what is ours",
            "*conformance (dss.testing)*",
            "roster: 1 of 3 checks failed",
        ]
    )
    ran.stdout.no_fnmatch_line("*def test_*")
    ran.stdout.no_fnmatch_line("*verdict.py*")


def test_the_kits_own_code_is_shown_when_it_is_asked_for(project: pytest.Pytester) -> None:
    """`--full-trace` is for whoever doubts the kit."""
    project.makepyfile(suite("connector(importer=Capitals)"))

    ran = project.runpytest_inprocess("-k", f"{READING} and people", "--full-trace")

    ran.stdout.fnmatch_lines(["*def test_reading_gives_what_is_there*"])


def test_what_is_not_declared_is_skipped_and_named(project: pytest.Pytester) -> None:
    """A skip has its reason, and the last lines name what was not tried."""
    project.makepyfile(suite("connector(tree=NoDryRun)"))

    ran = project.runpytest_inprocess("-rs", "-k", f"{DRY} or {READING}")

    ran.assert_outcomes(passed=3, skipped=1, deselected=ran.parseoutcomes()["deselected"])
    ran.stdout.fnmatch_lines(
        [
            "roster: 3 checks of the basic set hold, and 0 of what it declares",
            "  not declared: dry-run",
            "SKIPPED*not declared: dry-run",
        ]
    )


def test_what_could_not_be_tried_is_named(project: pytest.Pytester) -> None:
    """A check of what is declared that had to be left out counts for nothing, and the last lines say so."""
    drift = "test_a_change_by_somebody_else_is_not_overwritten"
    project.makepyfile(
        "from core.tests.testing.test_odd_models import TwoValues\n\nclass TestTwo(TwoValues): ...\n"
    )

    ran = project.runpytest_inprocess("-k", drift)

    ran.stdout.fnmatch_lines(
        [
            "roster: 0 checks of the basic set hold, and 0 of what it declares",
            f"  not tried: {drift}?groups?: no attribute takes a value that is neither*",
        ]
    )


def test_what_is_of_no_use_to_a_branch_is_named(project: pytest.Pytester) -> None:
    """A check of what is declared, for a branch that has nothing to try it on, counts for nothing."""
    disabling = "test_disabling_and_enabling_are_written"
    project.makepyfile(suite("connector()"))

    ran = project.runpytest_inprocess("-rs", "-k", disabling)

    ran.assert_outcomes(passed=1, skipped=2, deselected=ran.parseoutcomes()["deselected"])
    ran.stdout.fnmatch_lines(
        [
            "roster: 0 checks of the basic set hold, and 1 of what it declares",
            "  of no use: disable for groups, seats",
            "SKIPPED*of no use: disable: of `groups` the sample records have no `enabled`",
        ]
    )


def test_checks_may_be_made_in_several_processes(project: pytest.Pytester) -> None:
    """The last lines tell of them all."""
    pytest.importorskip("xdist")
    project.makepyfile(suite("connector(tree=NoDryRun)"))

    ran = project.runpytest_inprocess("-p", "xdist", "-n", "2", "-k", f"{DRY} or {READING}")

    ran.stdout.fnmatch_lines(
        ["roster: 3 checks of the basic set hold, and 0 of what it declares", "  not declared: dry-run"]
    )


def test_the_basic_set_has_a_marker(project: pytest.Pytester) -> None:
    """`-m dss_basic` makes the checks of the basic set, and only those."""
    project.makepyfile(suite("connector()"))

    ran = project.runpytest_inprocess("-m", "dss_basic", "-k", f"{DRY} or {READING}")

    ran.assert_outcomes(passed=3, deselected=ran.parseoutcomes()["deselected"])


@pytest.mark.parametrize(
    ("named", "advice"), [("'nobody_has_it'", "mend the entry point"), ("''", "set `connector`")]
)
def test_a_connector_that_is_not_there_fails_in_one_place(
    project: pytest.Pytester, named: str, advice: str
) -> None:
    """One check says what is the matter; nothing breaks the run."""
    project.makepyfile(suite(named))

    checks = f"{READING} or {DRY} or test_the_connector_is_found or test_check_finds or test_sources"

    ran = project.runpytest_inprocess("-rs", "-k", checks)

    outcomes = ran.parseoutcomes()
    assert outcomes.keys() == {"failed", "skipped", "deselected"}
    assert outcomes["failed"] == 1
    ran.stdout.fnmatch_lines([f"  To change: {advice}*", "SKIPPED*the connector is not found*"])
    ran.stdout.no_fnmatch_line("*not declared: *")
    ran.stdout.no_fnmatch_line("*not tried: *")


def test_a_suite_without_a_system_says_so(project: pytest.Pytester) -> None:
    """The fixture that every author has to write is asked for by name."""
    project.makepyfile(
        """
from core.tests.testing.sound import connector
from dss.testing import SourceSuite

class TestRoster(SourceSuite):
    connector = connector()
"""
    )

    ran = project.runpytest_inprocess("-k", READING)

    ran.stdout.fnmatch_lines(["*`TestRoster` has no fixture `system`; write one*"])


UNFORESEEN = {
    "a `System` with a method too few": (
        "class Half(System):\n    def options(self): return {}",
        "@pytest.fixture\n    def system(self): return Half()",
        "mend `TestRoster.system` (test_unforeseen.py, line *), which the suite gives, and which raised TypeError",
    ),
    "a method of the suite": (
        "",
        "def tap(self, client, wire): return client.session",
        "mend `TestRoster.tap` (test_unforeseen.py, line *), which the suite gives, and which raised AttributeError",
    ),
    "a method of the connector": (
        "",
        "connector = connector(tree=Nameless)",
        "mend `Nameless.identity` (test_unforeseen.py, line *), which raised ZeroDivisionError; *",
    ),
    "a fixture that is none": (
        "",
        "def system(self): return None",
        "put `@pytest.fixture` above `system`; if you have written no such fixture, *",
    ),
    "what only the kit knows": (
        "",
        "plain = None",
        "look for AttributeError above: the kit was given what it cannot use*",
    ),
}
"""By what goes wrong, with no check to foresee it: what stands above the suite, what in it, and the advice."""


@pytest.mark.parametrize("where", UNFORESEEN)
def test_what_no_check_foresees_is_told_with_what_to_change(project: pytest.Pytester, where: str) -> None:
    """Below the error stands whose code has to be mended."""
    above, inside, advice = UNFORESEEN[where]
    project.makepyfile(
        test_unforeseen=f"""
import pytest
from core.tests.testing.roster.tree import Tree
from core.tests.testing.sound import SoundSuite, connector
from dss.testing import System

class Nameless(Tree):
    def identity(self):
        return 1 / 0

{above}

class TestRoster(SoundSuite):
    {inside}
"""
    )

    ran = project.runpytest_inprocess("-k", f"{READING} or test_a_branch_answers or test_identity")

    ran.stdout.fnmatch_lines([f"  To change: {advice}"])
