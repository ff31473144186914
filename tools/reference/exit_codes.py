"""What `dss-run` ends with."""

from __future__ import annotations

from tools.reference import source
from tools.reference.markdown import table

from dss.exit_codes import GRAVEST_FIRST, ExitCode


def overview() -> str:
    """Every code with its name and its meaning."""
    docs = {one.name: one.doc for one in source.attributes(ExitCode)}
    return table(
        ["code", "name", "meaning"],
        [(str(code.value), code.name.lower().replace("_", " "), docs[code.name]) for code in ExitCode],
    )


def order() -> str:
    """Which one is told when several hold."""
    codes = ", ".join(str(code.value) for code in GRAVEST_FIRST)
    return f"When several hold, the run ends with the first of these that does: {codes}."
