"""A plan file of very many actions: what writing and showing it takes in memory."""

import json

from benchmarks.figures import Figure
from benchmarks.measure import Measured
from benchmarks.runs import WrongResultError, python
from benchmarks.setting import Part, Setting

LIMIT = 200
CASES = {"plan_written": "writing", "plan_shown": "showing"}


def planfile(setting: Setting) -> Part:
    """Written by one process, shown by another, neither of which holds any records of a system."""
    folder, count = setting.work / "planfile", setting.large
    folder.mkdir(exist_ok=True)
    figures = []
    for case, what in CASES.items():
        told = python(["-m", "benchmarks.child", case, str(count), str(folder)])
        measured = Measured(**json.loads(told))
        if measured.facts["actions"] != count:
            raise WrongResultError(f"{case}: {measured.facts['actions']} actions; there are {count}")
        seconds = ", ".join(f"{name} {phase['cpu']:.1f} s" for name, phase in measured.phases.items())
        setting.say(f"planfile {what} {count:,} actions: {seconds}, peak {measured.peak:.0f} MB")
        figures.append(
            Figure(
                "planfile",
                f"peak memory of {what} a plan of {count:,} actions",
                [measured.peak],
                "MB",
                limit=LIMIT,
                note=f"CPU: {seconds}",
            )
        )
    return Part(figures)
