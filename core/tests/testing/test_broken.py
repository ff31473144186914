"""The kit catches what is broken: for every check a connector that it has to fail, with advice that helps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from core.tests.testing import (
    broken_answers,
    broken_breaks,
    broken_connector,
    broken_declared,
    broken_failing,
    broken_gaps,
    broken_given,
    broken_privacy,
    broken_reading,
    broken_retrying,
    broken_scope,
    broken_telling,
    broken_undoing,
    broken_writing,
)
from core.tests.testing.broken import BROKEN, Broken, checks, make_check

from dss.testing import NotConforming

GATHERED = (
    broken_answers,
    broken_breaks,
    broken_connector,
    broken_declared,
    broken_failing,
    broken_gaps,
    broken_given,
    broken_privacy,
    broken_reading,
    broken_retrying,
    broken_scope,
    broken_telling,
    broken_undoing,
    broken_writing,
)


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_broken_connector_is_caught(
    broken: Broken, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The check meant for it fails, names the place, and says what to change."""
    with pytest.raises(NotConforming) as caught:
        make_check(broken, tmp_path, caplog)

    seen, _, advice = str(caught.value).partition("\n  To change: ")
    assert broken.says in advice, str(caught.value)
    named = broken.branch in seen or re.search(r"`[\w.]+(\(\))?`|option|connector", seen)
    assert named, f"it names neither branch nor method: {seen}"


@pytest.mark.parametrize("check", checks())
def test_every_check_catches_something(check: str) -> None:
    """A check that no connector here fails has never been seen to fail at all."""
    assert check in {broken.check for broken in BROKEN}


def test_no_two_broken_connectors_are_the_same() -> None:
    """Each is meant for something else."""
    names = [(str(broken), broken.branch) for broken in BROKEN]

    assert len(names) == len(set(names))
