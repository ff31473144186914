"""Values that must not show up in a log, a repr or an error text."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback

import attrs
import pytest

from dss.secrets import Secret, SecretUrl

TEXT = "hush hush"


@pytest.fixture(params=[Secret, SecretUrl])
def secret(request: pytest.FixtureRequest) -> Secret:
    """A secret of either kind."""
    made: Secret = request.param(TEXT)
    return made


def test_only_reveal_gives_it_away(secret: Secret) -> None:
    """For the one call that needs it."""
    assert secret.reveal() == TEXT


def test_no_way_of_showing_shows_it(secret: Secret, caplog: pytest.LogCaptureFixture) -> None:
    """Printed, formatted, logged, or as part of something else."""

    @attrs.frozen
    class Options:
        password: Secret

    with caplog.at_level(logging.INFO):
        logging.getLogger("dss").info("connecting with %s and %r", secret, secret)
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r}",
        f"{secret:>20}",
        f"{Options(secret)}",
        caplog.text,
    ]

    assert all("hush" not in text for text in shown)
    assert all("***" in text for text in shown)


def test_failure_in_its_handling_does_not_show_it(secret: Secret) -> None:
    """A traceback shows lines and reprs."""
    try:
        raise ValueError(f"bad: {secret!r}")
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    assert "hush" not in shown


def test_it_is_never_written(secret: Secret) -> None:
    """Neither pickled nor copied into something that could be."""
    with pytest.raises(TypeError, match="never written"):
        pickle.dumps(secret)
    with pytest.raises(TypeError, match="never written"):
        copy.deepcopy(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)


def test_equal_secrets_are_equal(secret: Secret) -> None:
    """But a secret is never equal to the text itself."""
    assert secret == type(secret)(TEXT)
    assert secret != type(secret)("other")
    assert secret != TEXT
    assert len({secret, type(secret)(TEXT)}) == 1


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:hush@host/moodle",
        "mysql://user:@host/moodle",
        "mysql://:hush@host/moodle",
        "mysql://user:hu/sh@host/moodle",
        "mysql://user:hu#sh@host/moodle",
        "mysql://user:hu?sh@host/moodle",
        "mysql://user:hu@sh@host/moodle",
        "postgresql+psycopg://user:hush@[::1]:5432/moodle?sslmode=require",
        "postgresql://user:hush@[broken/moodle",
        "postgresql://host/moodle?user=dss&password=hush",
        "mysql://host/moodle?PASSWD=hush",
    ],
)
def test_url_with_a_password(url: str) -> None:
    """In whatever form; it has to come from `env`, `file` or `keyring`."""
    assert SecretUrl(url).has_password


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///moodle.db",
        "sqlite:////srv/moodle.db",
        "postgresql://host:5432/moodle",
        "postgresql://user@host:5432/moodle",
        "postgresql://user@[::1]:5432/moodle?sslmode=require",
        "mysql+pymysql:///moodle?unix_socket=/run/mysqld.sock&charset=utf8mb4",
        "",
    ],
)
def test_url_without_a_password(url: str) -> None:
    """It may stand in the configuration as it is."""
    assert not SecretUrl(url).has_password
