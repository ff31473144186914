"""A run of a configuration, from the file to the report, with trees of the user's own."""

import itertools
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dss.errors import ConfigError, ConnectorError, DssError
from dss.exit_codes import ExitCode
from dss.holding import Because, Hold
from dss.runner import Run

Claim = Callable[[Any], None]

_numbers = itertools.count()

SCHOOL = """
import attrs
from dss import DataStoreBranch, DataStoreTree, DefaultImporter, DefaultTemplate
from dss import school
from dss.importers import Scope, reads


class LeftBranches(DataStoreBranch): pass
class Guardians(school.Guardians, LeftBranches): pass
class Students(school.Students, LeftBranches): pass
class Teachers(school.Teachers, LeftBranches): pass
class Classes(school.Classes, LeftBranches): pass

class RightBranches(DataStoreBranch): pass
class RightGuardians(school.Guardians, RightBranches): pass
class RightStudents(school.Students, RightBranches): pass
class RightTeachers(school.Teachers, RightBranches): pass
class RightClasses(school.Classes, RightBranches): pass
class RightCohorts(school.Cohorts, RightBranches): pass


class Importer(DefaultImporter):
    def readin_branch(self, branch):
        number = self.tree.idnumber
        for record in DATA[self.tree.name].get(branch.__name__, []):
            record = dict(record)
            if self.tree.name == "sis" and branch.people:
                record["idnumber"] = number(branch.__name__, record["idnumber"])
            yield record

    def readin_items(self, branch, idnumbers, scope=Scope.OURS):
        # what these handlers have written is nowhere but in the branch
        if scope is Scope.OURS:
            for one in idnumbers:
                if one in branch:
                    yield {"idnumber": one} | {name: getattr(branch[one], name) for name in branch.names()}


class Template(DefaultTemplate):
    def new(self, action):
        if action.idnumber == "bad":
            return action.failed("no")
    update = add = remove = old = new


class Left(DataStoreTree):
    __branches__ = LeftBranches
    __importer__ = Importer


class Right(DataStoreTree):
    __branches__ = RightBranches
    __importer__ = Importer
    __template__ = Template

    @attrs.frozen
    class Options:
        port: int = attrs.field(default=1, metadata={"help": "the port"})

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.options.port == 13:
            from dss.errors import ConfigError
            raise ConfigError("13 is an unlucky port")


ADA = {"family_name": "Byron", "given_name": "Ada", "email": "ada@example.org"}
DATA = {
    "sis": {
        "guardians": [{"idnumber": "5", **ADA}],
        "students": [{"idnumber": "1", "grade": "7", "username": "One"}, {"idnumber": "2", "grade": "8"}],
        "teachers": [{"idnumber": "5", **ADA}],
        "classes": [{"idnumber": "m", "teachers": frozenset({"T5"})}],
    },
    "moodle": {},
}


class Loud(school.Student):
    @property
    def username(self):
        return (super().username or "").upper()


def in_seven(item):
    return item.grade == "7"


def takes_two(one, other):
    return True


@reads("students", "teachers")
def cohorts(tree):
    yield {"idnumber": "all", "members": frozenset([*tree.students.keys(), *tree.teachers.keys()])}


def by_email(item):
    return item.email


not_a_function = 1
"""

CONFIG = """
[trees.sis]
tree = "{module}/Left"

[trees.moodle]
tree = "{module}/Right"

[[sync]]
left = "sis"
right = "moodle"
branches = ["guardians", "students", "teachers", "classes", "cohorts"]

[sync.cohorts]
derive.left = "{module}/cohorts"
"""

Make = Callable[..., Run]


@pytest.fixture(name="make")
def _make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Write a school's module and its configuration, and build the run."""

    def make(more: str = "", config: str = CONFIG, school: str = SCHOOL) -> Run:
        module = f"school_{next(_numbers)}"
        (tmp_path / f"{module}.py").write_text(school, encoding="utf-8")
        text = (config + more).replace("{module}", module)
        path = tmp_path / "dss.toml"
        path.write_text(text, encoding="utf-8")
        return Run(path)

    monkeypatch.setattr(sys, "path", list(sys.path))
    return make


def _told(run: Run) -> list[tuple[str, str, str]]:
    plan = run.syncs[0].plan
    assert plan is not None
    return [(str(action.kind), action.branch, action.idnumber) for action in [*plan.actions, *plan.errors]]


def test_plan_apply_and_nothing_is_left(make: Make) -> None:
    """Both sides are read, two roles settled, branches derived; after apply nothing is left."""
    with make() as run:
        run.plan()
        told = _told(run)
        code = run.exit_code()
        run.apply()
        after = run.exit_code()

        assert told == [
            ("new", "guardians", "G5"),
            ("new", "students", "1"),
            ("new", "students", "2"),
            ("new", "teachers", "G5"),
            ("new", "classes", "m"),
            ("new", "cohorts", "all"),
            ("add", "classes", "m"),
            ("add", "cohorts", "all"),
            ("add", "cohorts", "all"),
            ("add", "cohorts", "all"),
        ]
        assert (code, after) == (ExitCode.CHANGES, ExitCode.IN_STEP)
        left, right = run.syncs[0].left, run.syncs[0].right
        assert left.branches[3]["m"].teachers == {"G5"}
        assert [action for action in left - right if action.branch != "cohorts"] == []


def test_what_is_derived_names_people_as_settled(make: Make) -> None:
    """A cohort made of teachers holds the number of the one account."""
    with make() as run:
        run.plan()

        assert run.syncs[0].left.cohorts["all"].members == {"1", "2", "G5"}


def test_roles_are_not_merged_when_that_is_switched_off(make: Make) -> None:
    """Or are merged by a rule of one's own."""
    apart = CONFIG.replace('right = "moodle"', 'right = "moodle"\nsame_person = false')
    own = CONFIG.replace('right = "moodle"', 'right = "moodle"\nsame_person = "{module}/by_email"')
    other_name = SCHOOL.replace(
        '"teachers": [{"idnumber": "5", **ADA}]',
        '"teachers": [{"idnumber": "5", **ADA, "family_name": "King"}]',
    )

    found = []
    for config in (apart, CONFIG, own):
        with make(config=config, school=other_name) as run:
            run.plan()
            found += [idnumber for _, branch, idnumber in _told(run) if branch == "teachers"]

    assert found == ["T5", "T5", "G5"]


def test_models_filters_flows_and_lists_of_the_user(make: Make) -> None:
    """A model replaces a field, a filter leaves items out, a flow is heard."""
    with make(
        """
[sync.students]
model.left = "{module}/Loud"
filter.left = "{module}/in_seven"
flow = { given_name = "ignore" }
attributes = ["username"]
"""
    ) as run:
        run.plan()

        students = run.syncs[0].left.students
        assert [item.idnumber for item in students] == ["1"]
        assert students["1"].username == "ONE"
        assert run.syncs[0].right.students.attributes == ("username",)
        assert run.syncs[0].right.students.flow == {"given_name": "ignore"}


def test_only_some_branches(make: Make) -> None:
    """A run may be limited; a branch that is nowhere is an error that names those there are."""
    with make() as run:
        run.plan(only=["students"])

        assert {branch for _, branch, _ in _told(run)} == {"students"}
        with pytest.raises(ConfigError, match="no branch `pupils` in any"):
            run.plan(only=["pupils"])


def test_without_a_list_of_branches_those_both_have_are_synced(make: Make) -> None:
    """What only the target has is left out."""
    config = CONFIG.partition("branches =")[0]

    with make(config=config) as run:
        run.plan()

        assert [pair[0].__name__ for pair in run.syncs[0].plan.pairs] == [  # type: ignore[union-attr]
            "guardians",
            "students",
            "teachers",
            "classes",
        ]


def test_the_exit_code_says_what_came_of_it(make: Make, claim: Claim) -> None:
    """Changes before an apply, then what could not be done, and what is held."""
    failing = SCHOOL.replace('{"idnumber": "2", "grade": "8"}', '{"idnumber": "bad"}')
    gone = SCHOOL.replace(
        '"moodle": {},',
        '"moodle": {"students": [{"idnumber": f"x{n}", "enabled": True} for n in range(30)]},',
    )
    doubled = SCHOOL.replace('{"idnumber": "2", "grade": "8"}', '{"idnumber": "1", "grade": "8"}')

    codes = []
    for school in (failing, gone, doubled):
        with make(school=school) as run:
            claim(run)
            run.plan()
            codes.append(run.exit_code())
            run.apply()
            codes.append(run.exit_code())

    assert codes == [
        ExitCode.CHANGES,
        ExitCode.FAILED,
        ExitCode.HELD,
        ExitCode.HELD,
        ExitCode.FAILED,
        ExitCode.FAILED,
    ]


def test_what_is_held_as_it_is_meant_to_be_is_in_step(make: Make) -> None:
    """A quiet hold is neither a change nor anything to look at."""
    gone = SCHOOL.replace(
        '"moodle": {},',
        '"moodle": {"students": [{"idnumber": f"x{n}", "enabled": True} for n in range(30)]},',
    )

    with make(school=gone) as run:
        (sync,) = run.plan()
        sync.holds = [Hold("students", "not ours", list(sync.plan.actions), Because.FOREIGN, quiet=True)]  # type: ignore[union-attr]

        assert run.exit_code() is ExitCode.IN_STEP


def test_held_removals_are_left_undone_and_the_rest_is_done(make: Make, claim: Claim) -> None:
    """Over the configured budget none of the branch's removals is done; everything else is."""
    gone = SCHOOL.replace(
        '"moodle": {},', '"moodle": {"students": [{"idnumber": f"x{n}", "enabled": True} for n in range(5)]},'
    )
    with make("[budgets.students]\ncount = 4\nshare = 0.5\n", school=gone) as run:
        claim(run)
        run.plan()
        run.apply()

        (sync,) = run.syncs
        assert [len(hold.actions) for hold in sync.holds] == [5]
        assert all(sync.right.students[f"x{number}"].enabled is True for number in range(5))
        assert "1" in sync.right.students
    with make("[budgets.students]\ncount = 5\nshare = 0\n", school=gone) as run:
        claim(run)
        run.plan()
        run.apply()

        assert run.syncs[0].holds == []
        assert all(run.syncs[0].right.students[f"x{number}"].enabled is False for number in range(5))


def test_applying_without_a_plan_is_refused(make: Make) -> None:
    """A plan comes first."""
    with make() as run, pytest.raises(DssError, match="nothing has been planned yet"):
        run.apply()


@pytest.mark.parametrize(
    ("more", "replaced", "message"),
    [
        (
            "",
            {"{module}/Right": "nowhere/Right"},
            "`trees.moodle.tree` = 'nowhere/Right': there is no module `nowhere`",
        ),
        ("", {"{module}/Right": "json/dumps"}, "`trees.moodle.tree` is <function dumps"),
        ("", {'tree = "{module}/Left"': 'connector = "none"'}, "`trees.sis.connector`: "),
        ("", {'/Right"': '/Right"\nprot = 3'}, "`trees.moodle` has the unknown key `prot`; known are: port"),
        ("", {'/Right"': '/Right"\nport = "3"'}, "`trees.moodle.port` is '3'; wanted a whole number"),
        ("", {'/Right"': '/Right"\nport = 13'}, "`trees.moodle`: 13 is an unlucky port"),
        (
            "",
            {'"classes", ': '"classes", "pets", '},
            "`sync[0].pets`: tree `sis` has no branch `pets` (it has guardians,",
        ),
        ("", {"/cohorts": "/cohrots"}, "`sync[0].cohorts.derive.left` is "),
        ("", {"/cohorts": "/not_a_function"}, "`sync[0].cohorts.derive.left` is "),
        ("[sync.students]\nmodel.left = '{module}/in_seven'", {}, "`sync[0].students.model.left` is "),
        (
            "[sync.students]\nmodel.left = 'in_seven'",
            {},
            "`sync[0].students.model.left` is 'in_seven'; wanted",
        ),
        (
            "",
            {'= "moodle"\nbr': '= "moodle"\nsame_person = "{module}/nobody"\nbr'},
            "`sync[0].same_person` is ",
        ),
        ("[sync.students]\nfilter.right = '{module}/no'", {}, "`sync[0].students.filter.right` is "),
        (
            "[sync.students]\nattributes = ['emial']",
            {},
            "`sync[0].students.attributes` names 'emial', which model `Student` of sis.students does not have; it has ",
        ),
        (
            "[sync.students]\nflow = { emial = 'keep' }",
            {},
            "`sync[0].students.flow` names 'emial', which model `Student` of moodle.students does not have; it has ",
        ),
        (
            "[sync.classes]\nidnumber = 'C{idnumber}'",
            {},
            "`sync[0].classes.idnumber` is 'C{idnumber}', but classes is no",
        ),
        (
            "[sync.teachers]\nidnumber = '{idnumber}'",
            {},
            "`sync[0]`: `idnumber` of students ('{idnumber}') and of teachers",
        ),
        (
            "[sync.teachers]\nidnumber = 'T'",
            {},
            "`sync[0]`: `idnumber` of teachers is 'T'; wanted a text with",
        ),
        (
            "[budgets.pupils]\ncount = 3",
            {},
            "`budgets.pupils` is for a branch that no [[sync]] has; wanted one of classes,",
        ),
        ("[budgets.pupils.guardians]\ncount = 3", {}, "`budgets.pupils.guardians` is for a branch that no"),
        (
            "[budgets.students.club]\ncount = 3",
            {},
            "`budgets.students.club` names 'club', which model",
        ),
    ],
)
def test_what_a_configuration_asks_for_and_is_not_there(
    make: Make, tmp_path: Path, more: str, replaced: dict[str, str], message: str
) -> None:
    """Names file and key path, whoever finds it."""
    config = CONFIG
    for old, new in replaced.items():
        config = config.replace(old, new)

    with pytest.raises((ConfigError, ConnectorError)) as caught:
        make(more, config=config)

    assert str(caught.value).startswith(f"{tmp_path / 'dss.toml'}: {message}")


def test_a_function_that_takes_something_else_is_found_out_at_once(make: Make) -> None:
    """Not at the first record, where it would look like a fault of dss."""
    message = r"`sync\[0\].students.filter.right` is .*/takes_two', which cannot be called with a record alone: .*other"

    with pytest.raises(ConfigError, match=message):
        make("[sync.students]\nfilter.right = '{module}/takes_two'")


def test_check_looks_at_every_tree(make: Make) -> None:
    """And warns of an importer that reads everything to look at one record; a target without transactions says so."""
    slow: Any = SCHOOL.partition("    def readin_items")
    rest = slow[2].partition("class Template")
    with make(school=slow[0] + "\n\nclass Template" + rest[2]) as run:
        findings = list(run.check())

    assert [
        (name, finding.level, finding.text.split(":")[0].split(" to ")[0]) for name, finding in findings
    ] == [
        ("moodle", "warning", "reads whole branches"),
        ("moodle", "ok", "has no transactions"),
    ]


def test_check_goes_on_whatever_one_tree_does(make: Make) -> None:
    """A defect in one tree's own check is an error that names the tree; the others are looked at all the same."""
    school = SCHOOL.replace(
        "class Left(DataStoreTree):\n",
        "class Left(DataStoreTree):\n"
        "    def check(self):\n"
        "        from dss.tree import Finding\n"
        "        yield Finding('ok', 'is there')\n"
        "        raise ZeroDivisionError('by nothing')\n\n",
    ).replace(
        "class Right(DataStoreTree):\n",
        "class Broken(Importer):\n"
        "    def __init__(self, tree):\n"
        "        raise KeyError('nothing')\n\n\n"
        "class Right(DataStoreTree):\n"
        "    def check(self):\n"
        "        from dss.errors import TemporaryError\n"
        "        raise TemporaryError('away')\n\n",
    )
    school = school.replace(
        "    __importer__ = Importer\n    __template__", "    __importer__ = Broken\n    __template__"
    )
    with make(school=school) as run:
        findings = list(run.check())

    assert [(name, finding.level, finding.text.partition(" (")[0]) for name, finding in findings] == [
        ("sis", "ok", "is there"),
        ("sis", "error", "ZeroDivisionError: by nothing"),
        ("moodle", "error", "away"),
        ("moodle", "error", "KeyError: 'nothing'"),
    ]
    assert re.search(r"by nothing \(school\w*\.py, line \d+\)$", findings[1][1].text)
