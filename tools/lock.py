"""Makes the lock files: every version with its hashes, for Python 3.11 and newer on any system, no address.

The members' own requirements, their extras and build back-ends go in, with the `dev` group of the root's
pyproject. Versions already locked stay while they fit; `--upgrade` takes the newest.
"""

import argparse
import re
import subprocess
import tempfile
import tomllib
import venv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WORKSPACE = "requirements.txt"
BENCH = "requirements-bench.txt"


def main() -> None:
    """Lock the workspace, then what only the benchmarks need, at the same versions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    flags = ["--upgrade"] if parser.parse_args().upgrade else []
    groups = read(ROOT / "pyproject.toml")["dependency-groups"]
    members = [read(path) for path in (ROOT / "core/pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml"))]
    with tempfile.TemporaryDirectory() as folder:
        locker = Path(folder, "bin", "uv")
        venv.create(folder, with_pip=True)
        subprocess.run([Path(folder, "bin", "pip"), "install", "--quiet", *groups["lock"]], check=True)
        lock(locker, {*groups["dev"], *outside(members)}, WORKSPACE, flags)
        lock(locker, groups["bench"], BENCH, [*flags, "--constraint", WORKSPACE])


def read(path: Path) -> dict[str, Any]:
    """The content of a pyproject file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def outside(members: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The requirements of all members but those on one another."""
    members = list(members)
    own = {member["project"]["name"] for member in members}
    for member in members:
        project = member["project"]
        for requirements in (
            member["build-system"]["requires"],
            project["dependencies"],
            *project.get("optional-dependencies", {}).values(),
        ):
            for requirement in requirements:
                if re.split(r"[^\w.-]", requirement, maxsplit=1)[0] not in own:
                    yield requirement


def lock(locker: Path, requirements: Iterable[str], name: str, flags: list[str]) -> None:
    """Write the lock file `name` for these requirements."""
    subprocess.run(
        [
            *(locker, "pip", "compile", "--quiet", "--universal", "--python-version=3.11"),
            *("--generate-hashes", "--no-header", "--no-annotate", "--no-config"),
            *("--output-file", name, *flags, "-"),
        ],
        input="\n".join(sorted(requirements)),
        text=True,
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
