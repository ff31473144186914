"""A dry run: the real statements in one transaction that is taken back, whatever happens in it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, event, insert, text, update
from sqlalchemy.exc import OperationalError

from dss.actions import Action, Kind, Outcome
from dss.apply import apply
from dss.drift import Drift
from dss.dry_run import rehearse
from dss.errors import ConfigError, DssError, StateError, TemporaryError
from dss.plan import make_plan
from dss.rehearsal import Rehearsal
from dss_moodle_db import enrolling, group_writing
from dss_moodle_db.branches import MoodleTree
from dss_moodle_db.dialect import Dialect

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Planned, School, SQLiteSite, Synced


def yesterday(school: School) -> School:
    """Something of everything."""
    for number in ("1", "2", "3", "4"):
        school.person("students", number, guardians=frozenset({"G1"}))
    school.person("guardians", "G1")
    school.person("guardians", "G2")
    school.person("teachers", "T1")
    school.person("teachers", "T2")
    school.course("A", "A.1", "A.2")
    school.course("B", "B.1")
    school.course("D", "D.1")
    for class_, person, role in (
        ("A.1", "1", "student"),
        ("A.1", "2", "student"),
        ("A.2", "3", "student"),
        ("B.1", "1", "student"),
        ("D.1", "4", "student"),
        ("A.1", "T1", "teacher"),
    ):
        school.enrol(class_, person, role)
    school.cohorts.make("k", name="K", members=frozenset({"1", "2"}))
    school.cohorts.make("l", name="L", members=frozenset({"3"}))
    return school


def today(school: School) -> School:
    """Everything changes: some are new, some changed, some gone."""
    school.person("students", "1", family_name="Renamed", username="another", guardians=frozenset({"G2"}))
    school.person("students", "2", enabled=False, guardians=frozenset({"G1"}))
    school.person("students", "3", guardians=frozenset({"G1", "G2"}))
    school.person("students", "5", guardians=frozenset())
    school.person("guardians", "G1")
    school.person("guardians", "G2")
    school.person("teachers", "T1")
    school.person("teachers", "T3")
    school.course("A", "A.1")
    school.courses["A"].name = "Renamed"
    school.classes["A.1"].name = "Renamed"
    school.course("B", "B.1", "A.2")
    school.course("C", "C.1")
    school.enrol("A.1", "1", enabled=False)
    school.enrol("A.1", "3")
    school.enrol("A.2", "3")
    school.enrol("C.1", "5")
    school.enrol("C.1", "T3", "teacher")
    school.cohorts.make("k", name="Renamed", members=frozenset({"2", "5"}))
    school.cohorts.make("m", name="M", members=frozenset({"5"}))
    return school


@pytest.fixture
def between(
    site: SQLiteSite, make_school: Callable[[], School], sync: Synced, plan: Planned
) -> tuple[MoodleTree, list[Action]]:
    """A Moodle as of yesterday, read, and what would bring it to today."""
    site.parent_role()
    assert sync(yesterday(make_school()), site.tree(guardian_role="parent")).undone == []
    site.change("UPDATE mdl_user SET lastaccess = 1")
    moodle = site.tree(guardian_role="parent")
    return moodle, plan(today(make_school()), moodle).actions


def dump(path: Path) -> list[str]:
    """Everything in the database, as statements."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def held(moodle: MoodleTree) -> dict[str, Any]:
    """Everything the tree holds."""
    return {
        branch.__name__: (
            {idnumber: (id(item), repr(item), vars_of(item)) for idnumber, item in branch.items()},
            dict(branch.contents().native),
            dict(branch.contents().frozen),
        )
        for branch in moodle.branches
    }


def vars_of(item: Any) -> dict[str, Any]:
    """The values of one item."""
    return {
        name: getattr(item, name, None)
        for name in (*getattr(item, "__slots__", ()), *type(item).__annotations__)
    }


@contextmanager
def handler(
    monkeypatch: pytest.MonkeyPatch, moodle: MoodleTree, name: str, method: Callable[..., Any]
) -> Iterator[None]:
    """Let the template have another handler."""
    with monkeypatch.context() as patch:
        patch.setattr(type(moodle.template), name, method)
        yield


def test_a_dry_run_of_everything_changes_nothing(
    site: SQLiteSite, between: tuple[MoodleTree, list[Action]]
) -> None:
    """Not a byte of the file, nothing in the tree, nothing in the plan; and the real run afterwards does it all."""
    moodle, actions = between
    before, everything, there = site.path.read_bytes(), dump(site.path), held(moodle)
    messages = [action.message for action in actions]

    report, rehearsal = rehearse(moodle, actions, drift=Drift(moodle))

    assert {(action.branch, action.kind) for action in actions} == {
        *((branch, kind) for branch in ("students", "courses", "classes", "enrollments", "cohorts")
          for kind in (Kind.NEW, Kind.UPDATE, Kind.OLD)),
        ("teachers", Kind.NEW), ("teachers", Kind.OLD), ("students", Kind.ADD), ("students", Kind.REMOVE),
        ("cohorts", Kind.ADD), ("cohorts", Kind.REMOVE),
    }  # fmt: skip
    assert [result.reason for result in report.undone] == []
    assert report.total(Outcome.DONE) == len(actions)
    assert (site.path.read_bytes(), dump(site.path)) == (before, everything)
    assert [path.name for path in site.path.parent.iterdir()] == [site.path.name]
    assert held(moodle) == there
    assert [action.message for action in actions] == messages
    assert len(rehearsal.calls) > 10
    assert ["nobody else could write" in note for note in rehearsal.notes] == [True]

    again = apply(moodle, actions, drift=Drift(moodle))

    assert again.counts == report.counts
    assert dump(site.path) != everything


def test_what_is_shown_is_what_a_real_run_sends(
    site: SQLiteSite, between: tuple[MoodleTree, list[Action]]
) -> None:
    """Every statement that changes a row, with the number of rows; no question, and nobody's data."""
    moodle, actions = between
    sent: dict[str, int] = {}
    _, rehearsal = rehearse(moodle, actions)

    def collect(_c: object, cursor: Any, statement: str, *_: object) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE") and cursor.rowcount:
            words = " ".join(statement.split()[:3])
            sent[words] = sent.get(words, 0) + cursor.rowcount

    event.listen(moodle.client.engine, "after_cursor_execute", collect)
    apply(moodle, actions)

    shown: dict[str, int] = {}
    for call in rehearsal.calls:
        words = " ".join(call.text.split()[:3])
        shown[words] = shown.get(words, 0) + call.count
    assert shown == sent
    everything = " ".join(call.text for call in rehearsal.calls).casefold()
    assert not any(
        value in everything for value in ("renamed", "another", "dss:", "user5", "school.example", "'")
    )
    # numbers that SQLAlchemy gives what has no name, and places in rows of ours
    bare = re.sub(r"anon_\d+|->> \d+", "", everything)
    assert [word for word in bare.split() if any(map(str.isdigit, word))] == []


def test_later_batches_find_what_earlier_ones_made(
    site: SQLiteSite, school: School, moodle: MoodleTree, plan: Planned
) -> None:
    """A place in a class of a course that was made a moment before, by somebody who was too."""
    school.person("students", "1")
    school.course("A", "A.1")
    school.enrol("A.1", "1")
    actions = plan(school, moodle).actions

    report, rehearsal = rehearse(moodle, actions, drift=Drift(moodle))

    assert str(report) == "4 done"
    texts = [call.text.split(" (")[0] for call in rehearsal.calls]
    for table in (
        "user",
        "course",
        "groups",
        "user_enrolments",
        "role_assignments",
        "groups_members",
        "context",
    ):
        assert f"INSERT INTO mdl_{table}" in texts
    assert site.value("SELECT count(*) FROM mdl_user") == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_whatever_happens_everything_is_taken_back(
    site: SQLiteSite, between: tuple[MoodleTree, list[Action]], error: type[BaseException]
) -> None:
    """In the middle of a batch, and the tree too."""
    moodle, actions = between
    before, there = site.path.read_bytes(), held(moodle)

    def interrupted() -> None:
        with moodle.rehearsal(), moodle.batch():
            assert all(result.is_done for result in moodle.template.handle(actions[:3]))
            raise error

    def told(_: int) -> None:
        raise error

    with pytest.raises(error):
        interrupted()
    with pytest.raises(error):
        rehearse(moodle, actions, told=told)

    assert site.path.read_bytes() == before
    assert held(moodle) == there
    assert apply(moodle, actions).total(Outcome.DONE) == len(actions)


@pytest.mark.parametrize("where", ["enrolling", "statement"])
def test_a_handler_that_fails_takes_only_its_own_batch_with_it(
    site: SQLiteSite,
    school: School,
    moodle: MoodleTree,
    plan: Planned,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    """What came before can still be seen by what comes after."""
    school.person("students", "1")
    school.course("A", "A.1")
    school.enrol("A.1", "1")
    school.cohorts.make("k", name="K", members=frozenset({"1"}))
    actions = plan(school, moodle).actions

    def fail(tree: MoodleTree, connection: Connection, _: object) -> None:
        connection.execute(update(tree.client.tables.user).values(city="Nowhere"))
        if where == "statement":
            connection.execute(text("INSERT INTO mdl_nothing VALUES (1)"))
        raise RuntimeError("out of paper")

    monkeypatch.setattr(enrolling, "change_enrolments", fail)
    report, rehearsal = rehearse(moodle, actions)

    reason = "no such table" if where == "statement" else "out of paper"
    assert [reason in result.reason for result in report.undone] == [True]
    assert (report.total(Outcome.DONE), report.total(Outcome.FAILED)) == (5, 1)
    assert not any("city" in call.text for call in rehearsal.calls if call.text.startswith("UPDATE"))


def test_a_batch_that_raises_is_taken_back_alone(site: SQLiteSite, moodle: MoodleTree) -> None:
    """The others stay until the end."""
    user = moodle.client.tables.user

    def city(to: str) -> None:
        with moodle.batch():
            with moodle.client.writing() as connection:
                connection.execute(update(user).values(city=to))
            if to == "Second":
                raise RuntimeError(to)

    def cities() -> set[str]:
        with moodle.client.reading() as connection:
            return set(connection.execute(text("SELECT city FROM mdl_user")).scalars())

    with moodle.rehearsal() as rehearsal:
        city("First")
        with pytest.raises(RuntimeError):
            city("Second")
        after = cities()

    assert (after, cities()) == ({"First"}, {""})
    assert [(call.text, call.count) for call in rehearsal.calls] == [("UPDATE mdl_user SET city=?", 2)]


def test_only_what_would_have_been_stored_is_shown(
    site: SQLiteSite, school: School, moodle: MoodleTree, plan: Planned
) -> None:
    """Not the attempts by which the one record is found that the database refuses."""
    for number in "123":
        school.person("students", number)
    actions = plan(school, moodle).actions
    site.account("user2")

    report, rehearsal = rehearse(moodle, actions)

    assert [result.reason for result in report.undone] == ["username 'user2' is held by account 3 already"]
    assert [call.count for call in rehearsal.calls if call.text.startswith("INSERT INTO mdl_user (")] == [2]


def _commit(connection: Connection) -> None:
    connection.commit()


def _commit_transaction(connection: Connection) -> None:
    transaction = connection.get_transaction()
    assert transaction is not None
    transaction.commit()


def _commit_by_word(connection: Connection) -> None:
    connection.execute(text("/* quietly */ COMMIT"))


def _commit_by_driver(connection: Connection) -> None:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.commit()


def _commit_by_cursor(connection: Connection) -> None:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute("END")


def _change_a_table(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE mdl_user ADD COLUMN secret_of_ann"))


def _roll_back(connection: Connection) -> None:
    connection.rollback()


@pytest.mark.parametrize(
    "commit",
    [
        _commit,
        _commit_transaction,
        _commit_by_word,
        _commit_by_driver,
        _commit_by_cursor,
        _change_a_table,
        _roll_back,
    ],
)
def test_a_commit_is_an_error(
    site: SQLiteSite,
    school: School,
    moodle: MoodleTree,
    plan: Planned,
    monkeypatch: pytest.MonkeyPatch,
    commit: Callable[[Connection], None],
) -> None:
    """In whatever way, and nothing is stored."""
    school.person("students", "1")
    school.course("A", "A.1")
    actions = plan(school, moodle).actions
    before, everything = site.path.read_bytes(), dump(site.path)
    real = group_writing.create_groups

    def and_commit(tree: MoodleTree, connection: Connection, actions: Any) -> Any:
        results = real(tree, connection, actions)
        commit(connection)
        return results

    monkeypatch.setattr(group_writing, "create_groups", and_commit)
    report, _ = rehearse(moodle, actions)

    assert [(result.action.branch if result.action else "") for result in report.undone] == ["classes"]
    assert any(
        word in report.undone[0].reason
        for word in ("takes everything back", "not authorized", "cannot go on: a handler tried")
    )
    assert (site.path.read_bytes(), dump(site.path)) == (before, everything)
    site.change("UPDATE mdl_user SET city = 'free'")


def test_after_a_commit_nothing_more_is_tried(site: SQLiteSite, moodle: MoodleTree) -> None:
    """What came after it could not be taken back."""
    with moodle.rehearsal():
        with pytest.raises(DssError, match="takes everything back"), moodle.client.writing() as connection:
            connection.commit()
        with (
            pytest.raises(DssError, match="cannot go on: a handler tried"),
            moodle.client.writing(),
        ):
            pass


def test_a_transaction_that_was_lost_ends_the_dry_run(site: SQLiteSite, moodle: MoodleTree) -> None:
    """SQLite ends one by itself when its disk is full; what ran then would be stored at once."""
    before = dump(site.path)

    def lose() -> None:
        with moodle.rehearsal(), moodle.client.writing() as connection:
            driver = connection.connection.dbapi_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_authorizer(None)
            driver.rollback()
            with pytest.raises(DssError, match="cannot go on"):
                connection.execute(update(moodle.client.tables.user).values(city="Nowhere"))

    with pytest.raises(DssError, match="the dry run"):
        lose()

    assert dump(site.path) == before


def test_a_second_connection_is_refused(site: SQLiteSite, moodle: MoodleTree) -> None:
    """What it wrote would stay."""
    with moodle.rehearsal(), pytest.raises(DssError, match="one connection"):
        moodle.client.engine.connect()

    with moodle.client.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM mdl_user")).scalar() == 2


def test_a_value_too_long_is_found(
    site: SQLiteSite, school: School, moodle: MoodleTree, plan: Planned, sync: Synced
) -> None:
    """One that the plan knows nothing of: what an ended course is called."""
    name = "x" * 95
    school.course(name)
    sync(school, moodle)
    school.courses.forget(name)
    actions = plan(school, moodle).actions

    report, rehearsal = rehearse(moodle, actions)

    assert ["`idnumber` has 105 characters" in result.reason for result in report.undone] == [True]
    assert rehearsal.calls == []


def test_a_missing_role_is_found(site: SQLiteSite, school: School, plan: Planned) -> None:
    """It was there when the plan was made."""
    moodle = site.tree()
    school.course("A")
    school.person("students", "1")
    actions = plan(school, moodle).actions
    site.change("DELETE FROM mdl_role WHERE shortname = 'student'")

    report, _ = rehearse(moodle, actions)

    (failed,) = report.undone
    assert "the site has no role of that short name" in failed.reason
    assert report.total(Outcome.DONE) == 1


def test_what_was_learnt_in_a_dry_run_is_forgotten(
    site: SQLiteSite, between: tuple[MoodleTree, list[Action]]
) -> None:
    """And what was known before is known again: the site, the groups made, the checks of values."""
    moodle, actions = between
    client = moodle.client
    known, checks = client.site, dict(client.checks)

    def learn(site_: Any) -> Any:
        return site_.course_defaults.get("format")

    with moodle.rehearsal():
        with client.writing() as connection:
            connection.execute(update(client.tables.config_plugins).values(value="xx"))
        assert learn(client.site) == "xx"
        list(moodle.template.handle(actions))
        assert client.groups_made == 2
        client.checks["students"] = {}

    assert client.site is known
    assert learn(client.site) == learn(known) != "xx"
    assert (client.groups_made, client.checks) == (0, checks)
    assert list(moodle.after_run()) == []


def test_what_would_be_left_to_do_is_told(school: School, moodle: MoodleTree, plan: Planned) -> None:
    """In the report of the dry run alone."""
    school.course("A", "A.1")

    report, _ = rehearse(moodle, plan(school, moodle).actions)

    assert [remark.split(",")[0] for remark in report.remarks] == ["1 group was made"]


def test_a_dry_run_inside_another_is_refused(moodle: MoodleTree) -> None:
    """And inside a batch."""
    with moodle.rehearsal(), pytest.raises(StateError, match="a dry run is under way"), moodle.rehearsal():
        pass
    with moodle.batch(), pytest.raises(StateError, match="a batch is under way"), moodle.rehearsal():
        pass

    with moodle.rehearsal() as rehearsal:
        assert isinstance(rehearsal, Rehearsal)


def test_a_dry_run_holds_the_lock_and_lets_go_of_it(site: SQLiteSite) -> None:
    """Others can read meanwhile, and wait with writing; it waits for others itself as a run does, and once."""
    moodle, other = site.tree(lock_seconds=0), site.tree(lock_seconds=0)

    with moodle.rehearsal():
        with moodle.client.writing() as connection:
            connection.execute(update(moodle.client.tables.user).values(city="Nowhere"))
        assert site.value("SELECT max(city) FROM mdl_user") == ""
        with pytest.raises(TemporaryError, match="locked"), other.batch():
            pass
    with other.batch(), pytest.raises(TemporaryError, match=r"locked.*try again"), moodle.rehearsal():
        pass
    with moodle.rehearsal(), moodle.batch():
        pass


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_more_than_fits_into_memory_does_not_touch_the_file(
    site: SQLiteSite, moodle: MoodleTree, mode: str
) -> None:
    """Not even while it lasts; so that a crash leaves nothing to repair, and others can read."""
    site.connection.execute(f"PRAGMA journal_mode = {mode}").fetchall()
    site.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    before, everything = site.path.read_bytes(), dump(site.path)
    rows = [{"name": f"n{number}", "value": "x" * 4000} for number in range(2000)]

    with moodle.rehearsal():
        with moodle.client.writing() as connection:
            connection.exec_driver_sql("PRAGMA cache_size = 10")
            connection.execute(insert(moodle.client.tables.config), rows)
        during = site.path.read_bytes()
        wal = site.path.with_name(f"{site.path.name}-wal")
        written = wal.stat().st_size if wal.exists() else 0
        seen = site.value("SELECT count(*) FROM mdl_config WHERE name LIKE 'n%'")

    assert during == before
    assert (written, seen) == (0, 0)
    assert dump(site.path) == everything
    assert site.path.read_bytes() == before


def test_planning_again_after_a_dry_run_finds_the_same(
    site: SQLiteSite, make_school: Callable[[], School], between: tuple[MoodleTree, list[Action]]
) -> None:
    """From the stores as they are, and from a Moodle read anew."""
    moodle, actions = between
    school = today(make_school())
    wanted = [action.message for action in actions]

    rehearse(moodle, actions)

    assert [action.message for action in make_plan(school, moodle).actions] == wanted
    +moodle
    assert [action.message for action in make_plan(school, moodle).actions] == wanted


def test_tables_that_take_nothing_back_are_refused(
    moodle: MoodleTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MariaDB may keep a table so, and a dry run would change it."""
    monkeypatch.setattr(Dialect, "without_transactions", lambda *_: {"mdl_user": "MyISAM"})

    with pytest.raises(ConfigError, match=r"`mdl_user` \(MyISAM\) stays"), moodle.rehearsal():
        pass


def test_a_lost_connection_ends_the_dry_run(
    site: SQLiteSite, moodle: MoodleTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has taken everything back by then, and a new connection would store what comes after."""
    before = dump(site.path)
    gone = OperationalError("UPDATE", {}, sqlite3.OperationalError("server has gone away"))
    gone.connection_invalidated = True

    def break_off() -> None:
        with moodle.client.writing() as connection:
            connection.invalidate()
            raise gone

    def lose() -> None:
        with moodle.rehearsal():
            with pytest.raises(TemporaryError):
                break_off()
            with pytest.raises(DssError, match="cannot go on"), moodle.client.writing():
                pass

    with pytest.raises(DssError, match="broke off"):
        lose()

    assert dump(site.path) == before
