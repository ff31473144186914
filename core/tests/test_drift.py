"""What has changed in the target since the plan was made is left alone, and said."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dss import Action, DefaultTemplate, Kind, Outcome
from dss.apply import apply
from dss.drift import Drift
from dss.lines import Lines
from dss.plan import make_plan
from dss.school import Cohorts, Guardians, Students, Teachers


def _person(idnumber: str, **values: Any) -> dict[str, Any]:
    return {
        "idnumber": idnumber,
        "given_name": "Ada",
        "email": f"{idnumber}@x.org",
        "enabled": True,
        **values,
    }


def _trees(plant: Any, left: dict[str, Any], system: dict[str, Any]) -> tuple[Any, Any]:
    """A source of these records, and a target in which these live."""
    source = plant(Students, Cohorts, records=left, allow_empty=True)
    target = plant(Students, Cohorts, name="right", system=system)
    return +source, +target


def _applied(left: Any, right: Any, plan: Any = None) -> dict[tuple[str, str], tuple[str, str]]:
    """Apply, and tell of everything that was not done the outcome and the reason."""
    plan = plan or make_plan(left, right)
    report = apply(right, plan.actions, drift=Drift(right))
    return {
        (one.action.kind.value, one.action.idnumber): (one.outcome.value, one.reason)
        for one in report.undone
        if one.action is not None
    }


def test_an_attribute_changed_by_somebody_else_is_left_as_it_is(plant: Any) -> None:
    """The reason says what it was, what it is, and what was wanted; the rest of the plan goes on."""
    left, right = _trees(
        plant,
        {"students": [_person("1", email="new@x.org"), _person("2", email="other@x.org")]},
        {"students": {"1": _person("1"), "2": _person("2")}},
    )
    plan = make_plan(left, right)
    right.system["students"]["1"]["email"] = "hand@x.org"

    undone = _applied(left, right, plan)

    assert undone == {
        ("update", "1"): (
            "drifted",
            "`email` was '1@x.org' when this was planned, is 'hand@x.org' now, wanted 'new@x.org'",
        )
    }
    assert right.system["students"]["1"]["email"] == "hand@x.org"
    assert right.system["students"]["2"]["email"] == "other@x.org"


def test_what_is_already_as_wanted_is_not_done_again(plant: Any) -> None:
    """Whoever made the change by hand has made it: already done, and the handler is not called."""
    left, right = _trees(
        plant,
        {
            "students": [_person("1", email="new@x.org"), _person("2")],
            "cohorts": [{"idnumber": "c", "members": {"1"}}],
        },
        {
            "students": {"1": _person("1"), "3": _person("3")},
            "cohorts": {"c": {"idnumber": "c", "members": {"3"}}},
        },
    )
    plan = make_plan(left, right)
    right.system["students"]["1"]["email"] = "new@x.org"
    right.system["students"]["2"] = _person("2")
    right.system["students"]["3"]["enabled"] = False
    right.system["cohorts"]["c"]["members"] = frozenset({"1"})

    report = apply(right, plan.actions, drift=Drift(right))

    assert report.total() == report.total(Outcome.ALREADY) == 5


def test_an_exchange_applied_twice_is_already_done(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever had to step aside for the moment is where they were going: nobody is sent away again."""
    left, right = _trees(
        plant,
        {"students": [_person("1", username="two"), _person("2", username="one")]},
        {"students": {"1": _person("1", username="one"), "2": _person("2", username="two")}},
    )
    monkeypatch.setattr(
        type(right), "spare_value", lambda self, branch, attribute, idnumber: f"spare-{idnumber}"
    )
    lines = Lines(left, right)
    stored = [lines.dump(action) for action in make_plan(left, right).actions]

    reports = [apply(right, map(lines.load, stored), drift=Drift(right)) for _ in range(2)]

    assert [str(report) for report in reports] == ["3 done", "3 already done"]
    assert [right.system["students"][one]["username"] for one in ("1", "2")] == ["two", "one"]


def test_what_the_importer_sets_aside_by_now_has_not_gone(
    plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has become an administrator meanwhile: that is told, and not that all is done already."""
    left, right = _trees(
        plant, {"students": [_person("0")]}, {"students": {"0": _person("0"), "9": _person("9")}}
    )
    plan = make_plan(left, right)
    read = right.importer.readin_items

    def set_aside(branch: Any, idnumbers: Any, scope: Any) -> Any:
        for record in read(branch, idnumbers, scope):
            if record["idnumber"] == "9":
                branch.freeze("9", "is an administrator")
            else:
                yield record

    monkeypatch.setattr(right.importer, "readin_items", set_aside)

    assert _applied(left, right, plan) == {
        ("old", "9"): ("drifted", "is set aside in the target: is an administrator")
    }


def test_somebody_made_meanwhile_under_the_same_number_is_not_overwritten(plant: Any) -> None:
    """In our scope with other values, or outside of it: a new record is not made over it."""
    left, right = _trees(plant, {"students": [_person("1"), _person("2")]}, {"students": {}})
    plan = make_plan(left, right)
    right.system["students"]["1"] = _person("1", email="else@x.org")
    right.system["students"]["2"] = _person("2", outside=True)

    undone = _applied(left, right, plan)

    assert {outcome for outcome, _ in undone.values()} == {"drifted"}
    assert "with other values" in undone["new", "1"][1]
    assert "has this idnumber by now" in undone["new", "2"][1]


def test_a_leaver_of_whom_anything_has_changed_is_looked_at_by_a_person_first(plant: Any) -> None:
    """A removal stands for the record as it was reviewed: everything compared, and being ours."""
    left, right = _trees(
        plant, {"students": [_person("0")]}, {"students": {one: _person(one) for one in ("0", "1", "2", "3")}}
    )
    plan = make_plan(left, right)
    right.system["students"]["1"]["email"] = "wanted@x.org"
    right.system["students"]["2"]["outside"] = True
    del right.system["students"]["3"]

    report = apply(right, plan.actions, drift=Drift(right))

    undone = {one.action.idnumber: one for one in report.undone if one.action}
    assert {one: result.outcome for one, result in undone.items()} == {
        "1": Outcome.DRIFTED,
        "2": Outcome.DRIFTED,
    }
    assert undone["2"].reason.startswith("is not in our scope any more, and active, in record")
    assert report.total(Outcome.ALREADY) == 1


def _parent_who_teaches_no_more(plant: Any) -> tuple[Any, Any]:
    """One account in two roles, of which the first ends; the second has another username for it."""
    account = _person("P", username="staff")
    left = plant(
        Guardians,
        Teachers,
        records={"guardians": [_person("P", username="family")], "teachers": [_person("T")]},
    )
    right = plant(
        Guardians,
        Teachers,
        name="right",
        system={"guardians": {"P": account}, "teachers": {"P": account, "T": _person("T")}},
        template=_OneAccount,
    )
    return +left, +right


class _OneAccount(DefaultTemplate):
    """Who has two roles is one record in both branches."""

    def update(self, action: Action) -> None:
        """Change it, for both."""
        system: Any = vars(self.tree)["system"]
        system[action.branch][action.idnumber][action.attribute] = action.wanted

    def old(self, action: Action) -> None:
        """End one role."""
        del vars(self.tree)["system"][action.branch][action.idnumber]


@pytest.mark.parametrize(
    ("by_hand", "undone"),
    [
        ({}, {}),
        ({"username": "family"}, {}),
        (
            {"email": "hand@x.org"},
            {("old", "P"): ("drifted", "`email` was 'P@x.org' when this was planned, is 'hand@x.org' now")},
        ),
        (
            {"username": "hand"},
            {
                ("update", "P"): (
                    "drifted",
                    "`username` was 'staff' when this was planned, is 'hand' now, wanted 'family'",
                ),
                ("old", "P"): ("drifted", "`username` was 'staff' when this was planned, is 'hand' now"),
            },
        ),
    ],
)
def test_what_this_run_does_to_the_other_role_is_no_drift(plant: Any, by_hand: Any, undone: Any) -> None:
    """A teacher who stays as a parent gets the parent's username, and the end of the teacher is done all the same."""
    left, right = _parent_who_teaches_no_more(plant)
    plan = make_plan(left, right)
    right.system["teachers"]["P"].update(by_hand)

    assert _applied(left, right, plan) == undone
    assert ("P" in right.system["teachers"]) is bool(undone)


def test_what_was_done_to_the_other_role_before_a_crash_is_no_drift(plant: Any) -> None:
    """The process that goes on is told what its predecessor has written; it is not in the plan any more."""
    left, right = _parent_who_teaches_no_more(plant)
    update, old = make_plan(left, right).actions
    apply(right, [update], drift=Drift(right))
    +right

    def done(branch: str, idnumber: str) -> list[Action]:
        return [update] if (branch, idnumber) == ("guardians", "P") else []

    without = Drift(right).judge([old])
    told = Drift(right, done).judge([old])

    assert [one.outcome for one in without] == [Outcome.DRIFTED]
    assert told == []


def test_a_cohort_that_got_a_member_meanwhile_is_not_removed(plant: Any) -> None:
    """Members that have gone do not keep it, since this run may have taken them away itself; a new one does."""
    left, right = _trees(
        plant,
        {"cohorts": []},
        {
            "cohorts": {
                "a": {"idnumber": "a", "members": frozenset({"1", "2"})},
                "b": {"idnumber": "b", "members": frozenset({"1"})},
            }
        },
    )
    plan = make_plan(left, right)
    right.system["cohorts"]["a"]["members"] = frozenset({"1"})
    right.system["cohorts"]["b"]["members"] = frozenset({"1", "9"})

    undone = _applied(left, right, plan)

    assert list(undone) == [("old", "b")]
    assert "a" not in right.system["cohorts"]


def test_a_batch_is_read_again_in_one_question(plant: Any) -> None:
    """A hundred updates cost one read, not a hundred."""
    people = [f"{number:04}" for number in range(100)]
    left, right = _trees(
        plant,
        {"students": [_person(one, email="new") for one in people]},
        {"students": {one: _person(one) for one in people}},
    )
    plan = make_plan(left, right)
    right.reads = 0

    apply(right, plan.actions, drift=Drift(right))

    assert right.reads == 1


def test_a_target_that_cannot_be_read_again_is_trusted(plant: Any) -> None:
    """A tree filled by hand has no importer, and its actions stand."""
    left, right = plant(Students), plant(Students, name="right")
    left.students.make("1", given_name="Ada", enabled=True)

    report = apply(right, make_plan(left, right).actions, drift=Drift(right))

    assert report.total(Outcome.DONE) == 1


values = st.sampled_from(["", "a", "b", "c", None])
records = st.dictionaries(
    st.sampled_from("123456"),
    st.fixed_dictionaries({"email": values, "given_name": values, "enabled": st.booleans()}),
)


@pytest.mark.parametrize("applied_twice", [False, True])
@given(wanted=records, there=records, drifted=records)
@settings(max_examples=60, deadline=None)
def test_a_plan_applied_after_any_drift_never_overwrites_it(
    plant: Any, wanted: Any, there: Any, drifted: Any, applied_twice: bool
) -> None:
    """Whatever somebody changes between plan and apply, the value stands afterwards, or is the wanted one."""
    left, right = _trees(
        plant,
        {"students": [{"idnumber": one, **record} for one, record in wanted.items()] or [_person("0")]},
        {"students": {one: {"idnumber": one, **record} for one, record in there.items()}},
    )
    plan = make_plan(left, right)
    changed = {one: record for one, record in drifted.items() if one not in there or record != there[one]}
    for one, record in changed.items():
        right.system["students"][one] = {"idnumber": one, **record}
    after_drift = copy.deepcopy(right.system["students"])

    actions = list(plan.actions)
    apply(right, actions, drift=Drift(right))
    if applied_twice:
        before = copy.deepcopy(right.system)
        again = apply(right, actions, drift=Drift(right))
        assert again.total(Outcome.DONE) == 0
        assert right.system == before

    planned = {
        (action.idnumber, action.attribute): action for action in actions if action.kind is Kind.UPDATE
    }
    for one in changed:
        for name in ("email", "given_name"):
            now, was = right.system["students"][one][name], after_drift[one][name]
            action = planned.get((one, name))
            made_by_hand = one not in there or (was or "") != (there[one][name] or "")
            if made_by_hand:
                assert now == was, (one, name, action)
