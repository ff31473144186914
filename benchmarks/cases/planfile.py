"""A plan of very many actions, written into a file and shown from it. The subject is how many."""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import dss.school
from benchmarks.measure import Measured
from dss import Action, DataStoreBranch, DataStoreTree
from dss.launcher.group import dss_run
from dss.lines import Lines
from dss.ordering import Actions
from dss.planfile import BranchHead, Head, PlanFile, Section, SyncHead, write_plan

NAME = "benchmark.plan"


class SchoolBranches(DataStoreBranch):
    """What the school has."""


class Students(dss.school.Students, SchoolBranches):
    """Its students."""


class School(DataStoreTree):
    """A school that has been read, as far as the plan needs it."""

    __branches__: ClassVar[type] = SchoolBranches


def differences(left: Any, right: Any, count: int) -> Iterator[Action]:
    """Of every kind: half of them new records, as on the day on which a system is taken over."""
    for number in range(count):
        idnumber = f"{number:08}"
        values = {
            "idnumber": idnumber,
            "given_name": "Ada",
            "family_name": f"Berg-{number}",
            "email": f"ada.berg.{number}@pupils.school.example",
            "username": f"aberg{number}",
            "enabled": True,
            "grade": "7",
            "homeroom": "7a",
            "guardians": frozenset((f"G{number}", f"G{number + 1}")),
        }
        item = left.build(values)
        match number % 4:
            case 0 | 1:
                yield Action("new", "students", idnumber, item, right.build(values))
            case 2:
                yield Action(
                    "update", "students", idnumber, item, None, "email", was="old", wanted=item.email
                )
            case _:
                yield Action("old", "students", idnumber, None, item, removal=True, native=number)


def plan_written(folder: Path, count: int) -> Measured:
    """Put the actions of a comparison in order, as a plan does, and write them; the records are elsewhere."""
    left, right = School(name="left"), School(name="right")
    pairs = [(left.students, right.students)]
    branch = BranchHead("students", count, count, (), {"guardians": "$frozenset"})
    sync = SyncHead("sync[0]", "left", "right", "left", "right", (), (branch,))
    head = Head(datetime.now(UTC), "benchmark", {}, (sync,))
    measured = Measured()
    with measured.phase("sort"):
        actions = Actions(pairs)
        for action in differences(*pairs[0], count):
            actions.add(action)
    with measured.phase("write"):
        foot = write_plan(folder / NAME, head, [Section(Lines(left, right), actions)])
    measured.facts = {"actions": foot.counts[0].total, "bytes": (folder / NAME).stat().st_size}
    return measured


def plan_shown(folder: Path, count: int) -> Measured:
    """`dss-run show`, all of it, into nothing."""
    measured = Measured()
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nothing,
        measured.phase("show"),
        contextlib.redirect_stdout(nothing),
        contextlib.suppress(SystemExit),
    ):
        dss_run.main(["show", str(folder / NAME)], prog_name="dss-run")
    measured.facts = {"actions": PlanFile(folder / NAME).verify().counts[0].total}
    return measured
