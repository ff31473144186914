"""Show the main job on the example school: two days of PowerSchool exports brought into a Moodle database.

`make demo` runs it. It makes a folder to play with and leaves it there::

    python examples/school/demo.py [FOLDER]
"""

from __future__ import annotations

import shlex
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import moodle

HERE = Path(__file__).parent
MARK = ".made-by-the-demo"
LAUNCHER = Path(sys.executable).with_name("dss-run")

IN_STEP, ERROR, CHANGES, HELD = 0, 1, 2, 3
SHORT = ("--limit", "4")


class Surprise(Exception):
    """A command did not end the way this demo promises."""


class Play:
    """The folder of the demo, and commands run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def set_up(self) -> None:
        """Make the folder anew: the configuration, the school's own code, a Moodle that has been lived in."""
        if self.folder.exists() and not (self.folder / MARK).exists():
            raise Surprise(
                f"`{self.folder}` is there already and was not made by this demo; name another folder"
            )
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / MARK).touch()
        (self.folder / ".gitignore").write_text("*\n", encoding="utf-8")
        for name in ("dss.toml", "school.py"):
            shutil.copyfile(HERE / name, self.folder / name)
        moodle.build(self.folder / "moodle.db")

    def receive(self, day: str) -> None:
        """Put the exports of a day in place of what is there."""
        exports = self.folder / "exports"
        shutil.rmtree(exports, ignore_errors=True)
        # as files that have just been written: older ones than those of the last run would be yesterday's
        shutil.copytree(HERE / "exports" / day, exports, copy_function=shutil.copyfile)

    def lose_upper_grades(self) -> None:
        """Leave only grades 6 to 8 in the secondary school's files, as when AutoSend runs for a selection."""
        students, seats = (
            self.folder / "exports" / f"riverbend_sec_{table}_v1.10.txt" for table in ("students", "cc")
        )
        kept = [row for row in _rows(students) if row[4] in ("6", "7", "8")]
        numbers = {row[0] for row in kept}
        _save(students, kept)
        _save(seats, [row for row in _rows(seats) if row[3] in numbers])

    def run(self, *arguments: str, expect: int) -> None:
        """Run `dss-run` in the folder, showing the command.

        Raises:
            Surprise: it ended with another exit code than `expect`.
        """
        print(f"\n$ dss-run {shlex.join(arguments)}", flush=True)
        code = subprocess.run([LAUNCHER, *arguments], cwd=self.folder, check=False).returncode
        if code != expect:
            raise Surprise(
                f"`dss-run {shlex.join(arguments)}` ended with exit code {code}, expected was {expect}"
            )
        print(f"(exit code {code})", flush=True)

    def active(self) -> int:
        """How many accounts can log in."""
        with sqlite3.connect(self.folder / "moodle.db") as connection:
            found = connection.execute("SELECT count(*) FROM mdl_user WHERE deleted = 0 AND suspended = 0")
            (count,) = found.fetchone()
        connection.close()
        return int(count)


def _rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def _save(path: Path, rows: list[list[str]]) -> None:
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8", newline="\n")


def say(title: str, text: str) -> None:
    """Print a heading and a few words."""
    print(f"\n\n== {title} ==\n{text}", flush=True)


def show(play: Play) -> None:
    """The whole demo, from an empty folder to one to play with."""
    say(
        "Riverbend, an invented school",
        "600 pupils, 60 teachers, two schools. PowerSchool leaves its files in `exports/` every night;\n"
        "`moodle.db` is a Moodle that people have used for years. Everything is in\n"
        f"{play.folder}",
    )
    play.set_up()
    play.receive("day1")
    play.run("connectors", expect=IN_STEP)
    play.run("check", expect=IN_STEP)

    say(
        "Whose are they?",
        "Somebody has kept a few of these records in step before. From now on dss remembers what is ours:\n"
        "nothing else will ever be removed.",
    )
    play.run("claim", "--yes", expect=IN_STEP)

    say("Day one: what would change?", "A plan only reads. The counts come first, then the changes.")
    play.run("plan", *SHORT, expect=CHANGES)
    say("Apply it", "Accounts made by hand long ago are taken over, not doubled.")
    play.run("apply", "--yes", expect=IN_STEP)
    say("And again", "A second look finds nothing left to do.")
    play.run("plan", expect=IN_STEP)

    say("Day two", "Over night pupils came, left and came back, changed classes; two got each other's login.")
    play.receive("day2")
    play.run("plan", *SHORT, expect=CHANGES)
    play.run("apply", "--yes", expect=IN_STEP)
    play.run("plan", expect=IN_STEP)

    say(
        "The bad night",
        "Somebody had selected grades 6 to 8 in PowerSchool, and AutoSend wrote only these. Half of the\n"
        "secondary school seems to have left.",
    )
    play.lose_upper_grades()
    before = play.active()
    play.run("apply", "--yes", expect=HELD)
    if play.active() != before:
        raise Surprise(f"{before} accounts could log in before that night, now {play.active()}")
    print(f"Still {before} accounts can log in: too many would have gone, so none went.")

    say("The next night", "The files are whole again, and Moodle is as it was.")
    play.receive("day2")
    play.run("plan", expect=IN_STEP)


def main() -> int:
    """Run the demo and say what to try next."""
    play = Play(Path(sys.argv[1] if len(sys.argv) > 1 else "demo-school").resolve())
    try:
        show(play)
    except Surprise as error:
        print(f"\nThe demo stops: {error}", file=sys.stderr)
        return 1
    say(
        "Your turn",
        f"  cd {play.folder}\n"
        f"  {LAUNCHER} plan\n"
        "Change a name in exports/, a rule in school.py or a line of dss.toml, and plan again.",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
