"""Makes `.venv`: the locked requirements, and the workspace's own distributions as editable installs.

It is run by a Python that has nothing but its standard library, and that may turn out to be too old: nothing
here may keep such a one from saying so.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

WANTED = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main(lock: str) -> None:
    """Bring `.venv` to what the lock file named and the members of the workspace ask for."""
    if sys.version_info < WANTED:
        sys.exit(
            f"`{sys.executable}` is Python {sys.version.split()[0]}, but Python 3.11 or newer is needed.\n"
            "Install one, or name one that is there: `make setup PYTHON=/path/to/python3.12`"
        )
    if not works():
        provide_ensurepip()
        say(f"making .venv with Python {sys.version.split()[0]}")
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
    say(f"installing what {lock} lists")
    pip("--require-hashes", "-r", lock)
    members = ["core", *sorted(str(path.parent) for path in Path("plugins").glob("*/pyproject.toml"))]
    say(f"installing {', '.join(members)}")
    pip("--no-build-isolation", "--no-deps", *[word for member in members for word in ("-e", f"./{member}")])


def works() -> bool:
    """Whether `.venv` holds a Python that starts, is new enough and has pip."""
    if not PYTHON.exists():
        return False
    test = f"import sys, pip; sys.exit(sys.version_info < {WANTED})"
    return subprocess.run([str(PYTHON), "-c", test], stderr=subprocess.DEVNULL).returncode == 0


def provide_ensurepip() -> None:
    """Install the distribution's package that `venv` needs, where it was split off from Python.

    Debian and its kin do so. Only root can install it; anybody else is told how.
    """
    if importlib.util.find_spec("ensurepip"):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(
            f"`{sys.executable}` cannot make a virtual environment: its module `ensurepip` is missing.\n"
            f"Install it (on Debian and Ubuntu: `sudo apt-get install {package}`), then run this again."
        )
    say(f"installing {package}, which `{sys.executable}` needs to make a virtual environment")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", package)


def pip(*words: str) -> None:
    """Run `pip install` inside `.venv`."""
    run(str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *words)


def run(*command: str) -> None:
    """Run a command in the workspace's root, or end with the command that failed."""
    if subprocess.run(command, cwd=str(ROOT)).returncode:
        sys.exit(f"This failed, see above: {' '.join(command)}")


def say(text: str) -> None:
    """Tell what happens next, before it takes its time."""
    print(f"setup: {text}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
