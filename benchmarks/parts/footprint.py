"""What it costs before any work: the time `dss-run --help` takes, and the size of what is installed."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.runs import ROOT, ChildFailedError
from benchmarks.setting import Part, Setting

STARTS = 15
HELP_LIMIT = 100.0  # ms of CPU above a bare interpreter's
SIZE_LIMIT = 3.0  # MB of wheels


def startup(setting: Setting) -> Part:
    """CPU of `dss-run --help` above that of an interpreter that does nothing."""
    program = Path(sys.executable).parent / "dss-run"
    what = "`dss-run --help` above a bare interpreter"
    if not program.exists():
        figure = Figure(
            "startup", what, (), unit="ms CPU", limit=HELP_LIMIT, note=f"no `{program.name}` there"
        )
        return Part([figure])
    bare, told = [], []
    try:
        for _ in range(STARTS):
            bare.append(processor_time([sys.executable, "-c", "pass"]))
            told.append(processor_time([str(program), "--help"]))
    except ChildFailedError as error:
        return Part([Figure("startup", what, (), unit="ms CPU", limit=HELP_LIMIT, note=str(error))])
    setting.say(f"startup: bare {statistics.median(bare):.0f} ms, `--help` {statistics.median(told):.0f} ms")
    above = [with_help - without for with_help, without in zip(told, bare, strict=True)]
    note = f"connectors installed: {', '.join(connectors())}"
    return Part(
        [
            Figure("startup", what, above, unit="ms CPU", limit=HELP_LIMIT, note=note),
            Figure("startup", "a bare interpreter", bare, unit="ms CPU"),
        ]
    )


def processor_time(command: Sequence[str]) -> float:
    """User and system time of a child process, in milliseconds.

    Raises:
        ChildFailedError: It ended with another code than 0.
    """
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise ChildFailedError(f"`{' '.join(command)}` ended with code {child.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def connectors() -> list[str]:
    """Names of the installed connectors."""
    from importlib.metadata import entry_points

    return sorted(point.name for point in entry_points(group="dss") if point.name != "builtin")


def size(setting: Setting) -> Part:
    """The core's wheel and the wheels it depends on, as pip would fetch them for this interpreter."""
    what = "the core's wheel and its dependencies"
    with tempfile.TemporaryDirectory(dir=setting.work) as scratch:
        folder = Path(scratch)
        try:
            pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", scratch, str(ROOT / "core"))
            own = next(folder.glob("*.whl"))
            own_size = own.stat().st_size
            pip("download", "--only-binary", ":all:", "--dest", scratch, str(own))
        except subprocess.CalledProcessError as error:
            note = (error.stderr.strip().splitlines() or ["pip failed"])[-1]
            return Part([Figure("size", what, (), unit="MB", limit=SIZE_LIMIT, note=note)])
        sizes = {wheel.name.split("-")[0]: wheel.stat().st_size / 1e6 for wheel in folder.glob("*.whl")}
    largest = sorted(sizes.items(), key=lambda pair: -pair[1])
    setting.say("size: " + ", ".join(f"{name} {megabytes:.2f}" for name, megabytes in largest))
    note = f"{len(sizes)} wheels, the core's own {own_size / 1e6:.2f}"
    return Part([Figure("size", what, [sum(sizes.values())], unit="MB", limit=SIZE_LIMIT, note=note)])


def pip(*arguments: str) -> None:
    """Run pip of this environment, quietly.

    Raises:
        subprocess.CalledProcessError: pip failed; `stderr` says why.
    """
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)
