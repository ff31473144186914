"""Write a plan file: all of it or nothing, for its owner only, a line at a time."""

from __future__ import annotations

import hashlib
import json
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import attrs

from dss.actions import Action, Kind
from dss.errors import PlanError
from dss.holding import Hold
from dss.lines import Lines
from dss.planfile.heads import FORMAT, Foot, Head, HoldHead, written
from dss.planfile.tally import Counting, Tally, label_of
from dss.private_file import whole_file

DIGEST = ',"sha256":"'
"""What stands between the bytes that the checksum is of and the checksum."""


@attrs.frozen
class Section:
    """What is written of one sync.

    Attributes:
        lines: of its two trees.
        actions: in order; they are gone through once, and never listed.
        errors: what cannot be carried out.
        holds: which of the actions are kept back.
    """

    lines: Lines
    actions: Iterable[Action]
    errors: Iterable[Action] = ()
    holds: Sequence[Hold] = ()


def write_plan(path: Path | str, head: Head, sections: Iterable[Section]) -> Foot:
    """Write a plan, in place of what may be there; a file that is there stays as it is when anything fails.

    Args:
        path: the file; a link is replaced, not followed.
        head: its first line, with a sync for each section.
        sections: what is planned.

    Raises:
        PlanError: the file cannot be written there, or a value cannot be written at all.
    """
    path = Path(path)
    check_place(path)
    try:
        with whole_file(path) as file:
            foot = _write(file, head, sections)
    except OSError as error:
        raise PlanError(f"the plan `{path}` cannot be written: {error.strerror or error}") from error
    return foot


def check_place(path: Path) -> None:
    """Look whether a plan can be written there, as far as that can be told before it is tried.

    Raises:
        PlanError: it cannot.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        found = None
    except OSError as error:
        raise PlanError(f"the plan `{path}` cannot be written: {error.strerror or error}") from error
    if found is not None and stat.S_ISDIR(found.st_mode):
        raise PlanError(f"`{path}` is a folder; name a file in it")
    # a device, too, would be replaced by a file, by whoever may do that
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise PlanError(f"`{path}` is no ordinary file; a plan is written to a file of its own")
    if found is not None and found.st_size and not path.is_symlink() and not _is_plan(path):
        raise PlanError(f"`{path}` is there already, and is no plan; name another file")
    if not path.parent.is_dir():
        raise PlanError(f"there is no folder `{path.parent}`; make it first")


def _is_plan(path: Path) -> bool:
    """Whether a file begins as a plan does, whole or not; the configuration, say, is not written over."""
    begin = encoded({"format": FORMAT})[:-1].encode("ascii")
    try:
        with path.open("rb") as file:
            return file.read(len(begin)) == begin
    except OSError:
        return False


def _write(file: IO[bytes], head: Head, sections: Iterable[Section]) -> Foot:
    digest = hashlib.sha256()

    def put(text: str) -> None:
        data = text.encode("ascii")
        digest.update(data)
        file.write(data)

    put(encoded({"format": FORMAT, "version": head.version, **written(head)}) + "\n")
    tallies: list[Tally] = []
    holds: list[tuple[HoldHead, ...]] = []
    errors: list[Mapping[str, int]] = []
    for place, section in enumerate(sections):
        counted = _Counted()
        for line in _lines(place, section, counted):
            put(line)
        tallies.append(counted.tally())
        holds.append(tuple(map(HoldHead.of, section.holds)))
        errors.append(dict(counted.errors))
    if len(tallies) != len(head.syncs):
        raise PlanError(f"a plan of {len(head.syncs)} syncs was given the actions of {len(tallies)}")
    foot = written(Foot(tuple(tallies), tuple(holds), tuple(errors)))
    del foot["sha256"]
    put(encoded({"end": True, **foot})[:-1])
    sum_ = digest.hexdigest()
    put(f'{DIGEST}{sum_}"}}\n')
    return Foot(tuple(tallies), tuple(holds), tuple(errors), sum_)


class _Counted:
    """What has passed by of one sync."""

    def __init__(self) -> None:
        self.ready, self.held, self.quiet = Counting(), Counting(), Counting()
        self.undo = {"partly": Counting(), "not": Counting()}
        self.errors = Counter[str]()

    def tally(self) -> Tally:
        return Tally(
            self.ready.counts(),
            self.held.counts(),
            self.quiet.counts(),
            self.undo["partly"].counts(),
            self.undo["not"].counts(),
        )


def _lines(place: int, section: Section, counted: _Counted) -> Iterator[str]:
    holding = numbers_of(section.holds)
    front = f'{{"sync":{place},'
    for at, action in enumerate(section.actions):
        if action.place < 0:
            action.place = at
        line, label = section.lines.dump(action), label_of(action)
        held = holding.get(action.key) if holding else None
        if held is None:
            counted.ready.add(action.branch, label)
            undo = section.lines.undo_of(action)
            if undo in counted.undo:
                counted.undo[undo].add(action.branch, label)
            yield f"{front}{line[1:]}\n"
        else:
            quiet = all(section.holds[number].quiet for number in held)
            (counted.quiet if quiet else counted.held).add(action.branch, label)
            yield f'{front}"held":{encoded(held)},{line[1:]}\n'
    for error in section.errors:
        assert error.kind is Kind.ERROR
        counted.errors[error.branch] += 1
        yield f"{front}{section.lines.dump(error)[1:]}\n"


def numbers_of(holds: Sequence[Hold]) -> dict[tuple[str, ...], list[int]]:
    """For what is held, by its key: the numbers of its holds."""
    found: dict[tuple[str, ...], list[int]] = {}
    for number, hold in enumerate(holds):
        for action in hold.actions:
            numbers = found.setdefault(action.key, [])
            if number not in numbers:
                numbers.append(number)
    return found


def encoded(value: Any) -> str:
    """JSON in one line of ASCII."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
