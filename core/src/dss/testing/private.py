"""What must not show up where others may read it, and the texts in which it is looked for."""

from __future__ import annotations

import base64
import contextlib
import io
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import attrs

from dss.secrets import Secret, SecretUrl
from dss.testing.rig import Rig
from dss.testing.verdict import require

SHORT = 4
"""Texts of so many characters stand everywhere by chance."""
WRONG = "-wrong-4711"
"""What is appended to a secret to make it a wrong one."""


def is_private(rig: Rig, branch: str, texts: Iterable[str], what: str) -> None:
    """Require that texts tell no value of a record that is wanted, and no secret of the options."""
    told = list(texts)
    found = [value for value in private_values(rig) if any(_is_in(value, text) for text in told)]
    require(
        not found,
        f"{what} of `{branch}` tells values of people, in a log, a repr or an error: {', '.join(map(repr, found))}",
        "name records by branch and idnumber only; give classes that hold values a `__repr__` without them; let the"
        " client's library leave parameters out of its errors and logs",
    )
    hides_secrets(texts_of_secrets(rig.tree().options), told, f"{what} of `{branch}`")


def hides_secrets(secrets: Iterable[str], texts: Iterable[str], what: str) -> None:
    """Require that texts tell no secret."""
    told = list(texts)
    require(
        not any(form in text for secret in secrets for form in _forms(secret) for text in told),
        f"{what} tells a secret of the options, in a log, a repr or an error",
        "keep it in a `dss.secrets.Secret`, and call `reveal()` only in the one call that needs it; let no error quote"
        " what was sent with it",
    )


@contextlib.contextmanager
def overheard() -> Iterator[list[str]]:
    """What is printed, and warned of, while the block runs; it is there once the block has ended."""
    said, printed = list[str](), io.StringIO()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                yield said
            finally:
                said += [printed.getvalue(), *(str(one.message) for one in warned)]


def private_values(rig: Rig) -> list[str]:
    """Texts in what is wanted that must not show up where anybody may read them; keys are no secret."""
    found = {
        value
        for records in rig.wanted.values()
        for record in records.values()
        for name, value in record.items()
        if name != "idnumber" and isinstance(value, str) and any(map(str.isdigit, value)) and len(value) > 5
    }
    keys = {idnumber for records in rig.wanted.values() for idnumber in records}
    return sorted(value for value in found if not any(value in key for key in keys))


def _is_in(value: str, text: str) -> bool:
    """Whether a text tells a value, as it is or as Python writes it."""
    return value in text or repr(value)[1:-1] in text


# -- errors --------------------------------------------------------------------------------------------------------


def texts_of(error: BaseException) -> Iterator[str]:
    """All that an error shows, also by its notes and by the errors that it came of or holds."""
    seen, ahead = set[int](), [error]
    while ahead:
        one = ahead.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield f"{one!r} {one}"
        yield from map(str, getattr(one, "__notes__", ()))
        ahead += [more for more in (one.__cause__, one.__context__) if more is not None]
        ahead += getattr(one, "exceptions", ())


# -- secrets -------------------------------------------------------------------------------------------------------


def texts_of_secrets(options: Any) -> list[str]:
    """The texts of all secrets in options, at whatever depth; of a URL its password, too."""
    return [text for secret in _secrets(options) for text in _texts(secret) if len(text) >= SHORT]


def _secrets(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from _secrets(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _secrets(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _secrets(one)


def _texts(secret: Secret) -> Iterator[str]:
    """A secret as it may be told: whole, and of a URL the password as it stands there and as it is meant."""
    text = secret.reveal()
    if not isinstance(secret, SecretUrl):
        yield text
    elif secret.has_password:
        yield text
        for password in _passwords(text):
            yield from (password, unquote(password))


def _passwords(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    if parts.password:
        yield parts.password
    for name, value in parse_qsl(parts.query):
        if SecretUrl(f"x://?{name}=").has_password:
            yield value


def _forms(secret: str) -> Iterator[str]:
    """A secret as it is, as it stands in a URL, and as it stands in base64, behind whatever comes before it."""
    yield from (secret, quote(secret), quote(secret, safe=""))
    for before in range(3):
        coded = base64.b64encode(bytes(before) + secret.encode())
        # the first and the last characters hang on what stands beside it
        inner = coded[-(-before * 4 // 3) : len(coded) - 4].decode()
        if len(inner) >= SHORT:
            yield inner


def with_wrong_secrets(given: Any, options: Any, write: Any) -> Any:
    """The same options as TOML gives them, with a wrong text for each secret.

    Args:
        given: as TOML gives them.
        options: what was made of them.
        write: is called with a text, writes it into a file, and gives its path.
    """
    if isinstance(options, Secret):
        if isinstance(options, SecretUrl) and not options.has_password:
            return given
        return {"file": str(write(_wrong(options)))}
    if isinstance(given, Mapping):
        return {
            name: with_wrong_secrets(value, _member(options, name), write) for name, value in given.items()
        }
    if isinstance(given, list | tuple) and isinstance(options, list | tuple) and len(given) == len(options):
        return [with_wrong_secrets(*one, write) for one in zip(given, options, strict=True)]
    return given


def _member(options: Any, name: str) -> Any:
    return options.get(name) if isinstance(options, Mapping) else getattr(options, name, None)


def _wrong(secret: Secret) -> str:
    text = secret.reveal()
    if isinstance(secret, SecretUrl):
        for password in _passwords(text):
            text = text.replace(password, password + WRONG)
        return text
    return text + WRONG
