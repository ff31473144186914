"""The reference says what the code says, of everything there is, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.tutorial import File, steps
from tools.reference import classes, configuration, source
from tools.reference.__main__ import COMMAND, PAGES, ROOT, cog, generated
from tools.reference.docstrings import parsed
from tools.reference.documented import Wanted, everything, options_of_connectors, undocumented
from tools.reference.links import broken
from tools.reference.markdown import long_signature
from tools.reference.sections import anchors

from dss.config import TreeConfig
from dss.tree import DataStoreTree

DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(ROOT.glob("plugins/*/README.md")),
    *sorted(ROOT.glob("examples/*/README.md")),
    *sorted(ROOT.glob("core/README.md")),
]

FOLLOWED = [
    page for page in DOCUMENTS if page.parent.name == "tutorials" or page.parent.parent.name == "examples"
]
"""Pages that tests follow word for word: `test_tutorials.py`, `test_card_file.py`."""


@pytest.mark.parametrize("page", generated(), ids=lambda page: page.stem)
def test_generated_blocks_are_up_to_date(page: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A docstring, a signature or an option that has changed is found here."""
    code = cog(page, check=True)

    assert code == 0, f"{page.name} is not up to date; run `{COMMAND}`\n{''.join(capfd.readouterr())}"


def test_block_that_is_not_up_to_date_is_found(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What would change is shown, with the command to run, and nothing is written."""
    page = tmp_path / "page.md"
    text = "<!-- [[[cog show(exit_codes.order()) ]]] -->\nsomething else\n<!-- [[[end]]] -->\n"
    page.write_text(text, encoding="utf-8")

    assert cog(page, check=True) != 0

    assert COMMAND in "".join(capfd.readouterr())
    assert page.read_text(encoding="utf-8") == text


def test_everything_is_documented() -> None:
    """Every hook, key, capability, command, option, exit code, exception and public name stands in its page."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}

    assert undocumented(everything(), pages) == []


def test_options_of_connectors_are_documented() -> None:
    """Every one stands on its connector's own page; connectors of other people have theirs elsewhere."""
    pages = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in ROOT.glob("plugins/*/README.md")
    }
    wanted = [one for one in options_of_connectors("plugins/{name}/README.md") if one.page in pages]

    assert {one.page for one in wanted} == set(pages)
    assert undocumented(wanted, pages) == []


def test_what_no_page_speaks_of_is_found() -> None:
    """An invented key, and one that stands in another section only; a word in a text is none."""
    pages = {
        "configuration.md": "# Keys\n\n## `[guards]`\n\nThe `count` of wishes.\n\n## Else\n\nA wish: `wish`.\n"
    }
    wanted = [
        Wanted("key `guards.count`", "`count`", "configuration.md", "`[guards]`"),
        Wanted("key `guards.wish`", "`wish`", "configuration.md", "`[guards]`"),
        Wanted("key `guards.wishes`", "`wishes`", "configuration.md"),
        Wanted("hook `dss_wish`", "### `dss_wish`", "hooks.md"),
    ]

    assert undocumented(wanted, pages) == [
        "key `guards.wish`: configuration.md does not speak of it below ``[guards]``",
        "key `guards.wishes`: configuration.md does not speak of it",
        "hook `dss_wish`: hooks.md does not speak of it",
    ]


def test_option_is_documented_with_its_value() -> None:
    """`--limit N` speaks of `--limit`, and `--limits` does not."""
    wanted = Wanted("`--limit`", "`--limit`", "dss-run.md")

    assert undocumented([wanted], {"dss-run.md": "| `--limit N` |"}) == []
    assert undocumented([wanted], {"dss-run.md": "| `--limits` |"}) != []


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """To a file that is there, and a heading in it."""
    assert broken(page) == []


def test_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    """A file or a heading that is not there; other sites, and what stands in code, are left alone."""
    page = tmp_path / "page.md"
    (tmp_path / "other.md").write_text(
        "# One `two` (three)\n\n```sh\n# no heading\n```\n\n# One two\n", encoding="utf-8"
    )
    page.write_text(
        "[a](other.md#one-two-three) [b](other.md#no-heading) [c](missing.md) [d](https://dss.example/x)\n"
        "`[e](missing.md)` [f](#nowhere) [g](other.md#one-two)\n",
        encoding="utf-8",
    )

    assert broken(page) == [
        "other.md#no-heading: no heading of `other.md` has that anchor",
        "missing.md: there is no `missing.md`",
        "#nowhere: no heading of `page.md` has that anchor",
    ]


def test_second_heading_of_one_name_has_a_number() -> None:
    """As code hosts make them."""
    assert anchors("# The JSON\n\n## The JSON\n") == {"the-json", "the-json-1"}


def test_signature_is_as_it_is_written() -> None:
    """With types, defaults and the star of what must be named; of a method without the object itself."""
    assert source.signatures(classes.described) == [
        "described(*places: str, level: int = 3, without: Collection[str] = ()) -> str"
    ]
    (method,) = (one for one in source.methods(DataStoreTree) if one.name == "spare_value")
    assert method.signatures == ("spare_value(branch: str, attribute: str, idnumber: str) -> str | None",)
    assert method.section == "what a connector provides"


def test_long_signature_has_an_argument_a_line() -> None:
    """Commas within an argument are no end of it."""
    assert long_signature(f"make(one: dict[str, int], two: str = {'x' * 90!r}) -> None") == (
        f"make(\n    one: dict[str, int],\n    two: str = {'x' * 90!r},\n) -> None"
    )


def test_docstring_is_taken_apart() -> None:
    """Into text and titled parts; what stands behind a part, at the margin, is text again."""
    doc = parsed("First.\n\n    Args:\n        one: a\n            b\n        *more: c\n\n    Last.\n    ")

    assert doc.text == "First.\n\nLast."
    assert doc.items("Args") == {"one": "a b", "*more": "c"}


def test_kinds_of_keys_are_told_in_words() -> None:
    """As somebody knows them who writes TOML, not Python."""
    kinds = {key.name: key.kind for key in configuration.keys_of(TreeConfig)}

    assert kinds == {"connector": "text", "tree": "text", "plugins": "list of texts"}


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_on_a_page_is_run(page: Path) -> None:
    """By itself where a fence says `python`; where it says `py`, as a file that the page's commands use."""
    text = page.read_text(encoding="utf-8")
    kinds = re.findall(r"^[ >]*(?:`{3,}|~{3,})\s*(\{?py.*)$", text, flags=re.MULTILINE | re.IGNORECASE)
    files = [step for step in steps(text) if isinstance(step, File)] if page in FOLLOWED else []

    assert set(kinds) <= {"python", "py"}
    assert kinds.count("py") <= sum(file.path.endswith(".py") for file in files)


def test_python_is_looked_for_on_every_page(pytestconfig: pytest.Config) -> None:
    """No page lies where its Python would not be collected."""
    workspace: Any = pytestconfig.pluginmanager.getplugin(str(ROOT / "conftest.py"))
    collected = {page for pattern in workspace.DOCUMENTS for page in ROOT.glob(pattern)}

    assert set(DOCUMENTS) <= collected
