"""The recipes of docs/how-to/run-unattended.md, tried on the example school as far as a test can go."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import stat
import subprocess
import time
from pathlib import Path

import attrs
import pytest
from demo import LAUNCHER, Play

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "run-unattended.md"
MAIL = """\
#!/bin/sh
echo "$@" > {folder}/mail-arguments
cat > {folder}/mail
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="cron and systemd are elsewhere"),
]


def recipe(begins: str) -> str:
    """A block of the page, by what stands in it."""
    blocks = re.findall(r"^```\w+\n(.*?)^```$", HOW_TO.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if begins in block]
    return str(found)


@attrs.frozen
class Server:
    """The machine that the page speaks of, in a folder."""

    srv: Path
    state: Path
    bin: Path
    play: Play

    def placed(self, text: str) -> str:
        """A recipe with this machine's paths."""
        text = re.sub(r"(/srv/dss/)?\.venv/bin/dss-run", str(LAUNCHER), text)
        return text.replace("/srv/dss", str(self.srv)).replace("/var/lib/dss", str(self.state))

    def sh(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run a line as cron does: by sh, from somewhere, with next to nothing in the environment."""
        return subprocess.run(
            ["/bin/sh", "-c", line],
            cwd="/",
            env={"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.srv), "LOGNAME": "dss"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """The example school on its first day, and the recipes' files beside it; what is mailed is kept."""
    made = Server(tmp_path / "srv", tmp_path / "state", tmp_path / "bin", Play(tmp_path / "srv"))
    made.state.mkdir(mode=0o700)
    made.bin.mkdir()
    made.play.set_up()
    made.play.receive("day1")
    executable(made.bin / "sendmail", MAIL.format(folder=tmp_path))
    executable(made.srv / "mail-failure", made.placed(recipe("mail-failure ADDRESS")))
    config = made.srv / "dss.toml"
    config.write_text(made.placed(recipe("state = ")) + config.read_text("utf-8"), "utf-8")
    subprocess.run([LAUNCHER, "claim", "--yes"], cwd=made.srv, check=True, capture_output=True)
    return made


def executable(path: Path, text: str) -> None:
    """Write a program."""
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def cron_line(server: Server) -> str:
    """What stands behind the times and the account, as cron hands it to sh."""
    (line,) = [line for line in recipe("/etc/cron.d/dss").splitlines() if line[:1].isdigit()]
    minute, hour, day, month, weekday, account, command = line.split(maxsplit=6)
    assert (day, month, weekday, account) == ("*", "*", "*", "dss")
    assert minute.isdigit()
    assert hour.isdigit()
    # cron would take it for the end of a line
    assert "%" not in command
    return server.placed(command)


def test_a_night_with_cron(server: Server, tmp_path: Path) -> None:
    """Changes go to the log, a night in step leaves nothing, and a bad one is mailed with its counts as subject."""
    line = cron_line(server)

    changed = server.sh(line)
    log = (server.state / "dss.log").read_text("utf-8")
    in_step = server.sh(line)
    server.play.lose_upper_grades()
    before = server.play.active()
    held = server.sh(line)

    assert [(done.stdout, done.stderr) for done in (changed, in_step, held)] == [("", "")] * 3
    assert "done" in log
    assert (server.state / "last.txt").read_text("utf-8").startswith("held: ")
    assert (server.state / "ended").exists()
    assert server.play.active() == before
    mail = (tmp_path / "mail").read_text("utf-8")
    head, _, body = mail.partition("\n\n")
    assert (tmp_path / "mail-arguments").read_text("utf-8") == "-t -i\n"
    assert head.startswith("To: it@school.example\nSubject: dss on ")
    assert re.search(r"^Subject: .*: held: .*\d+ held", head, re.MULTILINE)
    assert body == (server.state / "last.txt").read_text("utf-8")


def test_a_night_in_step_leaves_the_log_as_it_is(server: Server) -> None:
    """Nothing is printed, so that without a log no mail of cron's comes either."""
    line = cron_line(server)
    server.sh(line)
    before = (server.state / "dss.log").read_bytes()

    server.sh(line)

    assert (server.state / "dss.log").read_bytes() == before
    assert (server.state / "last.txt").read_text("utf-8").startswith("in step: ")


def test_a_broken_export_is_no_end(server: Server, tmp_path: Path) -> None:
    """It is mailed, and the mark of the last run that came to its end is not made."""
    shutil.rmtree(server.srv / "exports")

    server.sh(cron_line(server))

    assert "error: nothing was changed" in (tmp_path / "mail").read_text("utf-8")
    assert not (server.state / "ended").exists()


def unit(name: str) -> configparser.ConfigParser:
    """A unit of systemd's."""
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(recipe(f"# /etc/systemd/system/{name}\n"))
    return parser


def test_the_service_runs(server: Server) -> None:
    """Its command line, without a shell, in its folder; what it may not call a failure ends well."""
    service = unit("dss.service")["Service"]
    folder = server.placed(service["WorkingDirectory"])

    first, *rest = shlex.split(server.placed(service["ExecStart"]))
    done = subprocess.run(
        [first, *rest],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )

    assert Path(first).is_absolute()
    assert done.returncode == 0, done.stderr
    assert (server.state / "last.txt").read_text("utf-8").startswith("in step: ")
    assert set(service["SuccessExitStatus"].split()) == {"3", "4"}
    assert {"User", "StateDirectory", "UMask"} <= set(service)
    assert f"/var/lib/{service['StateDirectory']}" in service["ExecStart"]


def test_the_units_belong_together() -> None:
    """What one names, the page has."""
    assert unit("dss.service")["Unit"]["OnFailure"] == "dss-ended.service"
    assert unit("dss-ended.service")["Service"]["ExecStart"].startswith("/srv/dss/mail-failure ")
    assert unit("dss.timer")["Timer"]["Persistent"] == "yes"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_units(server: Server, tmp_path: Path) -> None:
    """Every setting is one that it knows."""
    names = ["dss.service", "dss-ended.service", "dss.timer"]
    for name in names:
        text = server.placed(recipe(f"# /etc/systemd/system/{name}\n")).replace("User=dss", "User=root")
        (tmp_path / name).write_text(text, encoding="utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("result", "mailed"), [("timeout", True), ("oom-kill", True), ("exit-code", False)])
def test_what_ended_it_from_outside_is_mailed(
    server: Server, tmp_path: Path, result: str, mailed: bool
) -> None:
    """What `dss-run` has told itself is not told twice."""
    line = server.placed(unit("dss-ended.service")["Service"]["ExecStart"])

    done = server.sh(f"MONITOR_SERVICE_RESULT={result} {line}")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mail").exists() == mailed
    if mailed:
        assert f": ended from outside: {result}\n" in (tmp_path / "mail").read_text("utf-8")


@pytest.mark.parametrize(
    ("said", "hours", "code"),
    [
        ("in step: 4 done", 1, 0),
        ("held: 1 done, 20 held", 1, 1),
        ("some failed: 1 failed", 1, 1),
        ("error: nothing was changed", 1, 2),
        ("locked: nothing was changed", 1, 2),
        ("in step: 4 done", 30, 2),
        ("in step: 4 done", None, 2),
    ],
)
def test_monitoring_tells_what_came_of_it_and_when(
    server: Server, tmp_path: Path, said: str, hours: int | None, code: int
) -> None:
    """By the report's first line, and by the age of the last run that came to its end."""
    executable(tmp_path / "check-dss", recipe("# check-dss: "))
    (server.state / "last.txt").write_text(f"{said}\nmore\n", encoding="utf-8")
    if hours is not None:
        (server.state / "ended").touch()
        then = time.time() - hours * 3600
        os.utime(server.state / "ended", (then, then))

    done = server.sh(f"{tmp_path}/check-dss {server.state}")

    assert (done.returncode, done.stderr) == (code, "")
    assert said in done.stdout
    assert done.stdout.count("\n") == 1


@pytest.mark.skipif(shutil.which("logrotate") is None, reason="needs logrotate")
def test_logrotate_takes_its_file(server: Server, tmp_path: Path) -> None:
    """A dry run of it."""
    text = server.placed(recipe("# /etc/logrotate.d/dss")).replace("dss dss\n", "root root\n")
    (tmp_path / "rotate").write_text(text, encoding="utf-8")

    done = subprocess.run(["logrotate", "--debug", tmp_path / "rotate"], capture_output=True, check=False)

    assert done.returncode == 0
    assert b"error:" not in done.stderr
