"""One transaction a batch, clear words when it cannot be had, and questions that do not grow with the records."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, event, text, update
from sqlalchemy.exc import OperationalError

from dss.actions import Outcome
from dss.apply import apply
from dss.errors import ConfigError, DssError, TemporaryError
from dss.plan import make_plan
from dss_moodle_db import accounts
from dss_moodle_db.branches import MoodleTree
from dss_moodle_db.embedded import create_site
from dss_moodle_db.isolate import isolated

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Planned, School, Site, Synced

    from dss_moodle_db.client import Client


@contextmanager
def statements(moodle: MoodleTree) -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    sent: list[str] = []

    def collect(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(moodle.client.engine, "before_cursor_execute", collect)
    try:
        yield sent
    finally:
        event.remove(moodle.client.engine, "before_cursor_execute", collect)


def filled(school: School, size: int) -> School:
    """A school with people, courses, classes, enrollments and a cohort."""
    for number in range(size):
        school.person("guardians", f"G{number}")
        school.person("students", str(number), guardians=frozenset({f"G{number}"}))
        school.course(f"C{number}", f"C{number}.1")
        school.enrol(f"C{number}.1", str(number))
        school.cohorts.make(f"k{number}", name=f"K {number}", members=frozenset({str(number)}))
    return school


def test_questions_do_not_grow_with_the_records(
    make_site: Callable[[], Site], make_school: Callable[[], School], sync: Synced
) -> None:
    """Neither when all is new, nor when everything is there, nor when everything changed."""
    counts = []
    for size in (2, 30):
        site, school = make_site(), filled(make_school(), size)
        site.parent_role()
        counted = []
        for _ in ("all new", "in step"):
            moodle = site.tree(guardian_role="parent")
            with statements(moodle) as sent:
                +moodle
                make_plan(school, moodle)
            counted.append(len(sent))
            if len(counted) == 1:
                sync(school, moodle)
        for student in school.students:
            student.username = f"renamed.{student.idnumber}"
        with statements(moodle) as sent:
            +moodle
            make_plan(school, moodle)
        counts.append([*counted, len(sent)])

    assert counts[0] == counts[1]


def test_planning_writes_nothing(school: School, site: Site, plan: Planned) -> None:
    """Not even the cohorts that scopes need."""
    filled(school, 3)
    before = site.dump()

    plan(school, site.tree())

    assert site.dump() == before


def test_a_batch_that_fails_leaves_nothing(
    school: School, site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """Whatever happens before its end."""
    school.person("students", "100")
    actions = plan(school, moodle).actions
    before = site.dump()

    def interrupted() -> None:
        with moodle.batch():
            assert [result.is_done for result in moodle.template.handle(actions)] == [True]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert site.dump() == before


def test_reading_inside_a_batch_sees_what_was_written(
    school: School, moodle: MoodleTree, plan: Planned
) -> None:
    """The same transaction, so that looking again and writing are one step."""
    school.person("students", "100")
    actions = plan(school, moodle).actions

    with moodle.batch():
        list(moodle.template.handle(actions))
        assert moodle.importer is not None
        found = list(moodle.importer.readin_items(moodle.students, ["100"]))

    assert [record["idnumber"] for record in found] == ["100"]


def test_a_handler_may_be_called_on_its_own(
    school: School, site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """It then makes a transaction of its own."""
    school.person("students", "100")
    actions = plan(school, moodle).actions

    results = list(moodle.template.handle(actions))

    assert results[0].is_done
    assert site.user("100")["username"] == "user100"


def test_two_runs_at_once_get_a_clear_word(site: Site) -> None:
    """The second waits a while and then says who is in the way; both see the write lock at once."""
    first, second = site.tree(), site.tree(lock_seconds=0)

    with first.batch(), pytest.raises(TemporaryError, match=r"locked.*try again later"), second.batch():
        pass


def test_a_reader_is_not_in_the_way_of_itself(school: School, moodle: MoodleTree, plan: Planned) -> None:
    """All that was read is let go before anything is written."""
    school.person("students", "100")
    planned = plan(school, moodle)

    results = list(moodle.template.handle(planned.actions))

    assert [result.reason for result in results] == [""]


def test_a_missing_database_is_not_made(tmp_path: Path) -> None:
    """A mistyped path is an error, not an empty Moodle."""
    moodle = MoodleTree(url="sqlite:///nothing.db", config_folder=tmp_path)

    with pytest.raises(ConfigError, match="no database at"):
        +moodle

    assert list(tmp_path.iterdir()) == []


def test_a_relative_path_counts_from_the_configuration(tmp_path: Path) -> None:
    """Not from where the program was started."""
    create_site(f"sqlite:///{tmp_path / 'moodle.db'}")
    moodle = MoodleTree(url="sqlite:///moodle.db", config_folder=tmp_path)

    assert str(tmp_path) in moodle.identity()
    moodle.close()


def test_a_wrong_prefix_is_named(site: Site) -> None:
    """Together with what was looked for."""
    moodle = site.tree(prefix="m_")

    with pytest.raises(ConfigError, match=r"no table `m_cache_flags` \(and 20 more\).*prefix"):
        +moodle


def test_a_prefix_may_be_empty(tmp_path: Path, make_school: Callable[[], School], sync: Synced) -> None:
    """`user` and `groups` are words of SQL, and go all the same."""
    create_site(f"sqlite:///{tmp_path / 'bare.db'}", prefix="")
    moodle = MoodleTree(url=f"sqlite:///{tmp_path / 'bare.db'}", prefix="", category="Category 1")

    report = sync(filled(make_school(), 2), moodle)

    assert report.undone == []
    moodle.close()


@pytest.mark.parametrize("url", ["no url", "postgresql+nothing://user:hush@host/moodle", "oracle://x"])
def test_a_bad_url_never_shows_its_password(url: str) -> None:
    """Neither in the error nor in what the options look like."""
    moodle = MoodleTree(url=url)

    with pytest.raises(ConfigError) as caught:
        +moodle

    assert "hush" not in f"{caught.value!r} {moodle.options!r}"


def test_identity_has_no_secrets() -> None:
    """It goes into plans and logs."""
    url = "postgresql+psycopg://keeper:hush@db.school.example/moodle?sslpassword=hush2"
    moodle = MoodleTree(url=url)

    found = moodle.client.describe()

    assert found == "postgresql+psycopg://db.school.example/moodle"


def test_columns_that_we_do_not_know_keep_their_defaults(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Another version of Moodle has others; and one that we name may be missing."""
    site.change("ALTER TABLE mdl_user ADD COLUMN trustlevel INTEGER NOT NULL DEFAULT 3")
    site.change("ALTER TABLE mdl_course DROP COLUMN enablecompletion")
    site.change("DROP INDEX mdl_course_sections_course_section_uix")
    school.person("students", "100")
    school.course("MA7", "MA7.1")

    report = sync(school, moodle)

    assert report.undone == []
    assert site.user("100")["trustlevel"] == 3


def test_foreign_errors_never_show_values(site: Site, moodle: MoodleTree) -> None:
    """A statement's values are people's data."""

    def write() -> None:
        with moodle.client.writing() as connection:
            connection.execute(text("INSERT INTO mdl_nothing VALUES (:name)"), {"name": "Ann Secret"})

    with pytest.raises(DssError, match="cannot be written") as caught:
        write()

    assert "Secret" not in str(caught.value)


def test_the_package_is_light_until_it_is_used() -> None:
    """`dss-run --help` must not wait for SQLAlchemy."""
    code = (
        "import sys, dss_moodle_db; dss_moodle_db.dss_register_models(); dss_moodle_db.dss_register_trees();"
        " print('sqlalchemy' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_a_lock_in_the_middle_is_tried_again(
    school: School, moodle: MoodleTree, plan: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is taken back whole, instead of failing every record in it."""
    school.person("students", "100")
    actions = plan(school, moodle).actions
    busy = OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))

    def locked(*_: object) -> None:
        raise busy

    monkeypatch.setattr(accounts, "ensure_user_contexts", locked)

    with pytest.raises(TemporaryError, match="locked"):
        list(moodle.template.handle(actions))


def test_an_error_of_the_database_itself_never_shows_values(
    school: School, site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """All of the batch fails, with the database's word and nobody's data."""
    school.person("students", "100", family_name="Secret")
    actions = plan(school, moodle).actions
    site.change("DROP TABLE mdl_context")

    (result,) = moodle.template.handle(actions)

    assert "no such table: mdl_context" in result.reason
    assert "Secret" not in result.reason
    assert site.value("SELECT count(*) FROM mdl_user") == 2


def test_branches_that_are_not_synced_are_looked_up(
    make_school: Callable[[], School], site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """A run of enrollments alone finds the groups and people of earlier runs."""
    school = filled(make_school(), 3)
    sync(school, moodle)
    fresh = site.tree()
    idnumber = school.enrol("C0.1", "1")
    +fresh
    actions = list(make_plan(school, fresh, ["enrollments"]).actions)
    for branch in fresh.branches:
        branch.clear()

    results = list(fresh.template.handle(actions))

    assert [(action.idnumber, result.is_done) for action, result in zip(actions, results, strict=True)] == [
        (idnumber, True)
    ]
    assert site.value("SELECT count(*) FROM mdl_groups_members") == 4


def test_what_is_done_already_is_not_done_twice(
    make_school: Callable[[], School], site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """A run that was cut short after its batch was stored may try the batch again."""
    school = filled(make_school(), 3)
    actions = plan(school, moodle).actions
    results = apply(moodle, actions)
    before = site.dump()
    for branch in moodle.branches:
        branch.clear()

    again = [result.outcome for action in actions for result in moodle.template.handle([action])]

    assert results.undone == []
    assert Outcome.FAILED not in again
    assert {k: v for k, v in site.dump().items() if k != "mdl_groups"} == {
        k: v for k, v in before.items() if k != "mdl_groups"
    }


def test_what_is_gone_is_not_said_to_be_done(
    make_school: Callable[[], School], site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Somebody deleted things in Moodle between plan and apply."""
    school = filled(make_school(), 2)
    sync(school, moodle)
    for item in (school.courses["C0"], school.classes["C0.1"], school.cohorts["k0"]):
        item.name = "Renamed"
    school.students["0"].family_name = "Renamed"
    school.courses.forget("C1")
    school.classes.forget("C1.1")
    school.cohorts.forget("k1")
    actions = [action for action in plan(school, moodle).actions if action.branch != "enrollments"]
    for table in ("course", "groups", "cohort"):
        site.change(f"DELETE FROM mdl_{table} WHERE idnumber LIKE '%1%' OR idnumber LIKE '%0%'")
    site.change("UPDATE mdl_user SET deleted = 1 WHERE idnumber = '0'")

    results = apply(moodle, actions)

    assert len(actions) >= 6
    assert [result.action.message for result in results.undone if result.action] == [
        action.message for action in actions
    ]
    assert all("gone" in result.reason for result in results.undone)


def test_a_handler_that_raises_leaves_nothing(
    school: School, site: Site, moodle: MoodleTree, plan: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has failed, so nothing of it may be stored; what the batch's other handlers did is."""
    school.person("students", "100")
    actions = plan(school, moodle).actions

    def fail(client: Client, connection: Connection, *_: object) -> None:
        connection.execute(update(client.tables.user).values(city="Nowhere"))
        raise RuntimeError("out of paper")

    monkeypatch.setattr(accounts, "create", fail)
    with moodle.batch():
        with moodle.client.writing() as connection:
            connection.execute(update(moodle.client.tables.user).values(lang="fr"))
        (result,) = moodle.template.handle(actions)

    assert "out of paper" in result.reason
    assert site.row("SELECT city, lang FROM mdl_user WHERE id = 2") == {"city": "", "lang": "fr"}


def test_a_transaction_that_was_lost_is_not_believed(
    school: School, site: Site, moodle: MoodleTree, plan: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite takes one back by itself when its disk is full: whatever the batch answered before, nothing was stored."""
    school.person("students", "100")
    school.course("MA7")
    actions = plan(school, moodle).actions
    before = site.dump()
    real = accounts.create

    def lose(client: Client, connection: Connection, *rest: Any) -> Any:
        results = real(client, connection, *rest)
        with suppress(OperationalError), connection.begin_nested():
            connection.exec_driver_sql("ROLLBACK")
            raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
        return results

    def write() -> None:
        with moodle.batch():
            outcomes.extend(result.outcome for result in moodle.template.handle(actions))

    outcomes: list[Outcome] = []
    monkeypatch.setattr(accounts, "create", lose)
    with pytest.raises(DssError, match="taken the batch back"):
        write()

    assert outcomes == [Outcome.FAILED, Outcome.FAILED]
    assert site.dump() == before


def test_a_full_disk_is_named_for_what_it_is(moodle: MoodleTree) -> None:
    """SQLite ends the transaction by itself then, and says afterwards that there is no such savepoint."""

    def fill(_: object) -> list[None]:
        connection.exec_driver_sql("ROLLBACK")
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    with pytest.raises(DssError, match="disk is full"), moodle.client.writing() as connection:
        isolated(connection, [1, 2], fill, lambda *_: [])
