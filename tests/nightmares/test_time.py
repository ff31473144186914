"""Yesterday's file, a clock that is wrong, two runs at once, a state folder or a target that is not what it was."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dss.lock import one_at_a_time

if TYPE_CHECKING:
    from tests.nightmares.conftest import Export, Scene

pytestmark = pytest.mark.slow

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
TABLES = ("students", "teachers", "courses", "sections", "cc")
COHORTS = '[sync.cohorts]\nderive.left = "fairfield/cohorts"\n'
SECOND = '"courses", "classes", "enrollments", "cohorts"]'


def in_two_steps(scene: Scene) -> None:
    """People come in one `[[sync]]`, and what they take part in in another of the same two trees."""
    config = scene.folder / "dss.toml"
    text = config.read_text().replace(f", {SECOND}", "]").replace(COHORTS, "")
    more = f'[[sync]]\nleft = "powerschool"\nright = "moodle"\nbranches = [{SECOND}\n\n{COHORTS}'
    config.write_text(f"{text}\n{more}", encoding="utf-8")
    scene.pass_night()
    assert scene.apply().exit_code == 0


def put_back(scene: Scene, school: Export, then: datetime.datetime) -> None:
    """A day later the files of an earlier night stand there, dated as they were."""
    scene.now += DAY
    scene.export(school)
    for table in TABLES:
        scene.date(table, then)


def test_yesterdays_file(scene: Scene) -> None:
    """Twelve pupils came and a room was changed; then a backup put the files of the day before in place again."""
    yesterday = scene.school.copy()
    then = scene.now
    for number in range(10_500, 10_512):
        row = {**scene.school.students[0], "Student_Number": str(number), "ID": str(number + 50_000)}
        row.update(Network_ID=f"new{number}", Student_Email=f"new{number}@fairfield.example")
        scene.school.students.append(row)
        scene.school.enrol(row)
    scene.school.students[3]["Home_Room"] = "9B"
    scene.pass_night()
    assert scene.apply().exit_code == 0
    before = scene.look()
    scene.now += DAY
    scene.export(yesterday)
    for table in ("students", "teachers", "courses", "sections", "cc"):
        scene.date(table, then)

    result = scene.apply()

    assert result.exit_code == 3
    assert scene.look() == before
    held = scene.held(result)
    assert len(held) == 5
    assert all("students.* is older (2026-03-05 " in one for one in held), held
    assert any(one.endswith("12 removals in students wait") for one in held)
    assert any(one.endswith("1 other change in students waits") for one in held)
    assert "If they are meant: `dss-run approve`" in result.stdout
    scene.recovers(before)


def test_yesterdays_file_that_is_meant(scene: Scene) -> None:
    """The day before was the wrong one, and the older files are right: approved, they go through, once."""
    older = scene.school.copy()
    then = scene.now
    scene.school.students[3]["Home_Room"] = "9B"
    scene.pass_night()
    assert scene.apply().exit_code == 0
    scene.now += DAY
    scene.export(older, "students")
    scene.date("students", then)
    assert scene.apply().exit_code == 3

    scene.approve()
    result = scene.apply()

    assert result.exit_code == 0, result.output
    assert scene.look().accounts[older.students[3]["Student_Number"]][4] == older.students[3]["Home_Room"]
    scene.now += DAY
    assert scene.apply().exit_code == 0
    older.students[4]["Home_Room"] = "9B"
    scene.export(older, "students")
    scene.date("students", then - DAY)
    assert scene.apply().exit_code == 3


def test_yesterdays_file_for_two_steps_of_one_way(scene: Scene) -> None:
    """Two `[[sync]]` read the source; the one that finds nothing to change does not take the older file for good."""
    in_two_steps(scene)
    then = scene.now
    yesterday = scene.school.copy()
    for number in range(90, 95):
        login = f"nt{number}"
        row = {**scene.school.teachers[0], "ID": str(number + 800), "TeacherNumber": str(number)}
        row.update(TeacherLoginID=login, Email_Addr=f"{login}@fairfield.example")
        scene.school.teachers.append(row)
    scene.pass_night()
    assert scene.apply().exit_code == 0
    before = scene.look()
    put_back(scene, yesterday, then)

    nights = []
    for _ in range(3):
        nights.append(scene.apply().exit_code)
        scene.now += DAY

    assert nights == [3, 3, 3]
    assert scene.look() == before


def test_the_seats_of_who_is_held_in_an_earlier_step_stay(scene: Scene) -> None:
    """Too many leave at once: they are held in the first step, and the second does not empty their classes."""
    in_two_steps(scene)
    leavers = [row["Student_Number"] for row in scene.school.students[:22]]
    # twelve of them have had no seats for a while, so that the seats of the rest are within their budget
    scene.school.cc = [row for row in scene.school.cc if row["Student_Number"] not in leavers[10:]]
    scene.pass_night()
    scene.apply()
    scene.approve()
    assert scene.apply().exit_code == 0
    before = scene.look()
    school = scene.school.copy()
    school.without(*leavers)
    scene.pass_night(school)

    planned, result = scene.run("plan", "-o", "leavers.plan"), scene.apply()
    applied = scene.run("apply", "leavers.plan", "--yes")

    assert [one.exit_code for one in (planned, result, applied)] == [3, 3, 3]
    assert scene.look() == before
    for one in (result, applied):
        assert any(
            sentence.startswith("40 removals in enrollments belong to") for sentence in scene.held(one)
        )
    scene.approve()
    scene.apply()
    assert not set(leavers) & scene.look().working
    assert len(scene.look().seats) == len(before.seats) - 40


def test_yesterdays_file_and_a_run_for_something_else(scene: Scene) -> None:
    """Somebody runs `apply --only` for what the older files have not changed: the next whole run holds, as before."""
    then = scene.now
    yesterday = scene.school.copy()
    for number in range(10_500, 10_505):
        row = {**scene.school.students[0], "Student_Number": str(number), "ID": str(number + 50_000)}
        row.update(Network_ID=f"new{number}", Student_Email=f"new{number}@fairfield.example")
        scene.school.students.append(row)
    scene.pass_night()
    assert scene.apply().exit_code == 0
    before = scene.look()
    put_back(scene, yesterday, then)
    assert scene.apply().exit_code == 3

    only = scene.apply("--only", "teachers")

    scene.now += DAY
    assert (only.exit_code, scene.apply().exit_code) == (0, 3)
    assert scene.look() == before


@pytest.mark.parametrize("how", ["two steps", "something else"])
def test_a_file_in_doubt_is_no_measure_for_a_good_one(scene: Scene, how: str) -> None:
    """All addresses were wrong for a night; the good files of the night before are put back, and nothing is held."""
    if how == "two steps":
        in_two_steps(scene)
    scene.pass_night()
    assert scene.apply().exit_code == 0
    good, then = scene.school.copy(), scene.now
    for row in scene.school.students:
        row["Student_Email"] = f"x{row['Student_Email']}"
    scene.pass_night()
    assert scene.apply().exit_code == 3
    if how == "something else":
        assert scene.apply("--only", "teachers").exit_code == 0
    scene.school = good
    scene.export()
    for table in TABLES:
        scene.date(table, then - HOUR)

    scene.news()
    scene.export(None, "teachers")
    result = scene.apply()

    assert (result.exit_code, scene.held(result)) == (0, [])
    assert scene.look().accounts["T4"][3] == "new.address@fairfield.example"


def test_the_same_file_again(scene: Scene) -> None:
    """The export did not run, so the files are those of the night before: nothing to do, and nothing to say."""
    before = scene.look()
    scene.now += DAY

    result = scene.apply()

    assert (result.exit_code, result.output) == (0, "")
    assert scene.look() == before
    scene.recovers(before)


def test_an_old_file_under_a_new_date(scene: Scene) -> None:
    """The export of two nights ago is copied into place: what it changes is told with a word on that."""
    old = scene.school.copy()
    scene.news()
    scene.pass_night()
    first = scene.apply()
    scene.pass_night(old)

    second = scene.apply()

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "once more" not in first.stdout
    assert "teachers.* is once more what it was on 2026-03-05" in second.stdout


def test_the_clock_moved_back(scene: Scene) -> None:
    """The server's battery is empty, and it believes that it is last year: removals wait, night after night."""
    leaver = scene.school.students[0]["Student_Number"]
    scene.news()
    scene.school.without(leaver)
    before = scene.look()
    scene.pass_night()
    right = scene.now
    scene.now -= 400 * DAY

    result = scene.apply()

    assert any(
        sentence.startswith("this machine's clock says 2025-01-30 ")
        and sentence.endswith("and the last good run was at 2026-03-05 03:15: 1 removal in students waits")
        for sentence in scene.held(result)
    ), result.stdout
    scene.waits(before, result, "4 removals in enrollments wait")
    scene.now += DAY
    assert scene.apply().exit_code == 3, "the first such night is no measure for the second"
    assert leaver in scene.look().working
    scene.now = right + DAY
    assert scene.apply().exit_code == 0
    assert leaver not in scene.look().working


def test_the_clock_that_had_been_wrong_all_the_time(scene: Scene) -> None:
    """A clock far ahead was set right: removals wait until one is approved, and from then on it is the measure."""
    right = scene.now
    scene.now += 4000 * DAY
    scene.pass_night()
    assert scene.apply().exit_code == 0
    scene.now = right
    scene.school.without(scene.school.students[0]["Student_Number"])
    scene.pass_night()
    for table in ("students", "cc", "teachers", "courses", "sections"):
        scene.date(table, right + 4002 * DAY)
    assert scene.apply().exit_code == 3

    scene.approve()
    approved = scene.apply()

    assert approved.exit_code == 0, approved.output
    scene.school.without(scene.school.students[0]["Student_Number"])
    scene.now += DAY
    scene.export()
    for table in ("students", "cc", "teachers", "courses", "sections"):
        scene.date(table, right + 4003 * DAY)
    assert scene.apply().exit_code == 0


def test_the_wrong_clock_of_two_steps_of_one_way(scene: Scene) -> None:
    """A removal that is let through in the first step says of the second, too, that the clock is right by now."""
    in_two_steps(scene)
    substitute = {**scene.school.teachers[0], "ID": "890", "TeacherNumber": "90", "TeacherLoginID": "nt90"}
    scene.school.teachers.append({**substitute, "Email_Addr": "nt90@fairfield.example"})
    scene.pass_night()
    assert scene.apply().exit_code == 0
    right = scene.now
    scene.now += 4000 * DAY
    scene.pass_night()
    assert scene.apply().exit_code == 0
    scene.now = right
    scene.school.teachers.pop()

    nights = []
    for night in range(3):
        scene.pass_night()
        for table in TABLES:
            scene.date(table, right + (4002 + night) * DAY)
        nights.append(scene.apply().exit_code)
        if night == 0:
            scene.approve()
        else:
            scene.school.without(scene.school.students[night]["Student_Number"])

    assert nights == [3, 0, 0]


def test_the_clock_moved_back_under_a_job_of_cron(scene: Scene, tmp_path: Path) -> None:
    """The same, in a process of its own."""
    leaver = scene.school.students[0]["Student_Number"]
    scene.school.without(leaver)
    scene.pass_night()
    (tmp_path / "sitecustomize.py").write_text(
        "import datetime\nfrom dss import clock\n"
        "clock.now = lambda: datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)\n"
    )

    done = subprocess.run(
        [Path(sys.executable).with_name("dss-run"), "apply", "--yes"],
        cwd=scene.folder,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 3
    assert "held: this machine's clock says 2025-01-01 " in done.stdout
    assert leaver in scene.look().working


def test_the_state_that_was_lost(scene: Scene) -> None:
    """The state folder was not in the backup: nothing is removed until somebody says whose the records are."""
    leavers = {row["Student_Number"] for row in scene.school.students[:3]}
    before = scene.look()
    scene.news()
    scene.school.without(*leavers)
    scene.pass_night()
    shutil.rmtree(scene.folder / "state")

    result = scene.apply()
    approved = scene.run("approve", "--yes")
    again = scene.apply()

    for one in (result, again):
        assert one.exit_code == 3
        assert scene.look().all_but("T4") == before.all_but("T4")
        assert any(
            sentence.startswith(
                "there is no record of which students in `moodle` are ours, so nothing may be taken"
            )
            and sentence.endswith("3 removals wait; see `dss-run claim`")
            for sentence in scene.held(one)
        )
    assert scene.look().accounts["T4"][3] == "new.address@fairfield.example"
    assert "nothing is held that could be approved" in approved.stdout
    assert scene.run("claim", "--yes").exit_code == 0
    assert scene.apply().exit_code == 0
    assert not leavers & scene.look().working
    scene.pass_night()
    after = scene.apply()
    assert (after.exit_code, after.output) == (0, "")


def test_the_state_that_was_lost_and_a_bad_file(scene: Scene) -> None:
    """Without a state there is no last good run to compare with: that nobody knows what is ours keeps everybody."""
    before = scene.look()
    school = scene.news()
    school.without(*(row["Student_Number"] for row in school.students[::2]))
    scene.pass_night(school)
    shutil.rmtree(scene.folder / "state")

    result = scene.apply()

    assert result.exit_code == 3
    assert scene.look().all_but("T4") == before.all_but("T4")


def test_twice_at_once(scene: Scene) -> None:
    """Somebody starts it by hand while cron's is under way: the second does nothing, and says who is first."""
    scene.pass_night(scene.news())
    before = scene.look()

    with one_at_a_time(scene.folder / "state", "apply"):
        result = scene.spawn("apply", "--yes")
        _, said = result.communicate()

    assert result.returncode == 6
    assert "`dss-run apply`" in said
    assert str(os.getpid()) in said
    assert scene.look() == before


def test_two_that_begin_in_the_same_moment(scene: Scene) -> None:
    """Whoever comes first does all of it, once; the other nothing, or finds nothing left to do."""
    for row in scene.school.students[:20]:
        row["Home_Room"] = "1A"
    scene.pass_night(scene.news())

    both = [scene.spawn("apply", "--yes") for _ in range(2)]
    for one in both:
        one.communicate()

    assert {one.returncode for one in both} in ({0, 6}, {0})
    scene.now = datetime.datetime.now(datetime.UTC)
    result = scene.apply()
    assert (result.exit_code, result.output) == (0, "")
    rooms = {key: values[4] for key, values in scene.look().accounts.items()}
    assert all(rooms[row["Student_Number"]] == "1A" for row in scene.school.students[:20])


def test_moodle_from_an_old_backup(scene: Scene) -> None:
    """Moodle was restored from a backup of some days ago: the next night brings it where it was, nobody twice."""
    shutil.copyfile(scene.folder / "moodle.db", scene.folder / "moodle.backup")
    leaver = scene.school.students[2]["Student_Number"]
    scene.school.without(leaver)
    for number in range(10_500, 10_505):
        row = {**scene.school.students[0], "Student_Number": str(number), "ID": str(number + 50_000)}
        row.update(Network_ID=f"new{number}", Student_Email=f"new{number}@fairfield.example")
        scene.school.students.append(row)
        scene.school.enrol(row)
    scene.pass_night()
    assert scene.apply().exit_code == 0
    before = scene.look()
    shutil.move(scene.folder / "moodle.backup", scene.folder / "moodle.db")
    assert leaver in scene.look().working

    scene.pass_night(scene.news())
    result = scene.apply()

    assert result.exit_code == 0, result.output
    assert scene.look().all_but("T4") == before.all_but("T4")
    scene.recovers(before)


def test_moodle_from_a_backup_in_which_nobody_was(scene: Scene) -> None:
    """Moodle was restored from before the first night: the whole school would be made anew, so somebody is asked."""
    before = scene.look()
    (scene.folder / "moodle.db").unlink()
    scene.make_moodle()
    empty = scene.look()
    scene.now += DAY

    result = scene.apply()
    assert result.exit_code == 3, result.output
    assert any("400 records of students are new" in sentence for sentence in scene.held(result))
    assert scene.look() == empty
    scene.approve()
    approved = scene.apply()

    assert approved.exit_code == 0, approved.output
    assert scene.look().working == before.working
    assert scene.look().seats == before.seats
    scene.recovers(scene.look())
