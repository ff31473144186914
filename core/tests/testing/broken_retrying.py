"""Connectors that take what is busy for what is refused, or the other way round."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from core.tests.testing.broken import caught_by
from core.tests.testing.roster.system import Untidy
from core.tests.testing.roster.template import Template

from dss.actions import Action
from dss.errors import TemporaryError

# -- busy, and refused ---------------------------------------------------------------------------------------------


class Retrying(Template):
    """Has a way of its own with calls that fail."""

    def tried(self, call: Callable[[], Any]) -> Any:
        """What a call answers in the end."""
        return call()

    def one(self, statement: str, values: Any) -> Any:
        return self.tried(lambda: super(Retrying, self).one(statement, values))


@caught_by("test_a_busy_system_is_asked_again_after_a_pause", "and let it pass")
class BusyIsForGood(Retrying):
    def tried(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except TemporaryError as error:
            raise RuntimeError("busy") from error


@caught_by("test_a_busy_system_is_asked_again_after_a_pause", "and let it pass")
class BusyIsDone(Template):
    def update(self, action: Action) -> None:
        with contextlib.suppress(TemporaryError):
            super().update(action)


@caught_by("test_a_busy_system_is_asked_again_after_a_pause", "wait before asking again")
@caught_by("test_what_is_refused_has_failed_and_is_not_asked_again", "make a `TemporaryError` only of")
class AsksAtOnce(Retrying):
    def tried(self, call: Callable[[], Any]) -> Any:
        for _ in range(5):
            try:
                return call()
            except Exception:  # noqa: S112  this is what is wrong with it
                continue
        return call()


@caught_by("test_a_busy_moment_among_several_loses_none", "let what is busy pass")
class BusyLater(Retrying):
    """Knows of what is busy in the first call only."""

    done = 0

    def tried(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except TemporaryError as error:
            if not self.done:
                raise
            raise RuntimeError("busy") from error
        finally:
            self.done += 1


@caught_by("test_what_is_refused_has_failed_and_is_not_asked_again", "make a `TemporaryError` only of")
class RefusedIsBusy(Retrying):
    def tried(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except RuntimeError as error:
            raise TemporaryError("refused") from error


TAKEN = "test_what_was_taken_before_a_busy_answer_is_not_made_twice"


@caught_by(TAKEN, "never try a `new` once more", system=Untidy)
class WritesOnceMore(Template):
    def one(self, statement: str, values: Any) -> Any:
        try:
            return self.client.write(statement, values).lastrowid
        except TemporaryError:
            return self.client.write(statement, values).lastrowid


@caught_by(TAKEN, "what is there by now")
class MindsWhatIsThere(Template):
    def one(self, statement: str, values: Any) -> Any:
        try:
            return super().one(statement, values)
        except TemporaryError as error:
            raise RuntimeError("it may be there by now") from error
