"""Who runs this, as it is told in the journal, in a plan file, and to whoever finds the run under way."""

from __future__ import annotations

import getpass
import os


def account() -> str:
    """The account, and who has lent it with sudo."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        # an account without a name, as in some containers
        name = f"user {os.getuid()}" if hasattr(os, "getuid") else "somebody"
    lent = os.environ.get("SUDO_USER")
    return f"{name} (sudo by {lent})" if lent and lent != name else name
