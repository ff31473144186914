"""The launcher: the command `dss-run`.

Importing this package, and every module that defines a command, imports nothing but click: whatever a command needs is
imported when it runs, so that `dss-run --help` answers at once.
"""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run `dss-run` and end the process with its exit code."""
    from dss.launcher.group import dss_run

    dss_run(prog_name="dss-run")
