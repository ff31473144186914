"""Whether secrets, and what is known of people, stay out of logs, reprs and error texts."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from dss.capabilities import Capability
from dss.secrets import Secret, SecretUrl
from dss.testing.checks.dry_runs import private_values
from dss.testing.checks.refusing import refusing
from dss.testing.rig import Ran, Rig
from dss.testing.suite import Suite, basic, needs
from dss.testing.verdict import require
from dss.tree import DataStoreTree

SEEDED = (1, 2)


class PrivacyChecks(Suite):
    """Everything that may end up in a file which others read."""

    @basic
    def test_reading_tells_no_values(self, rig: Rig, branch: str, caplog: pytest.LogCaptureFixture) -> None:
        """Logs at the finest level, findings, reprs of tree, client, options and branch: no value, and no secret."""
        caplog.set_level(logging.DEBUG)
        records = [self.record(branch, number) for number in SEEDED]
        rig.seed(branch, records)
        rig.want(branch, *records)

        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            tree = rig.read(branch)
            findings = [str(getattr(one, "text", one)) for one in tree.check()]
            told = [*findings, *_reprs(tree, branch), tree.identity(), *(str(one.message) for one in warned)]

        self._is_private(rig, branch, [*told, caplog.text], "reading")

    @basic
    def test_a_reading_that_fails_tells_no_values(
        self, rig: Rig, branch: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Nor does the error of a reading that broke."""
        caplog.set_level(logging.DEBUG)
        records = [self.record(branch, number) for number in SEEDED]
        rig.seed(branch, records)
        rig.want(branch, *records)
        tree = rig.tree()
        rig.wire.break_item = 2
        told = []
        try:
            tree.read([branch])
        except Exception as error:
            told = list(_errors(error))

        self._is_private(rig, branch, [*told, caplog.text], "a reading that broke")

    @needs(Capability.CREATE)
    def test_writing_tells_no_values(self, rig: Rig, branch: str, caplog: pytest.LogCaptureFixture) -> None:
        """Nor do a run, and the reasons of what failed in it."""
        caplog.set_level(logging.DEBUG)
        rig.want(branch, *(self.record(branch, number) for number in SEEDED))
        rig.wire.fault = refusing(self.refused, Counter())
        failed = rig.apply()
        rig.wire.heal()
        done = rig.apply()

        self._is_private(rig, branch, [*_reasons(failed), *_reasons(done), caplog.text], "a run")

    def _is_private(self, rig: Rig, branch: str, texts: list[str], what: str) -> None:
        found = [value for value in private_values(rig, branch) if any(value in text for text in texts)]
        require(
            not found,
            f"{what} of `{branch}` tells values of people, in a log, a repr or an error: {', '.join(map(repr, found))}",
            "name records by branch and idnumber only; give classes that hold values a `__repr__` without them; let"
            " the client's library leave parameters out of its errors and logs",
        )
        secrets = [secret for secret in _secrets(rig) if any(secret in text for text in texts)]
        require(
            not secrets,
            f"{what} of `{branch}` tells a secret of the options, in a log, a repr or an error",
            "keep it in a `dss.secrets.Secret`, and call `reveal()` only in the one call that needs it",
        )


def _reprs(tree: DataStoreTree, branch: str) -> Iterator[str]:
    bound = getattr(tree, branch)
    yield from map(repr, (tree, tree.options, tree.importer, bound))
    if type(tree).open_client is not DataStoreTree.open_client:
        yield repr(tree.client)


def _errors(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{error!r} {error}"
        error = error.__cause__ or error.__context__


def _reasons(ran: Ran) -> list[str]:
    return [result.reason for result in ran.report.undone] + list(ran.report.remarks)


def _secrets(rig: Rig) -> Iterator[str]:
    """The texts of the options that must never be seen."""
    options: Any = rig.tree().options
    for field in attrs.fields(type(options)):
        value = getattr(options, field.name)
        if isinstance(value, SecretUrl) and not value.has_password:
            continue
        if isinstance(value, Secret) and len(value.reveal()) > 3:
            yield value.reveal()
