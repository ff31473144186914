"""Moodle's own caches, which lie in its files and not in its database: a command of the site's empties them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

SECONDS = 300
"""How long the command may take."""


def after_groups(client: Client) -> Iterator[str]:
    """Let Moodle show the groups that a run has made, or say what has to be done for it."""
    made = client.groups_made
    if not made:
        return
    one = made == 1
    what = "1 group was made" if one else f"{made} groups were made"
    shows = f"{what}, and Moodle shows {'it' if one else 'them'} once its caches are purged"
    command = client.options.purge_caches
    if not command:
        yield f"{shows}: `php admin/cli/purge_caches.php --muc` in Moodle's folder, as the web server's account"
    elif client.is_rehearsing:
        yield f"{shows}; `purge_caches` is run after a real run"
    else:
        problem = _run(client, command)
        yield (
            f"{what}, and Moodle's caches purged" if problem is None else f"{shows}; `purge_caches` {problem}"
        )


def _run(client: Client, command: list[str]) -> str | None:
    """What went wrong, on one line."""
    try:
        done = subprocess.run(
            command,
            cwd=client.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"did not end within {SECONDS} seconds, and was stopped"
    except OSError as error:
        return f"could not be started: {error.strerror}"
    if done.returncode == 0:
        return None
    said = done.stdout.decode(errors="replace").split()
    return f"ended with {done.returncode}: {' '.join(said)[-300:]}"
