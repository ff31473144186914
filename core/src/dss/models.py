"""What an item of a branch is: its key, the marks on its fields, and `Base` for models without a class of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from dss.actions import Action
from dss.attributes import default_subtraction, differences
from dss.fields import Marks, marks
from dss.keys import BadIdnumber, check_idnumber, key, split_key

__all__ = ["BadIdnumber", "Base", "Marks", "Overridable", "check_idnumber", "key", "marks", "split_key"]


class Base:
    """A model that takes any attribute: whatever `make` is given beyond the idnumber is kept and compared.

    A subclass may add properties (compared like attributes) or its own `__sub__`.

    Attributes:
        idnumber: the key by which both sides know the item.
    """

    idnumber: str

    def __init__(self, idnumber: str, **tracked: Any) -> None:
        self.idnumber = check_idnumber(idnumber)
        vars(self).update(tracked)

    @default_subtraction
    def __sub__(self, other: object) -> Iterator[Action]:
        """Yield what would have to happen to `other` to make it equal to this one; nothing when they are equal."""
        return differences(self, other)

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__qualname__} object {self.idnumber!r}>"


class Overridable:
    """Lets a subclass of an attrs model replace a field by a plain property.

    The value that the importer gives is still stored, so the property finds it as `super().field`. Without this, the
    model's own `__init__` would fail on a property that cannot be set.
    """

    __slots__ = ()

    __overridden__: ClassVar[dict[str, property]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # `attrs.define` makes a slotted class anew, and leaves out of it what bears an inherited field's name
        for name, value in vars(cls).get("__overridden__", {}).items():
            if name not in vars(cls):
                setattr(cls, name, value)
        for name, value in list(vars(cls).items()):
            if isinstance(value, property) and value.fset is None:
                field = _inherited(cls, name)
                if field is not None and hasattr(field, "__set__"):
                    setattr(cls, name, value.setter(field.__set__))
                    cls.__overridden__ = {**vars(cls).get("__overridden__", {}), name: vars(cls)[name]}


def _inherited(cls: type, name: str) -> Any:
    for base in cls.__mro__[1:]:
        if name in vars(base):
            return vars(base)[name]
    return None
