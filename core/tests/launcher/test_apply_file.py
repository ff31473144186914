"""`dss-run apply FILE`, `--dry-run`, `--only BRANCH:IDNUMBER`: exactly what was reviewed, nothing at all, just one."""

from __future__ import annotations

import json
import shlex
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


def _change(play: Play, tree: str, idnumber: str, **values: object) -> None:
    """Change a record in a tree's file."""
    data = play.held_by(tree)
    data["students"].setdefault(idnumber, {"enabled": True, "clubs": []}).update(values)
    (play.folder / f"{tree}.json").write_text(json.dumps(data), encoding="utf-8")


def test_a_plan_file_is_carried_out_exactly(play: Play) -> None:
    """What has come up since it was made is not in it, and waits for the next plan."""
    play.run("plan", "-o", "monday.plan")
    _change(play, "sis", "3", email="later@example.org")

    applied = play.run("apply", "monday.plan", "--yes")
    after = play.run("plan")

    assert applied.exit_code == 0
    students = play.held_by("shop")["students"]
    assert students["1"]["name"] == "Ana Abel"
    assert students["2"]["clubs"] == ["chess", "go"]
    assert students["9"]["enabled"] is False
    assert students["3"]["email"] == "cy@example.org"
    assert after.exit_code == 2
    assert "1 change to apply" in after.stdout


def test_a_plan_file_may_be_applied_twice(play: Play) -> None:
    """The second time everything is done already, and nothing is written."""
    play.run("plan", "-o", "monday.plan")
    play.run("apply", "monday.plan", "--yes")
    before = play.held_by("shop")

    again = play.run("apply", "monday.plan", "--yes")

    assert again.exit_code == 0
    assert "already done" in again.stdout
    assert play.held_by("shop") == before


def test_what_somebody_has_changed_since_is_left_alone(play: Play) -> None:
    """Told as it was, is and was wanted; the rest goes on."""
    play.run("plan", "-o", "monday.plan")
    _change(play, "shop", "2", email="hand@example.org")

    applied = play.run("apply", "monday.plan", "--yes")

    assert applied.exit_code == 4
    assert "drifted:\n  update students email `2`: `email` was '...' when this was planned" in applied.stdout
    assert "hand@example.org" not in applied.stdout, "a log gets no values"
    students = play.held_by("shop")["students"]
    assert students["2"]["email"] == "hand@example.org"
    assert students["2"]["clubs"] == ["chess", "go"]
    assert students["1"]["name"] == "Ana Abel"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("attributes", "[sync[0]] of the configuration has changed"),
        ("code", "`my_trees.py` has changed"),
        ("cut", "is cut short"),
        ("byte", "checksum"),
        ("missing", "there is no plan"),
    ],
)
def test_a_plan_for_something_else_is_refused(play: Play, change: str, said: str) -> None:
    """Before anything is read or written, with the reason."""
    play.run("plan", "-o", "monday.plan")
    file = play.folder / "monday.plan"
    before = play.held_by("shop")
    match change:
        case "attributes":
            play.configure('[sync.students]\nattributes = ["name"]\n')
        case "code":
            with (play.folder / "my_trees.py").open("a", encoding="utf-8") as code:
                code.write("\n# another rule\n")
        case "cut":
            file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
        case "byte":
            file.write_bytes(file.read_bytes().replace(b"Ana", b"Eva"))
        case _:
            file.unlink()

    result = play.run("apply", "monday.plan", "--yes")

    assert result.exit_code == 1
    assert said in result.stderr
    assert play.held_by("shop") == before


def test_budgets_may_change_between_plan_and_apply(play: Play) -> None:
    """How careful a run is, is no part of what the plan was made from."""
    play.run("plan", "-o", "monday.plan")
    play.configure("[budgets.students]\ncount = 1\n[expiry]\nvalues = 10\n")

    assert play.run("apply", "monday.plan", "--yes").exit_code == 0


def test_whom_somebody_has_come_to_protect_since_is_not_removed(play: Play) -> None:
    """A plan file is no way around what is never to happen."""
    play.run("plan", "-o", "monday.plan")
    play.configure('[protected.students]\nidnumber = ["9"]\n')

    applied = play.run("apply", "monday.plan", "--yes")

    assert play.held_by("shop")["students"]["9"]["enabled"] is True
    assert "left undone, since this is protected: students `9`" in applied.stdout


def test_when_the_state_folder_is_lost_a_plan_file_removes_nothing(play: Play) -> None:
    """Nobody knows any more whose the target's records are, until `dss-run claim` has settled it."""
    play.run("plan", "-o", "monday.plan")
    shutil.rmtree(play.folder / "state")

    applied = play.run("apply", "monday.plan", "--yes")

    assert applied.exit_code == 3
    assert "there is no record of which students in `shop` are ours" in applied.stdout
    students = play.held_by("shop")["students"]
    assert students["9"]["enabled"] is True
    assert "tea" in students["2"]["clubs"]
    assert "go" in students["2"]["clubs"]


def test_history_tells_which_file_was_applied(exodus: Play) -> None:
    """Whoever looks later can find what was reviewed."""
    exodus.run("plan", "-o", "monday.plan")
    exodus.run("apply", "--yes", "monday.plan")

    assert "from the plan monday.plan" in exodus.run("history", "1").stdout
    assert json.loads(exodus.run("history", "--json").stdout)["runs"][0]["plan"] == "monday.plan"


def test_what_is_held_in_a_file_stays_held_until_it_is_approved(exodus: Play) -> None:
    """The file is looked at, approved as it is, and then applied: nothing is planned anew."""
    exodus.run("plan", "-o", "exodus.plan")

    first = exodus.run("apply", "exodus.plan", "--yes")
    approved = exodus.run("approve", "--plan", "exodus.plan", "--yes")
    second = exodus.run("apply", "exodus.plan", "--yes")

    assert first.exit_code == 3
    assert "20 approved" in approved.stdout
    assert second.exit_code == 0
    enabled = [record["enabled"] for record in exodus.held_by("shop")["students"].values()]
    assert (len(enabled), sum(enabled)) == (40, 20)


def test_of_a_hold_that_is_approved_in_part_the_rest_is_counted(exodus: Play) -> None:
    """The sentence was written when all twenty waited; seventeen still do."""
    exodus.run("plan", "-o", "exodus.plan")
    chosen = [part for number in (25, 26, 27) for part in ("--only", f"students:{number}")]
    exodus.run("approve", "--plan", "exodus.plan", *chosen, "--yes")

    applied = exodus.run("apply", "exodus.plan", "--yes")

    assert applied.exit_code == 3
    assert "allowed are 10, or 5%; 3 of them are approved by now, 17 still wait" in applied.stdout
    assert sum(record["enabled"] for record in exodus.held_by("shop")["students"].values()) == 37


def test_what_is_approved_early_makes_no_room_in_the_budget(exodus: Play) -> None:
    """Three have been missing for long enough, which is within the budget; with seven more who are let go it is not."""
    _missing_from(exodus, 37)
    exodus.configure("[removals.students]\nruns = 2\n[budgets.students]\ncount = 5\n")
    exodus.run("apply", "--yes")
    _missing_from(exodus, 30)
    exodus.run("plan", "-o", "monday.plan")
    approved = exodus.run("approve", "--plan", "monday.plan", "--yes")

    applied = exodus.run("apply", "monday.plan", "--yes")

    assert "7 approved" in approved.stdout
    assert applied.exit_code == 3
    assert (
        "10 removals in students are 25% of 40; allowed are 5, or 5%; 7 of them are approved"
        in applied.stdout
    )
    enabled = {one for one, record in exodus.held_by("shop")["students"].items() if record["enabled"]}
    assert enabled == {f"{number:02}" for number in range(30)} | {"37", "38", "39"}


def test_what_a_plan_has_done_already_is_not_counted_again(exodus: Play) -> None:
    """Applied once, then in part approved, and applied again: those who are gone are no reason to hold anything."""
    _missing_from(exodus, 37)
    exodus.configure("[removals.students]\nruns = 2\n[budgets.students]\ncount = 7\n")
    exodus.run("apply", "--yes")
    _missing_from(exodus, 30)
    exodus.run("plan", "-o", "monday.plan")
    exodus.run("apply", "monday.plan", "--yes")
    exodus.run("approve", "--plan", "monday.plan", "--yes")

    applied = exodus.run("apply", "monday.plan", "--yes")

    assert applied.exit_code == 0
    assert sum(record["enabled"] for record in exodus.held_by("shop")["students"].values()) == 30


def _missing_from(play: Play, first: int) -> None:
    """Whoever has this number or a higher one is not in the source."""
    people = {
        idnumber: {**record, "enabled": True}
        for idnumber, record in play.held_by("shop")["students"].items()
        if int(idnumber) < first
    }
    play.put("sis", people)


def test_a_file_and_a_choice_exclude_each_other(play: Play) -> None:
    """A plan file is applied as it is."""
    play.run("plan", "-o", "monday.plan")

    result = play.run("apply", "monday.plan", "--only", "students", "--yes")

    assert result.exit_code == 1
    assert "applied as it is" in result.stderr


def test_just_one_record(play: Play) -> None:
    """`--only BRANCH:IDNUMBER` leaves everybody else as they are."""
    result = play.run("apply", "--yes", "--only", "students:1")

    assert result.exit_code == 0
    students = play.held_by("shop")["students"]
    assert students["1"]["name"] == "Ana Abel"
    assert students["2"]["email"] == "old@example.org"
    assert students["9"]["enabled"] is True


@pytest.mark.parametrize("slip", ["students:77", "pupils:1", "students:"])
def test_a_slip_is_an_error(play: Play, slip: str) -> None:
    """A number that nobody has must not look like a record that is in step."""
    result = play.run("apply", "--yes", "--only", slip)

    assert result.exit_code == 1
    assert result.stdout == ""


def test_a_slip_is_answered_with_a_command_that_can_be_pasted(play: Play) -> None:
    """An idnumber may hold what a shell would take for something else."""
    idnumber = "7 & 8; rm 'x' | \"y\""

    result = play.run("apply", "--yes", "--only", f"students:{idnumber}")

    command = result.stderr.split("`")[3]
    assert shlex.split(command) == ["dss-run", "explain", "students", idnumber]


def test_the_names_of_files_are_said_as_a_shell_takes_them(play: Play) -> None:
    """What is printed can be pasted."""
    said = play.run("plan", "-o", "monday's plan").stdout.split("`")
    play.configure("[sync.students]\nflow = { email = 'keep' }\n")

    refused = play.run("apply", "monday's plan", "--yes").stderr.split("`")

    assert [shlex.split(one)[-1] for one in (said[1], said[3], refused[-2])] == ["monday's plan"] * 3


def test_a_system_that_cannot_be_rehearsed_on_says_so(play: Play) -> None:
    """These trees have no `rehearsal`; nothing has been changed."""
    before = play.held_by("shop")

    result = play.run("apply", "--dry-run")

    assert result.exit_code == 1
    assert "cannot be rehearsed on" in result.stderr
    assert play.held_by("shop") == before
