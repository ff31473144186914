"""Secrets, and the small words that a connector speaks in."""

from __future__ import annotations

import datetime
from typing import assert_type

import pytest

from dss.capabilities import Capability, Finding
from dss.secrets import Secret, SecretUrl
from dss.sources import Source


def test_a_secret_is_no_text() -> None:
    """It does not pass for the text that it hides; only `reveal` gives that."""
    secret, url = Secret("hunter2"), SecretUrl("mysql://moodle:hunter2@db/moodle")

    assert_type(secret.reveal(), str)
    assert_type(url.reveal(), str)
    assert_type(url.has_password, bool)
    with pytest.raises(TypeError):
        "password " + secret  # type: ignore[operator]
    with pytest.raises(AttributeError):
        secret.upper()  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        secret.has_password  # type: ignore[attr-defined]
    Secret(b"hunter2")  # type: ignore[arg-type]

    assert "hunter2" not in f"{secret} {secret!r} {url}"


def test_findings_sources_and_capabilities_are_values() -> None:
    """Their attributes have types, and none of them can be written to."""
    finding = Finding("ok", "reached")
    source = Source("students.csv", "b1946ac9", modified=datetime.datetime.now(datetime.UTC))

    assert_type(finding.level, str)
    assert_type(finding.text, str)
    assert_type(source.name, str)
    assert_type(source.digest, str)
    assert_type(source.modified, datetime.datetime | None)
    assert_type(Capability("dry-run"), Capability)
    with pytest.raises(AttributeError):
        finding.level = "error"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Source("students.csv")  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        Capability.FLY  # type: ignore[attr-defined]
