"""The items of the branches."""

from typing import Any

from dss.models import Base


class Student(Base):
    """A pupil; whatever else is known is tracked."""

    name: str

    def __init__(self, idnumber: str, **tracked: Any) -> None:
        super().__init__(idnumber, **tracked)
        self.made_here = True
