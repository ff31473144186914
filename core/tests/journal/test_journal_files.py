"""The journal's file: whose it is, and that it can be looked at."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dss.errors import JournalError
from dss.journal import Journal, RunState
from dss.lock import one_at_a_time

if TYPE_CHECKING:
    from core.tests.journal.conftest import Book, InChild

    Begin = Callable[[Path], int]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="owners, forks and signals as in POSIX")
NOBODY = 65534


def modes(state: Path) -> dict[str, int]:
    """The permissions of the folder and of everything in it."""
    found = {one.name: stat.S_IMODE(one.stat().st_mode) for one in state.iterdir()}
    return {"": stat.S_IMODE(state.stat().st_mode), **found}


@pytest.fixture
def common() -> Iterator[Path]:
    """A folder that any account can enter, which pytest's are not."""
    folder = Path(tempfile.mkdtemp(prefix="dss-journal-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


needs_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root can play another account"
)


# -- whose it is -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_only_the_owner_can_read_it(tmp_path: Path, mask: int) -> None:
    """Folder, database, log and index, whatever mask the account has."""
    state = tmp_path / "deep" / "state"
    (tmp_path / "deep").mkdir()
    old = os.umask(mask)
    try:
        with Journal.open(state) as journal:
            journal.begin("apply", config={}, syncs=[])

            found = modes(state)
    finally:
        os.umask(old)

    assert found == {"": 0o700, **{f"journal.sqlite{end}": 0o600 for end in ("", "-wal", "-shm")}}


def test_a_journal_that_others_could_read_is_closed_to_them(tmp_path: Path, begin: Begin) -> None:
    """Put back from a backup, say, into a folder made by hand."""
    state = tmp_path / "state"
    begin(state)
    state.chmod(0o775)
    (state / "journal.sqlite").chmod(0o644)

    begin(state)

    assert modes(state) == {"": 0o700, "journal.sqlite": 0o600}


def test_a_state_folder_made_by_hand_is_closed_also_while_it_is_locked(tmp_path: Path, begin: Begin) -> None:
    """As every command that writes finds it: the lock comes first, and is nothing of anybody else's."""
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(0o777)

    with one_at_a_time(state, "apply"):
        begin(state)

        assert modes(state)[""] == 0o700


def test_a_folder_with_other_things_in_it_is_left_as_it_is(tmp_path: Path, begin: Begin) -> None:
    """`state = "."` must not lock a group of administrators out; the journal itself is closed."""
    (tmp_path / "dss.toml").write_text("")
    tmp_path.chmod(0o775)

    begin(tmp_path)

    assert modes(tmp_path)[""] == 0o775
    assert modes(tmp_path)["journal.sqlite"] == 0o600


def test_a_folder_that_anybody_may_write_is_refused(tmp_path: Path, begin: Begin) -> None:
    """Somebody could put another journal there, with approvals in it; where only owners may remove, nobody can."""
    (tmp_path / "dss.toml").write_text("")
    tmp_path.chmod(0o777)

    with pytest.raises(JournalError, match="anybody may write to the state folder"):
        Journal.open(tmp_path)

    tmp_path.chmod(0o1777)
    assert begin(tmp_path) == 1


def test_a_link_for_a_folder_is_followed(tmp_path: Path, begin: Begin) -> None:
    """An administrator may want it on another disk."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "state").symlink_to(tmp_path / "disk")

    assert begin(tmp_path / "state") == 1

    assert (tmp_path / "disk" / "journal.sqlite").exists()


def test_a_link_for_the_file_is_refused(tmp_path: Path, begin: Begin) -> None:
    """SQLite keeps its log beside the real file, and another name for it is another lock."""
    begin(tmp_path / "real")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "journal.sqlite").symlink_to(tmp_path / "real" / "journal.sqlite")

    for way in (Journal.open, Journal.look):
        with pytest.raises(JournalError, match="is a symbolic link"):
            way(tmp_path / "state")


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    """Without waiting for anybody to write into it."""
    path = tmp_path / "journal.sqlite"
    if kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)

    for way in (Journal.open, Journal.look):
        with pytest.raises(JournalError, match="is no file"):
            way(tmp_path)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """A file in its place, say; looking finds nothing there."""
    (tmp_path / "state").write_text("")

    with pytest.raises(JournalError, match="cannot be opened"):
        Journal.open(tmp_path / "state")
    with pytest.raises(JournalError, match="cannot be opened"):
        Journal.open(tmp_path / "state" / "deeper")
    assert Journal.look(tmp_path / "state") is None


@needs_root
def test_another_accounts_journal_is_refused(common: Path, in_child: InChild, begin: Begin) -> None:
    """Whoever owns it could write approvals into it."""
    begin(common / "state")
    (common / "state").chmod(0o777)
    (common / "state" / "journal.sqlite").chmod(0o666)
    (common / "state" / "other").write_text("")

    assert in_child(lambda: Journal.open(common / "state"), user=NOBODY) == 3

    (common / "state").chmod(0o1777)
    assert in_child(lambda: Journal.open(common / "state"), user=NOBODY) == 3


@needs_root
def test_another_accounts_folder_is_refused(common: Path, in_child: InChild) -> None:
    """Also when there is no journal in it yet; one of root's is not, since root can do everything anyway."""
    (common / "state").mkdir()
    (common / "state").chmod(0o777)
    os.chown(common / "state", 4242, 4242)
    assert in_child(lambda: Journal.open(common / "state"), user=NOBODY) == 3

    os.chown(common / "state", 0, NOBODY)
    (common / "state").chmod(0o770)
    assert in_child(lambda: Journal.open(common / "state"), user=NOBODY) == 0


@needs_root
def test_what_root_makes_belongs_to_the_account_of_the_folder(
    common: Path, in_child: InChild, begin: Begin
) -> None:
    """An administrator who tries something out must not lock the nightly run out."""
    (common / "state").mkdir(mode=0o700)
    os.chown(common / "state", NOBODY, NOBODY)
    begin(common / "state")

    with Journal.open(common / "state") as journal:
        journal.begin("apply", config={}, syncs=[])
        owners = {one.stat().st_uid for one in (common / "state").iterdir()}

    assert owners == {NOBODY}
    assert in_child(lambda: begin(common / "state"), user=NOBODY) == 0


# -- looking -----------------------------------------------------------------------------------------------------------


def test_looking_changes_nothing(book: Book) -> None:
    """Neither the file, nor what lies beside it; and nothing can be written."""
    run = book.plan(book.actions(3))
    book.journal.close()
    before = {one.name: one.read_bytes() for one in book.state.iterdir()}

    with Journal.look(book.state) as journal:  # type: ignore[union-attr]
        assert len(list(journal.entries(run))) == 3
        with pytest.raises(JournalError, match="for reading only"):
            journal.begin("apply", config={}, syncs=[])

    assert {one.name: one.read_bytes() for one in book.state.iterdir()} == before


def test_looking_sees_what_a_run_under_way_has_written(book: Book) -> None:
    """And does not disturb it."""
    run = book.plan(book.actions(3))

    with Journal.look(book.state) as journal:  # type: ignore[union-attr]
        assert [row.number for row in journal.unfinished()] == [run]
        book.journal.intend(run, 0, [0, 1])
        assert len(list(journal.entries(run, in_doubt=True))) == 2
        book.journal.end(run, RunState.DONE, 0)
        assert journal.unfinished() == []


def test_an_empty_file_is_no_journal(tmp_path: Path, begin: Begin) -> None:
    """A process may have died just after making it; opening it gives it its tables."""
    (tmp_path / "journal.sqlite").touch()

    assert Journal.look(tmp_path) is None

    assert begin(tmp_path) == 1


@pytest.mark.parametrize("state_of", ["closed", "open", "killed"])
def test_looking_works_where_nothing_may_be_written(
    common: Path, state_of: str, in_child: InChild, begin: Begin
) -> None:
    """Whether the journal is closed, open elsewhere, or was left behind by a process that died."""
    state = common / "state"
    begin(state)
    journal = None
    if state_of == "open":
        journal = Journal.open(state)
        journal.begin("apply", config={}, syncs=[])
    elif state_of == "killed":

        def die() -> None:
            Journal.open(state).begin("apply", config={}, syncs=[])
            os.kill(os.getpid(), signal.SIGKILL)

        assert in_child(die) == -signal.SIGKILL
        (state / "journal.sqlite-shm").unlink()
    for one in (*state.iterdir(), state):
        one.chmod(0o755 if one.is_dir() else 0o644)
    if os.geteuid() != 0:
        for one in (*state.iterdir(), state):
            one.chmod(0o555 if one.is_dir() else 0o444)
    before = sorted(one.name for one in state.iterdir())

    def look() -> None:
        found = Journal.look(state)
        assert found is not None
        assert len(found.runs()) == (1 if state_of == "closed" else 2)
        found.close()

    assert in_child(look, user=NOBODY) == 0

    assert sorted(one.name for one in state.iterdir()) == before
    if journal is not None:
        journal.close()
    state.chmod(0o755)


@needs_root
def test_a_journal_that_may_not_be_read_is_an_error(common: Path, in_child: InChild, begin: Begin) -> None:
    """Not the same as none."""
    begin(common / "state")
    assert in_child(lambda: Journal.look(common / "state"), user=NOBODY) == 3

    (common / "state").chmod(0o755)
    assert in_child(lambda: Journal.look(common / "state"), user=NOBODY) == 3
