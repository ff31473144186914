"""`dss-run approve` and `dss-run claim`: a person's word, for just what was named, and just once."""

from __future__ import annotations

import datetime
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from dss import clock
from dss.journal import Journal

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


def _fingerprints(text: str) -> dict[str, str]:
    """Fingerprints of removals, by idnumber."""
    return {
        idnumber: one for one, idnumber in re.findall(r"^  ([0-9a-f]{16}) .*old students (\d+)", text, re.M)
    }


def _enabled(play: Play) -> set[str]:
    return {one for one, record in play.held_by("shop")["students"].items() if record["enabled"]}


def test_what_is_approved_goes_and_nothing_else(exodus: Play) -> None:
    """Two of twenty are approved by their fingerprints: these two go, the others stay held."""
    held = _fingerprints(exodus.run("plan").stdout)
    chosen = sorted(held)[:2]

    approved = exodus.run("approve", "--yes", *(held[one][:8] for one in chosen))
    applied = exodus.run("apply", "--yes")

    assert approved.exit_code == 0
    assert "2 approved for 14 days" in approved.stdout
    assert applied.exit_code == 3
    assert _enabled(exodus) == {f"{number:02}" for number in range(40)} - set(chosen)


def test_all_that_is_held_can_be_approved_at_once(exodus: Play) -> None:
    """Then the next run is in step, and the one after it as well."""
    exodus.run("approve", "--yes")

    applied, again = exodus.run("apply", "--yes"), exodus.run("plan")

    assert (applied.exit_code, again.exit_code) == (0, 0)
    assert len(_enabled(exodus)) == 20


def test_one_record_is_approved_by_its_name(exodus: Play) -> None:
    """`--only BRANCH:IDNUMBER`."""
    exodus.run("approve", "--yes", "--only", "students:25")

    exodus.run("apply", "--yes")

    assert _enabled(exodus) == {f"{number:02}" for number in range(40)} - {"25"}


def test_an_approval_is_for_once(exodus: Play) -> None:
    """Somebody enables them all again by hand: the very same removals are held again."""
    everybody = exodus.held_by("shop")["students"]
    exodus.run("approve", "--yes")
    exodus.run("apply", "--yes")
    exodus.put("shop", everybody)

    again = exodus.run("apply", "--yes")

    assert again.exit_code == 3
    assert len(_enabled(exodus)) == 40


def test_an_approval_lapses_when_a_run_does_not_find_the_change(exodus: Play) -> None:
    """The export was mended in between: what is missing after that is another matter."""
    broken = exodus.held_by("sis")["students"]
    exodus.run("approve", "--yes")
    exodus.put("sis", {**broken, **{one: {"name": "P", "enabled": True} for one in ("20", "21")}})

    exodus.run("apply", "--yes", "--only", "students:00")
    before = exodus.run("approve", "--list").stdout
    exodus.put("sis", exodus.held_by("shop")["students"])
    exodus.run("apply", "--yes")
    after = exodus.run("approve", "--list").stdout

    assert before.count("old students") == 20, "a run of one record says nothing of the others"
    assert after == "there are no approvals\n"


def test_an_approval_expires(exodus: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a fortnight nobody remembers what was meant."""
    exodus.run("approve", "--yes")
    later = clock.now() + datetime.timedelta(days=15)
    monkeypatch.setattr(clock, "now", lambda: later)

    applied = exodus.run("apply", "--yes")

    assert applied.exit_code == 3
    assert len(_enabled(exodus)) == 40
    assert exodus.run("approve", "--list").stdout == "there are no approvals\n"


def test_approvals_are_taken_back(exodus: Play) -> None:
    """One of them, then all."""
    held = _fingerprints(exodus.run("plan").stdout)
    exodus.run("approve", "--yes")

    exodus.run("approve", "--revoke", held["20"])
    left = exodus.run("approve", "--list").stdout
    exodus.run("approve", "--revoke")

    assert left.count("old students") == 19
    assert exodus.run("approve", "--list").stdout == "there are no approvals\n"


@pytest.mark.parametrize("wrong", [("ffffffff",), ("--only", "nobody"), ("--only", "students:")])
def test_a_slip_approves_nothing(exodus: Play, wrong: tuple[str, ...]) -> None:
    """A fingerprint of nothing, a branch that there is not."""
    result = exodus.run("approve", "--yes", *wrong)

    assert result.exit_code == 1
    assert exodus.run("approve", "--list").stdout == "there are no approvals\n"


def test_nothing_is_asked_where_nobody_can_answer(exodus: Play) -> None:
    """Without a terminal and `--yes` it refuses before it reads anything."""
    for command in ("approve", "claim"):
        result = exodus.run(command)

        assert result.exit_code == 1
        assert "--yes" in result.stderr


def test_what_is_not_approved_does_not_go_when_the_rest_is_gone(exodus: Play) -> None:
    """Of twenty, over the limit of eighteen, two are approved and go; the others are no more than allowed, and wait."""
    exodus.configure("[budgets.students]\ncount = 18\nshare = 0.0\n[guards]\nshrink = 1.0\n")
    everybody = exodus.held_by("shop")["students"]
    exodus.put("sis", dict(list(everybody.items())[:20]))
    exodus.run("apply", "--yes")
    first, second = list(everybody)[20:22]
    exodus.run("approve", "--yes", "--only", f"students:{first}", "--only", f"students:{second}")

    exodus.run("apply", "--yes")
    nights = [exodus.run("apply", "--yes") for _ in range(2)]

    assert [night.exit_code for night in nights] == [3, 3]
    assert (
        "18 removals in students wait: with 2 that were approved and are done, they are 50%"
        in nights[1].stdout
    )
    assert len(_enabled(exodus)) == 38
    exodus.run("approve", "--yes", "--only", "students")
    assert exodus.run("apply", "--yes").exit_code == 0
    assert len(_enabled(exodus)) == 20


@pytest.mark.parametrize("only", [(), ("--only", "students")])
def test_who_is_back_is_not_counted_from_what_there_was(exodus: Play, only: tuple[str, ...]) -> None:
    """Fourteen of forty were held, and came back; when as many of sixty leave later, that is less than a third."""
    exodus.configure("[budgets.students]\ncount = 3\nshare = 0.3\n[guards]\ngrowth = 1.0\nshrink = 1.0\n")
    everybody = exodus.held_by("shop")["students"]
    come = {f"new{number:02}": {"name": f"New {number}", "enabled": True} for number in range(20)}
    exodus.put("sis", dict(list(everybody.items())[:26]))

    held = exodus.run("apply", "--yes", *only)
    exodus.put("sis", {**everybody, **come})
    back = exodus.run("apply", "--yes", *only)
    exodus.put("sis", {**dict(list(everybody.items())[:26]), **come})
    later = exodus.run("apply", "--yes", *only)

    assert [held.exit_code, back.exit_code, later.exit_code] == [3, 0, 0], later.stdout
    assert len(_enabled(exodus)) == 46


@pytest.mark.parametrize("in_a_file", [False, True])
def test_who_comes_meanwhile_makes_no_room_for_who_is_held(exodus: Play, in_a_file: bool) -> None:
    """Fourteen of forty wait while twenty come; the next night they are less than a third, and still wait."""
    exodus.configure("[budgets.students]\ncount = 3\nshare = 0.3\n[guards]\ngrowth = 1.0\n")
    staying = dict(list(exodus.held_by("shop")["students"].items())[:26])
    come = {f"new{number:02}": {"name": f"New {number}", "enabled": True} for number in range(20)}
    exodus.put("sis", {**staying, **come})

    if in_a_file:
        exodus.run("plan", "-o", "monday.plan")
    first = exodus.run("apply", "--yes", *(["monday.plan"] if in_a_file else []))
    second = exodus.run("apply", "--yes")

    assert "14 removals in students are 35% of 40; allowed" in first.stdout
    assert second.exit_code == 3
    assert "35% of 40, as there were when they were first held; allowed" in second.stdout
    assert len(_enabled(exodus)) == 60
    three_are_back = dict(list(exodus.held_by("shop")["students"].items())[:29])
    exodus.put("sis", {**three_are_back, **come})
    assert exodus.run("apply", "--yes").exit_code == 0
    assert len(_enabled(exodus)) == 49


def test_where_nothing_is_held_there_is_nothing_to_approve(play: Play) -> None:
    """And that is no error."""
    result = play.run("approve", "--yes")

    assert (result.exit_code, result.stdout) == (0, "nothing is held that could be approved\n")


# -- whose they are ------------------------------------------------------------------------------------------------


def _forget(play: Play) -> None:
    """As when the state folder was lost."""
    for path in (play.folder / "state").iterdir():
        path.unlink()


def test_without_a_record_nothing_is_removed(play: Play) -> None:
    """Whoever has lost the state folder, or never had one, cannot know what is ours; all else goes on."""
    _forget(play)

    first, second = play.run("apply", "--yes"), play.run("apply", "--yes")

    assert (first.exit_code, second.exit_code) == (3, 3)
    assert "there is no record of which students in `shop` are ours" in first.stdout
    assert "dss-run claim" in first.stdout
    assert play.held_by("shop")["students"]["9"]["enabled"] is True
    assert play.held_by("shop")["students"]["1"]["name"] == "Ana Abel"


def test_what_is_claimed_may_be_removed(play: Play) -> None:
    """Eve is ours, and has left; from then on the record is kept by itself."""
    _forget(play)

    claimed = play.run("claim", "--yes")
    applied = play.run("apply", "--yes")

    assert claimed.exit_code == 0
    assert "9 (Eve Elm)" in claimed.stdout
    assert applied.exit_code == 0
    assert play.held_by("shop")["students"]["9"]["enabled"] is False


def test_what_is_not_ours_is_left_alone_for_good(play: Play) -> None:
    """Nobody asks again, and the run is in step."""
    _forget(play)

    play.run("claim", "--none", "--yes")
    applied, again = play.run("apply", "--yes"), play.run("plan")

    assert (applied.exit_code, again.exit_code) == (0, 0)
    assert play.held_by("shop")["students"]["9"]["enabled"] is True
    assert "left alone" in again.stdout


def test_one_that_was_left_alone_can_be_claimed_later(play: Play) -> None:
    """By branch and idnumber."""
    _forget(play)
    play.run("claim", "--none", "--yes")

    play.run("claim", "students:9", "--yes")
    play.run("apply", "--yes")

    assert play.held_by("shop")["students"]["9"]["enabled"] is False


def test_a_claim_can_be_taken_back(play: Play) -> None:
    """It was said in haste: Eve is somebody else's after all."""
    _forget(play)
    play.run("claim", "--yes")

    play.run("claim", "--none", "students:9", "--yes")
    applied = play.run("apply", "--yes")

    assert applied.exit_code == 0
    assert play.held_by("shop")["students"]["9"]["enabled"] is True


def test_what_a_run_has_made_is_ours(play: Play) -> None:
    """Ana was made by us and leaves; somebody made by hand in the meantime is left alone."""
    play.run("apply", "--yes")
    shop = play.held_by("shop")
    shop["students"]["8"] = {"name": "Hand Made", "email": "h@example.org", "enabled": True, "clubs": []}
    (play.folder / "shop.json").write_text(json.dumps(shop), encoding="utf-8")
    students = play.held_by("sis")["students"]
    del students["1"]
    play.put("sis", students)

    result = play.run("apply", "--yes")

    assert result.exit_code == 0
    assert play.held_by("shop")["students"]["1"]["enabled"] is False
    assert play.held_by("shop")["students"]["8"]["enabled"] is True


def test_what_both_sides_have_is_ours(play: Play) -> None:
    """We have kept Cy in step without ever making him; he leaves later, and is removed."""
    _forget(play)
    shop: Any = play.held_by("shop")
    del shop["students"]["9"]
    (play.folder / "shop.json").write_text(json.dumps(shop), encoding="utf-8")
    play.run("apply", "--yes")
    students = play.held_by("sis")["students"]
    del students["3"]
    play.put("sis", students)

    result = play.run("apply", "--yes")

    assert result.exit_code == 0
    assert play.held_by("shop")["students"]["3"]["enabled"] is False
    with Journal.open(play.folder / "state") as journal:
        assert set(journal.owned.of("shop", "students") or {}) == {"1", "2", "3"}


def test_a_run_of_one_record_decides_nothing_about_the_others(play: Play) -> None:
    """Otherwise Eve would be somebody else's from then on, and nobody had said so."""
    _forget(play)

    play.run("apply", "--yes", "--only", "students:1")
    later = play.run("plan")

    assert later.exit_code == 3
    assert "there is no record of which students in `shop` are ours" in later.stdout
