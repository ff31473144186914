"""Models of a user's own that replace a field by a property."""

import attrs
import pytest

from dss.school import Student


class Plain(Student):
    @property
    def username(self) -> str:  # type: ignore[override]
        return f"p.{super().username}"


@attrs.define(eq=False)
class Decorated(Student):
    """`attrs.define` makes the class a second time."""

    house: str | None = None

    @property
    def username(self) -> str:  # type: ignore[override]
        return f"p.{super().username}"


class Further(Decorated):
    @property
    def username(self) -> str:  # type: ignore[override]
        return f"{super().username}.f"


@pytest.mark.parametrize(
    ("klass", "expected"), [(Plain, "p.ada"), (Decorated, "p.ada"), (Further, "p.ada.f")]
)
def test_a_property_replaces_a_field(klass: type[Student], expected: str) -> None:
    """The property is what is seen, and finds the source's value as `super().username`, decorated or not."""
    student = klass("1", username="ada")

    assert student.username == expected
