"""`dss-run explain`."""

from __future__ import annotations

import sys

import click

from dss.launcher.common_options import config_option, debug_option, json_option
from dss.launcher.settings import Settings

FOUND, NOT_FOUND = 0, 1

_EPILOG = """\b
Examples:
  dss-run explain students 10047
  dss-run explain teachers T117
  dss-run explain enrollments '31091|10098|student'
  dss-run explain students 10047 --json

\b
Exit codes:
  0  one of the systems has the record, or had it, whatever is to be done about it
  1  none has it, or something is wrong: the command line, the configuration, a source
"""


@click.command(epilog=_EPILOG)
@config_option
@debug_option
@click.argument("branch")
@click.argument("idnumber")
@json_option
@click.pass_obj
def explain(settings: Settings, branch: str, idnumber: str, as_json: bool) -> int:
    """Tell why one record gets what it gets.

    Shows the record in both systems, where each value came from (file, line and column, table and row, or the line of
    your own code), the rules that decided, what is planned for it and what is held and why, and its last runs. Reads
    everything, as `plan` does, then this one record once more. Writes nothing.

    It prints personal values, into a file or a pipe as well: that is what it is for.

    BRANCH and IDNUMBER are as `dss-run plan` shows them. When there is no such record, those that may be meant are
    named; a login, an e-mail address or a name may stand in the place of the IDNUMBER to find it.
    """
    from dss.explain import explain as explained
    from dss.launcher.explanation import print_explanation
    from dss.launcher.explanation_json import dumped
    from dss.launcher.messages import messages
    from dss.launcher.progress import steps_on
    from dss.launcher.screen import Screen
    from dss.runner import Run

    screen = Screen(sys.stdout)
    with messages(), Run(settings.config) as run:
        with steps_on(sys.stderr) as tell:
            found = explained(run, branch, idnumber, told=tell)
        if as_json:
            screen.line(dumped(found))
        else:
            print_explanation(screen, found)
    failed = any(sync.failed for sync in found.syncs)
    return FOUND if found.is_found and not failed else NOT_FOUND
