"""`dss-run history`."""

from __future__ import annotations

import sys

import click

from dss.launcher.common_options import config_option, debug_option, json_option, limit_option
from dss.launcher.listing import LISTED
from dss.launcher.settings import Settings, epilog


@click.command(
    epilog=epilog(
        "dss-run history",
        "dss-run history 41",
        "dss-run history 41 --limit 1000",
        "dss-run history 41 --json > run-41.json",
    )
)
@config_option
@debug_option
@click.argument("run", type=click.IntRange(min=1), required=False, metavar="[RUN]")
@limit_option("runs; of one run, at most N reasons and N changes of each branch and kind", default=None)
@json_option
@click.pass_obj
def history(settings: Settings, run: int | None, limit: int | None, as_json: bool) -> int:
    """Tell what earlier runs have done; change nothing.

    Without RUN, the runs are listed, the newest first: number, when, how long, who, how it ended, and what became of
    its changes. With the number of a run, everything about that one: what was done, what was not, and why. A run that
    is under way is told as far as it has come.

    On a terminal the changes are listed with names and values, as long as the journal keeps them; written to a log, a
    run is told by counts, branches and idnumbers only.
    """
    from dss.config import load_config
    from dss.errors import DssError
    from dss.journal import Journal
    from dss.launcher import history_json, history_text
    from dss.launcher.screen import Screen

    if as_json and run is not None and limit is not None:
        raise click.UsageError(
            "`--limit` shortens what people read, the JSON of a run is always complete; leave one of them out"
        )
    screen = Screen(sys.stdout)
    state = load_config(settings.config).state
    most = LISTED if limit is None else limit
    journal = Journal.look(state)
    if journal is None:
        if run is not None:
            raise DssError(f"there is no run {run}: nothing has been applied yet")
        if as_json:
            screen.lines(history_json.runs([]))
        else:
            screen.line("nothing has been applied yet")
        return 0
    with journal:
        if run is None:
            found = journal.runs(limit if as_json else most)
            if as_json:
                screen.lines(history_json.runs(found))
            else:
                history_text.runs(screen, found, more=len(found) == most)
            return 0
        row = journal.run(run)
        if row is None:
            raise DssError(f"there is no run {run}; `dss-run history` lists all")
        if as_json:
            screen.lines(history_json.run(journal, row))
        else:
            history_text.run(screen, journal, row, limit=most, values=screen.is_terminal)
    return 0
