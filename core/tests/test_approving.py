"""What a person names is what is approved: nothing else, and never two things by one short name."""

from typing import Any

import pytest

from dss import Action, Kind
from dss.approving import chosen
from dss.errors import ConfigError
from dss.holding import Because, Hold
from dss.only import Only


def _old(idnumber: str, branch: str = "students") -> Action:
    return Action(Kind.OLD, branch, idnumber, removal=True)


def _hold(*actions: Action, because: Because = Because.BUDGET) -> Hold:
    return Hold("students", "too many", list(actions), because)


def _found(*arguments: Any) -> list[str]:
    return [action.idnumber for _, actions in chosen(*arguments) for action in actions]


def test_without_a_name_all_that_can_be_approved_is_chosen_once() -> None:
    """What is held for two reasons is asked about once; what no word can let through is not asked about."""
    one, other, foreign = _old("1"), _old("2"), _old("3")
    holds = [_hold(one, other), _hold(one, because=Because.SHAPE), _hold(foreign, because=Because.FOREIGN)]

    assert _found(holds, [], Only()) == ["1", "2"]


def test_some_are_chosen_by_fingerprint_or_by_record() -> None:
    """In whole, by the first digits, by branch, by record."""
    one, other = _old("1"), _old("2", "teachers")
    holds = [_hold(one, other)]

    assert _found(holds, [one.fingerprint], Only()) == ["1"]
    assert _found(holds, [one.fingerprint[:6].upper()], Only()) == ["1"]
    assert _found(holds, [], Only({"teachers": None})) == ["2"]
    assert _found(holds, [], Only({"students": frozenset({"1"}), "teachers": frozenset({"9"})})) == ["1"]


@pytest.mark.parametrize(
    ("given", "said"), [("ffffffffffffffff", "nothing that is held"), ("a", "too short"), ("", "too short")]
)
def test_a_fingerprint_of_nothing_is_an_error(given: str, said: str) -> None:
    """A slip of the finger must not approve, and must not look as if it had."""
    with pytest.raises(ConfigError, match=said):
        chosen([_hold(_old("1"))], [given], Only())


def test_a_short_fingerprint_of_two_changes_is_an_error() -> None:
    """Of two changes that begin alike neither is taken."""
    actions = [_old(str(number)) for number in range(2000)]
    beginnings: dict[str, list[Action]] = {}
    for action in actions:
        beginnings.setdefault(action.fingerprint[:4], []).append(action)
    alike = next(found for found in beginnings.values() if len(found) > 1)

    with pytest.raises(ConfigError, match="give more digits"):
        chosen([_hold(*actions)], [alike[0].fingerprint[:4]], Only())
