"""`python -m tests.faults`: disturb many runs, take them up again, and say whether any comes to something else."""

import argparse
import sys
import time
from collections.abc import Iterator

import click
from tests.faults.campaign import Wanted, in_full, run, workers
from tests.faults.trial import Told

FAULTS = 6
"""After so many kills comes a fault of another sort."""


def main() -> int:
    """Do what the command line says."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("--trials", type=int, default=600, help="kills (default: %(default)s)")
    options.add_argument("--first", type=int, default=1000, help="the seed of the first (%(default)s)")
    options.add_argument("--kill", type=int, metavar="SEED", help="only this one")
    options.add_argument("--fault", type=int, metavar="SEED", help="only this one")
    options.add_argument("--once-wrong", type=int, metavar="PLACE", help="only this one of `ONCE_WRONG`")
    options.add_argument("--processes", type=int, default=2, help="at the same time (%(default)s)")
    given = options.parse_args()
    wanted = list(_wanted(given))
    began = time.monotonic()
    done = 0

    def told(one: Told) -> None:
        nonlocal done
        done += 1
        if one.differences:
            click.echo("\n".join(in_full(one)))
        elif len(wanted) == 1:
            click.echo(
                f"{one.sort} {one.seed}: {'; '.join(one.suffered)}; taken up by {one.way}: no difference"
            )
        if sys.stderr.isatty():
            click.echo(f"\r{done} of {len(wanted)}", nl=False, err=True)
        elif not done % 100:
            click.echo(f"{done} of {len(wanted)}, {time.monotonic() - began:.0f} seconds", err=True)

    with workers(min(given.processes, len(wanted))) as made:
        summary = run(wanted, made, told)
    click.echo("\n".join(summary.lines()))
    click.echo(f"in {time.monotonic() - began:.0f} seconds")
    return 1 if summary.wrong else 0


def _wanted(given: argparse.Namespace) -> Iterator[Wanted]:
    single = {"kill": given.kill, "fault": given.fault, "once-wrong": given.once_wrong}
    chosen = [(sort, number) for sort, number in single.items() if number is not None]
    if chosen:
        yield from chosen
        return
    for number in range(given.first, given.first + given.trials):
        yield "kill", number
        if number % FAULTS == 0:
            yield "fault", number // FAULTS


if __name__ == "__main__":
    sys.exit(main())
