"""From plain TOML values to classes: every error says where, what was met, and what is wanted."""

import datetime
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest

from dss.errors import ConfigError
from dss.secrets import Secret, SecretUrl
from dss.structure import Structurer


class Mode(StrEnum):
    FAST = "fast"
    SAFE = "safe"


@attrs.frozen
class Column:
    name: str
    width: int = 1


@attrs.frozen
class Options:
    """One of each kind."""

    text: str = "t"
    count: int = 1
    share: float = 0.5
    flag: bool = False
    folder: Path = Path()
    maybe: str | None = None
    either: str | tuple[str, ...] = ()
    number: int | float = 0
    names: tuple[str, ...] = ()
    pair: tuple[str, int] = ("a", 1)
    unique: frozenset[int] = frozenset()
    column: Column = Column("c")
    maybe_column: Column | None = None
    columns: tuple[Column, ...] = ()
    by_name: Mapping[str, Column] = attrs.field(factory=dict)
    nested: dict[str, dict[str, int]] = attrs.field(factory=dict)
    lists: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    mixed: Column | tuple[Column, ...] | None = None
    mode: Mode = Mode.SAFE
    side: Literal["left", "right"] = "left"
    day: datetime.date | None = None
    anything: Any = None
    secret: Secret | None = None
    url: SecretUrl | None = None


@pytest.fixture(name="structurer")
def _structurer(tmp_path: Path) -> Structurer:
    return Structurer(tmp_path)


def test_every_kind_is_made(structurer: Structurer, tmp_path: Path) -> None:
    """What TOML can hold becomes what the class declares."""
    made = structurer.structure(
        {
            "share": 1,
            "folder": "exports",
            "either": ["a", "b"],
            "number": 2.5,
            "names": ["x"],
            "pair": ["b", 2],
            "unique": [1, 2, 2],
            "columns": [{"name": "a"}, {"name": "b", "width": 2}],
            "by_name": {"k": {"name": "a"}},
            "nested": {"k": {"l": 1}},
            "mixed": [{"name": "m"}],
            "mode": "fast",
            "side": "right",
            "day": datetime.date(2026, 8, 1),
            "anything": {"a": [1]},
            "url": "sqlite:///moodle.db",
        },
        Options,
        "trees.sis",
    )

    assert made.share == 1.0
    assert isinstance(made.share, float)
    assert made.folder == tmp_path / "exports"
    assert (made.either, made.number, made.pair) == (("a", "b"), 2.5, ("b", 2))
    assert made.unique == {1, 2}
    assert made.columns == (Column("a"), Column("b", 2))
    assert (made.by_name, made.nested) == ({"k": Column("a")}, {"k": {"l": 1}})
    assert (made.mixed, made.mode, made.side) == ((Column("m"),), Mode.FAST, "right")
    assert made.url == SecretUrl("sqlite:///moodle.db")
    assert made.maybe is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"text": 5}, "`trees.sis.text` is 5; wanted a text"),
        ({"count": "5"}, "`trees.sis.count` is '5'; wanted a whole number"),
        ({"count": True}, "`trees.sis.count` is True; wanted a whole number"),
        ({"count": 1.5}, "`trees.sis.count` is 1.5; wanted a whole number"),
        ({"share": "half"}, "`trees.sis.share` is 'half'; wanted a number"),
        ({"flag": 1}, "`trees.sis.flag` is 1; wanted true or false"),
        ({"folder": 1}, "`trees.sis.folder` is 1; wanted a text"),
        ({"maybe": 1}, "`trees.sis.maybe` is 1; wanted a text"),
        ({"either": 1}, "`trees.sis.either` is 1; wanted a text or a list"),
        ({"either": ["a", 1]}, "`trees.sis.either[1]` is 1; wanted a text"),
        ({"number": "1"}, "`trees.sis.number` is '1'; wanted a whole number or a number"),
        ({"names": "a"}, "`trees.sis.names` is 'a'; wanted a list"),
        ({"names": ["a", "b", 3]}, "`trees.sis.names[2]` is 3; wanted a text"),
        ({"pair": ["a"]}, "`trees.sis.pair` is ['a']; wanted a list of 2"),
        ({"pair": ["a", "b"]}, "`trees.sis.pair[1]` is 'b'; wanted a whole number"),
        ({"column": "c"}, "`trees.sis.column` is 'c'; wanted a table"),
        ({"column": {}}, "`trees.sis.column` lacks the key `name`"),
        ({"column": {"name": 1}}, "`trees.sis.column.name` is 1; wanted a text"),
        ({"maybe_column": {"name": 1}}, "`trees.sis.maybe_column.name` is 1; wanted a text"),
        (
            {"column": {"name": "a", "wdith": 1}},
            "`trees.sis.column` has the unknown key `wdith`; known are: name, width",
        ),
        ({"columns": [{"name": "a"}, {"name": 2}]}, "`trees.sis.columns[1].name` is 2; wanted a text"),
        ({"columns": [{"name": "a"}, "b"]}, "`trees.sis.columns[1]` is 'b'; wanted a table"),
        ({"columns": [{}]}, "`trees.sis.columns[0]` lacks the key `name`"),
        ({"by_name": []}, "`trees.sis.by_name` is []; wanted a table"),
        ({"by_name": {"k": {"name": 1}}}, "`trees.sis.by_name.k.name` is 1; wanted a text"),
        ({"nested": {"k": {"l": "1"}}}, "`trees.sis.nested.k.l` is '1'; wanted a whole number"),
        ({"lists": {"k": ["a", 2]}}, "`trees.sis.lists.k[1]` is 2; wanted a text"),
        ({"mixed": {"name": 1}}, "`trees.sis.mixed.name` is 1; wanted a text"),
        ({"mixed": [{"name": 1}]}, "`trees.sis.mixed[0].name` is 1; wanted a text"),
        ({"mixed": 3}, "`trees.sis.mixed` is 3; wanted a table or a list"),
        ({"mode": "quick"}, "`trees.sis.mode` is 'quick'; wanted one of 'fast', 'safe'"),
        ({"side": "middle"}, "`trees.sis.side` is 'middle'; wanted one of 'left', 'right'"),
        (
            {"day": "2026-08-01"},
            "`trees.sis.day` is '2026-08-01'; wanted a date without quotes, such as 2026-08-01",
        ),
        ({"text": {"env": 5}}, "`trees.sis.text` has `env = 5`; wanted a text"),
    ],
)
def test_an_error_says_where_what_and_what_is_wanted(
    structurer: Structurer, given: dict[str, Any], message: str
) -> None:
    """The key path is exact, however deep the value lies."""
    with pytest.raises(ConfigError) as caught:
        structurer.structure(given, Options, "trees.sis")

    assert str(caught.value) == message


def test_an_unknown_key_is_told_the_known_ones(structurer: Structurer) -> None:
    """A misspelt key is never passed over."""
    with pytest.raises(ConfigError, match=r"^`trees.sis` has the unknown key `fodler`; known are: .*folder"):
        structurer.structure({"fodler": "x"}, Options, "trees.sis")


def test_everything_that_is_wrong_is_said_at_once(structurer: Structurer) -> None:
    """One line for each."""
    with pytest.raises(ConfigError) as caught:
        structurer.structure({"text": 1, "columns": [{"name": 2}, {"name": 3}], "no": 1}, Options, "t")

    lines = str(caught.value).splitlines()
    assert sorted(line.split("`")[1] for line in lines) == [
        "t",
        "t.columns[0].name",
        "t.columns[1].name",
        "t.text",
    ]


def test_options_no_configuration_can_hold(structurer: Structurer) -> None:
    """A connector's author is told which kind is impossible."""

    @attrs.frozen
    class Odd:
        pattern: complex

    with pytest.raises(ConfigError, match=r"`t` is of a kind that no configuration can hold .*complex"):
        structurer.structure({"pattern": "a"}, Odd, "t")


# -- secrets ----------------------------------------------------------------------------------------------------------


def test_secrets_come_from_the_environment_or_a_file(
    structurer: Structurer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And never show themselves."""
    monkeypatch.setenv("DSS_TEST_PASSWORD", "tiger")
    (tmp_path / "pw").write_text("lion\n", encoding="utf-8")

    one = structurer.structure({"secret": {"env": "DSS_TEST_PASSWORD"}}, Options, "t")
    other = structurer.structure(
        {"secret": {"file": "pw"}, "text": {"env": "DSS_TEST_PASSWORD"}}, Options, "t"
    )

    assert one.secret is not None
    assert other.secret is not None
    assert (one.secret.reveal(), other.secret.reveal(), other.text) == ("tiger", "lion", "tiger")
    assert "tiger" not in f"{one!r} {one.secret}"


def test_secrets_come_from_the_keyring(structurer: Structurer, monkeypatch: pytest.MonkeyPatch) -> None:
    """By service and user."""

    class Ring:
        @staticmethod
        def get_password(service: str, user: str) -> str | None:
            return "bear" if (service, user) == ("moodle", "dss/sync") else None

    monkeypatch.setitem(__import__("sys").modules, "keyring", Ring)

    made = structurer.structure({"secret": {"keyring": "moodle/dss/sync"}}, Options, "t")

    assert made.secret is not None
    assert made.secret.reveal() == "bear"
    with pytest.raises(
        ConfigError, match=r"`t.secret` is kept in the keyring, which has nothing for service `moodle`"
    ):
        structurer.structure({"secret": {"keyring": "moodle/else"}}, Options, "t")
    with pytest.raises(ConfigError, match="names the keyring entry 'moodle'; wanted 'service/user'"):
        structurer.structure({"secret": {"keyring": "moodle"}}, Options, "t")


@pytest.mark.parametrize("error", ["NoKeyringError", "KeyringLocked", "EOFError"])
def test_a_keyring_that_nobody_opens_is_an_error_of_the_configuration(
    structurer: Structurer, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    """As at night, when there is nobody to type its password."""
    keyring = pytest.importorskip("keyring")

    def get_password(service: str, user: str) -> str:
        raise EOFError if error == "EOFError" else getattr(keyring.errors, error)

    monkeypatch.setattr(keyring, "get_password", get_password)

    with pytest.raises(ConfigError, match=r"`t.secret` is kept in the keyring, which cannot be opened: \w"):
        structurer.structure({"secret": {"keyring": "moodle/dss"}}, Options, "t")


def test_without_a_keyring_it_is_said_how_to_get_one(
    structurer: Structurer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named."""
    monkeypatch.setitem(__import__("sys").modules, "keyring", None)

    with pytest.raises(ConfigError, match=r"pip install 'datastoresync\[keyring\]'"):
        structurer.structure({"secret": {"keyring": "a/b"}}, Options, "t")


@pytest.mark.parametrize(
    "given",
    [
        {"secret": "tiger"},
        {"secret": {"plain": "tiger"}},
        {"secret": ["tiger"]},
        {"url": "mysql://user:tiger@host/moodle"},
        {"url": "mysql://host/moodle?user=u&password=tiger"},
        {"url": "mysql://user:tiger@[host/moodle"},
    ],
)
def test_a_plain_secret_is_refused_and_not_repeated(structurer: Structurer, given: dict[str, Any]) -> None:
    """A secret in the file itself is an error that says how to give it, without telling it again."""
    with pytest.raises(ConfigError) as caught:
        structurer.structure(given, Options, "t")

    text = str(caught.value)
    assert text.startswith(f"`t.{next(iter(given))}` ")
    assert '{ env = "NAME" }, { file = "path" } or { keyring = "service/user" }' in text
    assert "tiger" not in text


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (
            {"env": "DSS_NOT_SET"},
            "takes its value from the environment variable `DSS_NOT_SET`, which is not set",
        ),
        ({"file": "nowhere"}, "nowhere`, which cannot be read"),
        ({"env": ""}, "has `env = ''`; wanted a text"),
    ],
)
def test_a_secret_that_is_not_there(structurer: Structurer, reference: dict[str, str], message: str) -> None:
    """What is missing is named with the key."""
    with pytest.raises(ConfigError) as caught:
        structurer.structure({"secret": reference}, Options, "t")

    assert str(caught.value).startswith("`t.secret` ")
    assert message in str(caught.value)
