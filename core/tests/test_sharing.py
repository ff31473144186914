"""Rows of a large branch: equal values are kept once, and nothing else than with rows taken one by one comes of it."""

from __future__ import annotations

import random
from typing import Any, ClassVar

import attrs
import pytest

import dss.loading
from dss import DataStoreBranch, DataStoreTree, DefaultImporter, Rows
from dss.branch_type import BranchType
from dss.importers import NATIVE

FIELDS = ("idnumber", "grade", "clubs", "email", NATIVE)


def _short(_: object, attribute: attrs.Attribute[Any], value: str | None) -> None:
    if value is not None and len(value) > 30:
        raise ValueError("too long")


@attrs.define
class Pupil:
    idnumber: str
    grade: Any = attrs.field(default=None)
    clubs: Any = None
    email: str | None = attrs.field(default=None, validator=_short)


@attrs.define
class Turned:
    """The same fields in another order, so that rows do not fit as they are."""

    email: str | None
    clubs: Any
    grade: Any
    idnumber: str


class Folded(str):
    """A text for which case does not count."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and self.casefold() == other.casefold()

    def __hash__(self) -> int:
        return hash(self.casefold())


def fresh(text: str) -> str:
    """An equal text that is another object."""
    return "".join(list(text))


def pupils(number: int) -> list[tuple[Any, ...]]:
    """So many rows, none of which holds an object of another."""
    return [
        (
            f"p{at}",
            fresh(f"grade {at % 12}"),
            frozenset({fresh(f"club {at % 3}")}),
            f"{at}@school.example",
            at,
        )
        for at in range(number)
    ]


def loaded(rows: list[tuple[Any, ...]], model: type = Pupil, fields: tuple[str, ...] = FIELDS) -> Any:
    """A branch read from these rows."""

    class Branches(DataStoreBranch):
        pass

    people = BranchType(
        "People", (Branches,), {"__module__": __name__, "__branchname__": "people", "klass": model}
    )

    class Reading(DefaultImporter):
        def readin_branch(self, branch: type[DataStoreBranch]) -> Any:
            return Rows(fields, iter(rows))

    class Tree(DataStoreTree):
        __branches__ = Branches
        __importer__ = Reading

    tree = Tree()
    assert issubclass(tree.people, people)
    +tree
    return tree.people


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sharing that begins after a few rows instead of many thousand."""
    monkeypatch.setattr(dss.loading, "SHARE_FROM", 100)
    monkeypatch.setattr(dss.loading, "SAMPLE", 100)


def objects(branch: Any, name: str) -> int:
    """How many different objects the later half of the records holds in one attribute."""
    items = list(branch.contents().items.values())
    return len({id(getattr(item, name)) for item in items[len(items) // 2 :]})


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize("model", [Pupil, Turned])
def test_what_repeats_is_kept_once(model: type) -> None:
    """Of twelve grades and three sets of clubs, there are twelve and three, however many pupils."""
    branch = loaded(pupils(1_000), model)

    assert (objects(branch, "grade"), objects(branch, "clubs")) == (12, 3)
    assert objects(branch, "email") == 500
    assert branch.get("p999").clubs == {"club 0"}
    assert branch.contents().native["p999"] == 999


def test_a_small_branch_is_left_as_it_is() -> None:
    """It would cost more than it saves."""
    assert objects(loaded(pupils(1_000)), "grade") == 500


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize(
    ("kind", "of"),
    [(Folded, "A"), (bool, 1), (int, 7), (list, "ab")],
    ids=["a text of its own kind", "truth", "number", "list"],
)
def test_what_equals_may_differ_is_never_shared(kind: type, of: Any) -> None:
    """A value that only claims to be equal, or that can be changed, stays the one that was read."""
    rows = [(key, kind(of), clubs, email, native) for key, _, clubs, email, native in pupils(1_000)]

    branch = loaded(rows)

    held = [item.grade for item in branch.contents().items.values()]
    assert [id(value) for value in held] == [id(row[1]) for row in rows]


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize("odd", [Folded("Grade 1x"), Folded("grade 4"), True, ["a"], frozenset({1}), None])
def test_another_kind_of_value_may_turn_up_late(odd: Any) -> None:
    """What the first rows were like binds nobody."""
    rows = pupils(1_000)
    rows[700] = ("p700", odd, *rows[700][2:])

    branch = loaded(rows)

    assert len(branch) == 1_000
    assert branch.get("p700").grade is odd
    assert objects(branch, "grade") <= 12 + dss.loading.ROWS


@attrs.define
class Choosy:
    """A model that remembers: a username it has seen is refused."""

    idnumber: str
    username: str
    seen: ClassVar[list[str]] = []

    def __attrs_post_init__(self) -> None:
        if self.username in self.seen:
            raise ValueError("taken")
        self.seen.append(self.username)


def test_of_every_row_one_object_is_made() -> None:
    """A model may count, or refuse, what it makes; its native id stays with whoever is refused."""
    Choosy.seen.clear()

    contents = loaded(
        [("1", "a", 11), ("2", "b", 12), ("3", "a", 13), ("4", "d", 14)],
        Choosy,
        ("idnumber", "username", NATIVE),
    ).contents()

    assert list(contents.items) == ["1", "2", "4"]
    assert list(contents.frozen) == ["3"]
    assert contents.native == {"1": 11, "2": 12, "3": 13, "4": 14}


@pytest.mark.parametrize("seed", range(20))
def test_many_at_a_time_gives_what_one_by_one_gives(
    seed: int, monkeypatch: pytest.MonkeyPatch, early: None
) -> None:
    """Doubled, contradicting, keyless and refused rows fare alike wherever among the others they stand."""
    dice = random.Random(seed)
    rows = pupils(600)
    for _ in range(dice.choice((1, 5, 60))):
        at = dice.randrange(len(rows))
        key, grade, clubs, email, native = rows[dice.randrange(len(rows))]
        rows[at] = dice.choice(
            [
                (key, grade, clubs, email, native),
                (key, "another", clubs, email, native),
                (key, grade, frozenset({"go"}), email, native + 1),
                ("", grade, clubs, email, native),
                (None, grade, clubs, email, native),
                (17, grade, clubs, email, native),
                (["a"], grade, clubs, email, native),
                (f"{key} ", grade, clubs, email, native),
                (f"x{at}", grade, clubs, "long" * 10, native),
                (f"x{at}", [grade], clubs, email, native),
            ]
        )

    found = []
    for together in (1, dss.loading.ROWS):
        monkeypatch.setattr(dss.loading, "ROWS", together)
        contents = loaded(rows).contents()
        found.append(
            (
                list(contents.items.items()),
                contents.native,
                contents.frozen,
                sorted(contents.problems),
                contents.state,
            )
        )

    assert found[0] == found[1]
