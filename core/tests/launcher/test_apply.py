"""`dss-run apply` where nobody can answer: in a log, in a cron job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dss.lock import one_at_a_time

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play


def test_after_apply_a_plan_finds_nothing(play: Play) -> None:
    """Everything is carried out, and the report says how much."""
    result = play.run("apply", "--yes")

    assert result.exit_code == 0
    assert "shop: 5 done" in result.stdout
    assert "to be done by hand:\n  empty the cache" in result.stdout
    assert play.run("plan").exit_code == 0


def test_without_terminal_and_yes_it_refuses(play: Play) -> None:
    """It neither waits nor guesses, and says what to do."""
    before = play.held_by("shop")

    result = play.run("apply")

    assert result.exit_code == 1
    assert "then run the same with `--yes`" in result.stderr
    assert play.held_by("shop") == before


def test_a_second_apply_has_nothing_to_do(play: Play) -> None:
    """It ends with 0, and prints nothing."""
    play.run("apply", "--yes")

    result = play.run("apply", "--yes")

    assert (result.exit_code, result.output) == (0, "")


def test_a_failure_is_reported_and_the_rest_is_done(play: Play) -> None:
    """The failed record is named with its reason, and the exit code says that some failed."""
    play.put("shop", play.held_by("shop")["students"], _refused=["1"])

    result = play.run("apply", "--yes")

    assert result.exit_code == 4
    assert "shop: 4 done, 1 failed" in result.stdout
    assert "failed:\n  new students `1`: ValueError: the address '...' is taken" in result.stdout
    assert play.held_by("shop")["students"]["2"]["email"] == "ben@example.org"


def test_held_removals_are_left_and_everything_else_is_done(exodus: Play) -> None:
    """All removals of the branch stay undone; the update goes through; exit code 3."""
    result = exodus.run("apply", "--yes")

    assert result.exit_code == 3
    assert "shop: 1 done, 20 held" in result.stdout
    students = exodus.held_by("shop")["students"]
    assert all(student["enabled"] for student in students.values())
    assert students["00"]["email"] == "new@example.org"


def test_dropped_changes_are_reported_with_their_reason(play: Play) -> None:
    """What the template cannot do is named before and after."""
    play.put(
        "shop", play.held_by("shop")["students"], courses={"ART": {"name": "Art"}, "OLD": {"name": "Old"}}
    )

    result = play.run("apply", "--yes")

    assert result.exit_code == 4
    assert "no handler for `old_courses`" in result.stdout
    assert "dropped:\n  old courses `OLD`: no handler; define" in result.stdout


def test_only_applies_nothing_else(play: Play) -> None:
    """The other branches stay as they are."""
    before = play.held_by("shop")["students"]
    play.put("sis", play.held_by("sis")["students"], courses={"ART": {"name": "Arts"}})

    result = play.run("apply", "--yes", "--only", "courses")

    assert result.exit_code == 0
    assert play.held_by("shop")["courses"]["ART"]["name"] == "Arts"
    assert play.held_by("shop")["students"] == before


def test_a_log_holds_no_names_and_no_values(exodus: Play) -> None:
    """Neither held removals, nor failures, nor records set aside show what is personal."""
    sis = exodus.held_by("sis")
    exodus.put("sis", sis["students"], _bad={"01": "two rows: 'Person 1' and 'Person One'"})
    exodus.put("shop", exodus.held_by("shop")["students"], _refused=["00"])

    done = exodus.spawn("apply", "--yes")

    log = (done.stdout + done.stderr).decode()
    assert "Person" not in log
    assert "example.org" not in log
    assert "! old students 20\n" in log
    assert "! students 01: sis: two rows: '...' and '...'" in log
    assert "update students email `00`: ValueError: the address '...' is taken" in log


def test_held_values_stand_in_a_log_by_record(play: Play) -> None:
    """How many of whom, since the values themselves are not shown there; a terminal and a plan show them."""
    clubs = [f"club {number}" for number in range(30)]
    one = {"name": "Ana Abel", "email": "ana@example.org", "enabled": True}
    play.put("shop", {"1": {**one, "clubs": clubs}, "2": {**one, "clubs": ["tea"]}})
    play.put("sis", {"1": {**one, "clubs": []}, "2": {**one, "clubs": []}})

    log = play.run("apply", "--yes").stdout
    short = play.run("apply", "--yes", "--limit", "1").stdout
    plan = play.run("plan").stdout

    assert "  ! remove students 1 clubs (30)\n  ! remove students 2 clubs\n" in log
    assert "  ! remove students 1 clubs (30)\n  ... and 1 more\n" in short
    assert " remove students 1 (Ana Abel): clubs - 'club 7'\n" in plan


def test_a_report_of_a_thousand_failures_stays_short(play: Play) -> None:
    """Of each kind and branch so many reasons, and how many more; a reason of another sort is among them."""
    people = {
        str(number): {"name": f"P{number}", "email": f"p{number}@example.org"} for number in range(100, 160)
    }
    play.put("sis", {**people, "2": {"name": "Ben", "email": "ben@example.org"}})
    play.put("shop", {"2": {"name": "Ben", "email": "old@example.org"}}, _refused=[*people, "2"])
    text = (play.folder / "my_trees.py").read_text(encoding="utf-8")
    why = '"no room at all" if action.idnumber == "150" else f"needs `{action.idnumber}`, not there"'
    text = text.replace(
        """raise ValueError(f"the address {getattr(action.left, 'email', None)!r} is taken")""",
        f"raise ValueError({why})",
    )
    (play.folder / "my_trees.py").write_text(text, encoding="utf-8")
    play.configure("[breaker]\nfailures = 0\nshare = 1.0\n[guards]\ngrowth = 1.0\n")

    log = play.run("apply", "--yes").stdout
    short = play.run("apply", "--yes", "--limit", "2").stdout

    assert "shop: 61 failed" in log
    assert log.count("not there") == 20
    assert "  new students `150`: ValueError: no room at all\n  ... and 40 more of new students\n" in log
    assert "  update students email `2`: ValueError: needs `2`, not there\n" in log
    assert "  ... and 58 more of new students\n" in short


def test_a_log_gets_plain_lines_of_progress(play: Play) -> None:
    """How many of how many, without anything that moves the cursor."""
    done = play.spawn("apply", "--yes")

    lines = [line for line in done.stderr.decode().splitlines() if line != "reading students"]
    assert lines[:3] == ["reading sis", "reading shop", "comparing sis with shop"]
    assert lines[3] == "changing shop: 5 changes"
    assert lines[-1].startswith("changing shop: 5 of 5")
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"\r" not in done.stderr


def test_a_shutdown_ends_an_apply_like_ctrl_c(play: Play) -> None:
    """SIGTERM in the middle: the report comes, and what was done stays done."""
    text = (play.folder / "my_trees.py").read_text(encoding="utf-8")
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    (play.folder / "my_trees.py").write_text(
        text.replace("raise KeyboardInterrupt", killed), encoding="utf-8"
    )
    play.put("shop", play.held_by("shop")["students"], _crash="2")

    done = play.spawn("apply", "--yes")

    assert done.returncode == 5
    assert b"shop: stopped after 1 of 5 changes" in done.stdout
    assert done.stderr.endswith(b"stopped\n")
    assert "1" in play.held_by("shop")["students"]


def test_an_interrupted_apply_reports_what_was_done(play: Play) -> None:
    """Ctrl-C ends it without a traceback; what stands is said, and where the rest is to be seen."""
    play.put("shop", play.held_by("shop")["students"], _crash="2")

    result = play.run("apply", "--yes")

    assert result.exit_code == 5
    assert "stopped" in result.stderr
    assert "Traceback" not in result.stderr
    assert "shop: stopped after 1 of 5 changes" in result.stdout
    assert "`dss-run plan`" in result.stdout


def test_a_chain_of_syncs_is_planned_link_by_link(chain: Play) -> None:
    """What was new in the middle reaches the end in the same run; a plan says that it cannot know that yet."""
    chain.run("claim", "--yes")
    plan = chain.run("plan")
    applied = chain.run("apply", "--yes")
    again = chain.run("plan")

    assert "sync[0] changes `shop` before sync[1] comes" in plan.stdout
    assert "before sync[1] comes" not in applied.stdout
    assert (applied.exit_code, again.exit_code) == (0, 0)
    assert applied.stdout.index("shop: 5 done") < applied.stdout.index("\nshop -> till\n")
    assert chain.held_by("till")["students"]["1"]["email"] == "ana@example.org"


def test_two_at_once_do_not_write(play: Play) -> None:
    """The second says who is at it, and changes nothing; afterwards the way is free."""
    before = play.held_by("shop")
    with one_at_a_time(play.folder / "state", "apply"):
        second = play.run("apply", "--yes")
        after = play.held_by("shop")

    third = play.run("apply", "--yes")

    assert second.exit_code == 6
    assert "another run of this configuration is under way (`dss-run apply`, process" in second.stderr
    assert after == before
    assert third.exit_code == 0
