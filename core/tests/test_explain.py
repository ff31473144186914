"""Why one record gets what it gets: verdicts, rules, origins, and what may be meant instead."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dss.explain import Explanation, InSync, explain
from dss.runner import Run

SCHOOL = """
import attrs
from dss import school
from dss.branches import DataStoreBranch
from dss.errors import ReadError
from dss.importers import DefaultImporter, Origin, Rows, Scope
from dss.templates import DefaultTemplate
from dss.tree import DataStoreTree

DATA = {"sis": {}, "shop": {}}
OUTSIDE = []
SPOIL = {}


class Branches(DataStoreBranch):
    allow_empty = True


class Guardians(school.Guardians, Branches):
    pass


class Students(school.Students, Branches):
    pass


class Teachers(school.Teachers, Branches):
    pass


class Classes(school.Classes, Branches):
    pass


class Enrollments(school.Enrollments, Branches):
    pass


class Importer(DefaultImporter):
    def readin_branch(self, branch):
        data = DATA[self.tree.name]
        if SPOIL.get("unreadable") == self.tree.name:
            raise ReadError("`students.txt`: it is empty")
        spoil = SPOIL.get((self.tree.name, branch.__name__), {})
        for idnumber, reason in spoil.get("freeze", {}).items():
            branch.freeze(idnumber, reason)
        for problem in spoil.get("report", ()):
            branch.report(problem)
        branch.absent(*spoil.get("absent", ()))
        return [{"idnumber": key, **record} for key, record in data.get(branch.__name__, {}).items()]

    def readin_items(self, branch, idnumbers, scope=Scope.OURS):
        if scope is Scope.ALL:
            return [one for one in OUTSIDE if one["idnumber"] in idnumbers]
        return super().readin_items(branch, idnumbers, scope)

    def trace(self, branch, idnumber):
        if SPOIL.get("untraceable"):
            raise RuntimeError("no")
        record = DATA[self.tree.name].get(branch.__name__, {}).get(idnumber, {})
        for name, value in record.items():
            yield Origin(name, value, f"{self.tree.name}.txt, line 1, column {name}")


class Tree(DataStoreTree):
    __branches__ = Branches
    __importer__ = Importer


class Template(DefaultTemplate):
    def new(self, action):
        pass

    update = old = add = remove = new


class Right(Tree):
    __template__ = Template


@attrs.define(eq=False)
class Pupil(school.Student):
    @property
    def username(self):
        return super().username or f"{self.given_name}.{self.family_name}".lower()

    @property
    def email(self):
        if self.family_name == "Broken":
            raise ValueError("no domain")
        return f"{self.username}@example.org"


def is_ours(item):
    return item.given_name != "Stranger"
"""

CONFIG = """
[trees.sis]
tree = "my_school/Tree"
[trees.shop]
tree = "my_school/Right"
[[sync]]
left = "sis"
right = "shop"
branches = ["teachers", "guardians", "students", "classes", "enrollments"]
[sync.students]
model.left = "my_school/Pupil"
filter.left = "my_school/is_ours"
{more}
"""

Explained = Callable[..., Explanation]


def person(given: str, family: str, **more: Any) -> dict[str, Any]:
    """A person's values."""
    return {"given_name": given, "family_name": family, "enabled": True, **more}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of two small systems; its data may be changed before it is explained."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "my_school.py").write_text(SCHOOL, encoding="utf-8")
    (tmp_path / "dss.toml").write_text(CONFIG.format(more=""), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    import importlib

    sys.modules.pop("my_school", None)
    importlib.invalidate_caches()
    module = importlib.import_module("my_school")
    students = {str(number): person(f"Given{number}", f"Family{number}") for number in range(100, 130)}
    module.DATA["sis"] = {
        "students": {**students},
        "teachers": {"T1": person("Tea", "Cher", email="tea@example.org", username="tea")},
        "guardians": {"G1": person("Gua", "Rd", email="gua@example.org", username="gua")},
        "classes": {"7A": {"name": "7A", "course": "MA"}},
        "enrollments": {},
    }
    module.DATA["shop"] = {
        "students": {
            key: {
                **one,
                "username": f"{one['given_name']}.{one['family_name']}".lower(),
                "email": f"{one['given_name']}.{one['family_name']}@example.org".lower(),
            }
            for key, one in students.items()
        },
        "teachers": {"T1": person("Tea", "Cher", email="tea@example.org", username="tea")},
        "guardians": {"G1": person("Gua", "Rd", email="gua@example.org", username="gua")},
        "classes": {"7A": {"name": "7A", "course": "MA"}},
        "enrollments": {},
    }
    yield module
    sys.modules.pop("my_school", None)


def explained(branch: str, idnumber: str, more: str = "") -> Explanation:
    """Explain one record of the configuration in the current folder."""
    Path("dss.toml").write_text(CONFIG.format(more=more), encoding="utf-8")
    with Run("dss.toml") as run:
        return explain(run, branch, idnumber)


def verdicts(found: Explanation) -> dict[str, str]:
    """What was decided about each attribute."""
    return {attribute.name: attribute.verdict for attribute in found.syncs[0].attributes}


def rules(found: Explanation) -> list[tuple[str, str]]:
    """The rules that decided."""
    return [(rule.name, rule.text) for rule in found.syncs[0].rules]


def sync(found: Explanation) -> InSync:
    """The one sync."""
    (only,) = found.syncs
    return only


def test_in_step(world: Any) -> None:
    """Every attribute says why nothing happens to it."""
    found = explained("students", "100")

    assert found.is_found
    assert sync(found).summary == "in step: nothing to do"
    assert verdicts(found) == {
        "given_name": "equal",
        "family_name": "equal",
        "email": "equal",
        "username": "equal",
        "enabled": "equal",
        "grade": "the source says nothing: never a difference",
        "homeroom": "the source says nothing: never a difference",
        "guardians": "the source says nothing: never a difference",
    }


def test_a_computed_value_names_the_users_own_line(world: Any) -> None:
    """And what it was computed out of."""
    (email,) = (one for one in sync(explained("students", "100")).attributes if one.name == "email")

    assert email.left is not None
    line = SCHOOL.splitlines().index("    def email(self):")
    assert email.left.computed_by == f"`Pupil.email`, my_school.py, line {line}"
    assert email.left.made_of == ("family_name", "username")


def test_a_value_beneath_a_property_is_told(world: Any) -> None:
    """What the source itself has, where the school's own rule makes something else of it."""
    world.DATA["sis"]["students"]["100"]["email"] = "own@example.org"

    (email,) = (one for one in sync(explained("students", "100")).attributes if one.name == "email")

    assert email.left is not None
    assert (email.left.value, email.left.held) == ("given100.family100@example.org", "own@example.org")


def test_a_difference_is_told_with_its_change_and_its_origin(world: Any) -> None:
    """Down to the place in each system."""
    world.DATA["shop"]["students"]["100"]["given_name"] = "Old"

    found = explained("students", "100")

    assert verdicts(found)["given_name"] == "differs: update"
    assert sync(found).summary == "1 change (given_name)"
    assert [one.action.message for one in sync(found).planned] == [
        "update students 100: given_name 'Old' -> 'Given100'"
    ]
    assert sync(found).left.origins_of("given_name")[0].place == "sis.txt, line 1, column given_name"
    assert sync(found).right.origins_of("given_name")[0].place == "shop.txt, line 1, column given_name"


@pytest.mark.parametrize(
    ("flow", "verdict"),
    [
        ("keep", "keep: differs, and the target has a value"),
        ("create_only", "create_only: differs, and only what is new gets it"),
        ("ignore", "ignored, as configured"),
    ],
)
def test_the_flow_decides(world: Any, flow: str, verdict: str) -> None:
    """What is configured is what is said."""
    world.DATA["shop"]["students"]["100"]["given_name"] = "Old"

    found = explained("students", "100", f'flow = {{ given_name = "{flow}" }}')

    assert verdicts(found)["given_name"] == verdict
    assert not sync(found).planned


def test_only_what_is_added_flows(world: Any) -> None:
    """`add_only` lets values stay that the source does not have."""
    world.DATA["sis"]["students"]["100"]["guardians"] = frozenset()
    world.DATA["shop"]["students"]["100"]["guardians"] = frozenset(["G1"])

    found = explained("students", "100", 'flow = { guardians = "add_only" }')

    assert verdicts(found)["guardians"] == "add_only: what only the target has stays"


def test_a_column_that_the_source_lacks(world: Any) -> None:
    """It is never a difference."""
    world.SPOIL["sis", "students"] = {"absent": ["homeroom"]}
    world.DATA["shop"]["students"]["100"]["homeroom"] = "7A"

    assert verdicts(explained("students", "100"))["homeroom"] == (
        "the source has no column for it: never a difference"
    )


def test_the_filter_left_it_out(world: Any) -> None:
    """With the line of the rule; the record counts as found."""
    world.DATA["sis"]["students"]["1"] = person("Stranger", "Danger")

    found = explained("students", "1")

    line = SCHOOL.splitlines().index("def is_ours(item):") + 1
    assert found.is_found
    assert ("filter", f"sis: the filter `is_ours`, my_school.py, line {line} leaves it out") in rules(found)


def test_a_frozen_record(world: Any) -> None:
    """Nothing is concluded, and the reason is the reader's."""
    world.SPOIL["sis", "students"] = {"freeze": {"100": "`students.txt`, line 12: two rows disagree"}}

    found = explained("students", "100")

    assert ("set aside", "sis: `students.txt`, line 12: two rows disagree") in rules(found)
    assert "it is set aside" in sync(found).summary
    assert set(verdicts(found).values()) <= {
        "the record is set aside: nothing is concluded",
        "the source says nothing: never a difference",
    }


def test_rows_of_nobody_withhold_the_removal(world: Any) -> None:
    """The one who has left may be behind the row that cannot be tied to anybody."""
    world.SPOIL["sis", "students"] = {"report": ["`students.txt`, line 3: no number"]}
    del world.DATA["sis"]["students"]["100"]

    found = explained("students", "100")

    assert not sync(found).planned
    assert any(name == "doubt" and "it is not ended" in text for name, text in rules(found))


def test_a_held_removal_says_why(world: Any) -> None:
    """With the sentence of the hold."""
    for number in range(100, 115):
        del world.DATA["sis"]["students"][str(number)]

    found = explained("students", "100")

    (planned,) = sync(found).planned
    assert planned.action.kind == "old"
    assert planned.holds
    assert planned.holds[0].reason in sync(found).summary


def test_disabled_at_the_source_is_not_made(world: Any) -> None:
    """There is nothing to disable."""
    world.DATA["sis"]["students"]["1"] = {**person("Not", "Yet"), "enabled": False}

    found = explained("students", "1")

    assert sync(found).summary == "the target does not have it, and it is not made"
    assert ("enabled", "the source says that it is not enabled, so it is not made") in rules(found)


def test_disabled_in_the_target_is_in_step(world: Any) -> None:
    """Who has left and is disabled."""
    world.DATA["shop"]["students"]["1"] = {**person("Long", "Gone"), "enabled": False}

    found = explained("students", "1")

    assert not sync(found).planned
    assert any(name == "enabled" for name, _ in rules(found))


def test_who_comes_back_is_revived(world: Any) -> None:
    """Present on the left, disabled on the right."""
    world.DATA["shop"]["students"]["100"]["enabled"] = False

    found = explained("students", "100")

    assert ("enabled", "it is there again, so it is enabled again") in rules(found)


def test_one_person_in_two_roles(world: Any) -> None:
    """The number it had, who speaks for it, and by which rule."""
    world.DATA["sis"]["guardians"]["G2"] = person("Tea", "Cher", email="tea@example.org", username="tea")

    found = explained("guardians", "T1")

    assert sync(found).left.idnumber == "G2"
    assert sync(found).left.origins_of("given_name")[0].value == "Tea"
    assert ("two roles", "one person with teachers `T1`, which speaks for what they share") in rules(found)
    assert any(name == "same_person" for name, _ in rules(found))
    assert verdicts(found)["email"] == "teachers speaks for it: one person in two roles"


def test_the_number_before_the_roles_were_settled_leads_there(world: Any) -> None:
    """The office knows the guardian by the other number."""
    world.DATA["sis"]["guardians"]["G2"] = person("Tea", "Cher", email="tea@example.org", username="tea")

    found = explained("guardians", "G2")

    assert sync(found).idnumber == "T1"
    assert ("two roles", "in sis it is `G2`; as one person with another it is `T1`") in rules(found)


def test_an_adoption_shows_the_record_and_its_witness(world: Any) -> None:
    """What the target has outside our scope."""
    world.DATA["sis"]["students"]["1"] = person("New", "One")
    world.OUTSIDE.append(
        {
            "idnumber": "1",
            "__native__": 55,
            "given_name": "New",
            "family_name": "One",
            "email": "x@example.org",
        }
    )

    found = explained("students", "1")

    assert sync(found).summary == "the target's record 55 would be taken over as this one"
    assert any(
        name == "outside our scope" and "the same by given_name and family_name" in text
        for name, text in rules(found)
    )
    assert sync(found).right.native == 55
    assert verdicts(found)["email"] == "differs in the record that is taken over: changed"


def test_what_refers_to_nothing(world: Any) -> None:
    """A class that neither side has."""
    world.DATA["sis"]["enrollments"]["7B|100|student"] = {
        "class_": "7B",
        "person": "100",
        "role": "student",
        "enabled": True,
    }

    found = explained("enrollments", "7B|100|student")

    assert ("refers to", "class_: classes `7B` is missing in sis and in shop") in rules(found)


def test_changes_of_others_that_refer_to_it_are_counted(world: Any) -> None:
    """The enrollment of the student is another record."""
    world.DATA["sis"]["enrollments"]["7A|100|student"] = {
        "class_": "7A",
        "person": "100",
        "role": "student",
        "enabled": True,
    }

    found = explained("students", "100")

    assert sync(found).others.counts == {("enrollments", "new"): 1}


def test_a_property_that_raises(world: Any) -> None:
    """The error stands where the value would."""
    world.DATA["sis"]["students"]["100"]["family_name"] = "Broken"

    found = explained("students", "100")

    (email,) = (one for one in sync(found).attributes if one.name == "email")
    assert email.left is not None
    assert email.left.error == "ValueError: no domain"
    assert email.left.computed_by
    assert sync(found).problems


def test_a_wanted_login_that_somebody_has(world: Any) -> None:
    """The holder is named."""
    world.DATA["sis"]["students"]["1"] = {**person("A", "B"), "username": "tea"}

    found = explained("students", "1")

    assert "teachers T1" in sync(found).summary or "T1" in sync(found).summary


@pytest.mark.parametrize(
    ("branch", "asked", "meant"),
    [
        ("teachers", "1", ("teachers", "T1")),
        ("students", "T1", ("teachers", "T1")),
        ("teachers", "t1", ("teachers", "T1")),
        ("students", " 100 ", ("students", "100")),
        ("students", "0100", ("students", "100")),
        ("students", "GIVEN100.FAMILY100", ("students", "100")),
        ("students", "given100.family100@example.org", ("students", "100")),
        ("students", "Given100 Family100", ("students", "100")),
        ("students", "Family100, Given100", ("students", "100")),
        ("students", "tea@example.org", ("teachers", "T1")),
        ("students", "1000", ("students", "100")),
    ],
)
def test_what_may_be_meant(world: Any, branch: str, asked: str, meant: tuple[str, str]) -> None:
    """Another branch, a number space, capitals, blanks, a login, an address, a name."""
    found = explained(branch, asked)

    assert not found.is_found
    assert meant in [(one.branch, one.idnumber) for one in found.near]


@pytest.mark.parametrize(
    "idnumber", ["", " ", "\x00", "\x1b[31m", "'; DROP TABLE x", "[b]", "a\nb", "|", "\\"]
)
def test_odd_numbers_are_simply_not_found(world: Any, idnumber: str) -> None:
    """No system is asked for what can be no number."""
    assert not explained("students", idnumber).is_found


def test_a_source_that_cannot_be_read(world: Any) -> None:
    """It says so, and claims nothing."""
    world.SPOIL["unreadable"] = "sis"

    found = explained("students", "100")

    assert sync(found).failed == "`students.txt`: it is empty"
    assert not found.is_found
    assert not found.near


def test_what_has_been_read_is_told_where_the_comparison_fails(world: Any) -> None:
    """An empty branch may end the whole run; the record can be looked at all the same."""
    world.DATA["sis"]["classes"] = {}
    world.Branches.allow_empty = False

    found = explained("students", "100")

    assert "has no records at all" in sync(found).failed
    assert sync(found).left.is_there
    assert sync(found).left.values["given_name"].value == "Given100"
    assert sync(found).left.origins_of("given_name")


def test_a_connector_whose_tracing_fails(world: Any) -> None:
    """What is known beside that is told."""
    world.SPOIL["untraceable"] = True

    found = explained("students", "100")

    assert sync(found).left.untraced == "it cannot be traced: RuntimeError: no"
    assert verdicts(found)["given_name"] == "equal"


def test_nothing_is_written(world: Any) -> None:
    """Not even a state folder."""
    before = sorted(Path().rglob("*"))

    explained("students", "100")

    after = sorted(path for path in Path().rglob("*") if "__pycache__" not in path.parts)
    assert [path for path in before if "__pycache__" not in path.parts] == after
