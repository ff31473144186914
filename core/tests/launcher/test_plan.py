"""`dss-run plan`, as people see it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from dss.actions import Action

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


def test_counts_come_first_then_the_changes_with_their_values(play: Play) -> None:
    """Each branch and kind has a heading, and every change a line with what is and what would be."""
    result = play.run("plan")

    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    assert lines[2].split() == ["sis", "shop", "new", "update", "add", "remove", "old"]
    assert lines[3].split() == ["students", "3", "3", "1", "1", "1", "1", "1"]
    assert lines[4].split() == ["courses", "1", "1", "-", "-", "-", "-", "-"]
    assert "  ~ 2 (Ben Bird): email 'old@example.org' -> 'ben@example.org'" in lines
    assert "  + 2 (Ben Bird): clubs + 'go'" in lines
    assert "  - 2 (Ben Bird): clubs - 'tea'" in lines
    assert "  - 9 (Eve Elm)" in lines
    assert "  + 1 (Ana Abel): email 'ana@example.org', enabled True, clubs {'chess'}" in lines
    assert lines.index("students: 1 new") < lines.index("students: 1 update") < lines.index("students: 1 old")
    assert "5 changes to apply" in lines


def test_nothing_is_written(play: Play) -> None:
    """A plan only reads."""
    before = {path: path.read_bytes() for path in play.folder.iterdir() if path.is_file()}

    play.run("plan")

    assert {path: path.read_bytes() for path in play.folder.iterdir() if path.is_file()} == before


def test_two_systems_in_step_end_with_zero(play: Play) -> None:
    """Where nothing differs, it says so."""
    play.put("sis", play.held_by("shop")["students"])

    result = play.run("plan")

    assert result.exit_code == 0
    assert result.stdout.rstrip().endswith("in step: nothing to do")


def test_limit_shortens_lists_and_not_counts(exodus: Play) -> None:
    """What is left out is counted."""
    result = exodus.run("plan", "--limit", "3")

    assert result.stdout.count(" old students ") == 3
    assert "  ... and 17 more" in result.stdout
    assert "20 held" in result.stdout


def test_a_thousand_of_one_sort_hide_nothing_else(play: Play) -> None:
    """What needs attention is cut short for each branch, and the one of another sort is among what is shown."""
    bad = {
        str(number): f"line {number}: names class `c{number}`, which is not there"
        for number in range(100, 130)
    }
    play.put("sis", play.held_by("sis")["students"], _bad={**bad, "130": "two rows disagree about `email`"})

    short = play.run("plan").stdout
    long = play.run("plan", "--limit", "50").stdout

    assert short.count("which is not there") == 19
    assert "  ! students 130: sis: two rows disagree about `email`\n  ... and 11 more in students" in short
    assert long.count("which is not there") == 30
    assert "more in students" not in long
    assert "31 need attention" in short


def test_a_new_record_does_not_repeat_its_key(play: Play) -> None:
    """Attributes that the idnumber is made of are not shown beside it; other lines, and the JSON, have them."""
    text = (play.folder / "my_trees.py").read_text(encoding="utf-8")
    text = text.replace("klass = Student\n", 'klass = Student\n    key_of = ("email", "enabled")\n')
    (play.folder / "my_trees.py").write_text(text, encoding="utf-8")

    result = play.run("plan")
    changes = json.loads(play.run("plan", "--json").stdout)["syncs"][0]["changes"]

    assert "  + 1 (Ana Abel): clubs {'chess'}" in result.stdout.splitlines()
    assert changes[0]["wanted"]["email"] == "ana@example.org"


def test_only_limits_the_plan_to_branches(play: Play) -> None:
    """`--only` may be given several times."""
    play.put("sis", play.held_by("sis")["students"], courses={"ART": {"name": "Arts"}})

    one = play.run("plan", "--only", "courses")
    both = play.run("plan", "--only", "courses", "--only", "students")

    assert "courses: 1 update" in one.stdout
    assert "students" not in one.stdout
    assert "courses: 1 update" in both.stdout
    assert "students: 1 update" in both.stdout


def test_an_unknown_branch_is_an_error_that_names_those_there_are(play: Play) -> None:
    """A misspelt `--only` must not look as if nothing had changed."""
    result = play.run("plan", "--only", "pupils")

    assert result.exit_code == 1
    assert "`pupils`" in result.stderr
    assert "courses, students" in result.stderr


def test_held_removals_are_shown_by_name_with_reason_and_way_out(exodus: Play) -> None:
    """What is over budget is not among the changes; each begins with what it is approved by."""
    result = exodus.run("plan")
    fingerprint = Action("old", "students", "20").fingerprint

    assert result.exit_code == 3
    assert "held: 20 removals in students are 50% of 40; allowed are 10, or 5%" in result.stdout
    assert f"  {fingerprint} old students 20 (Person 20)" in result.stdout
    assert "students: 20 old" not in result.stdout
    assert "  If they are meant: `dss-run approve`" in result.stdout
    assert "1 change to apply, 20 held" in result.stdout


def test_a_larger_budget_lets_the_held_removals_go(exodus: Play) -> None:
    """As many as there are is just enough."""
    exodus.configure("[budgets.students]\ncount = 20\n")

    result = exodus.run("plan")

    assert result.exit_code == 2
    assert "students: 20 old" in result.stdout


def test_values_have_a_budget_of_their_own(exodus: Play) -> None:
    """For a multi-valued attribute the table has three parts."""
    people = {f"{number}": {"name": f"P{number}", "clubs": ["chess"]} for number in range(30)}
    exodus.put("shop", people)
    exodus.put("sis", {idnumber: {**one, "clubs": []} for idnumber, one in people.items()})

    held = exodus.run("plan")
    exodus.configure("[budgets.students.clubs]\ncount = 30\n")
    allowed = exodus.run("plan")

    assert held.exit_code == 3
    assert allowed.exit_code == 2


def test_doubtful_records_need_attention(play: Play) -> None:
    """A record set aside is told with its reason, and the exit code tells of it."""
    play.put("sis", play.held_by("sis")["students"], _bad={"3": "two rows disagree about `email`"})

    result = play.run("plan")

    assert result.exit_code == 4
    assert "needs attention" in result.stdout
    assert "  ! students 3: sis: two rows disagree about `email`" in result.stdout
    assert "1 needs attention" in result.stdout


def test_notes_of_the_reading_are_shown(play: Play) -> None:
    """What has no consequence is said all the same."""
    play.put("sis", play.held_by("sis")["students"], _notes=["2 rows passed over: blank number"])

    result = play.run("plan")

    assert "notes\n  sis.students: 2 rows passed over: blank number" in result.stdout
    assert result.exit_code == 2


def test_a_branch_that_nobody_provides_is_named(play: Play) -> None:
    """It is left out of the comparison, and never taken for an empty one."""
    play.put("sis", play.held_by("sis")["students"], _not_provided="courses")

    result = play.run("plan")
    found = json.loads(play.run("plan", "--json").stdout)

    assert result.exit_code == 2
    assert result.output.count("left out") == 1
    assert "  sis.courses: left out: it is somebody else's" in result.stdout
    assert found["syncs"][0]["notes"] == ["sis.courses: left out: it is somebody else's"]
    assert {change["branch"] for change in found["syncs"][0]["changes"]} == {"students"}


def test_a_branch_asked_for_by_name_must_be_provided(play: Play) -> None:
    """Whoever lists it must not be told that both are in step when it was left out."""
    play.put("sis", play.held_by("sis")["students"], _not_provided="courses")
    play.configure('branches = ["students", "courses"]\n')

    result = play.run("plan")

    assert result.exit_code == 1
    assert "`sync[0].branches` names `courses`, which `sis` does not provide" in result.stderr
    assert "it is somebody else's" in result.stderr


def test_a_missing_handler_is_named_before_anything_is_applied(play: Play) -> None:
    """The template has no `old_courses`."""
    play.put(
        "shop", play.held_by("shop")["students"], courses={"ART": {"name": "Art"}, "OLD": {"name": "Old"}}
    )

    result = play.run("plan")

    assert "tree `shop` has no handler for `old_courses`" in result.stdout


@pytest.mark.parametrize(
    "name", ["\x1b[31mred", "[bold]loud[/bold]", "a\nb", "\x9b2J", "\u202egnp.exe", "\ud800"]
)
def test_hostile_names_are_shown_literally(play: Play, name: str) -> None:
    """Nothing in a name colours the screen, moves the cursor, breaks the line or turns it round."""
    play.put("sis", {**play.held_by("sis")["students"], "1": {"name": name, "email": name}})

    result = play.run("plan")

    shown = name if name.startswith("[") else name.encode("unicode_escape").decode("ascii")
    assert f"  + 1 ({shown}): email '{shown}'" in result.stdout.splitlines()


def test_a_pipe_gets_neither_colours_nor_wrapped_lines(play: Play) -> None:
    """A line of data stays one line, however narrow the terminal was."""
    address = "a" * 200 + "@example.org"
    play.put("sis", {**play.held_by("sis")["students"], "2": {"name": "Ben Bird", "email": address}})

    done = play.spawn("plan", COLUMNS="40")

    text = done.stdout.decode()
    assert done.returncode == 2
    assert "\x1b" not in text + done.stderr.decode()
    assert f"  ~ 2 (Ben Bird): email 'old@example.org' -> '{address}'" in text.splitlines()


def test_a_name_that_the_character_set_lacks_is_no_error(play: Play) -> None:
    """It is shown as an escape."""
    play.put("sis", {**play.held_by("sis")["students"], "1": {"name": "Łukasz 王"}})

    done = play.spawn("plan", PYTHONIOENCODING="latin-1")

    assert done.returncode == 2
    assert b"(\\u0141ukasz \\u738b)" in done.stdout


def test_json_is_complete_and_says_what_the_exit_code_says(exodus: Play) -> None:
    """Every change is there, held ones marked, with counts, holds and values."""
    result = exodus.run("plan", "--json")

    found = json.loads(result.stdout)
    (sync,) = found["syncs"]
    assert (found["version"], found["exit_code"], result.exit_code) == (1, 3, 3)
    assert sync["counts"] == {"students": {"update": 1, "old": 20}}
    assert sync["branches"][0] == {"name": "students", "left": 20, "right": 40}
    assert [change["held"] for change in sync["changes"]] == [False] + [True] * 20
    assert sync["held"][0]["changes"] == list(range(1, 21))
    update, old = sync["changes"][0], sync["changes"][1]
    assert (update["was"], update["wanted"]) == ("p0@example.org", "new@example.org")
    assert old["was"] == {"name": "Person 20", "email": "p20@example.org", "enabled": True}
    assert set(update) == set(old)


def test_json_of_a_new_record_holds_what_would_be_made(play: Play) -> None:
    """Sets are sorted lists; hostile names are escaped."""
    play.put("sis", {**play.held_by("sis")["students"], "1": {"name": "\x9b王", "clubs": ["go", "chess"]}})

    result = play.run("plan", "--json")

    assert result.stdout.isascii()
    (new,) = [one for one in json.loads(result.stdout)["syncs"][0]["changes"] if one["kind"] == "new"]
    assert new["wanted"] == {"name": "\x9b王", "clubs": ["chess", "go"]}


def test_what_a_users_code_prints_does_not_get_into_the_answer(play: Play) -> None:
    """The importer of these trees prints while it reads."""
    done = play.spawn("plan", "--json")

    json.loads(done.stdout)
    assert b"reading students" in done.stderr


def test_json_and_limit_exclude_each_other(play: Play) -> None:
    """JSON is always complete."""
    result = play.run("plan", "--json", "--limit", "3")

    assert result.exit_code == 1
    assert "--json" in result.stderr
    assert result.stdout == ""


def test_a_reader_that_has_seen_enough_is_no_error(exodus: Play) -> None:
    """`dss-run plan | head -1` keeps its exit code, without a traceback or a complaint of Python's."""
    child = subprocess.Popen(
        [exodus.program, "plan"], cwd=exodus.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.close()
    _, complaints = child.communicate()

    assert child.returncode == 3
    assert b"Error" not in complaints
    assert b"Traceback" not in complaints
