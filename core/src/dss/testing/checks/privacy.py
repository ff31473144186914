"""Whether secrets, and what is known of people, stay out of logs, reprs and error texts."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from dss.testing.checks.broken_reads import FEW, BrokenReadChecks
from dss.testing.private import (
    WRONG,
    hides_secrets,
    is_private,
    overheard,
    texts_of,
    with_wrong_secrets,
)
from dss.testing.rig import Rig
from dss.testing.suite import basic
from dss.tree import DataStoreTree

SEEDED = (1, 2)


class PrivacyChecks(BrokenReadChecks):
    """Everything that may end up in a file which others read."""

    @basic
    def test_reading_tells_no_values(self, rig: Rig, branch: str, caplog: pytest.LogCaptureFixture) -> None:
        """Logs, what is printed, findings, reprs of tree, client, options and branch: no value, and no secret."""
        caplog.set_level(logging.DEBUG)
        self.seeded_and_wanted(rig, branch)

        with overheard() as said:
            tree = rig.read(branch)
            findings = [str(getattr(one, "text", one)) for one in tree.check()]
            told = [*findings, *_reprs(tree, branch), tree.identity()]

        is_private(rig, branch, [*told, *said, caplog.text], "reading")

    @basic
    def test_a_reading_that_fails_tells_no_values(
        self, rig: Rig, branch: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Nor does the error of a reading that broke, at whichever call or item."""
        caplog.set_level(logging.DEBUG)
        self.seeded_and_wanted(rig, branch)
        rig.wire.heal()
        rig.read(branch)
        told = list[str]()
        for _, breaks in list(self.breaks(rig, {self.lost: FEW})):
            tree = rig.tree()
            breaks()
            with overheard() as said:
                try:
                    tree.read([branch])
                except Exception as error:
                    told += [*texts_of(error), *_reprs(tree, branch)]
            told += said

        is_private(rig, branch, [*told, caplog.text], "a reading that broke")

    @basic
    def test_a_wrong_secret_is_not_told(self, rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
        """Where the system itself refuses a password or a token, neither finding, log nor error quotes it."""
        caplog.set_level(logging.DEBUG)
        right = rig.tree().options

        def write(text: str) -> Path:
            file = rig.folder / f"wrong-{len(list(rig.folder.iterdir()))}.txt"
            file.write_text(text, encoding="utf-8")
            file.chmod(0o600)
            return file

        rig.options = with_wrong_secrets(rig.options, right, write)
        told = list[str]()
        with overheard() as said:
            try:
                with contextlib.closing(rig.tree()) as tree:
                    told += [tree.identity(), *(str(getattr(one, "text", one)) for one in tree.check())]
                    tree.read(self.declared().branches[:1])
            except Exception as error:
                told += texts_of(error)

        hides_secrets([WRONG], [*told, *said, caplog.text], "a system that was opened by a wrong secret")

    def seeded_and_wanted(self, rig: Rig, branch: str) -> None:
        """Put records there whose values are to be seen nowhere."""
        records = [self.record(branch, number) for number in SEEDED]
        rig.seed(branch, records)
        rig.want(branch, *records)


def _reprs(tree: DataStoreTree, branch: str) -> Iterator[str]:
    bound = getattr(tree, branch)
    yield from map(repr, (tree, tree.options, tree.importer, bound))
    if type(tree).open_client is not DataStoreTree.open_client:
        yield repr(tree.client)
