"""`dss-run show`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dss.launcher.common_options import EVERYTHING, debug_option, json_option, limit_option
from dss.launcher.settings import Settings, epilog

if TYPE_CHECKING:
    from dss.launcher.screen import Screen
    from dss.planfile import PlanFile


@click.command(
    epilog=epilog(
        "dss-run show monday.plan",
        "dss-run show monday.plan --limit 10",
        "dss-run show monday.plan --json > plan.json",
    )
)
@debug_option
@click.argument("file", type=click.Path(path_type=Path))
@limit_option("changes of each branch and kind", EVERYTHING, default=None)
@json_option
@click.pass_obj
def show(settings: Settings, file: Path, limit: int | None, as_json: bool) -> int:
    """Show a plan that `dss-run plan -o FILE` has written.

    Needs neither a configuration nor the systems: everything stands in FILE. It is shown as `plan` would have shown it,
    when it is whole and just as it was written.
    """
    from dss.launcher import overview
    from dss.launcher.as_json import plan_lines
    from dss.launcher.screen import Screen
    from dss.launcher.view import FileView
    from dss.launcher.visible import visible
    from dss.planfile import PlanFile

    if as_json and limit is not None:
        raise click.UsageError(
            "`--limit` shortens what people read, `--json` is always complete; leave one of them out"
        )
    screen = Screen(sys.stdout)
    plan = PlanFile(file)
    foot = plan.verify()
    views = [FileView(plan, place, foot) for place in range(len(plan.head.syncs))]
    if as_json:
        head = plan.head
        about = {
            "file": str(file),
            "made": head.made.isoformat(),
            "by": head.by,
            "only": head.only,
            "undoes": head.undoes,
            "later": head.later,
        }
        screen.lines(plan_lines(views, **about))
        return 0
    _title(screen, plan)
    for view in views:
        overview.whole(screen, view, limit)
    screen.lines(f"{visible(sentence)}." for sentence in plan.head.later)
    screen.line(overview.summary(views), bold=True)
    return 0


def _title(screen: Screen, plan: PlanFile) -> None:
    from dss.launcher.visible import visible

    head = plan.head
    made = head.made.astimezone().isoformat(sep=" ", timespec="seconds")
    screen.line(visible(f"{plan.path}: made {made} by {head.by}"))
    if head.undoes is not None:
        screen.line(f"It takes back what run {head.undoes} has done.")
    if head.only:
        screen.line(visible(f"It is limited to {', '.join(head.only)}."))
    screen.line()
