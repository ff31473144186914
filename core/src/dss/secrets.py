"""Values that must not show up in a log, a repr or an error text."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

MASK = "***"

_PASSWORDS = frozenset(
    {"password", "passwd", "pwd", "passphrase", "secret", "token", "key", "apikey", "api_key"}
)


class Secret:
    """A text that only `reveal()` gives away; in the configuration it is named by `env`, `file` or `keyring`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret is never written to a file")


class SecretUrl(Secret):
    """A URL that may carry a password; one without a password may stand in the configuration as plain text."""

    __slots__ = ()

    @property
    def has_password(self) -> bool:
        """Whether the URL carries a password, also in its query, and so must come from `env`, `file` or `keyring`.

        What cannot be taken apart counts as a password: it may be one. So does a colon anywhere before the last `@`: a
        password with an unescaped `/`, `#` or `?` hides from whoever splits the URL properly.
        """
        account, _, _ = self._text.partition("://")[2].rpartition("@")
        try:
            parts = urlsplit(self._text)
            return ":" in account or any(
                name.casefold() in _PASSWORDS for name, _ in parse_qsl(parts.query, keep_blank_values=True)
            )
        except ValueError:
            return True
