"""The hooks, as `dss.hookspecs` specifies them."""

from __future__ import annotations

from typing import Any

from tools.reference import source
from tools.reference.docstrings import first_sentence, parsed
from tools.reference.markdown import block, code, explained, long_signature, table

from dss import hookspecs


def all_hooks() -> dict[str, Any]:
    """Every hook, by name, in the order of its specification."""
    return {name: one for name, one in vars(hookspecs).items() if name.startswith(f"{hookspecs.PROJECT}_")}


def is_first_result(hook: Any) -> bool:
    """Whether the first that does not answer None has answered."""
    return bool(getattr(hook, f"{hookspecs.PROJECT}_spec")["firstresult"])


def overview() -> str:
    """All hooks in a table."""
    rows = [
        (
            f"[`{name}`](#{name})",
            "the first that does not return None" if is_first_result(hook) else "everybody who is asked",
            first_sentence(hook.__doc__),
        )
        for name, hook in all_hooks().items()
    ]
    return table(["hook", "who answers", "what for"], rows)


def described(level: int = 3) -> str:
    """Each hook with its exact signature, who answers, and its docstring."""
    return "\n\n".join(_hook(name, hook, level) for name, hook in all_hooks().items())


def _hook(name: str, hook: Any, level: int) -> str:
    if is_first_result(hook):
        who = "Answered by one: the first of those asked that does not return None."
    else:
        who = "Answered by everybody who is asked."
    return "\n\n".join(
        [
            f"{'#' * level} {code(name)}",
            block(f"@hookimpl\ndef {long_signature(*source.signatures(hook))}: ...", "python"),
            explained(parsed(hook.__doc__)),
            who,
        ]
    )
