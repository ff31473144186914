"""`python -m tests.faults`: kill many runs, take them up again, and say whether any of them came to something else."""

import argparse
import sys
import time

import click
from tests.faults.campaign import in_full, run, workers
from tests.faults.trial import Told


def main() -> int:
    """Do what the command line says."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("--trials", type=int, default=600, help="how many (default: %(default)s)")
    options.add_argument("--first", type=int, default=1000, help="the seed of the first (%(default)s)")
    options.add_argument("--seed", type=int, help="only the trial with this seed")
    options.add_argument("--processes", type=int, default=2, help="at the same time (%(default)s)")
    given = options.parse_args()
    seeds = range(given.first, given.first + given.trials) if given.seed is None else [given.seed]
    began = time.monotonic()
    done = 0

    def told(one: Told) -> None:
        nonlocal done
        done += 1
        if one.differences:
            click.echo("\n".join(in_full(one)))
        elif given.seed is not None:
            click.echo(
                f"seed {one.seed}: died of {'; '.join(one.deaths)}; taken up by {one.way}: no difference"
            )
        if sys.stderr.isatty():
            click.echo(f"\r{done} trials", nl=False, err=True)

    with workers(min(given.processes, len(seeds))) as made:
        summary = run(seeds, made, told)
    click.echo("\n".join(summary.lines()))
    click.echo(f"in {time.monotonic() - began:.0f} seconds")
    return 1 if summary.wrong or not summary.kinds else 0


if __name__ == "__main__":
    sys.exit(main())
