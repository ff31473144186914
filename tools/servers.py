"""Installs the servers that the tests start, where it may; else says what to install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dss.testing.servers import ALL

POLICY = Path("/usr/sbin/policy-rc.d")
"""What Debian asks whether a package may start its server."""


def main() -> None:
    """Install what is missing of them, as root; anybody else is told how."""
    missing = {server.package: server.missing() for server in ALL if server.missing()}
    if not missing:
        return
    packages = sorted(missing)
    programs = ", ".join(f"`{name}`" for names in missing.values() for name in names)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(
            f"The tests start real servers, and {programs} cannot be found.\n"
            f"Install them (on Debian and Ubuntu: `sudo apt-get install {' '.join(packages)}`), then run this again."
        )
    print(f"servers: installing {', '.join(packages)}, which the tests start", flush=True)
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    is_kept = keep_from_starting()
    try:
        for command in (
            ("apt-get", "update", "-qq"),
            ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages),
        ):
            if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
                sys.exit(f"This failed, see above: {' '.join(command)}")
    finally:
        if is_kept:
            POLICY.unlink()
    left = [name for server in ALL for name in server.missing()]
    if left:
        sys.exit(f"{', '.join(packages)} are installed now, and {', '.join(left)} still cannot be found.")


def keep_from_starting() -> bool:
    """Keep packages from starting a server of the whole machine; whether nobody had said so yet."""
    if POLICY.exists():
        return False
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    return True


if __name__ == "__main__":
    main()
