"""Reading a tree in: every shape of importer, what is read first, and what a reading that failed is worth."""

from __future__ import annotations

import contextlib
import gc
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dss import Base, DataStoreBranch, DataStoreTree, DefaultImporter, Rows
from dss.errors import ConfigError, ConnectorError, EmptySourceError, NotProvided, ReadError, StateError
from dss.importers import NATIVE, Holder, Scope, reads
from dss.store import State


class Branches(DataStoreBranch):
    pass


class Students(Branches):
    __branchname__ = "students"


class Teachers(Branches):
    __branchname__ = "teachers"


class Classes(Branches):
    __branchname__ = "classes"


Read = Callable[[Any, Any], Any]


def tree_read_by(readin_branch: Read, **more: Any) -> Any:
    """A tree whose importer has this `readin_branch`."""
    importer = type("Importer", (DefaultImporter,), {"readin_branch": readin_branch, **more})
    return type("Read", (DataStoreTree,), {"__branches__": Branches, "__importer__": importer})()


def filled() -> Any:
    """A tree filled by hand, with one record a branch."""
    tree: Any = type("Filled", (DataStoreTree,), {"__branches__": Branches})()
    for branch in tree.branches:
        branch.make("1", name="Ada")
    return tree


def one_each(self: Any, branch: Any) -> Any:
    """Read one record a branch."""
    return [{"idnumber": "1", "name": "Ada"}]


def states(tree: Any) -> list[str]:
    """The states of all branches, in order."""
    return [branch.state() for branch in tree.branches]


# -- shapes ------------------------------------------------------------------------------------------------------


def a_list(self: Any, branch: Any) -> Any:
    """Give all at once."""
    return [{"idnumber": "1", "name": "Ada"}, {"idnumber": "2", "name": "Bo"}]


def a_generator(self: Any, branch: Any) -> Iterator[Any]:
    """Be a generator."""
    yield {"idnumber": "1", "name": "Ada"}
    yield {"idnumber": "2", "name": "Bo"}


def some_rows(self: Any, branch: Any) -> Any:
    """Give rows by position."""
    return Rows(("idnumber", "name"), (row for row in (("1", "Ada"), ("2", "Bo"))))


@contextlib.contextmanager
def a_context_manager(self: Any, branch: Any) -> Iterator[Any]:
    """Give a context manager, as an opened file is."""
    self.open = True
    yield a_generator(self, branch)
    self.open = False


def makes_itself(self: Any, branch: Any) -> None:
    """Call `make`, and give nothing."""
    branch.make("1", name="Ada")
    branch.make("2", name="Bo")


@pytest.mark.parametrize(
    "readin_branch",
    [a_list, a_generator, some_rows, a_context_manager, makes_itself],
    ids=lambda function: function.__name__,
)
def test_every_shape_of_importer_fills_the_branches(readin_branch: Read) -> None:
    """`+tree` asks the importer for each branch, and gives the tree."""
    tree = tree_read_by(readin_branch)

    given = +tree

    assert given is tree
    for branch in tree.branches:
        assert [(item.idnumber, item.name) for item in branch] == [("1", "Ada"), ("2", "Bo")]
    assert states(tree) == [State.COMPLETE] * 3
    assert getattr(tree.importer, "open", False) is False


def test_importer_is_given_the_branch() -> None:
    """The branch's class, as `tree.students` gives it."""
    given = []

    def readin_branch(self: Any, branch: Any) -> Any:
        given.append(branch)
        return ()

    tree = tree_read_by(readin_branch)
    +tree

    assert given == tree.branches


def test_importer_that_is_a_context_manager_is_entered_once() -> None:
    """Around the reading of all branches, and left when one fails."""
    told: list[str] = []

    def readin_branch(self: Any, branch: Any) -> Any:
        told.append(branch.__name__)
        if branch.__name__ == "teachers":
            raise ReadError("half a file")
        return one_each(self, branch)

    tree = tree_read_by(
        readin_branch,
        __enter__=lambda self: told.append("enter"),
        __exit__=lambda self, *error: told.append(f"exit {error[0].__name__}"),
    )

    with pytest.raises(ReadError):
        +tree

    assert told == ["enter", "students", "teachers", "exit ReadError"]


def test_context_of_a_branch_is_left_when_reading_fails() -> None:
    """A file opened for a branch is closed whatever happens."""
    told = []

    @contextlib.contextmanager
    def readin_branch(self: Any, branch: Any) -> Iterator[Any]:
        try:
            yield [{"idnumber": "1"}, "no record"]
        finally:
            told.append("closed")

    with pytest.raises(ConfigError, match="wanted a mapping"):
        +tree_read_by(readin_branch)

    assert told == ["closed"]


@contextlib.contextmanager
def _forgiving(self: Any, branch: Any) -> Iterator[Any]:
    def records() -> Iterator[Any]:
        yield {"idnumber": "1", "name": "Ada"}
        raise OSError("the line is cut")

    with contextlib.suppress(OSError):
        yield records()


def test_an_error_that_the_context_of_a_branch_passes_over_fails_the_branch() -> None:
    """What came before it is not all there is."""
    tree = tree_read_by(_forgiving)

    with pytest.raises(ReadError, match=r"Read.students passed over an error and ended early"):
        +tree

    assert states(tree)[0] is State.FAILED


def test_an_error_that_the_importer_passes_over_fails_the_tree() -> None:
    """Its `__exit__` may close what it likes, and must let errors pass."""

    def readin_branch(self: Any, branch: Any) -> Any:
        if branch.__name__ == "teachers":
            raise OSError("the line is cut")
        return one_each(self, branch)

    tree = tree_read_by(readin_branch, __enter__=lambda self: self, __exit__=lambda self, *error: True)

    with pytest.raises(ReadError, match="the importer of tree `Read` passed over an error"):
        +tree

    assert states(tree) == [State.COMPLETE, State.FAILED, State.UNREAD]


@pytest.mark.parametrize("answer", [7, "text", b"bytes", object()], ids=["number", "text", "bytes", "object"])
def test_answer_of_another_kind_is_refused(answer: object) -> None:
    """The error tells what was given and what is wanted."""
    tree = tree_read_by(lambda self, branch: answer)

    with pytest.raises(ConnectorError, match=r"answered `dss_readin_branch` with .*wanted an iterable"):
        +tree

    assert tree.students.state() is State.FAILED


def test_reading_twice_gives_the_same() -> None:
    """The second reading replaces the first."""
    counter = iter(range(10))

    def readin_branch(self: Any, branch: Any) -> Any:
        branch.note("read")
        return [{"idnumber": "1", "name": "Ada", "round": next(counter), NATIVE: 7}]

    tree = tree_read_by(readin_branch)
    +tree
    students = tree.students

    +tree

    assert tree.students is students
    assert [item.round for item in students] == [3]
    assert students.contents().notes == ["read"]
    assert students.contents().frozen == {}


def test_native_ids_come_with_the_records() -> None:
    """`tree.BRANCH.native(idnumber)` tells them; unknown ones are None."""
    tree = tree_read_by(lambda self, branch: Rows(("idnumber", NATIVE), [("1", 77)]))
    +tree

    assert tree.students.native("1") == 77
    assert tree.students.native("2") is None


def test_tree_without_an_importer_cannot_be_read() -> None:
    """What was made by hand stays, and the error tells both ways to fill a tree."""
    tree = filled()

    with pytest.raises(ReadError, match=r"no `__importer__`.*fill it by `make`, or define an importer"):
        +tree

    assert len(tree.students) == 1
    assert list(filled() - tree) == []


# -- while making ------------------------------------------------------------------------------------------------


def test_importer_that_makes_a_record_twice_has_it_set_aside() -> None:
    """A doubled row is a doubled row, however the importer hands it over; the others are read."""

    def readin_branch(self: Any, branch: Any) -> None:
        branch.make("1", name="Ada")
        branch.make("1", name="Eve")
        branch.make("2", name="Bo")

    tree = +tree_read_by(readin_branch)

    assert list(tree.students.keys()) == ["1", "2"]
    assert "'Ada' in one and 'Eve'" in tree.students.contents().frozen["1"]


def test_importer_that_makes_a_record_twice_has_multi_values_merged() -> None:
    """As for repeated rows."""

    def readin_branch(self: Any, branch: Any) -> None:
        for group in ("a", "b"):
            branch.make("1", name="Ada", groups=frozenset({group}))

    tree = +tree_read_by(readin_branch)

    assert tree.students["1"].groups == {"a", "b"}
    assert tree.students.contents().frozen == {}


def test_importer_that_makes_a_record_twice_may_resolve_it() -> None:
    """By the same rule as for rows."""

    def readin_branch(self: Any, branch: Any) -> None:
        branch.make("1", name="Ada")
        branch.make("1", name="Eve")

    def resolve_duplicate(self: Any, old: Any, record: dict[str, Any]) -> Any:
        return Base(old.idnumber, name=f"{old.name} or {record['name']}")

    tree = +tree_read_by(readin_branch, resolve_duplicate=resolve_duplicate)

    assert tree.students["1"].name == "Ada or Eve"


# -- states ------------------------------------------------------------------------------------------------------


def test_states_from_unread_to_complete() -> None:
    """A branch is unread, then reading, then complete, and unread again when emptied."""
    seen = []

    def readin_branch(self: Any, branch: Any) -> Any:
        seen.append(states(self.tree))
        return one_each(self, branch)

    tree = tree_read_by(readin_branch)
    before = states(tree)
    +tree
    after = states(tree)
    -tree

    assert before == ["unread"] * 3
    assert seen == [
        ["reading", "unread", "unread"],
        ["complete", "reading", "unread"],
        ["complete", "complete", "reading"],
    ]
    assert after == ["complete"] * 3
    assert states(tree) == ["unread"] * 3


@pytest.mark.parametrize("error", [ReadError("half a file"), ValueError("x"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("as_generator", [True, False])
def test_failure_in_the_middle_of_reading_fails_the_branch(error: BaseException, as_generator: bool) -> None:
    """What was read so far is never taken for the whole; later branches stay unread."""

    def readin_branch(self: Any, branch: Any) -> Any:
        if branch.__name__ != "teachers":
            return one_each(self, branch)
        return broken() if as_generator else broken_at_once()

    def broken() -> Iterator[Any]:
        yield {"idnumber": "1", "name": "Ada"}
        raise error

    def broken_at_once() -> Any:
        raise error

    tree = tree_read_by(readin_branch)

    with pytest.raises(type(error)):
        +tree

    assert states(tree) == ["complete", "failed", "unread"]


OPERATORS: list[Callable[[Any, Any], Any]] = [
    lambda left, right: left - right,
    lambda left, right: left > right,
    lambda left, right: left >> right,
]


@pytest.mark.parametrize("operate", OPERATORS, ids=["-", ">", ">>"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_failed_tree_is_refused_when_asked(operate: Callable[[Any, Any], Any], side: str) -> None:
    """On either side, at the call and not at the first `next`; nothing is concluded from it."""

    def readin_branch(self: Any, branch: Any) -> Iterator[Any]:
        yield {"idnumber": "1", "name": "Ada"}
        raise ReadError("half a file")

    failed, other = tree_read_by(readin_branch), filled()
    with pytest.raises(ReadError):
        +failed
    left, right = (failed, other) if side == "left" else (other, failed)

    with pytest.raises(StateError, match=r"`Read.students` could not be read whole.*\+tree"):
        operate(left, right)


@pytest.mark.parametrize("operate", OPERATORS, ids=["-", ">", ">>"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_unread_tree_with_an_importer_is_refused(operate: Callable[[Any, Any], Any], side: str) -> None:
    """It would otherwise be taken for an empty one. So is one that was emptied."""
    unread, other = tree_read_by(one_each), filled()
    left, right = (unread, other) if side == "left" else (other, unread)

    with pytest.raises(StateError, match=r"`Read.students` has not been read"):
        operate(left, right)
    -(+unread)
    with pytest.raises(StateError, match=r"`Read.students` has not been read"):
        operate(left, right)


def test_tree_that_is_still_being_read_is_refused() -> None:
    """Whoever compares from within a reading is told."""

    def readin_branch(self: Any, branch: Any) -> Any:
        return filled() - self.tree

    with pytest.raises(StateError, match=r"`Read.students` is still being read"):
        +tree_read_by(readin_branch)


def test_later_branches_are_refused_after_a_failure() -> None:
    """A tree that was cut short is never taken for one whose later branches are empty."""

    def readin_branch(self: Any, branch: Any) -> Any:
        if branch.__name__ == "teachers":
            raise ReadError("half a file")
        return one_each(self, branch)

    class OnlyClasses(DataStoreBranch):
        pass

    class Rooms(OnlyClasses):
        __branchname__ = "classes"

    other: Any = type("Other", (DataStoreTree,), {"__branches__": OnlyClasses})()
    other.classes.make("1")
    cut = tree_read_by(readin_branch)
    with pytest.raises(ReadError):
        +cut

    with pytest.raises(StateError, match=r"`Read.classes` has not been read"):
        cut - other


def test_failed_second_reading_leaves_nothing_of_the_first() -> None:
    """Yesterday's records are not compared as today's."""
    failing = False

    def readin_branch(self: Any, branch: Any) -> Any:
        if failing and branch.__name__ == "students":
            raise ReadError("gone")
        return one_each(self, branch)

    tree = +tree_read_by(readin_branch)
    failing = True

    with pytest.raises(ReadError):
        +tree

    assert states(tree) == ["failed", "unread", "unread"]
    assert len(tree.classes) == 0


def test_importer_that_cannot_be_entered_leaves_nothing_of_an_earlier_reading() -> None:
    """Its connection failed: all branches are unread."""
    failing = False

    def enter(self: Any) -> None:
        if failing:
            raise ReadError("no connection")

    tree = +tree_read_by(one_each, __enter__=enter, __exit__=lambda self, *error: None)
    failing = True

    with pytest.raises(ReadError):
        +tree

    assert states(tree) == ["unread"] * 3


def test_importer_that_fails_at_its_end_fails_all_branches() -> None:
    """A check made when all has been read counts for all of it."""

    def leave(self: Any, *error: object) -> None:
        raise ReadError("the export's total does not agree")

    tree = tree_read_by(one_each, __enter__=lambda self: None, __exit__=leave)

    with pytest.raises(ReadError):
        +tree

    assert states(tree) == ["failed"] * 3


def test_collector_works_again_after_a_reading() -> None:
    """Also after one that failed."""

    def readin_branch(self: Any, branch: Any) -> Any:
        assert not gc.isenabled()
        raise ReadError("half a file")

    with pytest.raises(ReadError):
        +tree_read_by(readin_branch)

    assert gc.isenabled()


# -- not provided ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_generator", [True, False])
def test_branch_that_is_not_provided_is_left_out_and_named(
    as_generator: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The other branches are read and compared; a generator that says so late leaves nothing behind."""

    def late() -> Iterator[Any]:
        yield {"idnumber": "9"}
        raise NotProvided("no teachers here")

    def readin_branch(self: Any, branch: Any) -> Any:
        if branch.__name__ != "teachers":
            return one_each(self, branch)
        if as_generator:
            return late()
        raise NotProvided("no teachers here")

    tree, other = +tree_read_by(readin_branch), filled()
    other.students.make("2")

    with caplog.at_level(logging.WARNING, logger="dss"):
        found = list(tree - other)

    assert states(tree) == ["complete", "not provided", "complete"]
    assert len(tree.teachers) == 0
    assert tree.teachers.contents().notes == ["no teachers here"]
    assert [(action.branch, action.idnumber) for action in found] == [("students", "2")]
    assert "Read.teachers is not provided" in caplog.text


def test_importer_without_readin_branch_provides_nothing() -> None:
    """The base class knows no branch."""
    tree: Any = type("Bare", (DataStoreTree,), {"__branches__": Branches, "__importer__": DefaultImporter})()

    +tree

    assert states(tree) == ["not provided"] * 3


def test_branch_of_one_side_only_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """It is never skipped in silence."""

    class Fewer(DataStoreBranch):
        pass

    class OnlyStudents(Fewer):
        __branchname__ = "students"

    fewer: Any = type("FewerTree", (DataStoreTree,), {"__branches__": Fewer})()
    fewer.students.make("1", name="Ada")

    with caplog.at_level(logging.WARNING, logger="dss"):
        assert list(filled() - fewer) == []

    assert "only Filled has the branches classes, teachers" in caplog.text


# -- empty sources -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operate", OPERATORS, ids=["-", ">", ">>"])
def test_empty_left_is_an_error(operate: Callable[[Any, Any], Any]) -> None:
    """An empty export is more often a fault than the truth; it is told at the call."""
    empty = +tree_read_by(
        lambda self, branch: () if branch.__name__ == "teachers" else one_each(self, branch)
    )

    with pytest.raises(
        EmptySourceError, match=r"`Read.teachers` has no records at all \(Filled.teachers has 1\)"
    ):
        operate(empty, filled())


def test_empty_left_is_believed_where_it_is_allowed() -> None:
    """`allow_empty` says that it may be the truth."""
    empty, other = +tree_read_by(lambda self, branch: ()), filled()
    for branch in empty.branches:
        branch.configure(allow_empty=True)

    found = [(action.kind, action.branch) for action in empty - other]

    assert found == [("old", "students"), ("old", "teachers"), ("old", "classes")]


def test_empty_right_is_no_error() -> None:
    """A new target has nothing yet."""
    left, empty = filled(), +tree_read_by(lambda self, branch: ())

    assert {action.kind for action in left - empty} == {"new"}


def test_left_of_nothing_but_doubtful_records_is_an_error() -> None:
    """One bad row must not let everything else be taken for gone."""

    def readin_branch(self: Any, branch: Any) -> Any:
        branch.freeze("7", "shoe size is no number")
        return ()

    doubtful, other = +tree_read_by(readin_branch), filled()

    with pytest.raises(EmptySourceError):
        doubtful - other


# -- what is read first ------------------------------------------------------------------------------------------


def test_branches_that_others_look_at_are_read_first() -> None:
    """In declared order otherwise."""
    order = []

    def readin_branch(self: Any, branch: Any) -> Any:
        order.append(branch.__name__)
        if branch.__name__ == "students":
            assert len(self.tree.classes) == 1
        return one_each(self, branch)

    tree = tree_read_by(readin_branch, reads={"students": ("classes",), "classes": ("teachers",)})
    +tree

    assert order == ["teachers", "classes", "students"]
    assert [branch.__name__ for branch in tree.branches] == ["students", "teachers", "classes"]


def test_branches_that_read_each_other_are_an_error() -> None:
    """The error shows the circle, and nothing is read."""
    order = []
    tree = tree_read_by(
        lambda self, branch: order.append(branch.__name__),
        reads={"students": ("classes",), "classes": ("teachers",), "teachers": ("classes",)},
    )

    with pytest.raises(ConfigError, match=r"students -> classes -> teachers -> classes of tree `Read`"):
        +tree

    assert order == []


def test_branch_that_reads_itself_is_an_error() -> None:
    """The smallest circle."""
    tree = tree_read_by(one_each, reads={"students": ("students",)})

    with pytest.raises(ConfigError, match="students -> students"):
        +tree


def test_branch_that_reads_an_unknown_one_is_an_error() -> None:
    """The error names both and lists what there is."""
    tree = tree_read_by(one_each, reads={"students": ("rooms",)})

    with pytest.raises(
        ConfigError, match=r"no branch `rooms`; `students` reads it; it has students, teachers"
    ):
        +tree


def test_reading_some_branches_reads_what_they_need() -> None:
    """What is not asked for stays unread; what is complete is not read again for another's sake."""
    order = []

    def readin_branch(self: Any, branch: Any) -> Any:
        order.append(branch.__name__)
        return one_each(self, branch)

    tree = tree_read_by(readin_branch, reads={"students": ("classes",)})
    tree.read(["students"])
    assert states(tree) == ["complete", "unread", "complete"]
    tree.read(["students"])

    assert order == ["classes", "students", "students"]


# -- derived branches --------------------------------------------------------------------------------------------


class Cohorts(DataStoreBranch):
    __branchname__ = "cohorts"


def test_derived_branch_is_read_after_what_it_is_derived_from() -> None:
    """A function from the tree to records takes the importer's place for one branch of one tree."""

    @reads("students", "teachers")
    def cohorts(tree: Any) -> Iterator[Any]:
        yield {"idnumber": "all", "members": frozenset([*tree.students.keys(), *tree.teachers.keys()])}

    tree, other = tree_read_by(one_each), tree_read_by(one_each)
    tree.add_branch(Cohorts, derive=cohorts)
    +tree

    assert tree.cohorts["all"].members == {"1"}
    assert tree.is_derived("cohorts")
    assert not hasattr(other, "cohorts")


def test_derived_branch_of_bad_rows_is_doubtful() -> None:
    """What it is derived from may lack somebody, so nobody is removed on its word."""

    def readin_branch(self: Any, branch: Any) -> Any:
        branch.report("line 7: no number")
        return one_each(self, branch)

    @reads("students")
    def cohorts(tree: Any) -> Any:
        return [{"idnumber": "all"}]

    tree = tree_read_by(readin_branch)
    tree.add_branch(Cohorts, derive=cohorts)
    +tree

    assert "derived from students" in tree.cohorts.contents().doubtful


def test_derived_branch_of_what_is_not_provided_is_doubtful() -> None:
    """Nobody is in a cohort of pupils that nobody has read; that is no reason to remove them."""

    def readin_branch(self: Any, branch: Any) -> Any:
        raise NotProvided("none of them")

    @reads("students")
    def cohorts(tree: Any) -> Any:
        return [{"idnumber": "all"}]

    tree = tree_read_by(readin_branch)
    tree.add_branch(Cohorts, derive=cohorts)
    +tree

    assert "students, which the importer does not provide" in tree.cohorts.contents().doubtful


def test_a_derivation_that_looks_at_what_has_not_been_read_is_an_error() -> None:
    """Nobody in an unread branch is not nobody at all: every member would seem to have left."""

    def cohorts(tree: Any) -> Iterator[Any]:
        yield {"idnumber": "all", "members": frozenset(student.idnumber for student in tree.students)}

    tree = tree_read_by(one_each)
    tree.add_branch(Cohorts, derive=cohorts)

    with pytest.raises(
        StateError, match="`cohorts` of tree `Read` is derived from `students`, which has not"
    ):
        tree.read(["cohorts"])

    assert tree.cohorts.state() is State.FAILED
    assert len(tree.students) == 0


@pytest.mark.parametrize(
    "doubt", [lambda branch: branch.report("line 7: no number"), lambda branch: branch.absent("name")]
)
def test_a_branch_that_looks_at_one_with_bad_rows_is_doubtful(doubt: Callable[[Any], None]) -> None:
    """Whether a function derives it or the importer itself; a missing column alone is no doubt."""

    def readin_branch(self: Any, branch: Any) -> Any:
        if branch.__name__ == "students":
            doubt(branch)
        return one_each(self, branch)

    tree = tree_read_by(readin_branch, reads={"classes": ("students",)})
    +tree

    assert bool(tree.classes.contents().doubtful) is bool(tree.students.contents().problems)
    assert not tree.teachers.contents().doubtful


def test_derived_branch_of_a_tree_filled_by_hand() -> None:
    """It is read alone; what was made by hand stays, and has to be derived from before it is compared."""

    @reads("students")
    def cohorts(tree: Any) -> Iterator[Any]:
        yield {"idnumber": "all", "members": frozenset(tree.students.keys())}

    tree = filled()
    tree.add_branch(Cohorts, derive=cohorts)
    other = filled()
    other.add_branch(Cohorts)
    with pytest.raises(StateError, match=r"`Filled.cohorts` has not been read"):
        tree - other

    tree.read(["cohorts"])

    assert tree.cohorts["all"].members == {"1"}
    assert len(tree.students) == 1


# -- reading again by key ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("readin_branch", [a_list, a_generator, some_rows, a_context_manager])
def test_default_look_up_by_key_filters_a_full_read(readin_branch: Read) -> None:
    """Correct, if slow; and it knows of nothing outside the branch."""
    tree = tree_read_by(readin_branch)

    found = [record["name"] for record in tree.importer.readin_items(tree.students, ["2", "7"])]

    assert found == ["Bo"]
    assert list(tree.importer.readin_items(tree.students, ["2"], Scope.ALL)) == []


def test_default_look_up_of_holders_knows_the_branch() -> None:
    """Who of those read holds a value."""
    tree = +tree_read_by(
        lambda self, branch: Rows(("idnumber", "email", NATIVE), [("1", "a@x", 7), ("2", "b@x", 8)])
    )

    found = list(tree.importer.find_holders(tree.students, "email", ["b@x", "c@x"]))

    assert found == [Holder("b@x", 8, "2")]


def test_what_gives_no_records_is_named_with_its_branch() -> None:
    """A function that `derive.left` names by mistake gives something else than records."""
    tree = tree_read_by(lambda self, branch: [])
    tree.add_branch(Teachers, derive=lambda tree: 7)

    with pytest.raises(ConfigError, match=r"\.teachers: .* gave int 7; wanted mappings"):
        tree.read(["teachers"])


def test_a_wrong_setting_tells_whose_it_is() -> None:
    """A connector knows its settings; which of the trees has the wrong one only the core knows."""

    def readin_branch(self: Any, branch: Any) -> Any:
        raise ConfigError("`encoding` is `utf9`; wanted a character set")

    tree = tree_read_by(readin_branch)

    with pytest.raises(ConfigError, match=r"\.students: `encoding` is `utf9`"):
        tree.read(["students"])
    assert tree.students.state() is State.FAILED
