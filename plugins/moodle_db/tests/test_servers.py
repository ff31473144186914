"""What only a server has: accounts with few rights, locks of others, connections that break, collations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from dss.apply import apply
from dss.drift import Drift
from dss.errors import ReadError
from dss.keys import key
from dss.plan import make_plan
from dss.report import Report

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import School, ServerSite, Synced

    from dss_moodle_db.branches import MoodleTree

README = Path(__file__).parents[1] / "README.md"
SECRET = "choose-a-long-one"


def is_postgresql(site: ServerSite) -> bool:
    """Whether it is the one, or the other."""
    return site.engine.dialect.name == "postgresql"


@pytest.fixture
def modest(on_server: ServerSite) -> Iterator[str]:
    """The URL of a site for an account that has just what the README grants."""
    site = on_server
    blocks = re.findall(r"```sql\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = (block for block in blocks if ("CREATE ROLE" in block) is is_postgresql(site))
    database = make_url(site.url).database
    for statement in block.replace("moodle.", f"{database}.").split(";"):
        if statement.strip():
            site.connection.exec_driver_sql(statement.replace("%", "%%"))
    url = make_url(site.url).set(username="dss", password=SECRET)
    if not is_postgresql(site):
        url = url.set(host="localhost" if url.host is None else url.host)
    yield url.render_as_string(hide_password=False)
    for tree in site.trees:
        tree.close()
    if is_postgresql(site):
        site.change("DROP OWNED BY dss")
        site.change("DROP ROLE dss")
    else:
        site.change("DROP USER dss@'127.0.0.1'")


def busy_school(school: School) -> None:
    """Something of every kind."""
    school.course("MA", "MA.1", "MA.2")
    school.person("teachers", "T1")
    for number in (1, 2, 3):
        school.person("students", f"S{number}")
        school.enrol("MA.1", f"S{number}")
    school.enrol("MA.1", "T1", "teacher")


def test_what_the_readme_grants_is_enough(
    on_server: ServerSite, modest: str, school: School, sync: Synced
) -> None:
    """Made, changed, moved, ended; and `check` finds nothing to mend."""
    tree = on_server.tree(url=modest)
    busy_school(school)

    made = sync(school, tree)
    school.students.get("S1").family_name = "Changed"
    school.classes.get("MA.2").name = "Changed"
    school.students.forget("S2")
    school.enrollments.forget(key("MA.1", "S2", "student"))
    changed = sync(school, tree)

    assert (made.undone, changed.undone) == ([], [])
    assert [f.text for f in tree.check() if f.level == "error"] == []


def test_a_right_that_lacks_is_named(on_server: ServerSite, modest: str, school: School) -> None:
    """By `check`, with the table; and a run that needs it writes nothing."""
    site = on_server
    table = "mdl_cohort_members"
    if not is_postgresql(site):
        table = f"{make_url(site.url).database}.{table}"
    whom = "dss" if is_postgresql(site) else "dss@'127.0.0.1'"
    site.change(f"REVOKE INSERT ON {table} FROM {whom}")
    tree = site.tree(url=modest)
    school.person("students", "S1")

    (found,) = (f.text for f in tree.check() if f.level == "error")
    report = run(school, tree)

    assert "mdl_cohort_members" in found
    assert SECRET not in found
    assert len(report.undone) == 1
    assert site.value("SELECT count(*) FROM mdl_user WHERE idnumber = 'S1'") == 0


# -- others at the same time -------------------------------------------------------------------------------------------


def run(school: School, tree: MoodleTree) -> Report:
    """Read in, plan, carry out."""
    +tree
    return apply(tree, make_plan(school, tree).actions, drift=Drift(tree))


@contextmanager
def somebody(site: ServerSite) -> Iterator[Connection]:
    """Another program with a transaction of its own, such as Moodle."""
    engine = create_engine(site.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def touch(connection: Connection, idnumber: str, city: str = "Elsewhere") -> None:
    """Change an account, and so lock its row."""
    statement = text("UPDATE mdl_user SET city = :city WHERE idnumber = :idnumber")
    connection.execute(statement, {"city": city, "idnumber": idnumber})


def with_changes(site: ServerSite, school: School, sync: Synced) -> None:
    """Three students in Moodle, each with another name in the school."""
    for number in (1, 2, 3):
        school.person("students", f"S{number}")
    sync(school, site.tree())
    for number in (1, 2, 3):
        school.students.get(f"S{number}").family_name = "Changed"


def waiting(site: ServerSite) -> list[int]:
    """The server's numbers of our connections that wait for a lock."""
    if is_postgresql(site):
        query = (
            "SELECT pid AS id FROM pg_stat_activity WHERE application_name = 'datastoresync'"
            " AND datname = current_database() AND wait_event_type = 'Lock'"
        )
    else:
        query = "SELECT trx_mysql_thread_id AS id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
    return [row["id"] for row in site.rows(query)]


def until_it_waits(site: ServerSite, running: Future[Report]) -> int:
    """The one connection of ours that waits."""
    ends = monotonic() + 20
    while monotonic() < ends and not running.done():
        found = waiting(site)
        if found:
            return found[0]
        # MariaDB looks anew only when it has not been asked for a tenth of a second
        sleep(0.15)
    raise AssertionError("the run did not wait for the lock")


def names(site: ServerSite) -> list[str]:
    """What the students are called in Moodle."""
    rows = site.rows("SELECT lastname FROM mdl_user WHERE idnumber LIKE 'S%' ORDER BY idnumber")
    return [row["lastname"] for row in rows]


def test_a_row_that_somebody_has_locked_is_waited_for(
    on_server: ServerSite, school: School, sync: Synced
) -> None:
    """And then read again: what somebody wrote meanwhile is not overwritten unseen."""
    with_changes(on_server, school, sync)
    tree = on_server.tree()
    with somebody(on_server) as other, ThreadPoolExecutor(1) as pool:
        other.execute(text("UPDATE mdl_user SET lastname = 'By hand' WHERE idnumber = 'S2'"))
        running = pool.submit(run, school, tree)
        until_it_waits(on_server, running)
        other.commit()
        report = running.result(60)

    assert [result.action.idnumber for result in report.undone if result.action] == ["S2"]
    assert names(on_server) == ["Changed", "By hand", "Changed"]


def test_a_lock_that_lasts_is_told(on_server: ServerSite, school: School, sync: Synced) -> None:
    """After `lock_seconds`; nothing is half done, and the next run does it."""
    with_changes(on_server, school, sync)
    before = names(on_server)
    tree = on_server.tree(lock_seconds=1)
    with somebody(on_server) as other:
        touch(other, "S2")
        report = run(school, tree)
        assert len(report.undone) == 3
        assert all("cannot be" in result.reason for result in report.undone)
        assert names(on_server) == before
        other.rollback()

    assert run(school, tree).undone == []
    assert names(on_server) == ["Changed"] * 3


def test_a_deadlock_is_tried_again(on_server: ServerSite, school: School, sync: Synced) -> None:
    """Whoever of the two the server has chosen, our work is done in the end."""
    with_changes(on_server, school, sync)
    tree = on_server.tree()
    with somebody(on_server) as other, ThreadPoolExecutor(1) as pool:
        touch(other, "S3")
        running = pool.submit(run, school, tree)
        until_it_waits(on_server, running)
        try:
            touch(other, "S1")
            other.commit()
        except DBAPIError:
            other.rollback()
        report = running.result(60)

    assert report.undone == []
    assert names(on_server) == ["Changed"] * 3


def test_a_connection_that_is_cut_is_opened_again(
    on_server: ServerSite, school: School, sync: Synced
) -> None:
    """In the middle of a batch, by the administrator; the batch is done again as a whole."""
    with_changes(on_server, school, sync)
    tree = on_server.tree()
    with somebody(on_server) as other, ThreadPoolExecutor(1) as pool:
        touch(other, "S3")
        running = pool.submit(run, school, tree)
        number = until_it_waits(on_server, running)
        end = f"SELECT pg_terminate_backend({number})" if is_postgresql(on_server) else f"KILL {number}"
        on_server.change(end)
        other.rollback()
        report = running.result(60)

    assert report.undone == []
    assert names(on_server) == ["Changed"] * 3


def test_a_statement_that_takes_too_long_is_ended(on_server: ServerSite) -> None:
    """By the server, after `statement_seconds`."""
    client = on_server.tree(statement_seconds=1).client
    began = monotonic()

    many = ", ".join(f"information_schema.columns AS c{number}" for number in range(3))
    with pytest.raises(ReadError), client.reading() as connection:
        connection.execute(text(f"SELECT count(*) FROM {many}"))

    assert monotonic() - began < 15


def test_keys_are_compared_letter_by_letter(on_server: ServerSite, school: School, sync: Synced) -> None:
    """MariaDB takes these for one; each person keeps an account, and the next plan is empty."""
    for number, idnumber in enumerate(("asa", "Åsa", "ASA", "åsa")):
        school.person("students", idnumber, username=f"user{number}")

    first, second = sync(school, on_server.tree()), sync(school, on_server.tree())

    assert (first.undone, second.undone, second.counts) == ([], [], {})
    assert on_server.value("SELECT count(*) FROM mdl_user WHERE username LIKE 'user_'") == 4
