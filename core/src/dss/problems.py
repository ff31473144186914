"""What is wrong with a plain value that should become a class, with the place inside it."""

from __future__ import annotations

import attrs
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError, StructureHandlerNotFoundError

Problem = tuple[str, str]
"""The rest of the key path, such as `.files[2]`, and what is wrong there."""


class Wrong(ValueError):
    """Several things wrong inside a value."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{place} {text}" for place, text in problems))
        self.problems = problems


def problems_of(error: BaseException) -> list[Problem]:
    """Take apart what cattrs, or one of our own hooks, has raised."""
    if isinstance(error, Wrong):
        return error.problems
    if isinstance(error, ClassValidationError):
        fields, others = error.group_exceptions()
        found = [
            # a key that is missing is missing in the table, not in itself
            ("" if isinstance(one, KeyError) else f".{note.name}{rest}", text)
            for one, note in fields
            for rest, text in problems_of(one)
        ]
        return found + [problem for one in others for problem in problems_of(one)]
    return [("", _explain(error))]


def _explain(error: BaseException) -> str:
    if isinstance(error, ForbiddenExtraKeysError):
        known = ", ".join(sorted(field.name for field in attrs.fields(error.cl) if field.init))
        return (
            f"has the unknown key `{'`, `'.join(sorted(error.extra_fields))}`; known are: {known or 'none'}"
        )
    if isinstance(error, KeyError):
        return f"lacks the key `{error.args[0]}`"
    if isinstance(error, StructureHandlerNotFoundError):
        return (
            f"is of a kind that no configuration can hold ({error.type_!r}); mend the connector's `Options`"
        )
    return str(error) or type(error).__name__
