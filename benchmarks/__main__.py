"""`python -m benchmarks`: run the parts asked for, print the figures, and say of each whether it is kept."""

import argparse
import shlex
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import Figure, Verdict
from benchmarks.parts.footprint import size, startup
from benchmarks.parts.hooks import hooks
from benchmarks.parts.keeping import keeping
from benchmarks.parts.moodle import creating, queries, servers
from benchmarks.parts.planfile import planfile
from benchmarks.parts.records import peer, plain, scale
from benchmarks.report import as_json, markdown, run_rows
from benchmarks.runs import ChildFailedError, Results, WrongResultError
from benchmarks.setting import Part, Setting

PARTS: dict[str, Callable[[Setting], Part]] = {
    "peer": peer,
    "plain": plain,
    "scale": scale,
    "hooks": hooks,
    "queries": queries,
    "creating": creating,
    "servers": servers,
    "keeping": keeping,
    "planfile": planfile,
    "startup": startup,
    "size": size,
}


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure the promised figures side by side, each case in a fresh process, and print "
        "medians and ratios against their limits. Ends with 1 when a figure is short or could not be had, "
        "with 2 when a result was wrong or a case failed.",
    )
    options.add_argument(
        "parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all by default"
    )
    options.add_argument("--records", type=int, default=100_000, help="records a side (default: %(default)s)")
    options.add_argument(
        "--large", type=int, default=1_000_000, help="records a side of `scale` (%(default)s)"
    )
    options.add_argument(
        "--users", type=int, default=20_000, help="users that `creating` creates (%(default)s)"
    )
    options.add_argument("--rounds", type=int, default=5, help="interleaved rounds (%(default)s)")
    options.add_argument("--large-rounds", type=int, default=3, help="rounds of `scale` (%(default)s)")
    options.add_argument(
        "--work", type=Path, help="folder to keep generated files in (default: a temporary one)"
    )
    options.add_argument("--json", type=Path, metavar="FILE", help="write every number of every round there")
    options.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there")
    return options


def main() -> int:
    """Run the parts and report; the process's exit code."""
    chosen = parser().parse_args()
    unknown = [name for name in chosen.parts if name not in PARTS]
    if unknown:
        parser().error(f"no part is called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="dss-benchmarks-") as scratch:
        work = chosen.work.resolve() if chosen.work else Path(scratch)
        work.mkdir(parents=True, exist_ok=True)
        setting = Setting(
            records=chosen.records,
            large=chosen.large,
            users=chosen.users,
            rounds=chosen.rounds,
            large_rounds=chosen.large_rounds,
            work=work,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )
        parts, failed = [], []
        for name in chosen.parts or PARTS:
            try:
                parts.append(PARTS[name](setting))
            except (ChildFailedError, WrongResultError) as error:
                failed.append(f"Error: `{name}`: {error}")
    code = report(parts, chosen.json, chosen.markdown)
    print("\n".join(failed), file=sys.stderr)
    return 2 if failed else code


def report(parts: list[Part], json_file: Path | None, markdown_file: Path | None) -> int:
    """Print and write what was measured; 1 when a figure is short or could not be had, else 0."""
    figures: list[Figure] = [figure for part in parts for figure in part.figures]
    results: list[Results] = [part.results for part in parts]
    command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
    text = markdown(command, figures, [row for result in results for row in run_rows(result)])
    print(text)
    if markdown_file:
        markdown_file.write_text(text, encoding="utf-8")
    if json_file:
        json_file.write_text(as_json(command, figures, results), encoding="utf-8")
    return 1 if any(figure.verdict in (Verdict.SHORT, Verdict.NOT_RUN) for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
