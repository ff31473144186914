"""What every suite has: the connector it names, its fixtures, one test for each branch that declares the capability."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import pytest

from dss.capabilities import Capability
from dss.errors import DssError, TemporaryError
from dss.testing.declared import Declared, declared_by
from dss.testing.plugin import OF_NO_USE
from dss.testing.rig import Rig
from dss.testing.samples import Samples
from dss.testing.system import System
from dss.testing.uses import lacking
from dss.testing.wire import Wire, broken

FOUND = "test_the_connector_is_found"
NOT_FOUND = f"the connector is not found, `{FOUND}` tells why"

basic = pytest.mark.dss_basic
"""A check of the basic set, which every connector has to pass."""


def needs(*capabilities: Capability) -> pytest.MarkDecorator:
    """A check of the optional rest: it is made for branches that declare all of these."""
    return pytest.mark.dss_needs(*capabilities)


def needs_any(*capabilities: Capability) -> pytest.MarkDecorator:
    """A check of the optional rest: it is made for branches that declare at least one of these."""
    return pytest.mark.dss_needs_any(*capabilities)


class Suite(Samples):
    """Base of both suites.

    Attributes:
        connector: the name of the connector's entry point; or the object with its hooks, when it is not installed.
        branches: those that are checked; none is all that the connector registers.
        read_calls: methods of what `tree.open_client()` returns that read; with dots for a part of it: `session.get`.
        write_calls: methods of it that write.
        many: records that are seeded where memory is measured.
        unstorable: by sort (see `dss.testing.HOSTILE`), why the system cannot hold such texts; a target must refuse
            them openly.
    """

    connector: ClassVar[Any] = ""
    branches: ClassVar[Sequence[str]] = ()
    read_calls: ClassVar[Sequence[str]] = ()
    write_calls: ClassVar[Sequence[str]] = ()
    many: ClassVar[int] = 2000
    unstorable: ClassVar[Mapping[str, str]] = {}

    is_for_targets: ClassVar[bool] = False
    _declared: ClassVar[Declared]

    # -- what an author gives --------------------------------------------------------------------------------------

    @pytest.fixture
    def system(self) -> System:
        """A fresh and empty system; a suite overrides this."""
        raise NotImplementedError(
            f"`{type(self).__name__}` has no fixture `system`; write one that returns a `dss.testing.System`, fresh and"
            " empty for every test"
        )

    def tap(self, client: Any, wire: Wire) -> None:
        """Put the wire between the connector's client and the system.

        By default the methods named in `read_calls` and `write_calls` are wrapped on the object itself. Override it
        where calls are no plain methods: call `wire.before` and `wire.after` around each of them, let what a call
        answers pass through `wire.items`, and set `wire.is_tapped`. Of a tree without `open_client` the client is None:
        put the wire around whatever its importer reads with.
        """
        if client is None:
            return
        for name in self.read_calls:
            wire.wrap(client, name, writes=False)
        for name in self.write_calls:
            wire.wrap(client, name, writes=True)

    def lost(self) -> BaseException:
        """What the client raises in a call that reads, or in the middle of its answer, when the connection breaks."""
        return broken()

    def busy(self) -> BaseException:
        """What the client raises in a call that writes when the system is busy for the moment."""
        return TemporaryError("busy, as the check wanted")

    def refused(self) -> BaseException:
        """What the client raises in a call that writes when the system refuses it for good."""
        return RuntimeError("refused, as the check wanted")

    def can_be_key(self, branch: str, key: str) -> bool:
        """Whether the system takes a text as a key of this branch; a suite may override this."""
        return True

    # -- fixtures --------------------------------------------------------------------------------------------------

    @pytest.fixture
    def rig(self, system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
        """The connector on its system."""
        rig = Rig(self, system, self.declared(), tmp_path_factory.mktemp("dss"))
        self._bound = rig.bound
        yield rig
        rig.close()

    @pytest.fixture(autouse=True)
    def _only_what_is_declared(self, request: pytest.FixtureRequest) -> None:
        needed, any_of = _needed_by(request.node)
        try:
            declared = self.declared().all()
        except DssError:
            if getattr(request.node, "originalname", "") == FOUND:
                return
            pytest.skip(NOT_FOUND)
        if not _suffices(declared, needed, any_of):
            pytest.skip(_not_declared(needed | any_of))
        if needed | any_of and {"branch", "rig"} <= set(request.fixturenames):
            rig, branch = (request.getfixturevalue(name) for name in ("rig", "branch"))
            self.passes_over_what_is_of_no_use(rig, branch, needed, any_of)

    def passes_over_what_is_of_no_use(
        self, rig: Rig, branch: str, needed: Collection[Capability], any_of: Collection[Capability] = ()
    ) -> None:
        """Skip a check of a branch that has nothing on which it could be tried.

        Args:
            rig: the connector on its system.
            branch: its name.
            needed: what the check is for.
            any_of: of what one is enough for the check.
        """
        declared = self.declared().of(branch)
        why = {
            one: lacking(self, rig.bound[branch], one, declared)
            for one in sorted({*needed, *(declared & set(any_of))})
        }
        lacks = [one for one in why if one in needed and why[one]]
        if any_of and all(why[one] for one in why if one in any_of):
            lacks += [one for one in why if one in any_of]
        if lacks:
            pytest.skip(f"{OF_NO_USE}{lacks[0]}: {why[lacks[0]]}")

    @classmethod
    def declared(cls) -> Declared:
        """What the connector declares."""
        if not cls.connector:
            raise DssError(
                f"`{cls.__name__}` does not say which connector it is for; set `connector` to its name"
            )
        if "_declared" not in vars(cls):
            cls._declared = declared_by(cls.connector, cls.branches)
        return cls._declared

    # -- one test for each branch ----------------------------------------------------------------------------------

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make a check for every branch that declares what it needs; where none does, skip it and say so."""
        if "branch" not in metafunc.fixturenames:
            return
        needed, any_of = _needed_by(metafunc.definition)
        reason, branches = _not_declared(needed | any_of), list[str]()
        try:
            declared = self.declared()
        except DssError:
            reason = NOT_FOUND
        else:
            branches = [name for name in declared.branches if _suffices(declared.of(name), needed, any_of)]
        skip = pytest.mark.skip(reason=reason)
        metafunc.parametrize("branch", branches or [pytest.param("", marks=skip, id="none")])


Needed = frozenset[Capability]


def _needed_by(node: pytest.Item | pytest.Function) -> tuple[Needed, Needed]:
    """What has to be declared, and of what at least one."""
    found = [
        frozenset(one for mark in node.iter_markers(name) for one in mark.args)
        for name in ("dss_needs", "dss_needs_any")
    ]
    return found[0], found[1]


def _suffices(declared: Needed, needed: Needed, any_of: Needed) -> bool:
    return needed <= declared and (not any_of or bool(any_of & declared))


def _not_declared(needed: Iterable[Capability]) -> str:
    return f"not declared: {', '.join(sorted(needed)) or 'any branch'}"


__all__ = ["Suite"]
