"""Plan files: written whole or not at all, read as a stream, and refused when they are not as they were written."""

from __future__ import annotations

import datetime
import json
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from core.tests.conftest import plant

import dss.school
from dss import Action
from dss.errors import PlanError
from dss.holding import Because, Hold
from dss.lines import Lines
from dss.planfile import BranchHead, Head, PlanFile, Section, SyncHead, write_plan
from dss.policies import Limit
from dss.sources import Source

NASTY = 'Zoë "O\'Neil"\r\n\t\x1b[31m\x85\u2028 王 😀 \ud800'


class Students(dss.school.Students):
    pass


LINES = Lines(plant(Students, name="left"), plant(Students, name="right"))
SYNC = SyncHead(
    "sync[0]",
    "sis",
    "moodle",
    "exports",
    "moodle at school",
    (Source("students.csv", "abc", datetime.datetime(2026, 8, 1, tzinfo=datetime.UTC)),),
    (BranchHead("students", 3, 4, (), {"guardians": "$frozenset"}),),
    ("two rows passed over",),
    (),
)
HEAD = Head(datetime.datetime(2026, 8, 1, 3, tzinfo=datetime.UTC), "root", {"dss": "1"}, (SYNC,))


def actions() -> list[Action]:
    """One of every kind, two of them held."""
    right = LINES._right.tree.students
    ana = right.build({"idnumber": "1", "given_name": NASTY})
    found = [
        Action("new", "students", "1", ana, ana),
        Action("update", "students", "2", ana, None, "email", was="a", wanted=NASTY),
        Action("add", "students", "2", ana, None, "guardians", "7", frozenset(), frozenset("7")),
        Action("old", "students", "8", None, ana, removal=True),
        Action("old", "students", "9", None, ana, removal=True),
    ]
    for place, action in enumerate(found):
        action.place = place
    return found


def section(found: list[Action]) -> Section:
    """With a hold, and with something that needs attention."""
    held = [
        Hold("students", "too many", found[3:4], Because.BUDGET, budget=Limit(1, 0.5)),
        Hold("students", "not ours", found[4:], Because.FOREIGN, quiet=True),
    ]
    errors = [Action("error", "students", "5", attribute="email", error=f"is {NASTY!r}")]
    return Section(LINES, iter(found), errors, held)


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    path = tmp_path / "night.plan"
    write_plan(path, HEAD, [section(actions())])
    return path


def test_what_was_written_is_read_again(file: Path) -> None:
    """Head, foot, actions in their order with their holds, and what needs attention."""
    found = PlanFile(file)
    foot = found.verify()
    lines = list(found.lines(0))

    assert found.head == HEAD
    assert [LINES.load(line).key for line, _ in lines] == [action.key for action in actions()]
    assert [held for _, held in lines] == [(), (), (), (0,), (1,)]
    assert [error.error for error in found.errors(0)] == [f"is {NASTY!r}"]
    assert foot.counts[0].ready == {"students": {"new": 1, "update": 1, "add": 1}}
    assert foot.counts[0].held == {"students": {"old": 1}}
    assert foot.counts[0].quiet == {"students": {"old": 1}}
    assert foot.counts[0].total == 5
    assert foot.errors == ({"students": 1},)
    first, second = foot.holds[0]
    assert (first.scope, first.reason, first.because) == ("students", "too many", Because.BUDGET)
    assert (first.budget, first.count, first.quiet) == (Limit(1, 0.5), 1, False)
    assert (second.because, second.quiet) == (Because.FOREIGN, True)


def test_every_line_is_json_with_its_sync(file: Path) -> None:
    """The first says which format and version it is, the last bears the checksum of all before it."""
    head, *lines, foot = map(json.loads, file.read_text(encoding="ascii").splitlines())

    assert (head["format"], head["version"]) == ("dss-plan", 1)
    assert {line["sync"] for line in lines} == {0}
    assert all({"was", "wanted"} <= line.keys() for line in lines[:-1])
    assert lines[-1]["kind"] == "error"
    assert foot["end"] is True
    assert len(foot["sha256"]) == 64


def test_two_syncs_keep_to_themselves(tmp_path: Path) -> None:
    """Each has its own lines, counts and holds."""
    head = attrs.evolve(HEAD, syncs=(SYNC, attrs.evolve(SYNC, name="sync[1]")))
    write_plan(tmp_path / "plan", head, [section(actions()), Section(LINES, actions()[:1])])

    found = PlanFile(tmp_path / "plan")

    assert len(list(found.lines(0))) == 5
    assert len(list(found.lines(1))) == 1
    assert list(found.errors(1)) == []
    assert found.verify().counts[1].total == 1


def test_only_its_owner_may_read_it(file: Path) -> None:
    """There are names in it, whatever the umask says."""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("place", range(7))
def test_a_file_that_ends_early_is_refused(file: Path, place: int) -> None:
    """After whichever line, and in the middle of it."""
    lines = file.read_bytes().splitlines(keepends=True)
    for end in (b"", lines[place][: len(lines[place]) // 2], lines[place][:-1]):
        file.write_bytes(b"".join(lines[:place]) + end)

        with pytest.raises(PlanError, match=r"cut short|is empty|is no plan|not as it was written"):
            PlanFile(file).verify()


def test_one_byte_changed_anywhere_is_noticed(file: Path) -> None:
    """In a value, a count, a name or the checksum itself."""
    write_plan(file, HEAD, [Section(LINES, actions()[1:2])])
    whole = file.read_bytes()

    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(PlanError):
            PlanFile(file).verify()


def _doubled(whole: bytes) -> bytes:
    return whole + whole.splitlines(keepends=True)[-1]


def _swapped(whole: bytes) -> bytes:
    head, first, second, *rest = whole.splitlines(keepends=True)
    return b"".join([head, second, first, *rest])


def _shortened(whole: bytes) -> bytes:
    head, _, *rest = whole.splitlines(keepends=True)
    return b"".join([head, *rest])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_doubled, "goes on after its last line"),
        (lambda whole: whole + b"\n", "goes on after its last line"),
        (lambda whole: whole + whole, "goes on after its last line"),
        (_swapped, "checksum"),
        (_shortened, "checksum"),
        (lambda whole: whole.replace(b"\n", b"\r\n"), "lines end as on Windows"),
        (lambda whole: whole.replace(b'"version":1', b'"version":2', 1), "plan of version 2"),
        (lambda whole: whole.replace(b'"version":1', b'"version":"1"', 1), "plan of version '1'"),
        (lambda whole: whole.replace(b'"made"', b'"maid"', 1), "first line is not as one is written"),
        (lambda whole: b"\xef\xbb\xbf" + whole, "is no plan"),
        (lambda whole: b"", "is empty"),
        (lambda whole: b"\n", "is no plan"),
        (lambda whole: os.urandom(4000), "is no plan"),
        (lambda whole: b"\x00" * 4000, "is no plan"),
        (lambda whole: b'{"format": "dss-plan"}\n', "plan of version None"),
        (lambda whole: b'["dss-plan"]\n', "is no plan"),
        (lambda whole: b'{"a":' * 90000 + b'"dss-plan"\n', "is no plan"),
        (lambda whole: b'{"format":"dss-plan",' + b'"a":{' * 90000 + b"\n", "cannot be read"),
        (lambda whole: whole.decode("ascii").encode("utf-16"), "is no plan"),
    ],
)
def test_whatever_else_it_is_is_told(file: Path, change: Callable[[bytes], bytes], told: str) -> None:
    """A plan that nobody has written must not be believed, and never ends in a traceback."""
    file.write_bytes(change(file.read_bytes()))

    with pytest.raises(PlanError, match=told) as caught:
        PlanFile(file).verify()
    assert str(file) in str(caught.value)


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """A folder, a pipe, nothing at all."""
    os.mkfifo(tmp_path / "pipe")

    for name, told in ((".", "no ordinary file"), ("pipe", "no ordinary file"), ("no", "there is no plan")):
        with pytest.raises(PlanError, match=told):
            PlanFile(tmp_path / name)


def test_a_file_replaced_while_it_is_read_is_noticed(file: Path) -> None:
    """What was checked must be what is applied."""
    found = PlanFile(file)
    found.verify()

    write_plan(file, HEAD, [Section(LINES, [])])

    with pytest.raises(PlanError, match="changed while it was read"):
        list(found.lines(0))


def _left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_failure_leaves_what_was_there(file: Path) -> None:
    """Neither half a plan nor the beginnings of one."""
    before = file.read_bytes()

    def broken() -> Iterator[Action]:
        yield actions()[0]
        raise RuntimeError("the source went away")

    with pytest.raises(RuntimeError):
        write_plan(file, HEAD, [Section(LINES, broken())])
    with pytest.raises(PlanError, match=r"students\.email holds a `object`"):
        write_plan(
            file,
            HEAD,
            [Section(LINES, [Action("update", "students", "1", attribute="email", wanted=object())])],
        )

    assert file.read_bytes() == before
    assert _left_behind(file.parent) == ["night.plan"]


def test_a_plan_takes_the_place_of_the_last_one(file: Path) -> None:
    """At once, whatever rights the last one had."""
    file.chmod(0o644)

    write_plan(file, HEAD, [Section(LINES, [])])

    assert PlanFile(file).verify().counts[0].total == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert _left_behind(file.parent) == ["night.plan"]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """Whoever puts a link there must not choose what is overwritten."""
    (tmp_path / "precious").write_text("precious", encoding="utf-8")
    (tmp_path / "plan").symlink_to("precious")
    (tmp_path / "dangling").symlink_to("nowhere")

    for name in ("plan", "dangling"):
        write_plan(tmp_path / name, HEAD, [Section(LINES, [])])

    assert (tmp_path / "precious").read_text(encoding="utf-8") == "precious"
    assert _left_behind(tmp_path) == ["dangling", "plan", "precious"]
    assert not (tmp_path / "plan").is_symlink()


def test_what_is_no_plan_is_not_written_over(tmp_path: Path) -> None:
    """The configuration, or an export; an earlier plan is, whole or not, and a file with nothing in it."""
    config, cut, empty = (tmp_path / name for name in ("dss.toml", "cut.plan", "empty.plan"))
    config.write_text("[trees.sis]\n", encoding="utf-8")
    cut.write_text('{"format":"dss-plan","version":1', encoding="utf-8")
    empty.touch()

    with pytest.raises(PlanError, match="is there already, and is no plan"):
        write_plan(config, HEAD, [Section(LINES, [])])
    for file in (cut, empty):
        write_plan(file, HEAD, [Section(LINES, [])])
        PlanFile(file).verify()

    assert config.read_text(encoding="utf-8") == "[trees.sis]\n"


def test_places_that_cannot_hold_a_plan_are_named(tmp_path: Path) -> None:
    """A folder, a device, a folder that is not there."""
    (tmp_path / "null").symlink_to(os.devnull)

    for path, told in (
        (tmp_path, "is a folder"),
        (Path(os.devnull), "no ordinary file"),
        (tmp_path / "null", "no ordinary file"),
        (tmp_path / "no" / "plan", "there is no folder"),
        (tmp_path / ("n" * 300), "cannot be written"),
    ):
        with pytest.raises(PlanError, match=told):
            write_plan(path, HEAD, [Section(LINES, [])])
    assert _left_behind(tmp_path) == ["null"]


FULL = """
import resource, sys
from core.tests.test_planfile import HEAD, LINES, section, actions
from dss.planfile import write_plan
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_plan(sys.argv[1], HEAD, [section(actions())])
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_full_disk_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    """The system says so in the middle of a line."""
    root = Path(__file__).parents[2]

    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "plan")],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith("PlanError the plan ")
    assert "File too large" in done.stdout
    assert _left_behind(tmp_path) == []


def test_a_number_of_syncs_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    """The first line promises one."""
    with pytest.raises(PlanError, match="1 syncs"):
        write_plan(tmp_path / "plan", HEAD, [])
    assert _left_behind(tmp_path) == []


def test_actions_are_written_and_read_one_at_a_time(tmp_path: Path) -> None:
    """Neither side keeps a list of them."""
    alive: list[int] = []
    highest = 0

    class Counted(Action):
        def __del__(self) -> None:
            alive.pop()

    def many() -> Iterator[Any]:
        nonlocal highest
        for number in range(2000):
            alive.append(number)
            highest = max(highest, len(alive))
            yield Counted("update", "students", str(number), attribute="email", wanted="a")

    write_plan(tmp_path / "plan", HEAD, [Section(LINES, many())])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = sum(1 for _ in PlanFile(tmp_path / "plan").lines(0))

    assert highest <= 3
    assert count == 2000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
